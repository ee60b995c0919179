"""Voiding an issued invoice: everything it billed is free again, its number stays taken."""

from sqlalchemy import case, func, select, update
from sqlmodel import Session
from sqlmodel import select as select_models

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict
from psa_app.formats import words
from psa_app.models import Account, Firm, Invoice, InvoiceLine, move
from psa_app.queries.invoices.deposits import taken_off
from psa_app.queries.invoices.tables import (
    ALLOCATION,
    BILLED_TIME,
    INVOICE_LINE,
    PAYMENT,
    TIES,
)
from psa_app.rules import fields
from psa_app.rules.deposits import ASKED
from psa_app.rules.invoices import check_void
from psa_app.services import history
from psa_app.services.books.lock import is_exported
from psa_app.services.identity.portal_links import revoke_portal_links
from psa_app.services.invoices.copies import check_ours
from psa_app.services.invoices.entries import billed_on, free_entries
from psa_app.services.invoices.expense_lines import billed_expenses, free_expenses
from psa_app.services.payments.pages import close_pages
from psa_app.services.promises import promise


@act("invoices", "void", right="invoices.void")
def void_invoice(session: Session, actor: Actor, invoice_id: int, *, reason: str) -> Invoice:
    """Voids an unpaid invoice; all that it billed can be billed again, its number stays taken.

    A payment page that is open is closed first. Raises `Conflict` when money has come or is on its
    way, or when the day of issue lies in a closed period.
    """
    seen = fetch(session, actor, Invoice, invoice_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    why = fields.text(reason, "reason", max=400)
    if invoice.kind == "credit_note":
        raise Conflict("A credit note cannot be void. Bill what it gave back once more instead.")
    check_ours(invoice)
    if invoice.status == "draft":
        raise Conflict("This is a draft. Discard it instead.")
    if invoice.status == "void":
        raise Conflict(f"{invoice.number} is already void.")
    _check(session, invoice)
    close_pages(session, actor, invoice, "The invoice was voided.")
    move(invoice, "invoice", "void")
    invoice.voided_at, invoice.void_reason = clock.now(), why
    session.flush()
    _free(session, actor, invoice)
    revoke_portal_links(session, "invoice", invoice_id)
    promise(session, "invoice_pdf", f"invoice-void-pdf-{invoice_id}", {"invoice_id": invoice_id})
    before, after = {"status": "issued"}, {"status": "void"}
    history.note(session, actor, "invoice", invoice_id, "voided", before, after, why)
    return invoice


def _check(session: Session, invoice: Invoice) -> None:
    connection = session.connection()
    of_payments = func.sum(case((ALLOCATION.c.credit_id.is_(None), ALLOCATION.c.amount_minor), else_=0))
    paid, notes = connection.execute(
        select(of_payments, func.count(ALLOCATION.c.credit_id)).where(ALLOCATION.c.invoice_id == invoice.id)
    ).one()
    if paid:
        amount = words.money(int(paid), invoice.currency)
        raise Conflict(f"{amount} came for {invoice.number}. Take the payment back first, then void it.")
    collecting = connection.execute(
        select(PAYMENT.c.id).where(
            PAYMENT.c.invoice_id == invoice.id, PAYMENT.c.status.in_(("sending", "processing"))
        )
    ).first()
    asked = select_models(InvoiceLine.id).where(
        InvoiceLine.invoice_id == invoice.id, InvoiceLine.kind == ASKED
    )
    if taken_off(session, [int(one or 0) for one in session.exec(asked)]):
        raise Conflict(f"Invoices take the deposit of {invoice.number} off. Void or credit those first.")
    locked = session.exec(select_models(Firm)).one().books_closed_through
    check_void(
        paid=0,
        credited=int(notes),
        exported=is_exported(session, invoice.issued_on),
        period_locked=bool(locked and invoice.issued_on and invoice.issued_on <= locked),
        collecting=collecting is not None,
    )


def _free(session: Session, actor: Actor, invoice: Invoice) -> None:
    entry_ids = billed_on(session, invoice)
    lines = select(INVOICE_LINE.c.id).where(INVOICE_LINE.c.invoice_id == invoice.id)
    expense_ids = billed_expenses(session, invoice)
    for table in (BILLED_TIME, *TIES):
        session.connection().execute(
            update(table)
            .where(table.c.line_id.in_(lines), table.c.released_at.is_(None))
            .values(released_at=clock.now())
        )
    free_entries(session, actor, entry_ids, invoice.number)
    free_expenses(session, actor, expense_ids, invoice.number)
