"""Amounts of bank files as minor units."""

from decimal import Decimal, InvalidOperation

from psa_app.errors import Invalid
from psa_app.formats.time_exports.values import shown
from psa_app.rules import money

MOST = 10**15


def minor(text: str, currency: str) -> int:
    """ "1234.5" in EUR is 123450; trailing zeros beyond the currency's decimals do no harm.

    Raises `Invalid` for what is no amount, an unknown currency, or a part of the smallest unit.
    """
    if currency not in money.CURRENCIES:
        raise Invalid(f"{shown(currency)} is no currency that is known here.")
    try:
        scaled = Decimal(text.strip()).scaleb(money.exponent(currency))
    except InvalidOperation:
        raise Invalid(f"{shown(text)} is no amount.") from None
    if not scaled.is_finite() or abs(scaled) > MOST:
        raise Invalid(f"{shown(text)} is no amount.")
    if scaled != scaled.to_integral_value():
        raise Invalid(f"{shown(text)} has more decimals than {currency} has.")
    return int(scaled)
