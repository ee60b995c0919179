"""What a change order can move, one frozen class for each, and how they are stored.

A delta is stored as JSON, one object each with its `kind`; `read_deltas` and `write_deltas` are the
only spelling. Amounts are minor units of the scope's currency, estimates are minutes, shares millionths.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from psa_app.errors import Invalid


@dataclass(frozen=True, slots=True)
class CapTo:
    """The most that a line billed by time may cost from now on; None takes the cap away."""

    line_id: int
    to: int | None


@dataclass(frozen=True, slots=True)
class HoursTo:
    """The estimate of a line, minutes."""

    line_id: int
    to: int


@dataclass(frozen=True, slots=True)
class RateTo:
    """What an hour of a role on a line costs from the effective date; an empty role is everyone."""

    line_id: int
    role_id: int | None
    to: int


@dataclass(frozen=True, slots=True)
class AddPart:
    """A further milestone of a fixed line: how its fee grows."""

    line_id: int
    title: str
    value: int
    due_on: date | None = None
    criteria: str = ""


@dataclass(frozen=True, slots=True)
class MovePart:
    """Another value and day for a milestone that is not accepted."""

    milestone_id: int
    value: int
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class DropPart:
    """A milestone that is no longer wanted."""

    milestone_id: int


@dataclass(frozen=True, slots=True)
class FeeShare:
    """A part of a further fee: its day, and its share in millionths."""

    due_on: date
    share_ppm: int


@dataclass(frozen=True, slots=True)
class AddFee:
    """A fixed line's fee grows by `value`, due in parts that sum to the whole: a schedule of its own."""

    line_id: int
    value: int
    parts: tuple[FeeShare, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class AddLine:
    """A new line billed by time: with its cap, if any, and a rate for everyone on it."""

    title: str
    rate: int
    cap: int | None = None
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class AddFixed:
    """A new line at a fixed price, due when it is accepted."""

    title: str
    value: int
    due_on: date | None = None
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class StartOn:
    """Another first day of the scope and its project."""

    to: date


@dataclass(frozen=True, slots=True)
class EndOn:
    """Another last day of the scope and its project."""

    to: date


Delta = (
    CapTo | HoursTo | RateTo | AddPart | MovePart | DropPart | AddFee | AddLine | AddFixed | StartOn | EndOn
)
KINDS: Mapping[str, Callable[..., Delta]] = {
    "cap": CapTo,
    "hours": HoursTo,
    "rate": RateTo,
    "add_milestone": AddPart,
    "change_milestone": MovePart,
    "drop_milestone": DropPart,
    "add_fee": AddFee,
    "add_line": AddLine,
    "add_fixed": AddFixed,
    "start": StartOn,
    "end": EndOn,
}
_NAMES = {kind: name for name, kind in KINDS.items()}


def kind_of(delta: Delta) -> str:
    """The word under which a delta is stored."""
    return _NAMES[type(delta)]


def write_deltas(deltas: Iterable[Delta]) -> list[dict[str, Any]]:
    """The stored form: `{"kind": "cap", "line_id": 1, "to": 1200000}`; days as ISO text."""
    return [{"kind": kind_of(delta)} | _written(delta) for delta in deltas]


def _written(one: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(one, field.name)) for field in fields(one)}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    return value


def read_deltas(stored: Iterable[Mapping[str, Any]]) -> tuple[Delta, ...]:
    """The deltas in the stored form. Raises `Invalid` for a kind or a value that does not exist."""
    return tuple(_read(one, place) for place, one in enumerate(stored))


def _read(one: Mapping[str, Any], place: int) -> Delta:
    values = dict(one)
    made = KINDS.get(str(values.pop("kind", "")))
    try:
        if made is None:
            raise ValueError
        return made(**_with_days(values, {"due_on"} | ({"to"} if made in (StartOn, EndOn) else set())))
    except (TypeError, ValueError, AttributeError):
        raise Invalid(
            "Choose what changes from the list, and fill in all of it.", f"deltas.{place}"
        ) from None


def _with_days(values: dict[str, Any], days: set[str]) -> dict[str, Any]:
    for name in days & values.keys():
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    if "parts" in values:
        values["parts"] = tuple(FeeShare(**_with_days(dict(part), {"due_on"})) for part in values["parts"])
    return values
