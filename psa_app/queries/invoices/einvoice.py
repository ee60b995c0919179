"""An invoice as an electronic one sees it, from its rows; complete the moment before it is issued."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from psa_app.formats import languages, words
from psa_app.formats.epc_qr import is_iban
from psa_app.models import (
    Account,
    AccountTaxNumber,
    BankAccount,
    Contact,
    EInvoice,
    Firm,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    Sow,
    TaxNumber,
)
from psa_app.queries.invoices.deposits import deposits_on
from psa_app.queries.invoices.paper import printed_lines
from psa_app.queries.invoices.parties import billing_address
from psa_app.rules import money
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
from psa_app.rules.einvoices import document as kinds
from psa_app.rules.einvoices.codes import CATEGORIES, MAIL_SCHEME, REASONS, prefixed_vat


def document_of(session: Session, invoice: Invoice, profile: str, day: date, due_on: date | None) -> Document:
    """The document that an invoice or credit note makes when it is issued on a day.

    The caller has checked who asks. A credit note is due on no day: it is set off against its invoice.
    """
    firm = session.get_one(Firm, 1)
    account = session.get_one(Account, invoice.account_id)
    lines = printed_lines(session, invoice)
    taxes = _tax_groups(session, invoice)
    numbers = _numbers(session.exec(_account_numbers(account)).all())
    seller, buyer = _seller(session, firm), _buyer(session, account, numbers)
    if {one.category for one in taxes} == {"O"}:  # BR-O-02: no VAT number where there is no VAT
        seller, buyer = replace(seller, vat_id=""), replace(buyer, vat_id="")
    base, tax_in_base = _base_tax(invoice, firm)
    sow = session.get(Sow, invoice.sow_id) if invoice.sow_id else None
    preceding = _preceding(session, invoice)
    return Document(
        type_code=_type_code(invoice, lines, profile),
        number=invoice.number or "Draft",
        issued_on=day,
        currency=invoice.currency,
        seller=seller,
        buyer=buyer,
        lines=tuple(_line(str(n), line) for n, line in enumerate(_real(lines), 1)),
        taxes=taxes,
        adjustments=tuple(_discount(line) for line in lines if _is_discount(line)),
        means=_means(session, invoice, firm),
        due_on=due_on,
        terms=_terms(invoice, preceding, due_on, account),
        note=_note(invoice, account),
        buyer_reference=account.buyer_reference or numbers.get("leitweg", ""),
        purchase_order=invoice.purchase_order,
        contract=sow.number if sow else "",
        preceding=preceding,
        service_from=invoice.service_from,
        service_to=invoice.service_to,
        base_currency=base,
        tax_in_base=tax_in_base,
    )


def profile_of(session: Session, invoice: Invoice) -> str:
    """The profile that an invoice went out with, or that a draft will go out with; "" for a PDF alone."""
    if invoice.status == "draft":
        return session.get_one(Account, invoice.account_id).einvoice
    return session.exec(select(EInvoice.profile).where(EInvoice.invoice_id == invoice.id)).first() or ""


def _type_code(invoice: Invoice, lines: Sequence[InvoiceLine], profile: str) -> str:
    if invoice.kind == "credit_note":
        return kinds.CREDIT_NOTE
    is_advance = bool(lines) and all(line.kind == "deposit" for line in lines)
    # XRechnung knows no invoice for an advance: it goes out as any other (BR-DE-17).
    return kinds.ADVANCE if is_advance and profile != "xrechnung" else kinds.INVOICE


def _note(invoice: Invoice, account: Account) -> str:
    is_test = languages.of(account.locale).test if invoice.is_sandbox else ""
    return "\n".join(filter(None, (is_test, invoice.note, invoice.credit_reason)))


def _terms(invoice: Invoice, preceding: Sequence[Preceding], due_on: date | None, account: Account) -> str:
    labels = languages.of(account.locale)
    if invoice.kind == "credit_note":
        return labels.set_off.format(number=preceding[0].number)
    return labels.payable_by.format(day=words.day(due_on, account.locale)) if due_on else ""


def _is_discount(line: InvoiceLine) -> bool:
    return line.kind == "discount" and line.net_minor < 0


def _real(lines: Iterable[InvoiceLine]) -> list[InvoiceLine]:
    return [line for line in lines if not _is_discount(line)]


def _discount(line: InvoiceLine) -> Adjustment:
    return Adjustment(-line.net_minor, line.description, CATEGORIES[line.tax_kind], line.tax_ppm)


def _line(number: str, line: InvoiceLine) -> Line:
    """Hours in minutes at a price for 60; what is no multiple of its price stands as one piece."""
    detail, net = line.detail, line.net_minor
    quantity, unit, price, base = line.quantity, kinds.ONE, line.rate_minor, 1
    if line.minutes and money.per_hour(line.minutes, line.rate_minor) == net and line.rate_minor >= 0:
        quantity, unit, base = line.minutes, kinds.MINUTE, 60
    elif line.minutes is not None or quantity * price != net or price < 0:
        if line.minutes is not None:
            detail = ", ".join(part for part in (detail, f"{words.hours(line.minutes)} h") if part)
        # A price is never negative (BR-27): what is taken off is a negative quantity.
        whole = abs(price) if quantity * price == net and line.minutes is None else abs(net)
        quantity = net // whole if whole else 1
        price = whole
    category = CATEGORIES[line.tax_kind]
    return Line(number, line.description, detail, quantity, unit, price, base, net, category, line.tax_ppm)


def _tax_groups(session: Session, invoice: Invoice) -> tuple[TaxGroup, ...]:
    """The tax rows by category and rate: two kinds may share a category."""
    statement = select(InvoiceTax).where(InvoiceTax.invoice_id == invoice.id).order_by(col(InvoiceTax.id))
    found: dict[tuple[str, int], TaxGroup] = {}
    for row in session.exec(statement).all():
        category = CATEGORIES[row.kind]
        code, standing = REASONS.get(category, ("", ""))
        reason = "" if category in ("S", "Z") else row.note or standing
        before = found.get((category, row.rate_ppm), TaxGroup(category, row.rate_ppm, 0, 0, reason, code))
        found[category, row.rate_ppm] = replace(
            before, base=before.base + row.base_minor, tax=before.tax + row.tax_minor
        )
    return tuple(found.values())


def _seller(session: Session, firm: Firm) -> Party:
    numbers = session.exec(select(TaxNumber).order_by(col(TaxNumber.id))).all()
    # Of several the one of the firm's own country.
    by_kind = _numbers(sorted(numbers, key=lambda one: one.country != firm.country))
    vat = next((one for one in numbers if one.number == by_kind.get("vat")), None)
    return Party(
        firm.legal_name or firm.name,
        Address(firm.street, firm.postcode, firm.city, firm.country),
        vat_id=prefixed_vat(vat.number, vat.country) if vat else "",
        tax_id=by_kind.get("tax", ""),
        register_id=by_kind.get("register", ""),
        endpoint=_endpoint(by_kind.get("peppol", ""), firm.email),
        contact=firm.name,
        phone=firm.phone,
        email=firm.email,
    )


def _buyer(session: Session, account: Account, numbers: dict[str, str]) -> Party:
    at = billing_address(account)
    reader = session.exec(
        select(Contact)
        .where(Contact.account_id == account.id, col(Contact.is_billing), ~col(Contact.is_archived))
        .order_by(col(Contact.id))
    ).first()
    return Party(
        getattr(at, "recipient", "") or account.legal_name or account.name,
        Address(at.street, at.postcode, at.city, at.country),
        vat_id=prefixed_vat(account.vat_id, account.country),
        register_id=numbers.get("register", ""),
        endpoint=_endpoint(numbers.get("peppol", ""), account.email or (reader.email if reader else "")),
        contact=reader.name if reader else "",
        phone=reader.phone if reader else "",
        email=reader.email if reader else "",
    )


def _account_numbers(account: Account) -> SelectOfScalar[AccountTaxNumber]:
    of_account = AccountTaxNumber.account_id == account.id
    return select(AccountTaxNumber).where(of_account).order_by(col(AccountTaxNumber.id))


def _numbers(rows: Iterable[TaxNumber | AccountTaxNumber]) -> dict[str, str]:
    """The first number of each kind."""
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(row.kind, row.number)
    return found


def _endpoint(peppol: str, email: str) -> Endpoint | None:
    scheme, _, value = peppol.partition(":")
    if value:
        return Endpoint(scheme, value)
    return Endpoint(MAIL_SCHEME, email) if email else None


def _means(session: Session, invoice: Invoice, firm: Firm) -> PaymentMeans | None:
    if invoice.kind == "credit_note":
        return PaymentMeans(kinds.SET_OFF)
    bank = session.get(BankAccount, invoice.bank_account_id) if invoice.bank_account_id else None
    if bank is None:
        return None
    iban = "".join(bank.iban.split()).upper()
    account = iban if is_iban(iban) else bank.account_number
    if not account:
        return None
    code = kinds.SEPA if account == iban and invoice.currency == "EUR" else kinds.TRANSFER
    holder = bank.holder or firm.legal_name or firm.name
    return PaymentMeans(code, invoice.number, account, holder, bank.bic)


def _preceding(session: Session, invoice: Invoice) -> tuple[Preceding, ...]:
    """The invoice that a credit note is on; of an invoice those whose deposits it takes off."""
    if invoice.credits_id:
        credited = session.get_one(Invoice, invoice.credits_id)
        return (Preceding(credited.number, credited.issued_on),)
    asked = select(InvoiceLine.invoice_id).where(col(InvoiceLine.id).in_(deposits_on(invoice)))
    found = session.exec(select(Invoice).where(col(Invoice.id).in_(asked)).order_by(col(Invoice.id)))
    return tuple(Preceding(one.number, one.issued_on) for one in found)


def _base_tax(invoice: Invoice, firm: Firm) -> tuple[str, int]:
    """Tax in another currency is also told in the firm's own (Directive 2006/112/EC, article 230)."""
    base = firm.base_currency
    if not invoice.tax_minor or invoice.currency == base or money.exponent(base) > 2:
        return "", 0
    return base, money.convert(invoice.tax_minor, invoice.base_rate_nano, invoice.currency, base)
