"""Issuing a draft: it gets its number and never changes from then on."""

from datetime import date

from sqlalchemy import update
from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, act
from psa_app.errors import Conflict, Invalid
from psa_app.formats import words
from psa_app.models import (
    Account,
    BilledTime,
    Contact,
    ExchangeRate,
    Firm,
    History,
    Invoice,
    InvoiceLine,
    TaxNumber,
    TimeEntry,
    move,
)
from psa_app.rules.invoices import due_date
from psa_app.services import history
from psa_app.services.identity.portal_links import make_portal_link
from psa_app.services.invoices.draft import locked_draft
from psa_app.services.invoices.totals import write_totals
from psa_app.services.mails import promise_mail
from psa_app.services.numbers import take_number
from psa_app.services.promises import promise

ONE = 1_000_000_000


@act("invoices", "issue", right="invoices.issue")
def issue_invoice(
    session: Session, actor: Actor, invoice_id: int, *, issued_on: date | None = None
) -> Invoice:
    """Gives a draft its number, freezes it and mails it to the client's billing contacts.

    Raises `Invalid` for what is missing (purchase order, exchange rate, tax number), `Conflict`
    when it is no draft any more or the day lies before the series' last.
    """
    invoice = locked_draft(session, actor, invoice_id)
    account = session.get_one(Account, invoice.account_id)
    firm = session.exec(select(Firm)).one()
    day = issued_on or clock.today(firm.time_zone)
    write_totals(session, invoice)
    _check(session, invoice, account, firm, day)
    invoice.base_rate_nano = _base_rate(session, invoice.currency, firm.base_currency, day)
    move(invoice, "invoice", "issued")
    invoice.number = take_number(session, "invoice", day, sandbox=invoice.is_sandbox)
    invoice.issued_on, invoice.due_on = day, due_date(day, invoice.payment_days)
    invoice.issued_at, invoice.issued_by = clock.now(), actor.user_id
    invoice.seller, invoice.buyer = _seller(session, firm), _buyer(account)
    session.flush()
    _mark_entries(session, invoice_id, "approved", "invoiced")
    history.note(
        session,
        actor,
        "invoice",
        invoice_id,
        "issued",
        {},
        {
            "number": invoice.number,
            "issued_on": day,
            "total_minor": invoice.total_minor,
            "currency": invoice.currency,
        },
    )
    promise(session, "invoice_pdf", f"invoice-pdf-{invoice_id}", {"invoice_id": invoice_id})
    _mail(session, invoice, account, firm)
    return invoice


@act("invoices", "mail", right="invoices.issue")
def mail_invoice(session: Session, actor: Actor, invoice_id: int) -> Invoice:
    """Sends an issued invoice once more to the billing contacts."""
    invoice = session.get(Invoice, invoice_id, with_for_update=True)
    if invoice is None or invoice.status != "issued":
        raise Conflict("Only an issued invoice can be mailed.")
    sent = history_count(session, invoice_id)
    _mail(
        session,
        invoice,
        session.get_one(Account, invoice.account_id),
        session.exec(select(Firm)).one(),
        again=sent,
    )
    history.note(session, actor, "invoice", invoice_id, "mailed again")
    return invoice


def history_count(session: Session, invoice_id: int) -> int:
    """How often an invoice was written about in the history; makes each mailing's key its own."""
    return len(
        session.exec(
            select(History.id).where(History.kind == "invoice", History.record_id == invoice_id)
        ).all()
    )


def _check(session: Session, invoice: Invoice, account: Account, firm: Firm, day: date) -> None:
    lines = session.exec(select(InvoiceLine.id).where(InvoiceLine.invoice_id == invoice.id)).first()
    if lines is None:
        raise Invalid("This draft has no line. Add one, or discard the draft.", "lines")
    if invoice.total_minor <= 0:
        raise Invalid("An invoice is more than zero.", "lines")
    if account.purchase_order_needed and not invoice.purchase_order:
        raise Invalid(f"{account.name} needs a purchase order number on each invoice.", "purchase_order")
    if not invoice.service_from or not invoice.service_to:
        raise Invalid("Give the service period.", "service_from")
    if day > clock.today(firm.time_zone):
        raise Invalid("An invoice cannot be issued in the future.", "issued_on")
    if invoice.tax_minor and not session.exec(select(TaxNumber).where(TaxNumber.kind == "vat")).first():
        raise Invalid("Add the firm's VAT number in Settings: an invoice with tax needs it.", "tax")
    reverse = session.exec(
        select(InvoiceLine.id).where(
            InvoiceLine.invoice_id == invoice.id, InvoiceLine.tax_kind == "reverse_charge"
        )
    ).first()
    if reverse is not None and not account.vat_id:
        raise Invalid(f"Reverse charge needs the VAT number of {account.name}. Add it to the client.", "tax")


def _base_rate(session: Session, currency: str, base: str, day: date) -> int:
    if currency == base:
        return ONE
    rate = session.exec(
        select(ExchangeRate.rate_nano)
        .where(ExchangeRate.currency == currency, ExchangeRate.day <= day)
        .order_by(col(ExchangeRate.day).desc())
    ).first()
    if rate is None:
        raise Invalid(
            f"There is no exchange rate from {currency} to {base} for {day.isoformat()}. Add one in Settings.",
            "currency",
        )
    return rate


def _seller(session: Session, firm: Firm) -> str:
    numbers = session.exec(select(TaxNumber).order_by(col(TaxNumber.id))).all()
    place = " ".join(part for part in (firm.postcode, firm.city) if part)
    words = {"vat": "VAT", "tax": "Tax number", "register": "Register"}
    rows = [
        firm.legal_name or firm.name,
        firm.street,
        place,
        *(f"{words.get(n.kind, n.kind)} {n.number}" for n in numbers),
    ]
    return "\n".join(row for row in rows if row)


def _buyer(account: Account) -> str:
    place = " ".join(part for part in (account.postcode, account.city) if part)
    rows = [account.legal_name or account.name, account.street, place, account.country]
    if account.vat_id:
        rows.append(f"VAT {account.vat_id}")
    return "\n".join(row for row in rows if row)


def _mark_entries(session: Session, invoice_id: int, old: str, new: str) -> None:
    """Moves the entries behind an invoice between approved and invoiced, in one statement."""
    lines = select(InvoiceLine.id).where(InvoiceLine.invoice_id == invoice_id)
    entries = select(BilledTime.entry_id).where(
        col(BilledTime.line_id).in_(lines), col(BilledTime.released_at).is_(None)
    )
    session.connection().execute(
        update(TimeEntry)
        .where(col(TimeEntry.id).in_(entries), col(TimeEntry.status) == old)
        .values(status=new, version=TimeEntry.version + 1, updated_at=clock.now())
    )


def _mail(session: Session, invoice: Invoice, account: Account, firm: Firm, again: int = 0) -> None:
    contacts = session.exec(
        select(Contact)
        .where(Contact.account_id == account.id, col(Contact.is_billing), ~col(Contact.is_archived))
        .order_by(col(Contact.id))
    ).all()
    for contact in contacts:
        token = make_portal_link(
            session, contact_id=int(contact.id or 0), document="invoice", document_id=int(invoice.id or 0)
        )
        promise_mail(
            session,
            f"invoice-issued-{invoice.id}-{contact.id}-{again}",
            "invoice_issued",
            [contact.email],
            routes.portal_link(token),
            {
                "reader": contact.name,
                "firm": firm.name,
                "number": invoice.number,
                "amount": words.money(invoice.total_minor, invoice.currency, account.locale),
                "due": words.day(invoice.due_on, account.locale) if invoice.due_on else "",
                "order": invoice.purchase_order,
                "test": invoice.is_sandbox,
            },
            attach={"invoice_pdf": int(invoice.id or 0)},
        )
