"""How Stripe counts money, which is not everywhere how ISO 4217 does.

The app holds ISO minor units. Stripe counts MGA in whole units, ISK and UGX in hundredths though they
have none, and takes three-decimal currencies only with a last digit 0. Source: Stripe's documentation,
"Supported currencies" (zero-decimal, three-decimal, special cases, minimum and maximum charge).
"""

from psa_app.errors import Invalid
from psa_app.rules import money

_ZERO = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
_THREE = frozenset("BHD JOD KWD OMR TND".split())
_NOT_COLLECTED = frozenset("CUP ERN IQD IRR KPW LYD MRU SDG SSP SYP VED VES".split())

# Smallest charge in Stripe's units; a charge also has to reach the minimum of the settlement currency.
_SMALLEST = {
    **dict.fromkeys("AUD BRL CAD CHF EUR INR NZD SGD USD".split(), 50),
    **{"AED": 200, "BGN": 100, "CZK": 1500, "DKK": 250, "GBP": 30, "HKD": 400, "HUF": 17500, "JPY": 50},
    **{"MXN": 1000, "MYR": 200, "NOK": 300, "PLN": 200, "RON": 200, "SEK": 300, "THB": 1000},
}
_LARGEST = 99_999_999
_UNBOUNDED = frozenset("COP IDR INR JPY KRW LAK VND".split())


def digits(currency: str) -> int:
    """Digits after the point in Stripe's amounts: EUR 2, JPY 0, KWD 3, ISK 2."""
    code = currency.upper()
    return 0 if code in _ZERO else 3 if code in _THREE else 2


def smallest(currency: str) -> int:
    """The least that Stripe charges, in Stripe's units; 1 where it names no minimum."""
    return _SMALLEST.get(currency.upper(), 1)


def to_stripe(amount: int, currency: str) -> int:
    """ISO minor units as Stripe counts them: 500 ISK are 50000, 12.00 MGA are 12.

    Raises `Invalid` (field "amount" or "currency") when Stripe cannot collect exactly this amount.
    """
    code = currency.upper()
    shift = digits(code) - money.exponent(code)
    if code in _NOT_COLLECTED:
        raise Invalid(f"Stripe does not collect {code}. Ask for a bank transfer instead.", "currency")
    units, rest = (amount * 10**shift, 0) if shift >= 0 else divmod(amount, 10**-shift)
    if rest:
        raise Invalid(f"Stripe takes {code} in whole units only. Ask for a bank transfer instead.", "amount")
    _check(units, code)
    return units


def _check(units: int, code: str) -> None:
    if units < smallest(code):
        raise Invalid(
            f"{money.plain(from_stripe(units, code), code)} {code} is less than Stripe collects. "
            "Ask for a bank transfer, or add it to the next invoice.",
            "amount",
        )
    if units > _LARGEST and code not in _UNBOUNDED:
        raise Invalid(f"Stripe collects at most 999,999.99 {code} at once. Ask for parts.", "amount")
    if code in _THREE and units % 10:
        raise Invalid(f"Stripe takes {code} only with a last digit of 0. Ask for a bank transfer.", "amount")


def from_stripe(units: int, currency: str) -> int:
    """Stripe's units as ISO minor units; the fraction that ISO does not know is refused.

    Raises `Invalid` (field "amount") for an ISK or UGX amount that is not whole.
    """
    code = currency.upper()
    shift = money.exponent(code) - digits(code)
    amount, rest = (units * 10**shift, 0) if shift >= 0 else divmod(units, 10**-shift)
    if rest:
        raise Invalid(f"Stripe reports a fraction of {code}, which has none.", "amount")
    return amount
