"""Issuing a draft: it gets its number and never changes from then on."""

from datetime import date

from sqlalchemy import func
from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.formats import words
from psa_app.models import Account, Firm, History, Invoice, move
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.queries.invoices.parties import bank_block, billing_contacts, buyer_block, seller_block
from psa_app.queries.invoices.ready import base_rate, lacks
from psa_app.rules.invoices import due_date
from psa_app.services import history
from psa_app.services.books.lock import check_books_open, note_past_close
from psa_app.services.identity.portal_links import make_portal_link
from psa_app.services.invoices.credit_mail import mail_credit_note
from psa_app.services.invoices.draft import FIRST_YEAR, locked_draft
from psa_app.services.invoices.einvoices import attached, keep_einvoice
from psa_app.services.invoices.entries import mark_invoiced
from psa_app.services.invoices.expense_lines import mark_expenses_invoiced
from psa_app.services.invoices.lacking import stop_if_lacking
from psa_app.services.invoices.totals import write_totals
from psa_app.services.mails import About, promise_mail
from psa_app.services.numbers import take_number
from psa_app.services.promises import promise


@act("invoices", "issue", right="invoices.issue")
def issue_invoice(
    session: Session,
    actor: Actor,
    invoice_id: int,
    *,
    issued_on: date | None = None,
    past_lock_reason: str = "",
) -> Invoice:
    """Gives a draft its number, freezes it and mails it to the client's billing contacts.

    Raises `Invalid` or `Problems` for all that is missing (`queries.invoices.ready`), `Conflict`
    when it is no draft any more or the day lies before the series' last. A day in closed books passes
    with the right "books.override" and a reason.
    """
    invoice = locked_draft(session, actor, invoice_id)
    account = session.get_one(Account, invoice.account_id)
    firm = session.get_one(Firm, 1)
    day = issued_on or clock.today(firm.time_zone)
    if day.year < FIRST_YEAR:
        raise Invalid("This day is too long ago.", "issued_on")
    write_totals(session, invoice, drawn=True)
    if past_lock_reason.strip():
        invoice.ledger_on = check_books_open(session, day, "issued_on", actor, past_lock_reason)
    past = invoice.ledger_on is not None
    missing = lacks(session, invoice, day, past_close=past)
    stop_if_lacking([lack for lack in missing if not lack.is_warning])
    _freeze(session, actor, invoice, account, firm, day)
    mark_invoiced(session, actor, invoice)
    mark_expenses_invoiced(session, actor, invoice)
    profile = keep_einvoice(session, invoice, account)
    after = {
        "number": invoice.number,
        "issued_on": day,
        "total_minor": invoice.total_minor,
        "currency": invoice.currency,
        "mailed_to": len(billing_contacts(session, invoice.account_id)),
        **({"einvoice": profile} if profile else {}),
    }
    history.note(session, actor, "invoice", invoice_id, "issued", {}, after)
    note_past_close(session, actor, invoice.number, day, invoice.ledger_on, past_lock_reason)
    promise(session, "invoice_pdf", f"invoice-pdf-{invoice_id}", {"invoice_id": invoice_id})
    _mail(session, actor, invoice, account, firm)
    return invoice


@act("invoices", "mail", right="invoices.issue")
def mail_invoice(session: Session, actor: Actor, invoice_id: int) -> Invoice:
    """Sends an issued invoice once more to the billing contacts, with fresh links.

    Raises `Conflict` for one that is not issued, `Invalid` when nobody gets the client's invoices.
    """
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    if invoice.status != "issued":
        raise Conflict("Only an issued invoice can be mailed.")
    account = session.get_one(Account, invoice.account_id)
    readers = len(billing_contacts(session, invoice.account_id))
    if not readers:
        raise Invalid(f"Nobody at {account.name} gets invoices by mail. Mark a contact as billing contact.")
    firm = session.get_one(Firm, 1)
    again = _times_noted(session, invoice)
    if invoice.credits_id is not None:
        credited = session.get_one(Invoice, invoice.credits_id)
        mail_credit_note(session, actor, invoice, credited, account, firm, again)
    else:
        _mail(session, actor, invoice, account, firm, again)
    history.note(session, actor, "invoice", invoice_id, "mailed again", {}, {"mailed_to": readers})
    return invoice


def _freeze(
    session: Session, actor: Actor, invoice: Invoice, account: Account, firm: Firm, day: date
) -> None:
    """Everything that is printed stands on the row from now on, whatever happens to the records."""
    invoice.is_sandbox = takes_test_money(firm)
    number = take_number(session, "invoice", day, sandbox=invoice.is_sandbox)
    if session.exec(select(Invoice.id).where(Invoice.number == number)).first() is not None:
        raise Conflict(f"The number {number} is taken. Set the series' next number in Settings.")
    invoice.number = number
    move(invoice, "invoice", "issued")
    invoice.base_rate_nano = base_rate(session, invoice, firm, day) or invoice.base_rate_nano
    invoice.issued_on, invoice.due_on = day, due_date(day, invoice.payment_days)
    invoice.issued_at, invoice.issued_by = clock.now(), actor.user_id
    invoice.seller, invoice.buyer = seller_block(session, firm, account.locale), buyer_block(account)
    invoice.bank, invoice.footer = bank_block(session, invoice, firm), firm.invoice_footer
    session.flush()


def _times_noted(session: Session, invoice: Invoice) -> int:
    """How often history tells of the invoice: it makes each mailing's key its own."""
    of_invoice = (History.kind == "invoice", History.record_id == invoice.id)
    return int(session.exec(select(func.count(col(History.id))).where(*of_invoice)).one())


def _mail(
    session: Session, actor: Actor, invoice: Invoice, account: Account, firm: Firm, again: int = 0
) -> None:
    for contact in billing_contacts(session, invoice.account_id):
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
                "language": account.locale[:2],
            },
            attach=attached(session, invoice),
            about=About("invoice", int(invoice.id or 0), contact, actor.name),
        )
