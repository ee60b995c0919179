"""What an expense costs the firm and what the client pays for it."""

from psa_app.errors import Invalid
from psa_app.rules import money
from psa_app.rules.taxes import MILLION, TaxKind

MOST = 10**13
MOST_MARKUP = 10 * MILLION  # ten times on top is a slip
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
