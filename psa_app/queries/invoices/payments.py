"""Payments for a screen: what came, what is on its way, what needs a person, and how the provider does."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from psa_app.access import Actor, require, visible
from psa_app.models import Account, Inbox, Invoice, JobRun, Payment
from psa_app.queries.invoices.tables import ALLOCATION, FACT, USED

PAGE = 25
VIEWS: dict[str, tuple[str, ...]] = {
    "all": (),
    "review": ("review",),
    "open": ("created", "sending", "open", "action", "processing"),
    "succeeded": ("succeeded",),
    "failed": ("failed", "canceled"),
}


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment, minor units: `received` really came and stayed, `settled` of it pays invoices."""

    id: int
    client: str
    invoice_id: int | None
    invoice: str
    provider: str
    status: str
    method: str
    reference: str
    note: str
    amount: int
    received: int
    settled: int
    currency: str
    received_on: date | None
    created_at: datetime
    failure: str

    @property
    def credit(self) -> int:
        """What of it settles nothing yet."""
        return max(self.received - self.settled, 0)

    @property
    def state(self) -> str:
        """Its status; one that was taken back or given back says so."""
        return "refunded" if self.status == "succeeded" and self.received <= 0 else self.status


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """Rows of a page, how many there are in all, and how many need a decision."""

    rows: tuple[PaymentLine, ...]
    total: int
    page: int
    pages: int
    in_review: int


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """How the connection to the provider does: last message, the oldest that waits, the last look-up."""

    last_message: datetime | None
    waiting: int
    oldest_waiting: datetime | None
    last_sweep: datetime | None
    in_doubt: int


def payment_page(
    session: Session, actor: Actor, *, view: str = "all", search: str = "", page: int = 1
) -> PaymentPage:
    """One page of 25 payments, the latest first; `view` is one of `VIEWS`."""
    require(actor, "payments.read")
    mine = visible(actor, Payment)
    where = [mine, *_search(search)]
    if VIEWS.get(view):
        where.append(col(Payment.status).in_(VIEWS[view]))
    total = _count(session, where)
    pages = max(1, -(-total // PAGE))
    page = max(1, min(page, pages))
    statement = (
        select(*_columns())
        .select_from(Payment)
        .join(Account, col(Account.id) == col(Payment.account_id))
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .where(*where)
        .order_by(col(Payment.id).desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    rows = tuple(
        PaymentLine(**{**row._asdict(), "received": int(row.received), "settled": int(row.settled)})
        for row in session.connection().execute(statement)
    )
    return PaymentPage(rows, total, page, pages, _count(session, [mine, col(Payment.status) == "review"]))


def _columns() -> list[Any]:
    return [
        col(Payment.id),
        col(Account.name).label("client"),
        col(Payment.invoice_id),
        func.coalesce(col(Invoice.number), "").label("invoice"),
        col(Payment.provider),
        col(Payment.status),
        col(Payment.method),
        col(Payment.reference),
        col(Payment.note),
        col(Payment.amount_minor).label("amount"),
        sum_of(FACT).label("received"),
        sum_of(ALLOCATION, USED).label("settled"),
        col(Payment.currency),
        col(Payment.received_on),
        col(Payment.created_at),
        col(Payment.failure),
    ]


def sum_of(table: Any, amount: Any = None) -> Any:
    """The sum of a payment's facts or allocations, as a scalar subquery in its minor units."""
    return (
        select(func.coalesce(func.sum(table.c.amount_minor if amount is None else amount), 0))
        .where(table.c.payment_id == col(Payment.id))
        .correlate(Payment)
        .scalar_subquery()
    )


def _search(text: str) -> list[ColumnElement[bool]]:
    fields = (Account.name, Invoice.number, Payment.reference)
    return [
        or_(*(col(field).icontains(word, autoescape=True) for field in fields)) for word in text.split()[:6]
    ]


def _count(session: Session, where: list[ColumnElement[bool]]) -> int:
    statement = (
        select(func.count())
        .select_from(Payment)
        .join(Account, col(Account.id) == col(Payment.account_id))
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .where(*where)
    )
    return int(session.connection().execute(statement).scalar_one())


def provider_health(session: Session, actor: Actor) -> ProviderHealth:
    """How messages and look-ups stand."""
    require(actor, "provider.read")
    connection = session.connection()
    last = connection.execute(select(func.max(Inbox.received_at))).scalar()
    waits = connection.execute(
        select(func.count(), func.min(Inbox.received_at)).where(col(Inbox.done_at).is_(None))
    ).one()
    sweep = connection.execute(select(col(JobRun.finished_at)).where(col(JobRun.name) == "sweep")).scalar()
    doubt = connection.execute(
        select(func.count()).select_from(Payment).where(col(Payment.status).in_(("sending", "review")))
    ).scalar_one()
    return ProviderHealth(last, int(waits[0]), waits[1], sweep, int(doubt))
