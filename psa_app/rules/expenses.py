"""What an expense costs the firm and what the client pays for it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from psa_app.errors import Invalid
from psa_app.rules import money
from psa_app.rules.taxes import MILLION, TaxKind

MOST = 10**13
MOST_MARKUP = 10 * MILLION  # ten times on top is a slip
UNITS = ("", "km", "mile", "day")
MILLI = 1000
MOST_MILLI = 1_000_000 * MILLI
OLDEST = 3650  # days
TAX_KINDS = ("", TaxKind.standard, TaxKind.reduced, TaxKind.zero, TaxKind.exempt)


def check_amount(amount: int, tax: int) -> None:
    """Raises `Invalid` for nothing, less than nothing, too much, and tax that does not fit in."""
    if not 0 < amount <= MOST:
        raise Invalid("Give an amount above zero, as the receipt says.", "amount")
    if not 0 <= tax < amount:
        raise Invalid("The tax is a part of the amount: give less than that, or leave it empty.", "tax")


def check_markup(markup_ppm: int, field: str = "markup_ppm") -> None:
    """Raises `Invalid` for less than nothing and for more than ten times the cost."""
    if not 0 <= markup_ppm <= MOST_MARKUP:
        raise Invalid("A markup lies between 0 and 1000 %.", field)


def check_tax_kind(kind: str, field: str = "tax_kind") -> None:
    """Raises `Invalid` for a tax that an expense cannot bear; "" is the tax of the work."""
    if kind not in TAX_KINDS:
        raise Invalid("Choose standard, reduced, zero or exempt, or leave it empty.", field)


def net_of(amount: int, tax: int) -> int:
    """What an expense costs: the amount without the tax that the firm reclaims."""
    return amount - tax


def value_of(net: int, markup_ppm: int, rate_nano: int, currency: str, contract_currency: str) -> int:
    """What the client pays, in the contract's currency: net × (1 + markup) at the rate, rounded once.

    100.00 USD with 10 % at 0.90 are 99.00 EUR.
    """
    marked_up = net * (MILLION + markup_ppm)
    rate = rate_nano * 10 ** money.exponent(contract_currency)
    return money.divide(marked_up * rate, MILLION * money.NANO * 10 ** money.exponent(currency))


def rate_between(rate_nano: int, contract_rate_nano: int) -> int:
    """Units of the contract's currency per unit of the expense's, × 10⁹, from both rates to the base."""
    return money.divide(rate_nano * money.NANO, contract_rate_nano)


class Breach(StrEnum):
    """What of the firm's policy an expense does not keep."""

    limit = "limit"
    receipt = "receipt"
    age = "age"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a category asks for: amounts in minor units of the base currency; None asks for nothing."""

    limit: int | None = None
    receipt_above: int | None = None
    max_age_days: int | None = None


def breaches(policy: Policy, amount: int | None, age_days: int, *, has_receipt: bool) -> tuple[Breach, ...]:
    """What an expense of `amount` (base currency, None while no exchange rate is known) does not keep."""
    found = []
    if policy.limit is not None and amount is not None and amount > policy.limit:
        found.append(Breach.limit)
    asked = policy.receipt_above
    if asked is not None and not has_receipt and (asked == 0 or (amount is not None and amount > asked)):
        found.append(Breach.receipt)
    if policy.max_age_days is not None and age_days > policy.max_age_days:
        found.append(Breach.age)
    return tuple(found)


def counted(quantity_milli: int, rate_minor: int) -> int:
    """Quantity × rate, rounded once: 42.5 km at 0.50 are 21.25. Raises `Invalid` for nothing or too much."""
    if not 0 < quantity_milli <= MOST_MILLI:
        raise Invalid("Give how many, above zero: such as 42 or 42.5.", "quantity_milli")
    return money.divide(quantity_milli * rate_minor, MILLI)


def parse_quantity(text: str, field: str) -> int:
    """Thousandths from what a person typed: "42,5" is 42500. Raises `Invalid`."""
    before, _, after = text.strip().replace(",", ".").partition(".")
    digits = before + after
    if not (digits.isascii() and digits.isdigit()) or len(after) > 3 or len(before) > 7:
        raise Invalid("Type a number such as 42 or 42.5, with at most 3 decimals.", field)
    return int((before or "0") + after.ljust(3, "0"))


def check_unit(unit: str, rate_minor: int | None) -> None:
    """Raises `Invalid` for a unit that is not known, and for one without a rate."""
    if unit not in UNITS:
        raise Invalid("Choose kilometre, mile or day, or leave it empty.", "unit")
    if unit and not rate_minor:
        raise Invalid("Give what is paid for one, above zero.", "rate_minor")


def check_policy_amount(amount: int | None, field: str) -> None:
    """Raises `Invalid` for less than nothing and for too much; None asks for nothing."""
    if amount is not None and not 0 <= amount <= MOST:
        raise Invalid("Give an amount from zero up, or leave it empty.", field)


def check_age(days: int | None) -> None:
    """Raises `Invalid` for less than a day and more than ten years; None asks for nothing."""
    if days is not None and not 1 <= days <= OLDEST:
        raise Invalid(f"Give 1 to {OLDEST} days, or leave it empty.", "max_age_days")


def age_of(spent_on: date, today: date) -> int:
    """Days since the money was spent."""
    return (today - spent_on).days
