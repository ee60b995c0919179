"""What can be given back of a payment, and what has been."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch, require
from psa_app.models import Account, Dispute, Payment, Refund
from psa_app.queries.invoices.tables import ALLOCATION, FACT, USED

ON_ITS_WAY = ("created", "sending")


@dataclass(frozen=True, slots=True)
class RefundOffer:
    """What the form of a refund starts from, minor units: `credit` of `most` settles no invoice."""

    payment_id: int
    client: str
    provider: str
    currency: str
    most: int
    credit: int


@dataclass(frozen=True, slots=True)
class RefundRow:
    """Money given back; `returned_on` is the day of a bank transfer."""

    id: int
    payment_id: int
    provider: str
    status: str
    amount: int
    currency: str
    reason: str
    failure: str
    created_at: datetime
    returned_on: date | None


def refund_offer(session: Session, actor: Actor, payment_id: int) -> RefundOffer:
    """What can be given back of a payment now. `NotFound` outside the actor's scope."""
    require(actor, "payments.refund")
    payment = fetch(session, actor, Payment, payment_id)
    settled = select_columns(func.sum(USED)).where(ALLOCATION.c.payment_id == payment_id)
    most = refundable(session, payment)
    spare = most - int(session.connection().execute(settled).scalar() or 0)
    name = session.get_one(Account, payment.account_id).name
    return RefundOffer(payment_id, name, payment.provider, payment.currency, most, max(spare, 0))


def refundable(session: Session, payment: Payment) -> int:
    """What can still be given back, in minor units: what came and stayed, less what is on its way back."""
    stands = select_columns(func.sum(FACT.c.amount_minor)).where(FACT.c.payment_id == payment.id)
    waiting = select(Refund.amount_minor).where(
        Refund.payment_id == payment.id, col(Refund.status).in_(ON_ITS_WAY)
    )
    return max(int(session.connection().execute(stands).scalar() or 0) - sum(session.exec(waiting)), 0)


def refunds_of(session: Session, payment_ids: list[int]) -> tuple[RefundRow, ...]:
    """The refunds of payments, the oldest first."""
    found = select(Refund).where(col(Refund.payment_id).in_(payment_ids)).order_by(col(Refund.id))
    return tuple(
        RefundRow(
            int(one.id or 0),
            one.payment_id,
            one.provider,
            one.status,
            one.amount_minor,
            one.currency,
            one.reason,
            one.failure,
            one.created_at,
            one.returned_on,
        )
        for one in session.exec(found).all()
    )


def open_dispute(session: Session, payment_id: int) -> Dispute | None:
    """The case on a payment that the payer's bank has not decided."""
    asked = select(Dispute).where(Dispute.payment_id == payment_id, col(Dispute.closed_at).is_(None))
    return session.exec(asked).first()
