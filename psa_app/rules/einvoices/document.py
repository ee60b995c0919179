"""An invoice as EN 16931 sees it: the parts of its semantic model that a firm of services needs.

Amounts are whole minor units of the document's currency, rates parts per million. The numbers in
comments (BT, BG) are those of EN 16931-1. A credit note has positive amounts, as on paper.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

INVOICE, CREDIT_NOTE, ADVANCE = "380", "381", "386"  # UNTDID 1001
MINUTE, ONE = "MIN", "C62"  # UN/ECE recommendation 20
SEPA, TRANSFER, UNDEFINED, SET_OFF = "58", "30", "1", "97"  # UNTDID 4461


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An electronic address: `scheme` of the list of EAS codes, such as 9914, or EM for a mail address."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `country` is two letters."""

    street: str
    postcode: str
    city: str
    country: str


@dataclass(frozen=True, slots=True)
class Party:
    """Seller (BG-4) or buyer (BG-7). A VAT number begins with its country."""

    name: str
    address: Address
    vat_id: str = ""
    tax_id: str = ""
    register_id: str = ""
    endpoint: Endpoint | None = None
    contact: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line (BG-25): `quantity` × `price` ÷ `price_base` is `net`, `price` never below 0 (BR-27).

    Hours stand in minutes: 10 min at 120.00 per 60 min are 20.00.
    """

    number: str
    name: str
    detail: str
    quantity: int
    unit: str
    price: int
    price_base: int
    net: int
    category: str
    rate_ppm: int


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An allowance (BG-20) or charge (BG-21) on the whole document; `amount` is 0 or more."""

    amount: int
    reason: str
    category: str
    rate_ppm: int
    is_charge: bool = False


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """One row of the VAT breakdown (BG-23); `reason` says why a category bears no tax."""

    category: str
    rate_ppm: int
    base: int
    tax: int
    reason: str = ""
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class PaymentMeans:
    """How to pay (BG-16): an IBAN, or an account number where there is none."""

    code: str
    reference: str = ""
    account: str = ""
    holder: str = ""
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Preceding:
    """The invoice that a credit note credits (BG-3)."""

    number: str
    issued_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """The whole invoice; `tax_in_base` is the tax in `base_currency` where that is another (BT-111)."""

    type_code: str
    number: str
    issued_on: date
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    taxes: tuple[TaxGroup, ...]
    adjustments: tuple[Adjustment, ...] = ()
    means: PaymentMeans | None = None
    due_on: date | None = None
    terms: str = ""
    note: str = ""
    buyer_reference: str = ""
    purchase_order: str = ""
    contract: str = ""
    preceding: tuple[Preceding, ...] = ()  # the invoice credited, or those of deposits taken off
    service_from: date | None = None
    service_to: date | None = None
    prepaid: int = 0
    rounding: int = 0
    base_currency: str = ""
    tax_in_base: int = 0

    @property
    def is_credit(self) -> bool:
        """Whether it gives back instead of asking."""
        return self.type_code == CREDIT_NOTE

    @property
    def lines_net(self) -> int:
        """Sum of the lines (BT-106)."""
        return sum(line.net for line in self.lines)

    @property
    def allowances(self) -> int:
        """Sum of the allowances on the document (BT-107)."""
        return sum(one.amount for one in self.adjustments if not one.is_charge)

    @property
    def charges(self) -> int:
        """Sum of the charges on the document (BT-108)."""
        return sum(one.amount for one in self.adjustments if one.is_charge)

    @property
    def net(self) -> int:
        """What is taxed (BT-109)."""
        return self.lines_net - self.allowances + self.charges

    @property
    def tax(self) -> int:
        """All tax (BT-110)."""
        return sum(one.tax for one in self.taxes)

    @property
    def total(self) -> int:
        """With tax (BT-112)."""
        return self.net + self.tax

    @property
    def due(self) -> int:
        """What is to be paid (BT-115)."""
        return self.total - self.prepaid + self.rounding

    @property
    def categories(self) -> frozenset[str]:
        """The categories of tax that stand on it."""
        return frozenset(one.category for one in self.taxes)


def bases(document: Document) -> dict[tuple[str, int], int]:
    """What is taxed by category and rate, from lines, allowances and charges."""
    found: dict[tuple[str, int], int] = {}
    parts: Iterable[tuple[str, int, int]] = [
        *((line.category, line.rate_ppm, line.net) for line in document.lines),
        *((one.category, one.rate_ppm, _signed(one)) for one in document.adjustments),
    ]
    for category, rate, amount in parts:
        found[category, rate] = found.get((category, rate), 0) + amount
    return found


def _signed(one: Adjustment) -> int:
    return one.amount if one.is_charge else -one.amount
