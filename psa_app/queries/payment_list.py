"""Payments for a screen: what came, what is on its way, what needs a person."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from psa_app.access import Actor, require, visible
from psa_app.models import Account, Allocation, Inbox, Invoice, JobRun, Payment

MOST = 100


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment; `settled` is the part that pays invoices, minor units."""

    id: int
    client: str
    invoice_id: int | None
    invoice: str
    provider: str
    status: str
    method: str
    reference: str
    amount: int
    settled: int
    currency: str
    received_on: date | None
    created_at: datetime
    failure: str


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """How the connection to the provider does: last message, the oldest that waits, the last look-up."""

    last_message: datetime | None
    waiting: int
    oldest_waiting: datetime | None
    last_sweep: datetime | None
    in_doubt: int


def payment_lines(session: Session, actor: Actor, *, view: str = "all") -> list[PaymentLine]:
    """The latest 100 payments; `view` is all, review, open or succeeded."""
    require(actor, "payments.read")
    settled = (
        select(func.coalesce(func.sum(Allocation.amount_minor), 0))
        .where(col(Allocation.payment_id) == col(Payment.id))
        .correlate(Payment)
        .scalar_subquery()
    )
    columns: list[Any] = [
        col(Payment.id),
        col(Account.name).label("client"),
        col(Payment.invoice_id),
        col(Invoice.number).label("invoice"),
        col(Payment.provider),
        col(Payment.status),
        col(Payment.method),
        col(Payment.reference),
        col(Payment.amount_minor).label("amount"),
        settled.label("settled"),
        col(Payment.currency),
        col(Payment.received_on),
        col(Payment.created_at),
        col(Payment.failure),
    ]
    statuses = {
        "review": ("review",),
        "open": ("created", "sending", "open", "action", "processing"),
        "succeeded": ("succeeded",),
    }.get(view)
    statement = (
        select(*columns)
        .select_from(Payment)
        .join(Account, col(Account.id) == col(Payment.account_id))
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .where(visible(actor, Payment))
        .order_by(col(Payment.id).desc())
        .limit(MOST)
    )
    if statuses:
        statement = statement.where(col(Payment.status).in_(statuses))
    rows = session.connection().execute(statement)
    return [
        PaymentLine(**{**row._asdict(), "settled": int(row.settled), "invoice": row.invoice or ""})
        for row in rows
    ]


def provider_health(session: Session, actor: Actor) -> ProviderHealth:
    """How messages and look-ups stand."""
    require(actor, "provider.read")
    connection = session.connection()
    last = connection.execute(select(func.max(Inbox.received_at))).scalar()
    waits = connection.execute(
        select(func.count(), func.min(Inbox.received_at)).where(col(Inbox.done_at).is_(None))
    ).one()
    sweep = connection.execute(
        select(func.max(JobRun.finished_at)).where(col(JobRun.name).contains("payment"))
    ).scalar()
    doubt = connection.execute(
        select(func.count()).select_from(Payment).where(col(Payment.status).in_(("sending", "review")))
    ).scalar_one()
    return ProviderHealth(last, int(waits[0]), waits[1], sweep, int(doubt))
