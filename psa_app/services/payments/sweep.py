"""Asking after payments that nobody has heard of: replies, messages and whole days may get lost."""

from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col, select

from psa_app import clock
from psa_app.config import settings
from psa_app.db import reading, unit_of_work
from psa_app.errors import Conflict
from psa_app.gateways.providers import provider_for
from psa_app.models import Firm, Payment, move
from psa_app.services import history
from psa_app.services.payments.book import service, sync_payment
from psa_app.services.payments.charge import ask_about_charge
from psa_app.services.payments.collect import send_order
from psa_app.services.payments.inbox import keep_event
from psa_app.services.payments.pages import ACTIVE, gateway_of, provider_of

GIVE_UP_SENDING = timedelta(hours=23)  # the provider remembers a key for 24
ASK_AGAIN = timedelta(minutes=5)


def sweep_payments(limit: int = 50) -> int:
    """Asks after payments whose time has come; returns how many were looked at.

    An order whose answer was lost is sent again with the same key for 23 hours; after that its
    page is looked for at the provider, and the payment is canceled when there is none.
    """
    now = clock.now()
    with reading() as session:
        due = session.exec(
            select(Payment)
            .where(col(Payment.status).in_(ACTIVE), col(Payment.next_check_at) <= now)
            .order_by(col(Payment.next_check_at))
            .limit(limit)
        ).all()
    for payment in due:
        try:
            _ask(payment)
        except Conflict:
            continue  # refused for good, and written down so
        except Exception as error:  # noqa: BLE001 — the others are looked at all the same
            _check_later(int(payment.id or 0), repr(error))
    return len(due)


def _ask(payment: Payment) -> None:
    payment_id = int(payment.id or 0)
    if payment.session_id or payment.intent_id:
        sync_payment(payment_id)
    elif payment.method_id is not None:
        ask_about_charge(payment_id)
    elif clock.now() - payment.created_at < GIVE_UP_SENDING:
        send_order(payment_id)
    else:
        _find_or_cancel(payment)


def _find_or_cancel(payment: Payment) -> None:
    payment_id = int(payment.id or 0)
    with reading() as session:
        provider = provider_of(session, payment)
    pages = gateway_of(provider).find_by_metadata(str(payment_id), payment.created_at)
    found = pages[-1].id if pages else ""
    with unit_of_work() as session:
        statement = select(Payment).where(Payment.id == payment_id).with_for_update()
        row = session.exec(statement).one()
        if found:
            row.session_id, row.return_path = found, ""
        else:
            move(row, "payment", "canceled")
            row.failure, row.return_path = "No answer for 23 hours; it was never opened.", ""
            row.next_check_at = None
            history.note(session, service(), "payment", payment_id, "canceled", reason=row.failure)
    if found:
        sync_payment(payment_id)


def _check_later(payment_id: int, error: str) -> None:
    with unit_of_work() as session:
        session.connection().execute(
            update(Payment)
            .where(col(Payment.id) == payment_id)
            .values(next_check_at=clock.now() + ASK_AGAIN, failure=error[:200])
        )


def reconcile_events(days: int = 3) -> int:
    """Fetches the events of the last days that never arrived here; returns how many were new.

    Nothing to do without a provider that sends messages.
    """
    with reading() as session:
        firm = session.exec(select(Firm)).one()
    provider = provider_for(firm.payment_provider, settings(), firm.instance)
    if "webhooks" not in provider.capabilities():
        return 0
    events = gateway_of(provider).events(clock.now() - timedelta(days=days), undelivered_only=True)
    return sum(keep_event(firm.payment_provider, one.id, one.type, one.payload) for one in events)
