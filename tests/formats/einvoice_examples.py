"""Documents for the tests of electronic invoices: one for each thing that can stand on one."""

from dataclasses import replace
from datetime import date
from typing import Any

from psa_app.rules.einvoices import (
    Address,
    Adjustment,
    Document,
    Endpoint,
    Line,
    Party,
    PaymentMeans,
    Preceding,
    TaxGroup,
)
from psa_app.rules.einvoices.codes import REASONS
from psa_app.rules.einvoices.document import bases
from psa_app.rules.money import divide, per_hour

SELLER = Party(
    "Hafen & Söhne GmbH",
    Address("Kaistraße 1", "1020", "Wien", "AT"),
    vat_id="ATU12345675",
    tax_id="12 345/6789",
    register_id="FN 123456a",
    endpoint=Endpoint("9914", "ATU12345675"),
    contact="Accounts",
    phone="+43 1 2345678",
    email="accounts@hafen.example",
)
BUYER = Party(
    "Müller <Werke> AG",
    Address("Ringweg 7", "80331", "München", "DE"),
    vat_id="DE136695976",
    endpoint=Endpoint("9930", "DE136695976"),
)
MEANS = PaymentMeans("58", "INV-2026-0007", "AT611904300234573201", SELLER.name, "BKAUATWW")


def hours(minutes: int, rate: int, category: str = "S", ppm: int = 200_000, number: str = "1") -> Line:
    """A line of time."""
    net = per_hour(minutes, rate)
    return Line(number, "Design", "Anna Berg", minutes, "MIN", rate, 60, net, category, ppm)


def piece(net: int, category: str = "S", ppm: int = 200_000, number: str = "1", quantity: int = 1) -> Line:
    """A line of pieces; a negative one takes pieces back."""
    sign = -1 if net < 0 else 1
    price = abs(net) // quantity
    return Line(number, "Licence", "", sign * quantity, "C62", price, 1, net, category, ppm)


def document(*lines: Line, reason: str = "Exempt under §6 UStG", **more: Any) -> Document:
    """An invoice of these lines, its tax reckoned once for each rate."""
    facts: dict[str, Any] = {
        "type_code": "380",
        "number": "INV-2026-0007",
        "issued_on": date(2026, 11, 23),
        "due_on": date(2026, 12, 7),
        "terms": "14 days net",
        "currency": "EUR",
        "seller": SELLER,
        "buyer": BUYER,
        "means": MEANS,
        "buyer_reference": "04011000-1234512345-06",
        "purchase_order": "PO-77",
        "contract": "SOW-2026-0003",
        "service_from": date(2026, 10, 1),
        "service_to": date(2026, 10, 31),
        "note": "Thank you.",
    }
    made = Document(lines=lines, taxes=(), **(facts | more))
    groups = [
        TaxGroup(
            category,
            ppm,
            base,
            divide(base * ppm, 1_000_000),
            REASONS[category][1] if category in REASONS else reason if category == "E" else "",
            REASONS[category][0] if category in REASONS else "",
        )
        for (category, ppm), base in bases(made).items()
    ]
    return replace(made, taxes=tuple(groups))


DISCOUNT = Adjustment(5000, "Discount agreed", "S", 200_000)
EXAMPLES: dict[str, Document] = {
    "plain": document(piece(10000)),
    "hours in minutes": document(hours(10, 12000), hours(605, 9950, number="2")),
    "reverse charge": document(hours(90, 12000, "AE", 0)),
    "exempt": document(piece(10000, "E", 0)),
    "zero rate": document(piece(10000, "Z", 0)),
    "within the EU": document(piece(10000, "K", 0)),
    "export": document(piece(10000, "G", 0)),
    "outside the scope of tax": document(
        piece(10000, "O", 0), seller=replace(SELLER, vat_id=""), buyer=replace(BUYER, vat_id="")
    ),
    "mixed rates": document(
        hours(61, 11100), piece(3333, ppm=100_000, number="2"), piece(777, "E", 0, number="3")
    ),
    "discount": document(hours(600, 12000), piece(2500, number="2", quantity=2), adjustments=(DISCOUNT,)),
    "charge": document(piece(10000), adjustments=(replace(DISCOUNT, is_charge=True, reason="Travel"),)),
    "credit note": document(
        hours(30, 12000), type_code="381", preceding=(Preceding("INV-2026-0001", date(2026, 10, 2)),)
    ),
    "advance": document(piece(50000), type_code="386"),
    "advance drawn down": document(
        piece(100000),
        piece(-50000, number="2"),
        preceding=(
            Preceding("INV-2026-0001", date(2026, 10, 2)),
            Preceding("INV-2026-0007", date(2026, 10, 20)),
        ),
    ),
    "prepaid": document(piece(10000), prepaid=2000),
    "rounding": document(hours(7, 9999), hours(13, 3333, number="2"), rounding=-2),
    "dollars": document(
        hours(125, 15000),
        currency="USD",
        base_currency="EUR",
        tax_in_base=5712,
        means=replace(MEANS, code="30"),
    ),
    "yen": document(piece(120000, "AE", 0), currency="JPY", means=replace(MEANS, code="30")),
}
