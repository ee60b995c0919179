"""The change order that hours beyond a cap, or out of scope, ask for: what it says and what it moves."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from psa_app.rules import hours
from psa_app.rules.contract_value import TIME
from psa_app.rules.deltas import AddFixed, AddPart, CapTo, Delta, HoursTo

OVER_CAP, OUT_OF_SCOPE = "over_cap", "out_of_scope"


@dataclass(frozen=True, slots=True)
class Priced:
    """Billed minutes at one rate of the ladder, and what they come to (minor units)."""

    rate: int
    minutes: int
    amount: int


@dataclass(frozen=True, slots=True)
class Extra:
    """Hours on a line (0: on none) that the contract does not cover. `cap` is what would cover them."""

    line_id: int
    title: str
    model: str
    cap: int | None
    estimate: int
    rows: tuple[Priced, ...]
    first_on: date
    last_on: date
    entry_ids: tuple[int, ...]

    @property
    def minutes(self) -> int:
        """All of them."""
        return sum(one.minutes for one in self.rows)

    @property
    def amount(self) -> int:
        """What they come to."""
        return sum(one.amount for one in self.rows)


def proposed(extras: Sequence[Extra]) -> list[Delta]:
    """The deltas that take the hours in.

    A line by time gets a higher cap and estimate, a line at a fixed price a further milestone, and what
    is on any other line, or on none, a fixed line of its own.
    """
    deltas: list[Delta] = []
    for one in extras:
        if one.line_id and one.model == TIME:
            if one.cap is not None:
                deltas.append(CapTo(one.line_id, one.cap))
            deltas.append(HoursTo(one.line_id, one.estimate + one.minutes))
        elif one.line_id and one.model == "fixed":
            deltas.append(AddPart(one.line_id, f"Work beyond the scope, {_h(one.minutes)}", one.amount))
            deltas.append(HoursTo(one.line_id, one.estimate + one.minutes))
        else:
            title = f"Work beyond the scope: {one.title}"[:200]
            deltas.append(AddFixed(title, one.amount, minutes=one.minutes))
    return deltas


def title_of(source: str, extras: Sequence[Extra]) -> str:
    """ "12:30 h beyond the cap of “Engineering”"."""
    time = _h(sum(one.minutes for one in extras))
    if source == OVER_CAP:
        return f"{time} beyond the cap of “{extras[0].title}”"[:200]
    return f"{time} of work beyond the scope"


def reason_of(
    source: str, extras: Sequence[Extra], money: Callable[[int], str], day: Callable[[date], str]
) -> str:
    """A sentence for each line: how much, when, and at which rates; `money` and `day` say an amount and a
    day as the client reads them."""
    return "\n".join(_reason(source, one, money, day) for one in extras)


def _reason(source: str, one: Extra, money: Callable[[int], str], day: Callable[[date], str]) -> str:
    what = "beyond the cap of" if source == OVER_CAP else "beyond the scope on"
    rates = "; ".join(f"{_h(row.minutes)} at {money(row.rate)} = {money(row.amount)}" for row in one.rows)
    return f"{_h(one.minutes)} were worked {what} “{one.title}” {_span(one, day)}: {rates}."


def first_day(extras: Iterable[Extra], starts_on: date, ends_on: date | None) -> date:
    """From when it counts: the first of the days worked, within the term."""
    day = max(min(one.first_on for one in extras), starts_on)
    return day if ends_on is None else min(day, ends_on)


def _span(one: Extra, day: Callable[[date], str]) -> str:
    if one.first_on == one.last_on:
        return f"on {day(one.first_on)}"
    return f"between {day(one.first_on)} and {day(one.last_on)}"


def _h(minutes: int) -> str:
    return f"{hours.h_mm(minutes)} h"
