"""Money: whole minor units (`int`) beside an ISO 4217 currency code, never a float.

This is the only module that multiplies and rounds amounts. Rounding is half up, away from zero,
so that a credit note mirrors its invoice. Worked example: 10 minutes at 120.00 an hour are
`per_hour(10, 12000) == 2000`, printed 20.00 (0.17 h × 120.00 would print 20.40).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from psa_app.errors import Invalid

# Source: ISO 4217 list one, active codes, grouped by the digits after the point.
_BY_EXPONENT = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD "
        "CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP "
        "GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD "
        "LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB "
        "PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC "
        "SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW "
        "ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
}
_EXPONENTS = {code: digits for digits, codes in _BY_EXPONENT.items() for code in codes.split()}

CURRENCIES: frozenset[str] = frozenset(_EXPONENTS)

MAX_DIGITS = 15
NANO = 10**9

_MINUS_SIGNS = str.maketrans({"−": "-", "–": "-", "‒": "-"})
_SPACES = re.compile(r"[\s'’]+")
_NUMBER = re.compile(r"([+-]?)([0-9][0-9.,\s'’]*|[.,][0-9]+)")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units beside its currency: `Money(12345, "EUR")` is 123.45 euro."""

    amount: int
    currency: str


def exponent(currency: str) -> int:
    """The number of digits after the point: EUR 2, JPY 0, KWD 3.

    Raises `Invalid` (field "currency") for a code that ISO 4217 does not list.
    """
    try:
        return _EXPONENTS[currency]
    except KeyError:
        raise Invalid(
            f"{currency[:10] or 'An empty text'} is not a currency that is known here. "
            "Use an ISO code such as EUR.",
            "currency",
        ) from None


def divide(dividend: int, divisor: int) -> int:
    """`dividend / divisor` rounded half away from zero: 5/2 is 3, −5/2 is −3."""
    if divisor < 0:
        dividend, divisor = -dividend, -divisor
    rounded = (2 * abs(dividend) + divisor) // (2 * divisor)
    return rounded if dividend >= 0 else -rounded


def half_up(value: Fraction) -> int:
    """A fraction of minor units rounded half away from zero: 0.5 is 1, −0.5 is −1."""
    return divide(value.numerator, value.denominator)


def times(amount: int, factor: Fraction | int) -> int:
    """An amount times an exact factor, rounded half up: 10001 × 3/2 is 15002."""
    return divide(amount * factor.numerator, factor.denominator)


def per_hour(minutes: int, rate: int) -> int:
    """Minutes × hourly rate ÷ 60, half up: 10 minutes at 120.00 are 20.00."""
    return divide(minutes * rate, 60)


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Parts in proportion to `weights` that sum to `amount`; the last takes the remainder.

    100.00 in three equal parts: 33.33, 33.33, 33.34. A part of weight 0 gets 0; when all weights
    are 0 they count as equal. Raises `ValueError` for no weights (unless there is nothing to
    split) or a negative one.
    """
    shares = _checked(amount, weights)
    total = sum(shares)
    parts = [_toward_zero(amount * weight, total) for weight in shares]
    if parts:
        last = max(index for index, weight in enumerate(shares) if weight)
        parts[last] += amount - sum(parts)
    return parts


def apportion(amount: int, weights: Sequence[int]) -> list[int]:
    """Like `split`, but the remainder is spread, so that no part is a whole unit off its share.

    Part i is the rounded running total up to i less the rounded running total before it. For many
    small parts (thousands of entries behind one printed line): six parts of 4 are 1, 0, 1, 1, 0, 1.
    """
    shares = _checked(amount, weights)
    if amount < 0:
        return [-part for part in apportion(-amount, weights)]
    twice = 2 * sum(shares)
    half = twice // 2
    parts: list[int] = []
    running = given = 0
    for weight in shares:
        running += weight
        upto = (2 * amount * running + half) // twice
        parts.append(upto - given)
        given = upto
    return parts


def _checked(amount: int, weights: Sequence[int]) -> list[int]:
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight is negative")
    if not weights and amount:
        raise ValueError("an amount cannot be split over no parts")
    return list(weights) if any(weights) else [1] * len(weights)


def _toward_zero(dividend: int, divisor: int) -> int:
    return dividend // divisor if dividend >= 0 else -(-dividend // divisor)


def convert(amount: int, rate_nano: int, from_currency: str, to_currency: str) -> int:
    """An amount in another currency, half up.

    `rate_nano` is how many units of `to_currency` one unit of `from_currency` buys, × 10⁹.
    100.00 EUR at 1.10 are 110.00 USD: `convert(10000, 1_100_000_000, "EUR", "USD") == 11000`.
    100.00 EUR at 160 are 16000 JPY: `convert(10000, 160 * 10**9, "EUR", "JPY") == 16000`.
    """
    return divide(
        amount * rate_nano * 10 ** exponent(to_currency),
        NANO * 10 ** exponent(from_currency),
    )


def cross(amount: int, from_nano: int, into_nano: int, from_currency: str, into_currency: str) -> int:
    """An amount in another currency by what one unit of each is worth in a third, × 10⁹; half up, once.

    92.00 EUR at 1.00 are 100.00 USD at 0.92: `cross(9200, NANO, 920_000_000, "EUR", "USD") == 10000`.
    """
    return divide(
        amount * from_nano * 10 ** exponent(into_currency),
        into_nano * 10 ** exponent(from_currency),
    )


def plain(amount: int, currency: str) -> str:
    """The amount for files and machines: "1234.56", "-0.05", without grouping."""
    digits = exponent(currency)
    sign = "-" if amount < 0 else ""
    if digits == 0:
        return f"{sign}{abs(amount)}"
    whole, rest = divmod(abs(amount), 10**digits)
    return f"{sign}{whole}.{rest:0{digits}}"


def parse_amount(text: str, currency: str, field: str = "") -> int:
    """Minor units from what a person typed: `1.234,56`, `1,234.56`, `1 234,56`, `1234`, `−5`.

    Raises `Invalid` for what is no number, has too many decimals or more than 15 digits, and for
    what two readers would read differently: `1.234` may be 1,234.00 or a slip, so it asks. (A
    currency with three decimals takes `1.234` as `plain` writes it, and asks about `1,234`.)
    """
    digits = exponent(currency)
    match = _NUMBER.fullmatch(text.strip().translate(_MINUS_SIGNS))
    if match is None:
        raise Invalid("Type an amount such as 1234.56.", field)
    sign, body = match.groups()
    whole, decimals = _whole_and_decimals(body, digits, field)
    if len(decimals) > digits:
        raise Invalid(_too_many_decimals(currency, digits), field)
    written = (whole + decimals.ljust(digits, "0")).lstrip("0")
    if len(written) > MAX_DIGITS:
        raise Invalid(f"This amount is too large: at most {MAX_DIGITS} digits.", field)
    amount = int(written or "0")
    return -amount if sign == "-" else amount


def _whole_and_decimals(body: str, digits: int, field: str) -> tuple[str, str]:
    marks = [char for char in body if char in ".,"]
    kinds = set(marks)
    if len(kinds) == 2:
        return _at_last_mark(body, marks, field)
    if len(marks) > 1:
        return _ungroup(body, marks[0], field), ""
    if not marks:
        return _ungroup(body, "", field), ""
    before, after = body.split(marks[0])
    as_plain_writes_it = digits == 3 and marks[0] == "."
    if len(after) == 3 and re.fullmatch(r"[1-9][0-9]{0,2}", before) and not as_plain_writes_it:
        if digits == 0:
            return before + after, ""
        raise Invalid(_ask(before, after, digits), field)
    return _ungroup(before, "", field), _only_digits(after, field)


def _at_last_mark(body: str, marks: list[str], field: str) -> tuple[str, str]:
    if marks.count(marks[-1]) > 1:
        raise Invalid("Type an amount such as 1234.56.", field)
    before, after = body.rsplit(marks[-1], 1)
    return _ungroup(before, marks[0], field), _only_digits(after, field)


def _ungroup(text: str, mark: str, field: str) -> str:
    groups = text.split(mark) if mark else _SPACES.split(text)
    well_formed = all(re.fullmatch(r"[0-9]{3}", group) for group in groups[1:])
    if len(groups) == 1:
        well_formed = re.fullmatch(r"[0-9]*", text) is not None
    elif not re.fullmatch(r"[0-9]{1,3}", groups[0]):
        well_formed = False
    if not well_formed:
        raise Invalid("Type an amount such as 1234.56.", field)
    return "".join(groups)


def _only_digits(text: str, field: str) -> str:
    if not re.fullmatch(r"[0-9]+", text):
        raise Invalid("Type an amount such as 1234.56.", field)
    return text


def _ask(before: str, after: str, digits: int) -> str:
    return f"This can be read in two ways. Type {before}{after}.{'0' * digits} or {before}.{after[:digits]}."


def _too_many_decimals(currency: str, digits: int) -> str:
    if digits == 0:
        return f"{currency} has no decimals: type a whole amount."
    return f"{currency} has {digits} decimals: type no more than that."
