"""What a document lacks for a profile, asked for by name before the invoice gets its number.

The rules are those of EN 16931-1 (BR), XRechnung 3 (BR-DE) and Peppol BIS Billing 3 (PEPPOL-EN16931),
as far as a document that the app writes can break them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from psa_app.rules import money
from psa_app.rules.einvoices.codes import CATEGORIES, MAIL_SCHEME, PEPPOL_SCHEMES
from psa_app.rules.einvoices.document import UNDEFINED, Document, Party, bases

_MAIL = re.compile(r"[^@\s.][^@\s]*[^@\s.]@[^@\s.][^@\s]*[^@\s.]")  # BR-DE-28
_VAT = re.compile(r"[A-Z]{2}[A-Za-z0-9+*.\-]{2,}")
_NAMES = {"factur_x": "Factur-X", "xrechnung": "XRechnung", "peppol": "Peppol"}
_UNTAXED = frozenset(CATEGORIES.values()) - {"S"}


@dataclass(frozen=True, slots=True)
class Ask:
    """A field to fill, and a sentence that says where and why."""

    field: str
    sentence: str


def asks(document: Document, profile: str) -> Iterator[Ask]:
    """What is missing for a profile; nothing when the document can be written."""
    name = _NAMES.get(profile, "An electronic invoice")
    yield from _norm(document, name)
    yield from _taxes(document)
    within_germany = document.seller.address.country == document.buyer.address.country == "DE"
    if profile == "xrechnung":
        yield from _german(document, name)
        yield from _endpoints(document, name)
    if profile == "peppol":
        yield from _peppol(document, name)
        if within_germany:  # DE-R-001 and following
            yield from _german(document, "Peppol within Germany")


def client_lacks(profile: str, *, reference: bool, orders: bool, peppol: bool, mail: bool) -> list[str]:
    """What an electronic profile needs of a client that is not known yet, named as on the client's page.

    `orders`: a purchase order stands on each invoice. The rest is asked for by `asks` on the invoice.
    """
    found = []
    if (profile == "xrechnung" and not reference) or (profile == "peppol" and not (reference or orders)):
        found.append("buyer reference")
    if profile == "peppol" and not peppol:
        found.append("Peppol ID")
    if profile == "xrechnung" and not (peppol or mail):
        found.append("e-mail address")
    return found


def sums_fault(document: Document) -> str:
    """What does not add up (BR-CO-10 to BR-CO-16, BR-S-08 and its like), "" when all does.

    Tax may be rounded line by line, so that it differs from the rate times the sum by less than a unit
    of the currency, as the official rules allow (BR-CO-17).
    """
    found = {(one.category, one.rate_ppm): one.base for one in document.taxes}
    if found != bases(document):
        return "The tax rows do not add up to the lines."
    unit = 10 ** money.exponent(document.currency)
    for one in document.taxes:
        if abs(one.tax - money.divide(one.base * one.rate_ppm, 1_000_000)) >= unit:
            return f"The tax at {one.rate_ppm / 10_000:g} % is not that of its base."
    for line in document.lines:
        if money.divide(line.quantity * line.price, line.price_base) != line.net:
            return f"Line {line.number} is not its quantity times its price."
    return ""


def _norm(document: Document, name: str) -> Iterator[Ask]:
    if money.exponent(document.currency) > 2:
        sentence = f"{name} has two decimals at most, so it cannot be written in {document.currency}."
        yield Ask("currency", f"{sentence} Set the client to PDF.")
    for party, who in ((document.seller, "the firm"), (document.buyer, "the client")):
        if not party.address.country:
            yield Ask("country", f"{name} needs the country of {who}.")
    seller = document.seller
    if not (seller.vat_id or seller.register_id):  # BR-CO-26
        yield Ask("seller", f"{name} needs a VAT or register number of the firm. Add it in Settings.")
    for number, who in ((seller.vat_id, "firm"), (document.buyer.vat_id, "client")):
        if number and not _VAT.fullmatch(number):  # BR-CO-09
            yield Ask("vat_id", f"The VAT number of the {who} must begin with its country: ATU12345678.")
    for line in document.lines:
        if not line.name.strip():
            yield Ask("lines", f"Line {line.number} has no text. Give it one.")
    fault = sums_fault(document)
    if fault:
        yield Ask("lines", f"{name} cannot be written: {fault[:1].lower()}{fault[1:]}")


def _taxes(document: Document) -> Iterator[Ask]:
    for one in document.taxes:
        if one.category in _UNTAXED - {"Z"} and not (one.reason or one.reason_code):  # BR-E-10
            yield Ask("tax", "Say why there is no tax: add the sentence to the tax in Settings.")
    kinds = document.categories
    if kinds - {"O"} and not (document.seller.vat_id or document.seller.tax_id):  # BR-S-02 and its like
        yield Ask("seller", "An electronic invoice needs the firm's VAT or tax number. Add it in Settings.")
    if kinds & {"AE", "K"} and not document.seller.vat_id:
        yield Ask("seller", "Reverse charge needs the firm's VAT number. Add it in Settings.")
    if kinds & {"AE", "K"} and not document.buyer.vat_id:
        yield Ask("vat_id", f"This tax needs the VAT number of {document.buyer.name}. Add it to the client.")
    if "O" in kinds and len(kinds) > 1:  # BR-O-11
        sentence = "What lies outside the scope of tax cannot stand beside other taxes."
        yield Ask("tax", f"{sentence} Bill it on an invoice of its own.")


def _german(document: Document, name: str) -> Iterator[Ask]:
    seller, buyer = document.seller, document.buyer
    if not document.buyer_reference:  # BR-DE-15
        sentence = f"{name} needs the buyer reference or Leitweg-ID of {buyer.name}."
        yield Ask("buyer_reference", f"{sentence} Add it to the client.")
    if document.means is None or document.means.code == UNDEFINED:  # BR-DE-1, BR-DE-23-a
        yield Ask("bank_account_id", f"{name} needs a bank account to pay to. Choose one on the invoice.")
    if len(re.sub(r"\D", "", seller.phone)) < 3:  # BR-DE-6, BR-DE-27
        yield Ask("phone", f"{name} needs a telephone number of the firm. Add it in Settings.")
    if not _MAIL.fullmatch(seller.email):  # BR-DE-7, BR-DE-28
        yield Ask("email", f"{name} needs an e-mail address of the firm. Add it in Settings.")
    for party, who, field in ((seller, "the firm", "seller"), (buyer, buyer.name, "buyer")):
        if not (party.address.postcode and party.address.city):  # BR-DE-3, 4, 8, 9
            yield Ask(field, f"{name} needs postcode and city of {who}.")
    if document.categories - {"O"} and not (seller.vat_id or seller.tax_id):  # BR-DE-16
        yield Ask("seller", f"{name} needs the firm's VAT or tax number. Add it in Settings.")


def _endpoints(document: Document, name: str) -> Iterator[Ask]:
    """Both need an electronic address (PEPPOL-EN16931-R010, R020)."""
    if document.seller.endpoint is None:
        yield Ask("email", f"{name} needs an e-mail address or Peppol ID of the firm. Add it in Settings.")
    if document.buyer.endpoint is None:
        sentence = f"{name} needs an e-mail address or Peppol ID of {document.buyer.name}."
        yield Ask("endpoint", f"{sentence} Add it to the client.")


def _peppol(document: Document, name: str) -> Iterator[Ask]:
    if not (document.buyer_reference or document.purchase_order):  # R003
        sentence = f"{name} needs the buyer reference of {document.buyer.name}, or a purchase order number."
        yield Ask("buyer_reference", f"{sentence} Add it to the client, or to the invoice.")
    parties = (
        (document.seller, "the firm", "Add it to the tax numbers in Settings."),
        (document.buyer, document.buyer.name, "Add it to the client’s numbers."),
    )
    for party, who, where in parties:
        if _peppol_scheme(party) == MAIL_SCHEME:
            yield Ask("endpoint", f"{name} needs the Peppol ID of {who}. {where}")
        elif _peppol_scheme(party) not in PEPPOL_SCHEMES:  # CL008
            yield Ask("endpoint", f"The Peppol ID of {who} begins with no scheme of Peppol’s list. {where}")


def _peppol_scheme(party: Party) -> str:
    return party.endpoint.scheme if party.endpoint else MAIL_SCHEME
