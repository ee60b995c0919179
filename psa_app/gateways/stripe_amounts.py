"""How Stripe counts money, which is not everywhere how ISO 4217 does.

The app holds ISO minor units. Stripe counts MGA in whole units, ISK and UGX in hundredths though they
have none, and takes three-decimal currencies only with a last digit 0. Source: Stripe's documentation,
"Supported currencies" (zero-decimal, three-decimal, special cases, minimum and maximum charge).
"""

from psa_app.errors import Invalid
from psa_app.rules import money

_ZERO = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "JPY",
    "KMF",
    "KRW",
    "MGA",
    "PYG",
    "RWF",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
_THREE = ("BHD", "JOD", "KWD", "OMR", "TND")
_NOT_COLLECTED = ("IQD", "LYD")

# Smallest charge in Stripe's units; a charge also has to reach the minimum of the settlement currency.
_SMALLEST = {
    "AED": 200,
    "AUD": 50,
    "BGN": 100,
    "BRL": 50,
    "CAD": 50,
    "CHF": 50,
    "CZK": 1500,
    "DKK": 250,
    "EUR": 50,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17500,
    "INR": 50,
    "JPY": 50,
    "MXN": 1000,
    "MYR": 200,
    "NOK": 300,
    "NZD": 50,
    "PLN": 200,
    "RON": 200,
    "SEK": 300,
    "SGD": 50,
    "THB": 1000,
    "USD": 50,
}
_LARGEST = 99_999_999
_UNBOUNDED = ("COP", "IDR", "INR", "JPY", "KRW", "LAK", "VND")


def digits(currency: str) -> int:
    """Digits after the point in Stripe's amounts: EUR 2, JPY 0, KWD 3, ISK 2."""
    code = currency.upper()
    return 0 if code in _ZERO else 3 if code in _THREE else 2


def smallest(currency: str) -> int:
    """The least that Stripe charges, in Stripe's units; 1 where it names no minimum."""
    return _SMALLEST.get(currency.upper(), 1)


def to_stripe(amount: int, currency: str) -> int:
    """ISO minor units as Stripe counts them: 500 ISK are 50000, 12.00 MGA are 12.

    Raises `Invalid` (field "amount" or "currency") when Stripe cannot express exactly this amount.
    """
    code = currency.upper()
    up, down = _factors(digits(code) - money.exponent(code))
    if code in _NOT_COLLECTED:
        raise Invalid(f"Stripe does not collect {code}. Ask for a bank transfer instead.", "currency")
    units, rest = divmod(amount * up, down)
    if rest:
        raise Invalid(f"Stripe takes {code} in whole units only. Ask for a bank transfer instead.", "amount")
    if code in _THREE and units % 10:
        raise Invalid(f"Stripe takes {code} only with a last digit of 0. Ask for a bank transfer.", "amount")
    return units


def collectable(amount: int, currency: str) -> int:
    """`to_stripe()` for a charge, which must also lie within Stripe's limits. Raises `Invalid`."""
    units, code = to_stripe(amount, currency), currency.upper()
    if units < smallest(code):
        raise Invalid(
            f"{money.plain(amount, code)} {code} is less than Stripe collects. "
            "Ask for a bank transfer, or add it to the next invoice.",
            "amount",
        )
    if units > _LARGEST and code not in _UNBOUNDED:
        raise Invalid(
            f"{money.plain(amount, code)} {code} is more than Stripe collects at once. Ask for parts.",
            "amount",
        )
    return units


def from_stripe(units: int, currency: str) -> int:
    """Stripe's units as ISO minor units; the fraction that ISO does not know is refused.

    Raises `Invalid` (field "amount") for an ISK or UGX amount that is not whole.
    """
    code = currency.upper()
    up, down = _factors(money.exponent(code) - digits(code))
    amount, rest = divmod(units * up, down)
    if rest:
        raise Invalid(f"Stripe reports a fraction of {code}, which has none.", "amount")
    return amount


def _factors(shift: int) -> tuple[int, int]:
    return int(10 ** max(shift, 0)), int(10 ** max(-shift, 0))
