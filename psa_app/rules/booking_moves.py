"""Where a booking goes when a change order moves the first or last day of its project.

When the whole window moves, both days by as much, the plan moves with it. When only one end moves
inward, what lies beyond it is cut off; when it moves outward, the plan stays. The reasons:
`docs/decisions/0012-bookings-follow-the-contract.md`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from psa_app.rules.deltas import Delta, EndOn, StartOn


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
    starts_on: date, ends_on: date, before: Window, after: Window, today: date
) -> tuple[date, date] | None:
    """The days of a booking in the new window; None when nothing of it is left.

    What is over before today is not moved along. A booking that was outside the old window already is
    cut only at an end that moved inward.
    """
    by = shift_of(before, after)
    if by and ends_on >= today:
        return starts_on + by, ends_on + by
    first, last = starts_on, ends_on
    if after.starts_on and (before.starts_on is None or after.starts_on > before.starts_on):
        first = max(first, after.starts_on)
    if after.ends_on and (before.ends_on is None or after.ends_on < before.ends_on):
        last = min(last, after.ends_on)
    return (first, last) if first <= last else None


def _between(before: date | None, after: date | None) -> timedelta:
    return after - before if before and after else timedelta(0)
