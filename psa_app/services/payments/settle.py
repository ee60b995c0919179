"""What a payment settles: facts are booked once, allocation rows say which invoice they pay."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.db import insert_row
from psa_app.models import Allocation, Invoice, Payment, PaymentFact
from psa_app.services import history


def open_amount(session: Session, invoice: Invoice) -> int:
    """What is still to be paid on an issued invoice, in minor units of its currency; 0 otherwise."""
    if invoice.status != "issued":
        return 0
    paid = session.exec(
        select(func.sum(Allocation.amount_minor)).where(Allocation.invoice_id == invoice.id)
    ).one()
    return invoice.total_minor - int(paid or 0)


def received(session: Session, payment: Payment) -> int:
    """The sum of a payment's facts: what has really come, less what went back."""
    total = session.exec(
        select(func.sum(PaymentFact.amount_minor)).where(PaymentFact.payment_id == payment.id)
    ).one()
    return int(total or 0)


def allocated(session: Session, payment: Payment) -> int:
    """How much of a payment settles invoices; the rest is credit on account."""
    total = session.exec(
        select(func.sum(Allocation.amount_minor)).where(Allocation.payment_id == payment.id)
    ).one()
    return int(total or 0)


def book_fact(session: Session, payment: Payment, kind: str, ref: str, amount: int, at: datetime) -> bool:
    """Books a fact unless it is booked already; returns whether it was new. The payment's row must be locked."""
    known = session.exec(
        select(PaymentFact.id).where(
            PaymentFact.provider == payment.provider, PaymentFact.kind == kind, PaymentFact.ref == ref
        )
    ).first()
    if known is not None:
        return False
    insert_row(
        session,
        PaymentFact,
        payment_id=payment.id,
        provider=payment.provider,
        kind=kind,
        ref=ref,
        amount_minor=amount,
        currency=payment.currency,
        at=at,
    )
    return True


def settle(session: Session, actor: Actor, payment: Payment, invoice: Invoice, reason: str) -> int:
    """Brings the allocation of a payment in line with what it received; returns the change.

    Money is taken up to what the invoice still owes (the rest stays credit on account), and a
    refund or a lost dispute opens the invoice again. Both rows must be locked.
    """
    session.flush()
    has, on_it = received(session, payment), _on(session, payment, invoice)
    spare = has - allocated(session, payment)
    change = min(spare, open_amount(session, invoice)) if spare > 0 else max(spare, -on_it)
    if change:
        insert_row(
            session,
            Allocation,
            payment_id=payment.id,
            invoice_id=invoice.id,
            amount_minor=change,
            at=clock.now(),
            reason=reason[:200],
        )
        history.note(
            session,
            actor,
            "invoice",
            int(invoice.id or 0),
            "paid" if change > 0 else "payment taken back",
            {},
            {"amount_minor": change, "payment_id": payment.id},
        )
    return change


def _on(session: Session, payment: Payment, invoice: Invoice) -> int:
    total = session.exec(
        select(func.sum(Allocation.amount_minor)).where(
            col(Allocation.payment_id) == payment.id, col(Allocation.invoice_id) == invoice.id
        )
    ).one()
    return int(total or 0)
