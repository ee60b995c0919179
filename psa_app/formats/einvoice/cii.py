"""UN/CEFACT Cross Industry Invoice D16B, in the order that its schema asks for."""

from datetime import date
from xml.etree.ElementTree import Element

from psa_app.formats.einvoice.xml import amount, compact, finished, inside, percent, put
from psa_app.rules.einvoices.codes import PEPPOL_PROCESS, SPECIFICATIONS
from psa_app.rules.einvoices.document import (
    Address,
    Adjustment,
    Document,
    Line,
    Party,
    PaymentMeans,
    TaxGroup,
)

_SCHEMA = "urn:un:unece:uncefact:data:standard:"


def cii(document: Document, profile: str = "cii") -> bytes:
    """The document as CII under a profile's name."""
    root = Element(
        "rsm:CrossIndustryInvoice",
        {
            "xmlns:rsm": f"{_SCHEMA}CrossIndustryInvoice:100",
            "xmlns:ram": f"{_SCHEMA}ReusableAggregateBusinessInformationEntity:100",
            "xmlns:udt": f"{_SCHEMA}UnqualifiedDataType:100",
            "xmlns:qdt": f"{_SCHEMA}QualifiedDataType:100",
        },
    )
    context = inside(root, "rsm:ExchangedDocumentContext")
    put(inside(context, "ram:BusinessProcessSpecifiedDocumentContextParameter"), "ram:ID", PEPPOL_PROCESS)
    put(inside(context, "ram:GuidelineSpecifiedDocumentContextParameter"), "ram:ID", SPECIFICATIONS[profile])
    head = inside(root, "rsm:ExchangedDocument")
    put(head, "ram:ID", document.number)
    put(head, "ram:TypeCode", document.type_code)
    _day(head, "ram:IssueDateTime", document.issued_on)
    if document.note:
        put(inside(head, "ram:IncludedNote"), "ram:Content", document.note)
    trade = inside(root, "rsm:SupplyChainTradeTransaction")
    for line in document.lines:
        _line(trade, line, document.currency)
    _agreement(inside(trade, "ram:ApplicableHeaderTradeAgreement"), document)
    _delivery(inside(trade, "ram:ApplicableHeaderTradeDelivery"), document)
    _settlement(inside(trade, "ram:ApplicableHeaderTradeSettlement"), document)
    return finished(root)


def _day(parent: Element, tag: str, day: date | None, kind: str = "udt") -> None:
    if day:
        put(inside(parent, tag), f"{kind}:DateTimeString", compact(day), format="102")


def _line(trade: Element, line: Line, currency: str) -> None:
    row = inside(trade, "ram:IncludedSupplyChainTradeLineItem")
    put(inside(row, "ram:AssociatedDocumentLineDocument"), "ram:LineID", line.number)
    product = inside(row, "ram:SpecifiedTradeProduct")
    put(product, "ram:Name", line.name)
    put(product, "ram:Description", line.detail)
    price = inside(row, "ram:SpecifiedLineTradeAgreement", "ram:NetPriceProductTradePrice")
    put(price, "ram:ChargeAmount", amount(line.price, currency))
    put(price, "ram:BasisQuantity", str(line.price_base), unitCode=line.unit)
    delivery = inside(row, "ram:SpecifiedLineTradeDelivery")
    put(delivery, "ram:BilledQuantity", str(line.quantity), unitCode=line.unit)
    settlement = inside(row, "ram:SpecifiedLineTradeSettlement")
    _category(inside(settlement, "ram:ApplicableTradeTax"), line.category, line.rate_ppm)
    sums = inside(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation")
    put(sums, "ram:LineTotalAmount", amount(line.net, currency))


def _category(tax: Element, category: str, rate_ppm: int) -> None:
    put(tax, "ram:TypeCode", "VAT")
    put(tax, "ram:CategoryCode", category)
    if category != "O":  # BR-O-05: what is outside the scope of tax has no rate
        put(tax, "ram:RateApplicablePercent", percent(rate_ppm))


def _agreement(agreement: Element, document: Document) -> None:
    put(agreement, "ram:BuyerReference", document.buyer_reference)
    _party(inside(agreement, "ram:SellerTradeParty"), document.seller)
    _party(inside(agreement, "ram:BuyerTradeParty"), document.buyer)
    for tag, number in (("Buyer", document.purchase_order), ("Contract", document.contract)):
        if number:
            order = "BuyerOrder" if tag == "Buyer" else tag
            put(inside(agreement, f"ram:{order}ReferencedDocument"), "ram:IssuerAssignedID", number)


def _party(party: Element, who: Party) -> None:
    put(party, "ram:Name", who.name)
    if who.register_id:
        put(inside(party, "ram:SpecifiedLegalOrganization"), "ram:ID", who.register_id)
    if who.contact or who.phone or who.email:
        contact = inside(party, "ram:DefinedTradeContact")
        put(contact, "ram:PersonName", who.contact)
        if who.phone:
            put(inside(contact, "ram:TelephoneUniversalCommunication"), "ram:CompleteNumber", who.phone)
        if who.email:
            put(inside(contact, "ram:EmailURIUniversalCommunication"), "ram:URIID", who.email)
    _address(inside(party, "ram:PostalTradeAddress"), who.address)
    if who.endpoint:
        place = inside(party, "ram:URIUniversalCommunication")
        put(place, "ram:URIID", who.endpoint.value, schemeID=who.endpoint.scheme)
    for number, scheme in ((who.tax_id, "FC"), (who.vat_id, "VA")):
        if number:
            put(inside(party, "ram:SpecifiedTaxRegistration"), "ram:ID", number, schemeID=scheme)


def _address(place: Element, address: Address) -> None:
    put(place, "ram:PostcodeCode", address.postcode)
    put(place, "ram:LineOne", address.street)
    put(place, "ram:CityName", address.city)
    put(place, "ram:CountryID", address.country)


def _delivery(delivery: Element, document: Document) -> None:
    if "K" not in document.categories:
        return
    _address(inside(delivery, "ram:ShipToTradeParty", "ram:PostalTradeAddress"), document.buyer.address)
    if document.service_to:
        event = inside(delivery, "ram:ActualDeliverySupplyChainEvent")
        _day(event, "ram:OccurrenceDateTime", document.service_to)


def _settlement(settlement: Element, document: Document) -> None:
    if document.means:
        put(settlement, "ram:PaymentReference", document.means.reference)
    put(settlement, "ram:TaxCurrencyCode", document.base_currency)
    put(settlement, "ram:InvoiceCurrencyCode", document.currency)
    if document.means:
        _means(settlement, document.means)
    for group in document.taxes:
        _tax(settlement, group, document.currency)
    if document.service_from and document.service_to:
        period = inside(settlement, "ram:BillingSpecifiedPeriod")
        _day(period, "ram:StartDateTime", document.service_from)
        _day(period, "ram:EndDateTime", document.service_to)
    for one in document.adjustments:
        _adjustment(settlement, one, document.currency)
    if document.terms or document.due_on:
        terms = inside(settlement, "ram:SpecifiedTradePaymentTerms")
        put(terms, "ram:Description", document.terms)
        _day(terms, "ram:DueDateDateTime", document.due_on)
    _totals(settlement, document)
    for before in document.preceding:
        of = inside(settlement, "ram:InvoiceReferencedDocument")
        put(of, "ram:IssuerAssignedID", before.number)
        _day(of, "ram:FormattedIssueDateTime", before.issued_on, "qdt")


def _means(settlement: Element, means: PaymentMeans) -> None:
    how = inside(settlement, "ram:SpecifiedTradeSettlementPaymentMeans")
    put(how, "ram:TypeCode", means.code)
    if not means.account:
        return
    account = inside(how, "ram:PayeePartyCreditorFinancialAccount")
    is_iban = means.account[:2].isalpha()
    put(account, "ram:IBANID", means.account if is_iban else "")
    put(account, "ram:AccountName", means.holder)
    put(account, "ram:ProprietaryID", "" if is_iban else means.account)
    if means.bic:
        put(inside(how, "ram:PayeeSpecifiedCreditorFinancialInstitution"), "ram:BICID", means.bic)


def _tax(settlement: Element, group: TaxGroup, currency: str) -> None:
    tax = inside(settlement, "ram:ApplicableTradeTax")
    put(tax, "ram:CalculatedAmount", amount(group.tax, currency))
    put(tax, "ram:TypeCode", "VAT")
    put(tax, "ram:ExemptionReason", group.reason)
    put(tax, "ram:BasisAmount", amount(group.base, currency))
    put(tax, "ram:CategoryCode", group.category)
    put(tax, "ram:ExemptionReasonCode", group.reason_code)
    put(tax, "ram:RateApplicablePercent", percent(group.rate_ppm))  # also where it is 0: BR-DE-14


def _adjustment(settlement: Element, one: Adjustment, currency: str) -> None:
    row = inside(settlement, "ram:SpecifiedTradeAllowanceCharge")
    put(inside(row, "ram:ChargeIndicator"), "udt:Indicator", "true" if one.is_charge else "false")
    put(row, "ram:ActualAmount", amount(one.amount, currency))
    put(row, "ram:Reason", one.reason)
    _category(inside(row, "ram:CategoryTradeTax"), one.category, one.rate_ppm)


def _totals(settlement: Element, document: Document) -> None:
    currency = document.currency
    sums = inside(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")

    def row(tag: str, minor: int, *, always: bool = True, **attributes: str) -> None:
        if minor or always:
            put(sums, f"ram:{tag}", amount(minor, currency), **attributes)

    row("LineTotalAmount", document.lines_net)
    row("ChargeTotalAmount", document.charges, always=False)
    row("AllowanceTotalAmount", document.allowances, always=False)
    row("TaxBasisTotalAmount", document.net)
    row("TaxTotalAmount", document.tax, currencyID=currency)
    if document.base_currency:
        told = amount(document.tax_in_base, document.base_currency)
        put(sums, "ram:TaxTotalAmount", told, currencyID=document.base_currency)
    row("RoundingAmount", document.rounding, always=False)
    row("GrandTotalAmount", document.total)
    row("TotalPrepaidAmount", document.prepaid, always=False)
    row("DuePayableAmount", document.due)
