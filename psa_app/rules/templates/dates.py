"""Days that count from a first one: working days, calendar days or months.

An offset is short text: "5w" (5 working days later), "10d" (10 days later), "2m" (2 months later, at most
that month's end), "" (no day). "0w" is the first working day from the start on, "0d" the start itself.
A term is the same text; the last day of "12m" is the day before the same day a year later.
"""

import calendar
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from psa_app.errors import Invalid

Unit = Literal["w", "d", "m"]
MOST = {"w": 2600, "d": 3650, "m": 120}
_WORDS = {
    "": "d",
    "d": "d",
    "day": "d",
    "days": "d",
    "calendar day": "d",
    "calendar days": "d",
    "w": "w",
    "wd": "w",
    "working day": "w",
    "working days": "w",
    "workday": "w",
    "workdays": "w",
    "m": "m",
    "month": "m",
    "months": "m",
}
_NAMES = {"w": ("working day", "working days"), "d": ("day", "days"), "m": ("month", "months")}


@dataclass(frozen=True, slots=True)
class Days:
    """Which days are worked: Monday to Friday without the holidays."""

    holidays: frozenset[date] = field(default_factory=frozenset)

    def works(self, day: date) -> bool:
        """Whether the firm works on this day."""
        return day.weekday() < 5 and day not in self.holidays

    def first(self, start: date) -> date:
        """The first working day from `start` on."""
        return start if self.works(start) else self.after(start, 1)

    def last(self, end: date) -> date:
        """The last working day up to `end`."""
        while not self.works(end):
            end -= timedelta(days=1)
        return end

    def count(self, first: date, last: date) -> int:
        """How many working days there are from `first` to `last`, both counted."""
        return sum(self.works(first + timedelta(days=n)) for n in range((last - first).days + 1))

    def after(self, day: date, many: int) -> date:
        """The working day that comes `many` working days after `day`."""
        while many:
            day += timedelta(days=1)
            many -= self.works(day)
        return day


def parse_offset(text: str, field: str = "") -> str:
    """An offset as a person types it: "5 working days", "10", "2 months", "5w". Raises `Invalid`."""
    typed = " ".join(text.lower().removeprefix("after").split())
    if not typed:
        return ""
    found = re.fullmatch(r"(\d{1,5}) ?([a-z ]*)", typed)
    unit = _WORDS.get(found[2].strip()) if found else None
    if found is None or unit is None or int(found[1]) > MOST[unit]:
        raise Invalid("Say when it is: “5 working days”, “10 days” or “2 months” after the start.", field)
    return f"{int(found[1])}{unit}"


def offset_words(offset: str) -> str:
    """An offset as a person reads it: "5 working days"; "" for none."""
    if not offset:
        return ""
    many, unit = _parts(offset)
    return f"{many} {_NAMES[unit][many != 1]}"


def day_at(start: date, offset: str, days: Days) -> date | None:
    """The day of an offset. Raises `Invalid` when it lies beyond what a calendar holds."""
    if not offset:
        return None
    many, unit = _parts(offset)
    try:
        if unit == "m":
            return months_later(start, many)
        if unit == "w":
            return days.after(days.first(start), many)
        return start + timedelta(days=many)
    except (OverflowError, ValueError):
        raise Invalid("That day lies too far ahead. Choose an earlier start.", "starts_on") from None


def offset_of(start: date, day: date | None, days: Days, *, working: bool) -> str:
    """The offset that leads from `start` to `day`: in working days if asked for and it is one, else in
    whole months, else in days. A day before the start counts as the start; beyond ten years as ten years.
    """
    if day is None:
        return ""
    gap = (day - start).days
    if gap <= 0 and not working:
        return "0d"
    if gap > MOST["d"]:
        return f"{MOST['d']}d"
    if working:
        return _working_offset(start, max(day, start), days)
    months = _months_between(start, day)
    return f"{months}m" if 0 < months <= MOST["m"] and months_later(start, months) == day else f"{gap}d"


def _working_offset(start: date, day: date, days: Days) -> str:
    first = days.first(start)
    if day < first or not days.works(day):
        return f"{(day - start).days}d"
    count = sum(days.works(first + timedelta(days=one)) for one in range(1, (day - first).days + 1))
    return f"{count}w"


def term_end(start: date, term: str) -> date | None:
    """The last day of a term: of months the day before; "0d" is the start itself."""
    if not term:
        return None
    many, unit = _parts(term)
    end = day_at(start, term, Days())
    return end - timedelta(days=1) if end is not None and unit == "m" and many else end


def term_of(start: date, end: date | None) -> str:
    """The term that lasts from `start` to `end`: in whole months if it can be said so, else in days."""
    if end is None:
        return ""
    if end <= start:
        return "0d"
    after = end + timedelta(days=1) if end < date.max else end
    months = _months_between(start, after)
    if 0 < months <= MOST["m"] and term_end(start, f"{months}m") == end:
        return f"{months}m"
    return f"{min((end - start).days, MOST['d'])}d"


def months_later(start: date, months: int) -> date:
    """The same day some months later, at most the month's last: 31 January, 28 February, 31 March."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def _months_between(start: date, day: date) -> int:
    return (day.year - start.year) * 12 + day.month - start.month


def _parts(offset: str) -> tuple[int, Unit]:
    return int(offset[:-1]), offset[-1]  # type: ignore[return-value]


def next_report(first: date | None, every: str, today: date) -> date | None:
    """The next day on which a status report is due: from `first` on, weekly, every two weeks or monthly."""
    if first is None or every == "none":
        return None
    if first >= today:
        return first
    if every == "monthly":
        months = _months_between(first, today)
        day = months_later(first, months)
        return day if day >= today else months_later(first, months + 1)
    step = {"weekly": 7, "fortnightly": 14}[every]
    return first + timedelta(days=-(-(today - first).days // step) * step)
