"""The periods of a retainer or a subscription: when each begins and ends, falls due, and what it costs.

Periods are counted from an anchor: the contract's first day, or the calendar's. A boundary is always
reckoned from the anchor and clamped to the month's end, never from the boundary before: 31 January,
28 February, 31 March. The first and the last may be parts of a period; they cost their share of days.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from typing import NamedTuple

from psa_app.errors import Invalid
from psa_app.rules import money

CONTRACT, CALENDAR = "contract", "calendar"
ANCHORS = (CONTRACT, CALENDAR)  # from which day periods are counted
ADVANCE, ARREARS = "advance", "arrears"
BILLED_IN = (ADVANCE, ARREARS)  # on a period's first day, or on its last
MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
RHYTHMS = ("weekly", *MONTHS)
DAY = timedelta(days=1)


class Period(NamedTuple):
    """A period from its first day to its last; `whole_*` is the period of which it is a part.

    `number` counts from 1 and stays the same whatever day is looked at.
    """

    number: int
    starts_on: date
    ends_on: date
    whole_from: date
    whole_to: date

    @property
    def is_part(self) -> bool:
        """Whether it is shorter than a whole period."""
        return (self.starts_on, self.ends_on) != (self.whole_from, self.whole_to)

    def share_of(self, amount: int) -> int:
        """What of a whole period's fee or hours belongs to it, by days."""
        return share_of_days(amount, self.whole_from, self.whole_to, self.starts_on, self.ends_on)

    def due_on(self, billed_in: str) -> date:
        """The day from which it can be billed: its first in advance, its last in arrears."""
        return self.starts_on if billed_in == ADVANCE else self.ends_on


@dataclass(frozen=True, slots=True)
class Schedule:
    """Periods of a `rhythm` from `starts_on` to `ends_on` (None: no end); one begins on `anchor`."""

    rhythm: str
    starts_on: date
    anchor: date
    ends_on: date | None = None


def schedule(
    rhythm: str,
    starts_on: date,
    ends_on: date | None = None,
    *,
    count: int = 0,
    trial_days: int = 0,
    counted_from: str = CONTRACT,
) -> Schedule:
    """The schedule of a line whose contract runs from `starts_on` to `ends_on`.

    Nothing is due for the days of a trial: the periods begin after it. `count` whole periods are the
    length of the line (0: as long as the contract): twelve months from 12 January end on 11 January,
    also when they are counted from the first of each month and so begin and end with a part. Raises
    `Invalid` for an unknown rhythm or anchor, or a negative number.
    """
    if rhythm not in RHYTHMS:
        raise Invalid("Choose weekly, monthly, quarterly or yearly periods.", "rhythm")
    if counted_from not in ANCHORS:
        raise Invalid("Count the periods from the contract’s first day, or by the calendar.", "counted_from")
    if trial_days < 0:
        raise Invalid("A trial lasts 0 days or more.", "trial_days")
    if count < 0:
        raise Invalid("Give the number of periods, 0 for no end.", "periods")
    first = starts_on + timedelta(days=trial_days)
    last = boundary(rhythm, first, count) - DAY if count else None
    ends = [day for day in (last, ends_on) if day is not None]
    anchor = first if counted_from == CONTRACT else calendar_start(rhythm, first)
    return Schedule(rhythm, first, anchor, min(ends, default=None))


def boundary(rhythm: str, anchor: date, place: int) -> date:
    """The first day of the period `place` periods after the one that begins on `anchor` (or before it).

    Monthly from 31 January 2027: 28 February, 31 March, 30 April.
    """
    if rhythm == "weekly":
        return anchor + timedelta(days=7 * place)
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + MONTHS[rhythm] * place, 12)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def calendar_start(rhythm: str, day: date) -> date:
    """The first day of the calendar's week (Monday), month, quarter or year in which a day lies."""
    if rhythm == "weekly":
        return day - timedelta(days=day.weekday())
    months = MONTHS[rhythm]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def periods(of: Schedule, until: date) -> list[Period]:
    """The periods that begin up to a day, in their order; none when the schedule ends before it begins."""
    return list(takewhile(lambda period: period.starts_on <= until, all_periods(of)))


def due_periods(of: Schedule, billed_in: str, until: date) -> list[Period]:
    """The periods whose fee can be billed up to a day: each once, however many were missed."""
    return [period for period in periods(of, until) if period.due_on(billed_in) <= until]


def earned_upto(of: Schedule, fee: int, day: date) -> int:
    """What of the periods' fees is earned to the end of a day, ratably by days.

    300.00 a month from 1 April: 100.00 on 10 April, 300.00 on the 30th.
    """
    return sum(
        share_of_days(fee, one.whole_from, one.whole_to, one.starts_on, min(day, one.ends_on))
        for one in periods(of, day)
    )


def period_at(of: Schedule, day: date) -> Period | None:
    """The period in which a day lies, None before the first and after the last."""
    found = periods(of, day)
    return found[-1] if found and day <= found[-1].ends_on else None


def share_of_days(amount: int, whole_from: date, whole_to: date, starts_on: date, ends_on: date) -> int:
    """The share of an amount for `whole_from` to `whole_to` that the days from `starts_on` to `ends_on` have.

    It is the rounded running total at the last day less that before the first, so that parts which
    follow each other sum to the whole: 100.00 for April, 1–10 and 11–30: 33.33 and 66.67.
    """
    if not whole_from <= starts_on <= ends_on <= whole_to:
        raise ValueError("The part does not lie in the whole.")
    days = (whole_to - whole_from).days + 1
    upto = money.divide(amount * ((ends_on - whole_from).days + 1), days)
    return upto - money.divide(amount * (starts_on - whole_from).days, days)


def all_periods(of: Schedule) -> Iterator[Period]:
    """The periods in their order, without end where the schedule has none."""
    place = _place(of)
    number = 0
    starts_on = of.starts_on
    while of.ends_on is None or starts_on <= of.ends_on:
        number += 1
        whole_from = boundary(of.rhythm, of.anchor, place)
        whole_to = boundary(of.rhythm, of.anchor, place + 1) - DAY
        ends_on = whole_to if of.ends_on is None else min(whole_to, of.ends_on)
        yield Period(number, starts_on, ends_on, whole_from, whole_to)
        starts_on, place = whole_to + DAY, place + 1


def _place(of: Schedule) -> int:
    """How many periods after the anchor's the one lies in which the schedule begins."""
    if of.rhythm == "weekly":
        return (of.starts_on - of.anchor).days // 7
    apart = (of.starts_on.year - of.anchor.year) * 12 + of.starts_on.month - of.anchor.month
    place = apart // MONTHS[of.rhythm]
    return place if boundary(of.rhythm, of.anchor, place) <= of.starts_on else place - 1
