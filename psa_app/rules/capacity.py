"""Capacity, utilization and bookings: plans are whole minutes a day.

Net capacity = contract minutes − holidays that fall on contract days − approved leave, within the
employment dates; gross capacity omits leave. Worked example: 32 h billable in a 40 h week with 8 h
leave is 80 % of gross and 100 % of net capacity.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from psa_app.errors import Invalid
from psa_app.rules import money, weeks

DAY_MINUTES = 24 * 60

BookingMode = Literal["hours_per_day", "percent", "total"]
BOOKING_MODES: tuple[BookingMode, ...] = ("hours_per_day", "percent", "total")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Contract minutes from Monday to Sunday, in force until the next pattern begins."""

    valid_from: date
    minutes: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.minutes) != 7 or not all(0 <= day <= DAY_MINUTES for day in self.minutes):
            raise Invalid("Give from 0:00 to 24:00 for each of the seven weekdays.", "minutes")


def day_minutes(patterns: Sequence[Pattern], day: date) -> int:
    """Contract minutes of one day by the latest pattern begun; 0 before the first.

    `patterns` are sorted by `valid_from`.
    """
    index = bisect_right(patterns, day, key=lambda pattern: pattern.valid_from)
    return patterns[index - 1].minutes[day.weekday()] if index else 0


def gross_by_day(
    patterns: Iterable[Pattern],
    holidays: Collection[date],
    start: date,
    end: date,
    hired_on: date | None = None,
    left_on: date | None = None,
) -> dict[date, int]:
    """Capacity without leave for each day from `start` to `end`, both included, 0 where none."""
    dated = sorted(patterns, key=lambda pattern: pattern.valid_from)
    first, last = hired_on or date.min, left_on or date.max
    return {
        day: day_minutes(dated, day) if first <= day <= last and day not in holidays else 0
        for day in _days(start, end)
    }


def net_by_day(
    patterns: Iterable[Pattern],
    holidays: Collection[date],
    leave: Mapping[date, int],
    start: date,
    end: date,
    hired_on: date | None = None,
    left_on: date | None = None,
) -> dict[date, int]:
    """Capacity less approved leave minutes for each day; leave beyond a day's contract counts no more."""
    gross = gross_by_day(patterns, holidays, start, end, hired_on, left_on)
    return {day: max(minutes - leave.get(day, 0), 0) for day, minutes in gross.items()}


def gross_minutes(
    patterns: Iterable[Pattern],
    holidays: Collection[date],
    start: date,
    end: date,
    hired_on: date | None = None,
    left_on: date | None = None,
) -> int:
    """The sum of `gross_by_day`."""
    return sum(gross_by_day(patterns, holidays, start, end, hired_on, left_on).values())


def net_minutes(
    patterns: Iterable[Pattern],
    holidays: Collection[date],
    leave: Mapping[date, int],
    start: date,
    end: date,
    hired_on: date | None = None,
    left_on: date | None = None,
) -> int:
    """The sum of `net_by_day`."""
    return sum(net_by_day(patterns, holidays, leave, start, end, hired_on, left_on).values())


def utilization(billable_minutes: int, capacity: int) -> Fraction | None:
    """Billable ÷ capacity, or None without capacity. A team's is the sum over the sum."""
    return Fraction(billable_minutes, capacity) if capacity > 0 else None


@dataclass(frozen=True, slots=True)
class BookingPlan:
    """Planned work from `starts_on` to `ends_on`, both included; `mode` says which figure counts.

    Raises `Invalid` with the field for an end before the start or a figure that is out of bounds.
    """

    starts_on: date
    ends_on: date
    mode: BookingMode
    minutes_per_day: int = 0
    percent: int = 0
    total_minutes: int = 0

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise Invalid("The last day lies before the first.", "ends_on")
        if self.mode not in BOOKING_MODES:
            raise Invalid("Book hours a day, a percentage or hours in all.", "mode")
        if self.mode == "hours_per_day" and not 0 < self.minutes_per_day <= DAY_MINUTES:
            raise Invalid("Book more than 0:00 and at most 24:00 a day.", "minutes_per_day")
        if self.mode == "percent" and not 0 < self.percent <= 100:
            raise Invalid("Book from 1 to 100 % of a person's time.", "percent")
        if self.mode == "total" and self.total_minutes <= 0:
            raise Invalid("Book more than 0:00 in all.", "total_minutes")


def spread(plan: BookingPlan, capacity_by_day: Mapping[date, int]) -> dict[date, int]:
    """Booked minutes for each day that has some; days without capacity are skipped.

    Hours a day stand on every working day, percent follows each day's capacity (half up), and a
    total is spread in proportion to capacity without loss, its end kept. Where a total meets no
    working day nothing is placed: see `unplaced`.
    """
    working = {
        day: capacity_by_day[day]
        for day in _days(plan.starts_on, plan.ends_on)
        if capacity_by_day.get(day, 0) > 0
    }
    if plan.mode == "hours_per_day":
        placed = dict.fromkeys(working, plan.minutes_per_day)
    elif plan.mode == "percent":
        placed = {day: money.divide(minutes * plan.percent, 100) for day, minutes in working.items()}
    elif working:
        parts = money.apportion(plan.total_minutes, list(working.values()))
        placed = dict(zip(working, parts, strict=True))
    else:
        placed = {}
    return {day: minutes for day, minutes in placed.items() if minutes}


def unplaced(plan: BookingPlan, capacity_by_day: Mapping[date, int]) -> int:
    """Minutes of a total that found no working day, to be shown beside the booking; else 0."""
    if plan.mode != "total":
        return 0
    return plan.total_minutes - sum(spread(plan, capacity_by_day).values())


def by_week(minutes_by_day: Mapping[date, int]) -> dict[int, int]:
    """Minutes a day summed by ISO week (yyyyww)."""
    summed: dict[int, int] = {}
    for day, minutes in minutes_by_day.items():
        week = weeks.week_of(day)
        summed[week] = summed.get(week, 0) + minutes
    return summed


def overbooked(booked: int, net: int) -> bool:
    """Confirmed bookings exceed net capacity, in a week or a day; exactly full is not over."""
    return booked > net


def _days(start: date, end: date) -> Iterable[date]:
    return (start + timedelta(days=offset) for offset in range((end - start).days + 1))
