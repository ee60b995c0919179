"""UBL 2.1: Invoice and CreditNote, in the order that their schemas ask for."""

from xml.etree.ElementTree import Element

from psa_app.formats.einvoice.xml import amount, finished, inside, iso, percent, put
from psa_app.rules.einvoices.codes import PEPPOL_PROCESS, SPECIFICATIONS
from psa_app.rules.einvoices.document import Address, Adjustment, Document, Line, Party, PaymentMeans

_SCHEMA = "urn:oasis:names:specification:ubl:schema:xsd:"


def ubl(document: Document, profile: str = "ubl") -> bytes:
    """The document as UBL under a profile's name; a credit note is a file of its own kind."""
    kind = "CreditNote" if document.is_credit else "Invoice"
    root = Element(
        kind,
        {
            "xmlns": f"{_SCHEMA}{kind}-2",
            "xmlns:cac": f"{_SCHEMA}CommonAggregateComponents-2",
            "xmlns:cbc": f"{_SCHEMA}CommonBasicComponents-2",
        },
    )
    _head(root, document, profile)
    _references(root, document)
    _party(inside(root, "cac:AccountingSupplierParty", "cac:Party"), document.seller)
    _party(inside(root, "cac:AccountingCustomerParty", "cac:Party"), document.buyer)
    if "K" in document.categories:
        place = inside(root, "cac:Delivery")
        put(place, "cbc:ActualDeliveryDate", iso(document.service_to))
        _address(inside(place, "cac:DeliveryLocation", "cac:Address"), document.buyer.address)
    if document.means:
        _means(root, document, document.means)
    if document.terms:
        put(inside(root, "cac:PaymentTerms"), "cbc:Note", document.terms)
    for one in document.adjustments:
        _adjustment(root, one, document.currency)
    _taxes(root, document)
    _totals(root, document)
    for line in document.lines:
        _line(root, line, document)
    return finished(root)


def _head(root: Element, document: Document, profile: str) -> None:
    put(root, "cbc:CustomizationID", SPECIFICATIONS[profile])
    put(root, "cbc:ProfileID", PEPPOL_PROCESS)
    put(root, "cbc:ID", document.number)
    put(root, "cbc:IssueDate", iso(document.issued_on))
    if document.is_credit:
        put(root, "cbc:CreditNoteTypeCode", document.type_code)
    else:
        put(root, "cbc:DueDate", iso(document.due_on))
        put(root, "cbc:InvoiceTypeCode", document.type_code)
    put(root, "cbc:Note", document.note)
    put(root, "cbc:DocumentCurrencyCode", document.currency)
    put(root, "cbc:TaxCurrencyCode", document.base_currency)
    put(root, "cbc:BuyerReference", document.buyer_reference)
    if document.service_from and document.service_to:
        period = inside(root, "cac:InvoicePeriod")
        put(period, "cbc:StartDate", iso(document.service_from))
        put(period, "cbc:EndDate", iso(document.service_to))


def _references(root: Element, document: Document) -> None:
    if document.purchase_order:
        put(inside(root, "cac:OrderReference"), "cbc:ID", document.purchase_order)
    for one in document.preceding:
        of = inside(root, "cac:BillingReference", "cac:InvoiceDocumentReference")
        put(of, "cbc:ID", one.number)
        put(of, "cbc:IssueDate", iso(one.issued_on))
    if document.contract:
        put(inside(root, "cac:ContractDocumentReference"), "cbc:ID", document.contract)


def _party(party: Element, who: Party) -> None:
    if who.endpoint:
        put(party, "cbc:EndpointID", who.endpoint.value, schemeID=who.endpoint.scheme)
    _address(inside(party, "cac:PostalAddress"), who.address)
    for number, scheme in ((who.vat_id, "VAT"), (who.tax_id, "TAX")):
        if number:
            tax = inside(party, "cac:PartyTaxScheme")
            put(tax, "cbc:CompanyID", number)
            put(inside(tax, "cac:TaxScheme"), "cbc:ID", scheme)
    legal = inside(party, "cac:PartyLegalEntity")
    put(legal, "cbc:RegistrationName", who.name)
    put(legal, "cbc:CompanyID", who.register_id)
    if who.contact or who.phone or who.email:
        contact = inside(party, "cac:Contact")
        put(contact, "cbc:Name", who.contact)
        put(contact, "cbc:Telephone", who.phone)
        put(contact, "cbc:ElectronicMail", who.email)


def _address(place: Element, address: Address) -> None:
    put(place, "cbc:StreetName", address.street)
    put(place, "cbc:CityName", address.city)
    put(place, "cbc:PostalZone", address.postcode)
    put(inside(place, "cac:Country"), "cbc:IdentificationCode", address.country)


def _means(root: Element, document: Document, means: PaymentMeans) -> None:
    how = inside(root, "cac:PaymentMeans")
    put(how, "cbc:PaymentMeansCode", means.code)
    if document.is_credit:
        put(how, "cbc:PaymentDueDate", iso(document.due_on))
    put(how, "cbc:PaymentID", means.reference)
    if means.account:
        payee = inside(how, "cac:PayeeFinancialAccount")
        put(payee, "cbc:ID", means.account)
        put(payee, "cbc:Name", means.holder)
        if means.bic:
            put(inside(payee, "cac:FinancialInstitutionBranch"), "cbc:ID", means.bic)


def _adjustment(root: Element, one: Adjustment, currency: str) -> None:
    row = inside(root, "cac:AllowanceCharge")
    put(row, "cbc:ChargeIndicator", "true" if one.is_charge else "false")
    put(row, "cbc:AllowanceChargeReason", one.reason)
    put(row, "cbc:Amount", amount(one.amount, currency), currencyID=currency)
    _category(row, "cac:TaxCategory", one.category, one.rate_ppm)


def _category(parent: Element, tag: str, category: str, rate_ppm: int) -> None:
    of = inside(parent, tag)
    put(of, "cbc:ID", category)
    if category != "O":  # BR-O-05: what is outside the scope of tax has no rate
        put(of, "cbc:Percent", percent(rate_ppm))
    put(inside(of, "cac:TaxScheme"), "cbc:ID", "VAT")


def _taxes(root: Element, document: Document) -> None:
    currency = document.currency
    whole = inside(root, "cac:TaxTotal")
    put(whole, "cbc:TaxAmount", amount(document.tax, currency), currencyID=currency)
    for group in document.taxes:
        part = inside(whole, "cac:TaxSubtotal")
        put(part, "cbc:TaxableAmount", amount(group.base, currency), currencyID=currency)
        put(part, "cbc:TaxAmount", amount(group.tax, currency), currencyID=currency)
        of = inside(part, "cac:TaxCategory")
        put(of, "cbc:ID", group.category)
        put(of, "cbc:Percent", percent(group.rate_ppm))  # also where it is 0: BR-DE-14
        put(of, "cbc:TaxExemptionReasonCode", group.reason_code)
        put(of, "cbc:TaxExemptionReason", group.reason)
        put(inside(of, "cac:TaxScheme"), "cbc:ID", "VAT")
    if document.base_currency:
        base = document.base_currency
        told = amount(document.tax_in_base, base)
        put(inside(root, "cac:TaxTotal"), "cbc:TaxAmount", told, currencyID=base)


def _totals(root: Element, document: Document) -> None:
    rows = (
        ("LineExtensionAmount", document.lines_net, True),
        ("TaxExclusiveAmount", document.net, True),
        ("TaxInclusiveAmount", document.total, True),
        ("AllowanceTotalAmount", document.allowances, False),
        ("ChargeTotalAmount", document.charges, False),
        ("PrepaidAmount", document.prepaid, False),
        ("PayableRoundingAmount", document.rounding, False),
        ("PayableAmount", document.due, True),
    )
    sums = inside(root, "cac:LegalMonetaryTotal")
    for tag, minor, always in rows:
        if minor or always:
            put(sums, f"cbc:{tag}", amount(minor, document.currency), currencyID=document.currency)


def _line(root: Element, line: Line, document: Document) -> None:
    kind = "Credited" if document.is_credit else "Invoiced"
    currency = document.currency
    row = inside(root, "cac:CreditNoteLine" if document.is_credit else "cac:InvoiceLine")
    put(row, "cbc:ID", line.number)
    put(row, f"cbc:{kind}Quantity", str(line.quantity), unitCode=line.unit)
    put(row, "cbc:LineExtensionAmount", amount(line.net, currency), currencyID=currency)
    item = inside(row, "cac:Item")
    put(item, "cbc:Description", line.detail)
    put(item, "cbc:Name", line.name)
    _category(item, "cac:ClassifiedTaxCategory", line.category, line.rate_ppm)
    price = inside(row, "cac:Price")
    put(price, "cbc:PriceAmount", amount(line.price, currency), currencyID=currency)
    put(price, "cbc:BaseQuantity", str(line.price_base), unitCode=line.unit)
