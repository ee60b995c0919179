"""Money, hours, days and numbers as a person reads them, in their locale.

The house English ("en") writes 1,234.56 and 12 Nov 2026. Minus is the true sign, a percentage
stands apart from its sign by a narrow space that does not break.
"""

import re
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Literal, NamedTuple

from psa_app import clock
from psa_app.rules.hours import h_mm
from psa_app.rules.money import divide, exponent, half_up

if TYPE_CHECKING:
    from babel import Locale

Number = int | float | Decimal | Fraction

MINUS = "−"
MISSING = "–"
NARROW_SPACE = "\u202f"
ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b", re.ASCII)
NO_BREAK_SPACE = "\u00a0"
_SHORT = ((1_000_000_000, "bn"), (1_000_000, "M"), (1_000, "k"))


class _Figures(NamedTuple):
    """How a locale groups digits and marks decimals."""

    group: str
    point: str
    first_group: int
    next_groups: int

    def whole(self, number: int) -> str:
        """A number of zero or more with its groups: 1234567 is "1,234,567"."""
        if self.first_group == self.next_groups == 3:
            return f"{number:,}".replace(",", self.group) if self.group != "," else f"{number:,}"
        digits = str(number)
        head, parts = digits[: -self.first_group], [digits[-self.first_group :]]
        while head:
            head, part = head[: -self.next_groups], head[-self.next_groups :]
            parts.insert(0, part)
        return self.group.join(parts)

    def decimal(self, scaled: int, digits: int) -> str:
        """A number of zero or more times 10 to the power of `digits`, with that many decimals."""
        if not digits:
            return self.whole(scaled)
        whole, rest = divmod(scaled, 10**digits)
        return f"{self.whole(whole)}{self.point}{rest:0{digits}}"


class _Currency(NamedTuple):
    """What stands before and after an amount, and the digits of its minor unit."""

    before: str
    after: str
    digits: int


@lru_cache(maxsize=4096)
def money(amount: int, currency: str, locale: str = "en") -> str:
    """Minor units with their currency: 2032905 EUR is "€20,329.05", −110 is "−€1.10"."""
    style, figures = _currency(currency, locale), _figures(locale)
    sign = MINUS if amount < 0 else ""
    return f"{sign}{style.before}{figures.decimal(abs(amount), style.digits)}{style.after}"


def money_whole(amount: int, currency: str, locale: str = "en") -> str:
    """Without the digits of the minor unit, for key figures: 8421050 EUR is "€84,211"."""
    style, figures = _currency(currency, locale), _figures(locale)
    units = divide(abs(amount), 10**style.digits)
    sign = MINUS if amount < 0 and units else ""
    return f"{sign}{style.before}{figures.whole(units)}{style.after}"


def money_short(amount: int, currency: str, locale: str = "en") -> str:
    """Two or three leading digits for cards and axes: "€840", "€8.4k", "€84k", "€1.2M"."""
    style, figures = _currency(currency, locale), _figures(locale)
    units = divide(abs(amount), 10**style.digits)
    sign = MINUS if amount < 0 and units else ""
    return f"{sign}{style.before}{_shortened(units, figures)}{style.after}"


def _shortened(units: int, figures: _Figures) -> str:
    if units < 1_000:
        return str(units)
    size, letter = next(step for step in _SHORT if units * 1000 >= step[0] * 1000 - step[0] // 2)
    tenths = divide(units * 10, size)
    if tenths >= 100:
        return f"{figures.whole(divide(units, size))}{letter}"
    text = figures.decimal(tenths, 1) if tenths % 10 else figures.whole(tenths // 10)
    return f"{text}{letter}"


def modifier(factor_ppm: int, plus: int, currency: str, locale: str = "en") -> str:
    """What a modifier does to a rate, in millionths and minor units: "×1.5", "+20.00 EUR", or one after
    the other.
    """
    parts = []
    if factor_ppm != 1_000_000:
        digits = len(f"{factor_ppm:07d}"[-6:].rstrip("0"))
        parts.append("×" + _figures(locale).decimal(factor_ppm // 10 ** (6 - digits), digits))
    if plus:
        sign = "+" if plus > 0 else MINUS
        parts.append(f"{sign}{_figures(locale).decimal(abs(plus), exponent(currency))} {currency}")
    return ", then ".join(parts)


def hours(minutes: int) -> str:
    """Minutes as hours: 2790 is "46:30", −1875 is "−31:15"."""
    return h_mm(minutes)


def size(octets: int) -> str:
    """How large a file is: "820 bytes", "12 kB", "3.4 MB"."""
    if octets < 1_000:
        return f"{octets} bytes"
    return f"{octets // 1_000} kB" if octets < 1_000_000 else f"{octets / 1_000_000:.1f} MB"


def iban(value: str) -> str:
    """An account number in groups of four, as it is printed and typed: "AT61 1904 3002 3457 3201"."""
    plain = "".join(value.split())
    return " ".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def number(value: Number, locale: str = "en", digits: int = 0, *, sign: bool = False) -> str:
    """A number rounded half up to `digits` decimals: "1,234", "−1.1"; with `sign` also "+2"."""
    if isinstance(value, float) and not isfinite(value):
        return MISSING
    scaled = half_up(_exact(value) * 10**digits)
    before = MINUS if scaled < 0 else "+" if sign and scaled > 0 else ""
    return before + _figures(locale).decimal(abs(scaled), digits)


def percent(fraction: Number, digits: int = 0, locale: str = "en") -> str:
    """A fraction of one as a percentage: 0.78 is "78 %", Fraction(197, 500) with 1 digit "39.4 %"."""
    if isinstance(fraction, float) and not isfinite(fraction):
        return MISSING
    return f"{number(_exact(fraction) * 100, locale, digits)}{NARROW_SPACE}%"


def _exact(value: Number) -> Fraction:
    """A float counts as what it prints: 0.785 is 785/1000, so that half is rounded up."""
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)


@lru_cache(maxsize=4096)
def day(value: date, locale: str = "en", *, year: bool = True) -> str:
    """A day, short: "12 Nov 2026", or "12 Nov" without the year."""
    return _date(value, "d MMM y" if year else "d MMM", "yMMMd" if year else "MMMd", locale)


def with_days(sentence: str) -> str:
    """A rule's sentence with its days as people write them: rules know no language."""
    return ISO_DAY.sub(lambda found: day(date.fromisoformat(found[0])), sentence)


@lru_cache(maxsize=1024)
def day_long(value: date, locale: str = "en", *, year: bool = False) -> str:
    """A day in full: "Sunday 22 November", with the year "Sunday 22 November 2026"."""
    pattern = "EEEE d MMMM y" if year else "EEEE d MMMM"
    return _date(value, pattern, "yMMMMEEEEd" if year else "MMMMEEEEd", locale)


@lru_cache(maxsize=256)
def month(value: date, locale: str = "en", *, short: bool = False, year: bool = False) -> str:
    """The month of a day: "November", short "Nov", with the year "November 2026"."""
    pattern = f"{'MMM' if short else 'MMMM'}{' y' if year else ''}"
    return _date(value, pattern, f"{'y' if year else ''}{'LLL' if short else 'LLLL'}", locale)


@lru_cache(maxsize=1024)
def day_range(first: date, last: date, locale: str = "en", *, year: bool = True, long: bool = False) -> str:
    """From a day to a day: "1–31 Oct 2026", "28 Sep – 4 Oct 2026".

    Without the year and with long months: "16–22 November", "16 November – 10 January".
    """
    from babel.dates import format_interval

    month = "MMMM" if long else "MMM"
    if locale != "en":
        return format_interval(first, last, f"{'y' if year else ''}{month}d", locale=locale_of(locale))
    end = _date(last, f"d {month} y" if year else f"d {month}", "", "en")
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    with_year = year and first.year != last.year
    return f"{_date(first, f'd {month} y' if with_year else f'd {month}', '', 'en')} – {end}"


def moment(instant: datetime, zone: tzinfo, locale: str = "en") -> str:
    """An instant in a zone: "12 Nov 09:14", of another year "25 Sep 2025, 09:00"."""
    local = instant.astimezone(zone)
    if local.year != clock.now().astimezone(zone).year:
        return f"{day(local.date(), locale)}, {local:%H:%M}"
    return f"{day(local.date(), locale, year=False)} {local:%H:%M}"


def ago(instant: datetime, now: datetime, locale: str = "en") -> str:
    """How long ago, or in how long: "just now", "5 minutes ago", "in 3 days".

    Beyond thirty days it is the day, in the zone of `now`.
    """
    from babel.dates import format_timedelta

    apart = instant - now
    if abs(apart) > timedelta(days=30):
        return day(instant.astimezone(now.tzinfo).date(), locale)
    if locale == "en" and abs(apart) < timedelta(seconds=45):
        return "just now"
    granularity: Literal["day", "hour", "minute"] = "minute"
    if abs(apart) >= timedelta(days=1):
        granularity = "day"
    elif abs(apart) >= timedelta(hours=1):
        granularity = "hour"
    return format_timedelta(apart, granularity, threshold=5, add_direction=True, locale=locale_of(locale))


def _date(value: date, pattern: str, skeleton: str, locale: str) -> str:
    from babel.dates import format_date, format_skeleton

    if locale == "en":
        return format_date(value, pattern, "en")
    return format_skeleton(skeleton, value, locale=locale_of(locale))


@lru_cache(maxsize=64)
def locale_of(name: str) -> "Locale":
    """Babel's locale for "de-AT" or "de_AT"; English for one that does not exist."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


@lru_cache(maxsize=64)
def _figures(locale: str) -> _Figures:
    symbols = locale_of(locale).number_symbols["latn"]
    grouping = locale_of(locale).decimal_formats[None].grouping
    return _Figures(symbols["group"], symbols["decimal"], *grouping)


@lru_cache(maxsize=512)
def _currency(currency: str, locale: str) -> _Currency:
    from babel.numbers import get_currency_symbol

    pattern = locale_of(locale).currency_formats["standard"]
    symbol = get_currency_symbol(currency, locale=locale_of(locale))
    before, after = pattern.prefix[0].replace("¤", symbol), pattern.suffix[0].replace("¤", symbol)
    if before[-1:].isalpha():
        before += NO_BREAK_SPACE
    return _Currency(before, after, exponent(currency))
