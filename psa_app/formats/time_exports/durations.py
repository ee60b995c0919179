"""How long: `1:30:00`, `1h 30m`, seconds, or hours with a comma or a point."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

from psa_app.formats.time_exports.heads import fold
from psa_app.formats.time_exports.values import BadCell, DurationKind, shown

DAY = 24 * 3600
_LONGEST = 60
DecimalMark = Literal[",", "."]

_SECONDS: dict[DurationKind, int] = {"hours": 3600, "minutes": 60, "seconds": 1}
_HINTS: tuple[tuple[DurationKind, frozenset[str]], ...] = (
    ("seconds", frozenset({"seconds", "sec", "secs", "s", "sekunden", "segundos", "secondes"})),
    ("minutes", frozenset({"minutes", "min", "mins", "minuten", "minutos"})),
    ("hours", frozenset({"hours", "decimal", "stunden", "horas", "heures"})),
)
_CLOCK = re.compile(r"(\d{1,5}):([0-5]\d)(?::([0-5]\d)(?:[.,]0+)?)?", re.ASCII)
_UNITS = re.compile(
    r"(?:PT)?(?:(\d{1,5})\s*h(?:ours?|rs?)?)?\s*(?:(\d{1,6})\s*m(?:in|ins|inutes?)?)?\s*(?:(\d{1,8})\s*s(?:ec)?)?",
    re.ASCII | re.IGNORECASE,
)
_NUMBER = re.compile(r"\d[\d.,]{0,30}|[.,]\d{1,30}", re.ASCII)
_HOURS = re.compile(r"\d*[.,]\d+\s*h", re.ASCII | re.IGNORECASE)
_GROUPING = str.maketrans({"'": None, "’": None, " ": None, "\u00a0": None, "\u202f": None, "\u2009": None})
_MINUS = re.compile(r"\s*[-−–]\s*[\d:.,]")


class Duration(NamedTuple):
    """Whole seconds, and how they were written: as a clock, as a whole number, as a decimal."""

    seconds: int
    written: Literal["clock", "whole", "decimal"]


def find_kind(cells: Iterable[str], header: str, usual: DurationKind | None) -> DurationKind | None:
    """What a plain number in a duration column counts; None when only a person can tell.

    `usual` is the tool's own habit; a decimal mark says hours whatever the habit.
    """
    numbers = [text for text in cells if ":" not in text and _NUMBER.fullmatch(text.strip())]
    if not numbers:
        return usual or "clock"
    words = set(re.findall(r"[a-z]+", fold(header)))
    hinted = next((kind for kind, hints in _HINTS if words & hints), None)
    if hinted:
        return hinted
    if any("." in text or "," in text for text in numbers):
        return "hours"
    return usual if usual != "clock" else None


def find_mark(cells: Iterable[str]) -> DecimalMark | None:
    """The decimal mark of these numbers; None when they do not tell, or tell both."""
    marks = {mark for text in cells if ":" not in text and (mark := _mark_of(text.strip()))}
    return marks.pop() if len(marks) == 1 else None


def _mark_of(text: str) -> DecimalMark | None:
    if not _NUMBER.fullmatch(text):
        return None
    points, commas = text.count("."), text.count(",")
    if points and commas:
        return "," if text.rindex(",") > text.rindex(".") else "."
    if points > 1 or commas > 1:
        return "," if points else "."
    if (points or commas) and len(re.split(r"[.,]", text)[1]) != 3:
        return "." if points else ","
    return None


def read_decimal(text: str, mark: DecimalMark | None) -> Decimal:
    """A number of zero or more: `1.5`, `1,5`, `2.000,0` (two thousand); raises `BadCell`.

    `mark` is the file's decimal mark. Without one, a single mark is taken for it.
    """
    clean = text.strip().translate(_GROUPING)
    if not _NUMBER.fullmatch(clean):
        raise BadCell(f"{shown(text)} is no number. Write hours as 1.5 or 1:30.")
    mark = mark or _mark_of(clean) or ("," if "," in clean else ".")
    whole, _, part = clean.partition(mark)
    groups = re.split(r"[.,]", whole)
    grouped = len(groups) > 1
    if (not part.isdigit() and part) or (grouped and not all(len(group) == 3 for group in groups[1:])):
        raise BadCell(f"{shown(text)} is no number. Write hours as 1.5 or 1:30.")
    return Decimal(f"{''.join(groups) or '0'}.{part or '0'}")


def read_duration(text: str, kind: DurationKind, mark: DecimalMark | None) -> Duration:
    """A duration of at most 24 hours; `kind` says what a plain number counts. Raises `BadCell`."""
    clock = _CLOCK.fullmatch(text)
    if clock and int(clock[1]) < 24:
        return Duration(int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0), "clock")
    clean = text.strip()
    if len(clean) > _LONGEST:
        raise BadCell(f"{shown(text)} is no time. Write it as 1:30 or 1.5.")
    if _MINUS.match(clean):
        raise BadCell(f"{shown(text)} is less than nothing. Correct it in the file.")
    if _HOURS.fullmatch(clean):
        clean, kind = clean[:-1], "hours"
    duration = _clock(clean) or _number(clean, kind, mark)
    if duration.seconds > DAY:
        raise BadCell(f"{shown(text)} is more than 24 hours. Split it over its days in the file.")
    return duration


def _clock(text: str) -> Duration | None:
    match = _CLOCK.fullmatch(text) or (_UNITS.fullmatch(text) if not text.isdigit() and text else None)
    if match is None or not any(match.groups()):
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return Duration(hours * 3600 + minutes * 60 + seconds, "clock")


def _number(text: str, kind: DurationKind, mark: DecimalMark | None) -> Duration:
    if kind == "clock":
        raise BadCell(f"{shown(text)} is no time. Write it as 1:30 or 1:30:00.")
    seconds = read_decimal(text, mark) * _SECONDS[kind]
    whole = int(seconds.quantize(Decimal(1), ROUND_HALF_UP)) if seconds <= DAY * 10 else DAY * 10
    return Duration(whole, "whole" if kind == "seconds" else "decimal")
