"""What an hour costs more at times: after hours ×1.5, on site +20.00; once, after the base rate.

A modifier is the firm's, a client's or a SOW line's, and counts between two days, both inclusive.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from psa_app.errors import Invalid
from psa_app.rules import money
from psa_app.rules.rates import ONE_DAY, Modifier

MILLION = 1_000_000
HIGHEST_FACTOR = 100 * MILLION
HIGHEST_PLUS = 10**12


@dataclass(frozen=True, slots=True)
class ModifierRow:
    """A dated modifier: factor in millionths, `plus` in minor units of `currency` an hour."""

    id: int
    name: str
    factor_ppm: int
    plus: int
    currency: str
    valid_from: date
    valid_to: date | None = None
    account_id: int | None = None
    sow_line_id: int | None = None


def check_modifier(row: ModifierRow) -> None:
    """Raises `Invalid` for a modifier that changes nothing, or whose values are wrong."""
    if not 0 <= row.factor_ppm <= HIGHEST_FACTOR:
        raise Invalid("Give a factor between 0 and 10 000 %.", "factor_ppm")
    if abs(row.plus) > HIGHEST_PLUS:
        raise Invalid("Give an amount with at most 12 digits.", "plus_minor")
    if row.factor_ppm == MILLION and row.plus == 0:
        raise Invalid("This changes no rate. Give a factor or an amount.", "factor_ppm")
    if row.plus or row.currency:
        if not row.currency:
            raise Invalid("Say in which currency the amount is.", "currency")
        money.exponent(row.currency)
    if row.account_id is not None and row.sow_line_id is not None:
        raise Invalid("Choose a client or a SOW line, not both.", "sow_line_id")
    if row.valid_to is not None and row.valid_to < row.valid_from:
        raise Invalid("The last day lies before the first.", "valid_to")


def check_choice(
    row: ModifierRow, *, account_id: int | None, sow_line_id: int | None, day: date, currency: str
) -> None:
    """Raises `Invalid` (field "modifier_id") where the modifier does not count for some work."""
    if row.account_id not in (None, account_id):
        raise Invalid(f"{row.name} is for another client. Choose another modifier.", "modifier_id")
    if row.sow_line_id not in (None, sow_line_id):
        raise Invalid(f"{row.name} is for another SOW line. Choose another modifier.", "modifier_id")
    if not row.valid_from <= day <= (row.valid_to or date.max):
        raise Invalid(f"{row.name} does not count on {day.isoformat()}.", "modifier_id")
    if row.plus and row.currency != currency:
        raise Invalid(
            f"{row.name} adds an amount in {row.currency}, the rate is in {currency}.", "modifier_id"
        )


def counts(
    row: ModifierRow, *, account_id: int | None, sow_line_id: int | None, day: date, currency: str
) -> bool:
    """Whether the modifier counts for some work: where `check_choice` refuses, the base rate stays."""
    try:
        check_choice(row, account_id=account_id, sow_line_id=sow_line_id, day=day, currency=currency)
    except Invalid:
        return False
    return True


def turns(rows: Iterable[ModifierRow]) -> set[date]:
    """The days on which a modifier begins to count, or has ceased to since the day before."""
    many = list(rows)
    ended = {row.valid_to + ONE_DAY for row in many if row.valid_to is not None and row.valid_to < date.max}
    return {row.valid_from for row in many} | ended


def modified(row: ModifierRow, base: int) -> int:
    """The rate of its own that the modifier makes: 120.00 × 1.5 + 20.00 is 200.00. Never below 0."""
    return max(0, Modifier(Fraction(row.factor_ppm, MILLION), row.plus).apply(base))


def sentence(row: ModifierRow, base: int, currency: str) -> str:
    """The derivation in words: “After hours: 120.00 × 1.5 + 20.00 = 200.00 EUR.”"""
    parts = money.plain(base, currency)
    if row.factor_ppm != MILLION:
        parts += f" × {_factor(row.factor_ppm)}"
    if row.plus:
        sign = "+" if row.plus > 0 else "−"
        parts += f" {sign} {money.plain(abs(row.plus), currency)}"
    return f"{row.name}: {parts} = {money.plain(modified(row, base), currency)} {currency}."


def _factor(ppm: int) -> str:
    whole, rest = divmod(ppm, MILLION)
    decimals = f"{rest:06d}".rstrip("0")
    return f"{whole}.{decimals}" if decimals else str(whole)


_FACTOR = re.compile(r"(?:[x×*]\s*)?(\d{1,5})(?:[.,](\d{1,6}))?\s*(%?)", re.ASCII)


def factor_of(text: str) -> int:
    """“1.5”, “×1,5” and “150 %” as 1 500 000 millionths; "" is 1. Raises `Invalid` (field "factor_ppm")."""
    if not text.strip():
        return MILLION
    match = _FACTOR.fullmatch(text.strip())
    if match is None:
        raise Invalid("Give a factor such as 1.5 or 150 %.", "factor_ppm")
    whole, decimals, percent = match[1], (match[2] or "").ljust(6, "0"), match[3]
    ppm = int(whole + decimals)
    if percent and ppm % 100:
        raise Invalid("Give a percentage with at most four decimals.", "factor_ppm")
    return ppm // 100 if percent else ppm
