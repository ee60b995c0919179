"""Voiding an issued invoice: everything it billed is free again."""

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict
from psa_app.models import (
    Account,
    Allocation,
    BilledMilestone,
    BilledTime,
    Invoice,
    InvoiceLine,
    Payment,
    TimeEntry,
    move,
)
from psa_app.rules import fields
from psa_app.services import history
from psa_app.services.identity.portal_links import revoke_portal_links
from psa_app.services.promises import promise

ACTIVE = ("created", "sending", "open", "action", "processing")


@act("invoices", "void", right="invoices.void")
def void_invoice(session: Session, actor: Actor, invoice_id: int, *, reason: str) -> Invoice:
    """Voids an unpaid invoice; its hours and milestones can be billed again, its number stays taken.

    A payment page that is open is closed first. Raises `Conflict` when money has come or is on its way.
    """
    seen = fetch(session, actor, Invoice, invoice_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    why = fields.text(reason, "reason", max=400)
    if invoice.status == "void":
        raise Conflict(f"{invoice.number} is already void.")
    _check_unpaid(session, invoice)
    _close_payment_pages(session, actor, invoice)
    move(invoice, "invoice", "void")
    invoice.voided_at, invoice.void_reason = clock.now(), why
    session.flush()
    _free(session, invoice_id)
    revoke_portal_links(session, "invoice", invoice_id)
    history.note(
        session, actor, "invoice", invoice_id, "voided", {"status": "issued"}, {"status": "void"}, why
    )
    return invoice


def _check_unpaid(session: Session, invoice: Invoice) -> None:
    paid = session.exec(
        select(func.sum(Allocation.amount_minor)).where(Allocation.invoice_id == invoice.id)
    ).one()
    if paid:
        raise Conflict(f"{invoice.number} has payments. Write a credit note instead of voiding it.")
    under_way = session.exec(
        select(Payment.id).where(
            Payment.invoice_id == invoice.id, col(Payment.status).in_(("sending", "processing"))
        )
    ).first()
    if under_way is not None:
        raise Conflict(f"A payment for {invoice.number} is on its way. Wait until it has arrived or failed.")


def _close_payment_pages(session: Session, actor: Actor, invoice: Invoice) -> None:
    for payment in session.exec(
        select(Payment)
        .where(Payment.invoice_id == invoice.id, col(Payment.status).in_(ACTIVE))
        .with_for_update()
    ).all():
        if payment.session_id:
            promise(session, "expire_checkout", f"expire-{payment.id}", {"payment_id": payment.id})
        move(payment, "payment", "canceled")
        history.note(
            session, actor, "payment", int(payment.id or 0), "canceled", reason="The invoice was voided."
        )


def _free(session: Session, invoice_id: int) -> None:
    lines = select(InvoiceLine.id).where(InvoiceLine.invoice_id == invoice_id)
    now = clock.now()
    connection = session.connection()
    entries = select(BilledTime.entry_id).where(
        col(BilledTime.line_id).in_(lines), col(BilledTime.released_at).is_(None)
    )
    entry_ids = connection.execute(entries).scalars().all()
    for table in (BilledTime, BilledMilestone):
        connection.execute(
            update(table)
            .where(col(table.line_id).in_(lines), col(table.released_at).is_(None))
            .values(released_at=now)
        )
    for start in range(0, len(entry_ids), 5000):
        part = entry_ids[start : start + 5000]
        still_invoiced = (
            select(BilledTime.entry_id)
            .join(InvoiceLine, col(InvoiceLine.id) == col(BilledTime.line_id))
            .join(Invoice, col(Invoice.id) == col(InvoiceLine.invoice_id))
            .where(
                col(BilledTime.entry_id).in_(part),
                col(BilledTime.released_at).is_(None),
                Invoice.status == "issued",
            )
        )
        connection.execute(
            update(TimeEntry)
            .where(
                col(TimeEntry.id).in_(part),
                col(TimeEntry.id).not_in(still_invoiced),
                col(TimeEntry.status) == "invoiced",
            )
            .values(status="approved", version=TimeEntry.version + 1, updated_at=now)
        )
