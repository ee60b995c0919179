"""Where the plan of a project goes when a change order moves its first or last day.

When the whole window moves, both days by as much, the plan moves with it. When only one end moves
inward, bookings beyond it are cut off; when it moves outward, the plan stays. The reasons:
`docs/decisions/0012-bookings-follow-the-contract.md`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from psa_app.rules.deltas import Delta, EndOn, StartOn
from psa_app.rules.templates.dates import Days

Span = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day of a project; None where there is none. Of a booking both are known."""

    starts_on: date | None
    ends_on: date | None


def window_after(window: Window, deltas: Iterable[Delta]) -> Window:
    """The project's days once these deltas are signed."""
    for delta in deltas:
        if isinstance(delta, StartOn):
            window = replace(window, starts_on=delta.to)
        elif isinstance(delta, EndOn):
            window = replace(window, ends_on=delta.to)
    return window


def shift_of(before: Window, after: Window) -> timedelta:
    """By how much the whole window moves; zero when it grows, shrinks or stays."""
    if None in (before.starts_on, before.ends_on, after.starts_on, after.ends_on):
        return timedelta(0)
    by = _between(before.starts_on, after.starts_on)
    return by if by == _between(before.ends_on, after.ends_on) else timedelta(0)


def booked_after(
    starts_on: date, ends_on: date, before: Window, after: Window, today: date, days: Days
) -> tuple[date, date] | None:
    """The days of a booking in the new window; None when nothing of it is left.

    What is over before today is not moved along. What moves lies on working days, see `moved_days`, and
    ends with the project if it did so far. A booking that was outside the old window already is cut only
    at an end that moved inward.
    """
    by = shift_of(before, after)
    if by and ends_on >= today:
        until = after.ends_on if before.ends_on and ends_on <= before.ends_on else None
        return moved_days(starts_on, ends_on, by, days, until)
    first, last = starts_on, ends_on
    if after.starts_on and (before.starts_on is None or after.starts_on > before.starts_on):
        first = max(first, after.starts_on)
    if after.ends_on and (before.ends_on is None or after.ends_on < before.ends_on):
        last = min(last, after.ends_on)
    return (first, last) if first <= last else None


def moved_days(
    starts_on: date, ends_on: date, by: timedelta, days: Days, until: date | None = None
) -> tuple[date, date]:
    """A span that moves by some days and keeps its working days.

    It begins on the next working day when it would begin on a day that nobody works, and takes as many
    working days as before, up to the last working day by `until`. A span that lay on days off stays on
    them: someone meant it.
    """
    first, last = starts_on + by, ends_on + by
    many = days.count(starts_on, ends_on)
    if many == days.count(first, last) and _fits(starts_on, first, days) and _fits(ends_on, last, days):
        return first, last
    if not many:
        return first, last
    first = days.first(first)
    last = days.after(first, many - 1)
    if until is not None and last > until:
        last = days.last(until)
    return min(first, last), last


def planned_after(span: Span, by: timedelta, today: date, days: Days) -> Span:
    """First and last day of a phase or a task, or no day and the day of a milestone, once the plan moves.

    A day that is past stays, so of what is under way only the end moves, and never before its start.
    """
    first, last = span
    if first and last and first >= today:
        return moved_days(first, last, by, days)
    first = _moved_day(first, by, today, days)
    last = _moved_day(last, by, today, days)
    return first, max(first, last) if first and last else last


def _moved_day(day: date | None, by: timedelta, today: date, days: Days) -> date | None:
    if day is None or day < today:
        return day
    return day + by if _fits(day, day + by, days) else days.first(day + by)


def _fits(before: date, after: date, days: Days) -> bool:
    """Whether the day may be taken as it falls: it is worked, or the one so far was not either."""
    return days.works(after) or not days.works(before)


def _between(before: date | None, after: date | None) -> timedelta:
    return after - before if before and after else timedelta(0)
