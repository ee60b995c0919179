"""Work time: raw time in whole seconds, billed time in whole minutes beside it.

Rounding never changes raw time; it yields billed minutes by the policy of the SOW.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from psa_app.errors import Invalid
from psa_app.rules import money

INCREMENTS = (1, 5, 6, 10, 15, 30, 60)
MODES = ("up", "nearest", "down")
SCOPES = ("entry", "day_task")
DAY_SECONDS = 24 * 3600
LONG_ENTRY_SECONDS = 16 * 3600
MAX_TYPED_MINUTES = 10_000 * 60

Mode = Literal["up", "nearest", "down"]
Scope = Literal["entry", "day_task"]


@dataclass(frozen=True, slots=True)
class Rounding:
    """How raw time becomes billed minutes: per entry, or per person, day and task together.

    Raises `Invalid` with the field's name for an increment other than 1, 5, 6, 10, 15, 30 or 60,
    an unknown mode or scope, or a minimum outside 0 to 1440 minutes.
    """

    increment: int = 1
    mode: Mode = "up"
    minimum: int = 0
    per: Scope = "entry"

    def __post_init__(self) -> None:
        if self.increment not in INCREMENTS:
            raise Invalid("Round to 1, 5, 6, 10, 15, 30 or 60 minutes.", "increment")
        if self.mode not in MODES:
            raise Invalid("Round up, to the nearest or down.", "mode")
        if not 0 <= self.minimum <= 1440:
            raise Invalid("The minimum lies between 0 and 1440 minutes.", "minimum")
        if self.per not in SCOPES:
            raise Invalid("Round each entry, or each person's day on a task.", "per")


def billed_minutes(seconds: int, rounding: Rounding) -> int:
    """Billed minutes of one entry (or one group's summed seconds).

    7 minutes at 15 up are 15, at 15 nearest 0; 8 minutes at 15 nearest are 15. No time bills
    nothing, whatever the minimum.
    """
    if seconds < 0:
        raise ValueError("worked seconds are negative")
    if seconds == 0:
        return 0
    step = rounding.increment * 60
    if rounding.mode == "up":
        steps = -(-seconds // step)
    elif rounding.mode == "down":
        steps = seconds // step
    else:
        steps = (2 * seconds + step) // (2 * step)
    return max(steps * rounding.increment, rounding.minimum)


def share_minutes(billed: int, seconds: Sequence[int]) -> list[int]:
    """A group's billed minutes over its entries, in proportion to their seconds, without loss.

    15 billed minutes over entries of 100, 200 and 120 s are 4, 7 and 4.
    """
    return money.apportion(billed, seconds)


_CLOCK = re.compile(r"(\d{0,5}):([0-5]\d)", re.ASCII)
_UNITS = re.compile(
    r"(?:(\d{1,5}(?:[.,]\d{1,4})?)\s*h(?:ours?|rs?)?)?\s*(?:(\d{1,6})\s*(?:m|min|minutes?)?)?",
    re.ASCII | re.IGNORECASE,
)
_DECIMAL = re.compile(r"(\d{0,5})[.,](\d{1,4})|(\d{1,5})", re.ASCII)


def parse_duration(text: str, field: str = "") -> int:
    """Whole minutes from `1:30`, `:45`, `1.5`, `1,5`, `2`, `2h`, `90m`, `1h 30m`.

    A bare number is hours; a part of a minute is rounded half up (`0.33` is 20). Raises `Invalid`
    for anything else and beyond 10,000 hours.
    """
    minutes = _minutes(text.strip())
    if minutes is None:
        raise Invalid("Type the time as 1:30, 1.5 or 90m.", field)
    if minutes > MAX_TYPED_MINUTES:
        raise Invalid("That is more than 10,000 hours. Type the time as 1:30, 1.5 or 90m.", field)
    return minutes


def _minutes(text: str) -> int | None:
    if match := _CLOCK.fullmatch(text):
        return int(match[1] or "0") * 60 + int(match[2])
    if _DECIMAL.fullmatch(text):
        return _decimal_hours(text)
    match = _UNITS.fullmatch(text)
    if match is None or not text:
        return None
    hours, minutes = match[1], int(match[2] or "0")
    if hours and match[2] and (minutes >= 60 or not hours.isdigit()):
        return None
    return (_decimal_hours(hours) if hours else 0) + minutes


def _decimal_hours(text: str) -> int:
    whole, _, part = text.replace(",", ".").partition(".")
    return int(whole or "0") * 60 + money.divide(int(part or "0") * 60, 10 ** len(part))


def h_mm(minutes: int) -> str:
    """Minutes as hours and minutes: 90 is "1:30", −5 is "−0:05"."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'−' if minutes < 0 else ''}{hours}:{rest:02}"


def h_mm_seconds(seconds: int) -> str:
    """Seconds as hours and minutes, half a minute up: 5400 is "1:30", 89 is "0:01"."""
    return h_mm(money.divide(seconds, 60))


def h_mm_ss(seconds: int) -> str:
    """Seconds to the second, as a running timer shows them: 5405 is "1:30:05"."""
    return f"{h_mm((abs(seconds) // 60) * (-1 if seconds < 0 else 1))}:{abs(seconds) % 60:02}"


def check_day(total_seconds: int, field: str = "hours") -> None:
    """Raises `Invalid` when one person's day would hold more than 24 hours."""
    if total_seconds > DAY_SECONDS:
        raise Invalid(
            f"This day would hold {h_mm_seconds(total_seconds)}. A day has 24:00 at most: "
            "shorten an entry or move it to another day.",
            field,
        )


def warn_entry(seconds: int, work_date: date, today: date) -> list[str]:
    """Sentences on what looks wrong but is allowed: over 16 hours, or a day still to come."""
    warnings: list[str] = []
    if seconds > LONG_ENTRY_SECONDS:
        warnings.append(f"{h_mm_seconds(seconds)} is more than 16 hours in one entry.")
    if work_date > today:
        warnings.append(f"{work_date.isoformat()} lies in the future.")
    return warnings
