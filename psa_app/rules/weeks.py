"""ISO weeks as `yyyyww` and months as `yyyymm`, and the midnight that splits a timer.

2026-01-01 lies in 202601, 2027-01-01 in 202653. Which day a week view shows first is a matter of
the view; the week itself always runs from Monday to Sunday.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from psa_app.errors import Invalid

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Piece = tuple[date, int, datetime, datetime]


def week_of(day: date) -> int:
    """The ISO week of a day as yyyyww: 2026-11-23 is 202648, 2027-01-01 is 202653."""
    year, week, _ = day.isocalendar()
    return year * 100 + week


def monday(week: int) -> date:
    """The first day of a week: 202601 is 2025-12-29. Raises `Invalid` for a week that is none."""
    try:
        return date.fromisocalendar(week // 100, week % 100, 1)
    except ValueError:
        raise Invalid(f"{week} is not a week. Use year and week such as 202648.", "week") from None


def days(week: int) -> list[date]:
    """The seven days from Monday to Sunday."""
    first = monday(week)
    return [first + timedelta(days=offset) for offset in range(7)]


def next_week(week: int) -> int:
    """The week after: 202653 is followed by 202701."""
    return week_of(monday(week) + timedelta(days=7))


def previous_week(week: int) -> int:
    """The week before: 202701 follows 202653."""
    return week_of(monday(week) - timedelta(days=7))


def label(week: int) -> str:
    """The week as a person reads it: "Week 48, 23–29 Nov 2026"."""
    first, last = days(week)[0], days(week)[6]
    begin = str(first.day)
    if first.month != last.month:
        begin += f" {_MONTHS[first.month - 1]}"
    if first.year != last.year:
        begin += f" {first.year}"
    end = f"{last.day} {_MONTHS[last.month - 1]} {last.year}"
    joint = " – " if " " in begin else "–"
    return f"Week {week % 100}, {begin}{joint}{end}"


def month_of(day: date) -> int:
    """The month of a day as yyyymm: 2026-11-23 is 202611."""
    return day.year * 100 + day.month


def month_days(month: int) -> tuple[date, date]:
    """The first and last day of a month: 202602 is (2026-02-01, 2026-02-28)."""
    try:
        first = date(month // 100, month % 100, 1)
    except ValueError:
        raise Invalid(f"{month} is not a month. Use a month such as 202611.", "month") from None
    following = first.replace(day=28) + timedelta(days=4)
    return first, following - timedelta(days=following.day)


def split_at_midnight(start: datetime, end: datetime, zone: str) -> list[Piece]:
    """A span of time by the working days of a person's zone: (day, seconds, start, end) each.

    `start` and `end` are aware; the pieces' instants are UTC, cut to whole seconds, and their
    seconds sum to the span's, also over a change of the clocks (a day of 23 or 25 hours). A span
    without length is one piece of 0 seconds. Raises `Invalid` when the end lies before the start.
    """
    first, last = _whole_second(start), _whole_second(end)
    if last < first:
        raise Invalid("The end lies before the start.", "end")
    tz = ZoneInfo(zone)
    pieces: list[Piece] = []
    while True:
        day = first.astimezone(tz).date()
        cut = min(last, _midnight_after(day, tz))
        pieces.append((day, int((cut - first).total_seconds()), first, cut))
        if cut == last:
            return pieces
        first = cut


def _whole_second(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return instant.astimezone(UTC).replace(microsecond=0)


def _midnight_after(day: date, tz: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, tz).astimezone(UTC)
