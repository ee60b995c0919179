"""A change order as rows of what, before and after: the same for the paper, the page and the signed text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from psa_app.rules.change_orders import Contract, Line, fee_parts, with_delta
from psa_app.rules.deltas import (
    AddFee,
    AddFixed,
    AddLine,
    AddPart,
    CapTo,
    Delta,
    DropPart,
    EndOn,
    HoursTo,
    MovePart,
    RateTo,
    StartOn,
)

Value = int | date | None
MONEY, MINUTES, DAY = "money", "minutes", "day"
RateKey = tuple[int, int | None]  # line, role


@dataclass(frozen=True, slots=True)
class Row:
    """One change: `kind` tells what before and after are (money | minutes | day); None is nothing."""

    what: str
    kind: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Names:
    """What the rows call things: roles by id, and what an hour costs on the effective day."""

    roles: Mapping[int, str] = field(default_factory=dict)
    rates: Mapping[RateKey, int] = field(default_factory=dict)


def rows(contract: Contract, deltas: Sequence[Delta], names: Names) -> Iterator[Row]:
    """The rows of deltas that `applied` has let pass, in their order, each against those before it."""
    now = contract
    for delta in deltas:
        after = with_delta(now, delta, "deltas")
        yield from _rows(now, after, delta, names)
        now = after


def _rows(now: Contract, after: Contract, delta: Delta, names: Names) -> Iterator[Row]:
    match delta:
        case CapTo(line_id, to):
            line = _line(now, line_id)
            yield Row(f"{_q(line.title)}: not more than", MONEY, line.cap, to)
        case HoursTo(line_id, to):
            line = _line(now, line_id)
            yield Row(f"{_q(line.title)}: estimate", MINUTES, line.minutes or None, to)
        case RateTo(line_id, role_id, to):
            who = names.roles.get(role_id, "a role") if role_id is not None else "everyone"
            before = names.rates.get((line_id, role_id))
            yield Row(f"{_q(_line(now, line_id).title)}: an hour of {who}", MONEY, before, to)
        case AddFee(line_id, value, parts, title):
            yield Row(
                f"{_q(_line(now, line_id).title)}: price",
                MONEY,
                _line(now, line_id).value,
                _line(after, line_id).value,
            )
            for part, amount in zip(parts, fee_parts(value, parts, "deltas"), strict=True):
                yield Row(
                    f"{_q(title or _line(now, line_id).title)}: of it due on {_day(part.due_on)}",
                    MONEY,
                    None,
                    amount,
                )
        case AddLine(title, rate, cap, minutes):
            yield Row(f"New line {_q(title)}, by time: an hour", MONEY, None, rate)
            yield Row(f"{_q(title)}: not more than", MONEY, None, cap)
            yield from _estimate(title, minutes)
        case AddFixed(title, value, due_on, minutes):
            yield Row(f"New line {_q(title)}, at a fixed price", MONEY, None, value)
            yield from _planned(title, None, due_on)
            yield from _estimate(title, minutes)
        case StartOn(to):
            yield Row("Starts", DAY, now.starts_on, to)
        case EndOn(to):
            yield Row("Ends", DAY, now.ends_on, to)
        case AddPart() | MovePart() | DropPart():
            yield from _of_part(now, delta)


def _of_part(now: Contract, delta: AddPart | MovePart | DropPart) -> Iterator[Row]:
    if isinstance(delta, AddPart):
        line = _line(now, delta.line_id)
        yield Row(f"{_q(line.title)}: new milestone {_q(delta.title)}", MONEY, None, delta.value)
        yield from _planned(delta.title, None, delta.due_on)
        return
    part = next(one for one in now.parts if one.id == delta.milestone_id)
    if isinstance(delta, DropPart):
        yield Row(f"Milestone {_q(part.title)}: taken out", MONEY, part.value, None)
        return
    if delta.value != part.value:
        yield Row(f"Milestone {_q(part.title)}", MONEY, part.value, delta.value)
    yield from _planned(part.title, part.due_on, delta.due_on)


def _planned(title: str, before: date | None, after: date | None) -> Iterator[Row]:
    if before != after:
        yield Row(f"{_q(title)}: planned for", DAY, before, after)


def _estimate(title: str, minutes: int) -> Iterator[Row]:
    if minutes:
        yield Row(f"{_q(title)}: estimate", MINUTES, None, minutes)


def _line(contract: Contract, line_id: int) -> Line:
    return next(one for one in contract.lines if one.id == line_id)


def _q(title: str) -> str:
    return f"“{title}”"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
