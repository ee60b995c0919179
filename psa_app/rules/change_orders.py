"""What a change order moves, whether it may, and what the contract is worth before and after.

A delta is stored as JSON, one object each with its `kind`; `read_deltas` and `write_deltas` are the
only spelling. Amounts are minor units of the scope's currency, estimates are minutes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from psa_app.errors import Invalid
from psa_app.rules import scopes

MOST_MONEY = 10**15 - 1
MOST_MINUTES = 10**7
TITLE_LENGTH = 200


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
class AddLine:
    """A new line billed by time: with its cap, if any, and a rate for everyone on it."""

    title: str
    rate: int
    cap: int | None = None
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class EndOn:
    """Another last day of the scope and its project."""

    to: date


Delta = CapTo | HoursTo | RateTo | AddPart | MovePart | DropPart | AddLine | EndOn
KINDS: Mapping[str, Callable[..., Delta]] = {
    "cap": CapTo,
    "hours": HoursTo,
    "rate": RateTo,
    "add_milestone": AddPart,
    "change_milestone": MovePart,
    "drop_milestone": DropPart,
    "add_line": AddLine,
    "end": EndOn,
}
_NAMES = {kind: name for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands today; `billed` is the net amount on drafts and invoices."""

    id: int
    title: str
    model: str
    value: int = 0
    cap: int | None = None
    minutes: int = 0
    billed: int = 0
    periods: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A milestone as it stands today."""

    id: int
    line_id: int
    title: str
    value: int
    status: str = "planned"


@dataclass(frozen=True, slots=True)
class Contract:
    """A signed scope with all signed change orders in it."""

    starts_on: date
    ends_on: date | None
    lines: tuple[Line, ...]
    parts: tuple[Part, ...] = ()

    def worth(self) -> int:
        """Contract value: fixed prices, prices of all periods, and the caps of lines billed by time."""
        return sum(
            scopes.agreed_worth(line.model, line.value, line.cap, line.periods) or 0 for line in self.lines
        )

    def minutes(self) -> int:
        """All estimates together."""
        return sum(line.minutes for line in self.lines)


def write_deltas(deltas: Iterable[Delta]) -> list[dict[str, Any]]:
    """The stored form: `{"kind": "cap", "line_id": 1, "to": 1200000}`; days as ISO text."""
    return [
        {"kind": _NAMES[type(delta)]}
        | {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(delta).items()
        }
        for delta in deltas
    ]


def read_deltas(stored: Iterable[Mapping[str, Any]]) -> tuple[Delta, ...]:
    """The deltas in the stored form. Raises `Invalid` for a kind or a value that does not exist."""
    return tuple(_read(one, place) for place, one in enumerate(stored))


def _read(one: Mapping[str, Any], place: int) -> Delta:
    values = dict(one)
    made = KINDS.get(str(values.pop("kind", "")))
    days = {"due_on"} | ({"to"} if made is EndOn else set())
    try:
        for name in days & values.keys():
            values[name] = date.fromisoformat(values[name]) if values[name] else None
        if made is None:
            raise ValueError
        return made(**values)
    except (TypeError, ValueError):
        raise Invalid(
            "Choose what changes from the list, and fill in all of it.", f"deltas.{place}"
        ) from None


def applied(contract: Contract, deltas: Sequence[Delta], effective_on: date) -> Contract:
    """The contract with the deltas in it.

    Raises `Invalid` (field "deltas.N" or "effective_on") for what cannot be: a cap below what is
    billed, a milestone that is accepted already, an end before the start, a day outside the term.
    """
    if not deltas:
        raise Invalid("Say what changes: a cap, hours, a rate, a milestone, a line or the end.", "deltas")
    after = contract
    for place, delta in enumerate(deltas):
        after = _with(after, delta, f"deltas.{place}")
    if effective_on < after.starts_on or (after.ends_on is not None and effective_on > after.ends_on):
        raise Invalid("Choose a day within the term of the scope.", "effective_on")
    return after


def _with(contract: Contract, delta: Delta, field: str) -> Contract:
    match delta:
        case CapTo(line_id, to):
            line = _line(contract, line_id, "time_and_materials", field)
            if to is not None and _money(to, field) < line.billed:
                raise Invalid(f"More than this is already billed on “{line.title}”.", field)
            return _put(contract, replace(line, cap=to))
        case HoursTo(line_id, to):
            line = _line(contract, line_id, "", field)
            return _put(contract, replace(line, minutes=_minutes(to, field)))
        case RateTo(line_id, _, to):
            _line(contract, line_id, "time_and_materials", field)
            _money(to, field)
            return contract
        case AddLine(title, rate, cap, minutes):
            _title(title, field)
            _money(rate, field)
            most = None if cap is None else _money(cap, field)
            new = Line(0, title, "time_and_materials", cap=most, minutes=_minutes(minutes, field))
            return replace(contract, lines=(*contract.lines, new))
        case EndOn(to):
            if to < contract.starts_on:
                raise Invalid("The end lies before the start.", field)
            return replace(contract, ends_on=to)
    return _with_part(contract, delta, field)


def _with_part(contract: Contract, delta: AddPart | MovePart | DropPart, field: str) -> Contract:
    if isinstance(delta, AddPart):
        line = _line(contract, delta.line_id, "fixed", field)
        has_parts = any(one.line_id == line.id for one in contract.parts)
        if line.model == scopes.FIXED and line.value and not has_parts:
            raise Invalid(f"“{line.title}” is billed on dates; add a line for the further fee.", field)
        _title(delta.title, field)
        if not isinstance(delta.criteria, str):
            raise Invalid("Say in words when it is accepted.", field)
        new = Part(0, line.id, delta.title, _money(delta.value, field))
        return _priced(replace(contract, parts=(*contract.parts, new)), line)
    part = next((one for one in contract.parts if one.id == delta.milestone_id and one.id), None)
    if part is None:
        raise Invalid("Choose a milestone of this scope.", field)
    if part.status == "accepted":
        raise Invalid(f"“{part.title}” is accepted already and keeps its value.", field)
    rest = tuple(one for one in contract.parts if one is not part)
    if isinstance(delta, MovePart):
        rest = (*rest, replace(part, value=_money(delta.value, field)))
    return _priced(replace(contract, parts=rest), _line(contract, part.line_id, "fixed", field))


def _priced(contract: Contract, line: Line) -> Contract:
    value = sum(part.value for part in contract.parts if part.line_id == line.id)
    return _put(contract, replace(line, value=value))


def _line(contract: Contract, line_id: int, model: str, field: str) -> Line:
    line = next((one for one in contract.lines if one.id == line_id and one.id), None)
    if line is None:
        raise Invalid("Choose a line of this scope.", field)
    if model and line.model != model and not (model == "fixed" and line.model in scopes.FEES):
        how = "at a fixed price" if model == "fixed" else "by time"
        raise Invalid(f"“{line.title}” is not billed {how}.", field)
    return line


def _put(contract: Contract, line: Line) -> Contract:
    return replace(contract, lines=tuple(line if one.id == line.id else one for one in contract.lines))


def _money(amount: int, field: str) -> int:
    if isinstance(amount, bool) or not isinstance(amount, int) or not 0 < amount <= MOST_MONEY:
        raise Invalid("Give an amount above zero.", field)
    return amount


def _minutes(minutes: int, field: str) -> int:
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 0 <= minutes <= MOST_MINUTES:
        raise Invalid("The estimate is not a sensible number of hours.", field)
    return minutes


def _title(title: str, field: str) -> None:
    if not isinstance(title, str) or not title.strip() or len(title) > TITLE_LENGTH:
        raise Invalid(f"Give it a name of at most {TITLE_LENGTH} letters.", field)
