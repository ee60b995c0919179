"""What clients owe: open invoices, the overdue among them, and how long each client takes to pay."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlmodel import Session

from psa_app.access import Actor, require
from psa_app.models import Payment
from psa_app.queries.exchange import Exchange
from psa_app.queries.projects.tables import ACCOUNT, ALLOCATION, INVOICE
from psa_app.rules.invoices import is_overdue

LAST_PAID = 12  # invoices of a client that tell how long it takes


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An issued invoice with something left to pay. `rest` is in its currency, `base` in the firm's."""

    id: int
    number: str
    account_id: int
    account: str
    issued_on: date
    due_on: date
    currency: str
    rest: int
    base: int
    is_overdue: bool
    days_over: int


def open_invoices(session: Session, actor: Actor, fx: Exchange, today: date) -> list[OpenInvoice]:
    """Open invoices, the longest due first. Needs "invoices.read"."""
    require(actor, "invoices.read")
    return [_open(row, fx, today) for row in session.connection().execute(_OPEN)]


_PAYMENT: Any = Payment.__table__  # type: ignore[attr-defined]
_PAID = (
    select(ALLOCATION.c.invoice_id, func.sum(ALLOCATION.c.amount_minor).label("paid"))
    .group_by(ALLOCATION.c.invoice_id)
    .subquery()
)
_REST = INVOICE.c.total_minor - func.coalesce(_PAID.c.paid, 0)
_OPEN = (
    select(
        INVOICE.c.id,
        INVOICE.c.number,
        INVOICE.c.account_id,
        ACCOUNT.c.name.label("account"),
        INVOICE.c.issued_on,
        INVOICE.c.due_on,
        INVOICE.c.currency,
        INVOICE.c.base_rate_nano,
        _REST.label("rest"),
    )
    .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
    .outerjoin(_PAID, _PAID.c.invoice_id == INVOICE.c.id)
    .where(INVOICE.c.status == "issued", INVOICE.c.kind == "invoice", _REST > 0)
    .order_by(INVOICE.c.due_on, INVOICE.c.id)
)


def _open(row: Any, fx: Exchange, today: date) -> OpenInvoice:
    rest = int(row.rest)
    base = fx.at(rest, row.currency, row.base_rate_nano)
    over = is_overdue(row.due_on, today, rest)
    days = (today - row.due_on).days if over else 0
    return OpenInvoice(
        row.id,
        row.number,
        row.account_id,
        row.account,
        row.issued_on,
        row.due_on,
        row.currency,
        rest,
        base,
        over,
        days,
    )


def days_to_pay(session: Session, zone: str) -> dict[int, int]:
    """The days from issue to full payment that a client usually takes: the median of the last twelve."""
    tz = ZoneInfo(zone)
    days: dict[int, list[int]] = defaultdict(list)
    for row in session.connection().execute(_SETTLED):
        mine = days[row.account_id]
        if len(mine) < LAST_PAID:
            settled = row.received or row.settled.astimezone(tz).date()
            mine.append(max((settled - row.issued_on).days, 0))
    return {account_id: median_low(found) for account_id, found in days.items()}


_SETTLED_AT = func.max(case((ALLOCATION.c.amount_minor > 0, ALLOCATION.c.at))).label("settled")
_WAS_PAID = func.max(ALLOCATION.c.payment_id).is_not(None)  # not credited alone
_SETTLED = (
    select(
        INVOICE.c.account_id,
        INVOICE.c.issued_on,
        func.max(_PAYMENT.c.received_on).label("received"),
        _SETTLED_AT,
    )
    .join(ALLOCATION, ALLOCATION.c.invoice_id == INVOICE.c.id)
    .outerjoin(_PAYMENT, _PAYMENT.c.id == ALLOCATION.c.payment_id)
    .where(INVOICE.c.status == "issued")
    .group_by(INVOICE.c.id, INVOICE.c.account_id, INVOICE.c.issued_on, INVOICE.c.total_minor)
    .having(func.sum(ALLOCATION.c.amount_minor) >= INVOICE.c.total_minor, _SETTLED_AT.is_not(None), _WAS_PAID)
    .order_by(INVOICE.c.issued_on.desc(), INVOICE.c.id.desc())
)


def expected_on(invoice: OpenInvoice, usual: dict[int, int], today: date) -> date:
    """When its money is expected: after the client's usual days, else when due; never before today."""
    days = usual.get(invoice.account_id)
    day = invoice.due_on if days is None else invoice.issued_on + timedelta(days)
    return max(day, today)
