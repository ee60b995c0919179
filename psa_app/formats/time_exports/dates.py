"""Days and clock times as tools write them.

`03/04/2024` can be read in two orders. The cells of a file tell which one it uses; where they
do not, a person is asked.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple

from psa_app.formats.time_exports.values import BadCell, DateOrder, shown

FIRST_YEAR, LAST_YEAR = 1990, 2100
ORDER_WORDS: dict[DateOrder, str] = {
    "iso": "year-month-day",
    "dmy": "day/month/year",
    "mdy": "month/day/year",
}

_ISO = r"(?P<iso>\d{4}[-/.]\d{1,2}[-/.]\d{1,2})"
_PARTS = r"(?P<parts>\d{1,2}(?P<mark>[-/.])\ ?\d{1,2}(?P=mark)\ ?(?:\d{4}|\d{2}))"
_TIME = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:\ ?(?P<half>[ap])\.?\ ?m\.?)?(?:\ ?(?P<offset>Z|[+-]\d{2}:?\d{2}))?"
)
_MOMENT = re.compile(rf"(?:{_ISO}|{_PARTS})?(?:(?:T|,?\ +|^){_TIME})?", re.VERBOSE | re.IGNORECASE | re.ASCII)
_PLAIN_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_LONGEST = 60
_NUMBERS = re.compile(r"\d+")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})


class Moment(NamedTuple):
    """What a cell says: a day, a second of the day as the clock showed it, an offset from UTC."""

    day: date | None
    second: int | None
    offset: tzinfo | None


class Orders(NamedTuple):
    """The order that the dates of a file are in, or the cells that leave it open.

    `twelve_hours` tells that some clock times have am or pm.
    """

    order: DateOrder | None
    ambiguous: tuple[str, ...]
    twelve_hours: bool


def find_order(cells: Iterable[str]) -> Orders:
    """The order of the days in these cells.

    A cell that fits only one order settles it for all. Where some fit only the one and some only
    the other, those that fit both stay ambiguous.
    """
    seen: set[DateOrder] = set()
    ambiguous: list[str] = []
    iso = twelve_hours = False
    for text in cells:
        match = None if _PLAIN_TIME.fullmatch(text) else _match(text)
        if match is None:
            continue
        iso = iso or bool(match["iso"])
        twelve_hours = twelve_hours or bool(match["half"])
        fits = _fits(match["parts"])
        if len(fits) == 1:
            seen.update(fits)
        elif len(set(fits.values())) == 2:
            ambiguous.append(text)
    if len(seen) == 1:
        return Orders(seen.pop(), (), twelve_hours)
    if iso and not seen and not ambiguous:
        return Orders("iso", (), twelve_hours)
    return Orders(None, tuple(ambiguous), twelve_hours)


def read_moment(text: str, order: DateOrder | None) -> Moment:
    """The day, the clock time or both in a cell; raises `BadCell`.

    A date of digits with the year last is read in `order`; without one it must fit only one.
    """
    plain = _PLAIN_TIME.fullmatch(text)
    if plain:
        return Moment(None, int(plain[1]) * 3600 + int(plain[2]) * 60 + int(plain[3] or 0), None)
    match = _match(text)
    if match is None:
        raise BadCell(f"{shown(text)} is no date or time. Write 2024-12-31 for a day, 14:30 for a time.")
    day: date | None = None
    if match["iso"]:
        day = _day_of_iso(match["iso"])
    elif match["parts"]:
        day = _day_of_parts(match["parts"], order)
    return Moment(day, _second(match), _offset(match["offset"]))


def has_day(text: str) -> bool:
    """Whether a cell holds a day, readable or not."""
    match = _match(text)
    return match is not None and bool(match["iso"] or match["parts"])


class ZoneClock:
    """Turns clock times of one zone into instants; a day's offset is looked up once."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._midnights: dict[date, datetime | None] = {}

    def instant(self, day: date, moment: Moment) -> datetime:
        """The aware UTC instant of a clock time on a day, by the cell's own offset or the zone's."""
        if moment.offset is None:
            if day not in self._midnights:
                self._midnights[day] = self._steady_midnight(day)
            midnight = self._midnights[day]
            if midnight is not None:
                return midnight + timedelta(seconds=moment.second or 0)
        local = datetime.combine(day, time(), moment.offset or self.zone)
        return (local + timedelta(seconds=moment.second or 0)).astimezone(UTC)

    def _steady_midnight(self, day: date) -> datetime | None:
        """The instant at which a day begins; None when the clocks change on it."""
        begin = datetime.combine(day, time(), self.zone)
        end = begin + timedelta(days=1)
        return begin.astimezone(UTC) if begin.utcoffset() == end.utcoffset() else None


def _match(text: str) -> re.Match[str] | None:
    if len(text) > _LONGEST:
        return None
    clean = text.translate(_SPACES).strip()
    return _MOMENT.fullmatch(clean) if clean else None


def _fits(parts: str | None) -> dict[DateOrder, date]:
    """The days that `3/4/2024` may mean, by order; none for what is no date in any."""
    if not parts:
        return {}
    first, second, year = map(int, _NUMBERS.findall(parts))
    if year < 100:
        year += 2000
    fits: dict[DateOrder, date] = {}
    for order, month, day in (("dmy", second, first), ("mdy", first, second)):
        try:
            fits["dmy" if order == "dmy" else "mdy"] = date(year, month, day)
        except ValueError:
            continue
    return fits


def _day_of_iso(text: str) -> date:
    year, month, day = map(int, _NUMBERS.findall(text))
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise BadCell(_no_day(text)) from error
    return _in_range(found, text)


def _day_of_parts(text: str, order: DateOrder | None) -> date:
    fits = _fits(text)
    if not fits:
        raise BadCell(_no_day(text))
    if order is not None and order not in fits:
        raise BadCell(f"{shown(text)} does not fit the order {ORDER_WORDS[order]} of this file.")
    days = {fits[order]} if order is not None else set(fits.values())
    if len(days) > 1:
        raise BadCell(f"{shown(text)} can be read in two ways. Choose the order of the dates.")
    return _in_range(days.pop(), text)


def _in_range(day: date, text: str) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadCell(f"{shown(text)} is not between {FIRST_YEAR} and {LAST_YEAR}. Correct the year.")
    return day


def _no_day(text: str) -> str:
    return f"{shown(text)} is no day of the calendar. Correct it in the file."


def _second(match: re.Match[str]) -> int | None:
    if match["hour"] is None:
        return None
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if match["half"] and not 1 <= hour <= 12:
        raise BadCell(f"{shown(match[0])} is no time of day. Correct it in the file.")
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] in "pP" else 0)
    of_day = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or of_day > 86_400:
        raise BadCell(f"{shown(match[0])} is no time of day. Correct it in the file.")
    return of_day


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text in "zZ":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    if minutes > 14 * 60:
        raise BadCell(f"{shown(text)} is no offset from UTC. Correct it in the file.")
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
