"""Whether a change order may move a contract, and what the contract is before and after."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate

from psa_app.errors import Invalid
from psa_app.rules import money, scopes
from psa_app.rules.contract_value import TIME, line_worth
from psa_app.rules.deltas import (
    AddFee,
    AddFixed,
    AddLine,
    AddPart,
    CapTo,
    Delta,
    DropPart,
    EndOn,
    FeeShare,
    HoursTo,
    MovePart,
    RateTo,
    StartOn,
)

MOST_MONEY = 10**15 - 1
MOST_MINUTES = 10**7
TITLE_LENGTH = 200
WHOLE = 1_000_000
FIRST_YEAR, LAST_YEAR = 2000, 2100


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
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """A signed scope with all signed change orders in it. `first_work` is the first day with time on it."""

    starts_on: date
    ends_on: date | None
    lines: tuple[Line, ...]
    parts: tuple[Part, ...] = ()
    currency: str = ""
    first_work: date | None = None
    said: Callable[[int], str] = field(default=str, compare=False, repr=False)  # an amount, to its reader

    def worth(self) -> int:
        """Contract value, minor units: prices, caps of lines billed by time, fees of all periods."""
        return sum(line_worth(line.model, line.value, line.cap, line.periods) or 0 for line in self.lines)

    def has_end(self) -> bool:
        """False when a line has no cap or no last period: the contract's value is then a least."""
        return all(
            line_worth(line.model, line.value, line.cap, line.periods) is not None for line in self.lines
        )

    def minutes(self) -> int:
        """All estimates together."""
        return sum(line.minutes for line in self.lines)

    def cap(self) -> int:
        """What lines billed by time may cost together, where they have a cap."""
        return sum(line.cap or 0 for line in self.lines if line.model == TIME)


def applied(contract: Contract, deltas: Sequence[Delta], effective_on: date) -> Contract:
    """The contract with the deltas in it.

    Raises `Invalid` (field "deltas.N" or "effective_on") for what cannot be: a cap below what is
    billed, a milestone that is accepted already, an end before the start, a day outside the term.
    """
    if not deltas:
        raise Invalid("Say what changes: a cap, hours, a rate, a milestone, a line or the end.", "deltas")
    after = contract
    for place, delta in enumerate(deltas):
        after = with_delta(after, delta, f"deltas.{place}")
    if effective_on < after.starts_on:
        raise Invalid(
            f"The scope begins on {_day(after.starts_on)}. Choose that day or a later one.", "effective_on"
        )
    if after.ends_on is not None and effective_on > after.ends_on:
        raise Invalid(
            f"The scope ends on {_day(after.ends_on)}. Choose a day within it, or move its end.",
            "effective_on",
        )
    return after


def with_delta(contract: Contract, delta: Delta, field: str) -> Contract:
    """The contract with one delta in it; `field` is named when it cannot be."""
    match delta:
        case CapTo(line_id, to):
            return _capped(contract, _line(contract, line_id, TIME, field), to, field)
        case HoursTo(line_id, to):
            line = _line(contract, line_id, "", field)
            return _put(contract, replace(line, minutes=_minutes(to, field)))
        case RateTo(line_id, _, to):
            _line(contract, line_id, TIME, field)
            _money(to, field)
            return contract
        case AddLine(title, rate, cap, minutes):
            _title(title, field)
            _money(rate, field)
            most = None if cap is None else _money(cap, field)
            new = Line(0, title, TIME, cap=most, minutes=_minutes(minutes, field))
            return replace(contract, lines=(*contract.lines, new))
        case AddFixed(title, value, _, minutes):
            _title(title, field)
            new = Line(0, title, "fixed", value=_money(value, field), minutes=_minutes(minutes, field))
            return replace(contract, lines=(*contract.lines, new))
        case AddFee(line_id, value, parts, title):
            line = _line(contract, line_id, "fixed", field)
            _optional_title(title, field)
            fee_parts(_money(value, field), parts, field)
            return _put(contract, replace(line, value=line.value + value))
        case StartOn() | EndOn():
            return _moved(contract, delta, field)
    return _with_part(contract, delta, field)


def _capped(contract: Contract, line: Line, to: int | None, field: str) -> Contract:
    if to is not None and _money(to, field) < line.billed:
        billed = contract.said(line.billed)
        raise Invalid(f"{billed} is already billed on “{line.title}”. Set the cap no lower than that.", field)
    return _put(contract, replace(line, cap=to))


def _moved(contract: Contract, delta: StartOn | EndOn, field: str) -> Contract:
    to = delta.to
    if not isinstance(to, date) or not FIRST_YEAR <= to.year <= LAST_YEAR:
        raise Invalid(f"Give a day between {FIRST_YEAR} and {LAST_YEAR}.", field)
    if isinstance(delta, EndOn):
        if to < contract.starts_on:
            raise Invalid(f"The end lies before the start. It begins on {_day(contract.starts_on)}.", field)
        return replace(contract, ends_on=to)
    if contract.ends_on is not None and to > contract.ends_on:
        raise Invalid(f"The start lies after the end. It ends on {_day(contract.ends_on)}.", field)
    if contract.first_work is not None and to > contract.first_work:
        raise Invalid(
            f"Time is logged from {_day(contract.first_work)} on. Let it begin no later than that.", field
        )
    return replace(contract, starts_on=to)


def _with_part(contract: Contract, delta: AddPart | MovePart | DropPart, field: str) -> Contract:
    if isinstance(delta, AddPart):
        line = _line(contract, delta.line_id, "fixed", field)
        has_parts = any(one.line_id == line.id for one in contract.parts)
        if line.model == scopes.FIXED and line.value and not has_parts:
            raise Invalid(f"“{line.title}” is billed on dates; add a line for the further fee.", field)
        _title(delta.title, field)
        if not isinstance(delta.criteria, str):
            raise Invalid("Say in words when it is accepted.", field)
        new = Part(0, line.id, delta.title, _worth(delta.value, delta.title, field), due_on=delta.due_on)
        return _priced(replace(contract, parts=(*contract.parts, new)), line, new.value)
    part = next((one for one in contract.parts if one.id == delta.milestone_id and one.id), None)
    if part is None:
        raise Invalid("Choose a milestone of this scope.", field)
    if part.status == "accepted":
        raise Invalid(f"“{part.title}” is accepted already and keeps its value.", field)
    line = _line(contract, part.line_id, "fixed", field)
    rest, by = tuple(one for one in contract.parts if one is not part), -part.value
    if isinstance(delta, MovePart):
        moved = replace(part, value=_worth(delta.value, part.title, field), due_on=delta.due_on)
        rest, by = (*rest, moved), moved.value - part.value
    return _priced(replace(contract, parts=rest), line, by)


def _priced(contract: Contract, line: Line, by: int) -> Contract:
    return _put(contract, replace(line, value=line.value + by))


def fee_parts(value: int, parts: Sequence[FeeShare], field: str) -> tuple[int, ...]:
    """The amounts of a fee's parts: they sum to it, the last takes the remainder.

    Raises `Invalid` for no parts, a share that is none, or shares that do not sum to 100 %.
    """
    if not parts:
        raise Invalid("Say on which days the fee is due, and which part of it.", field)
    if any(not isinstance(one.due_on, date) for one in parts):
        raise Invalid("Give each part of the fee its day.", field)
    if any(
        isinstance(one.share_ppm, bool) or not isinstance(one.share_ppm, int) or one.share_ppm <= 0
        for one in parts
    ):
        raise Invalid("Each part of the fee is a share above 0 %.", field)
    total = sum(one.share_ppm for one in parts)
    if total != WHOLE:
        raise Invalid(f"The parts add up to {total / 10_000:g} %. Make them 100 %.", field)
    ends = [money.divide(value * share, WHOLE) for share in accumulate(one.share_ppm for one in parts)]
    return tuple(end - begin for begin, end in zip([0, *ends], ends, strict=False))


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


def _worth(amount: int, title: str, field: str) -> int:
    if amount in (0, None):
        raise Invalid(f"“{title}” has no value. Say what it is worth: an amount above zero.", field)
    return _money(amount, field)


def _minutes(minutes: int, field: str) -> int:
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 0 <= minutes <= MOST_MINUTES:
        raise Invalid("The estimate is not a sensible number of hours.", field)
    return minutes


def _title(title: str, field: str) -> None:
    if not isinstance(title, str) or not title.strip() or len(title) > TITLE_LENGTH:
        raise Invalid(f"Give it a name of at most {TITLE_LENGTH} letters.", field)


def _optional_title(title: str, field: str) -> None:
    if title:
        _title(title, field)


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
