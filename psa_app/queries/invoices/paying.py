"""What a person who records a payment is offered: what is open, and what that is in other currencies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, fetch, require
from psa_app.models import ExchangeRate, Firm, Invoice
from psa_app.queries.exchange import exchange
from psa_app.queries.invoices.tables import ALLOCATION
from psa_app.rules.money import cross


@dataclass(frozen=True, slots=True)
class PayOffer:
    """`open` is what the invoice still owes, `worth` the same by currency at today's stored rates."""

    number: str
    currency: str
    open: int
    today: date
    worth: Mapping[str, int]


def pay_offer(session: Session, actor: Actor, invoice_id: int) -> PayOffer:
    """What can be paid of an invoice now. `NotFound` outside the actor's scope."""
    require(actor, "payments.record")
    invoice = fetch(session, actor, Invoice, invoice_id)
    firm = session.exec(select(Firm)).one()
    settled = select_columns(func.sum(ALLOCATION.c.amount_minor)).where(ALLOCATION.c.invoice_id == invoice_id)
    left = invoice.total_minor - int(session.connection().execute(settled).scalar() or 0)
    today, fx = clock.today(firm.time_zone), exchange(session)
    known = sorted({firm.base_currency, *session.exec(select(ExchangeRate.currency).distinct()).all()})
    own = fx.rate(invoice.currency, today)
    worth = {}
    for currency in known:
        rate = fx.rate(currency, today)
        if currency != invoice.currency and own and rate:
            worth[currency] = cross(left, own, rate, invoice.currency, currency)
    return PayOffer(invoice.number, invoice.currency, left, today, worth)
