"""Messages from the provider: verified and stored at once, worked through later, each once."""

import json
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col, select

from psa_app import clock
from psa_app.access import system
from psa_app.config import settings
from psa_app.db import claim, insert_row, reading, unit_of_work
from psa_app.gateways.payments import PaymentRef, WebhookRejected, provider_for, webhook_secrets_for
from psa_app.models import Firm, Inbox, Payment
from psa_app.services.payments.collect import ACTIVE, send_order, sync_payment

LEASE = timedelta(seconds=60)
GIVE_UP_SENDING = timedelta(hours=23)  # the provider remembers a key for 24


def store_message(raw: bytes, signature: str) -> bool:
    """Verifies a webhook and stores it; False if it is known already. Raises `WebhookRejected`.

    Messages of another mode are acknowledged and not stored.
    """
    from psa_app.gateways.stripe import verify_webhook

    with reading() as session:
        firm = session.exec(select(Firm)).first()
    if firm is None:
        raise WebhookRejected("The firm is not set up.")
    secrets = webhook_secrets_for(firm.payment_provider, settings())
    event = verify_webhook(raw, signature, secrets)
    if event.account or event.livemode != settings().stripe_api_key.startswith(("sk_live_", "rk_live_")):
        return False
    with unit_of_work() as session:
        if session.exec(select(Inbox.id).where(Inbox.event_id == event.id)).first() is not None:
            return False
        now = clock.now()
        insert_row(
            session,
            Inbox,
            event_id=event.id,
            provider=firm.payment_provider,
            kind=event.type,
            payload=json.dumps(event.payload),
            received_at=now,
            due_at=now,
            tries=0,
            done_at=None,
            error="",
        )
    return True


def work_inbox(limit: int = 20) -> int:
    """Works through stored messages; returns how many were done. A failed one is tried again later."""
    with unit_of_work() as session:
        rows = claim(session, Inbox, limit=limit, lease=LEASE)
    for row in rows:
        try:
            payment_id = _payment_of(json.loads(row.payload))
            if payment_id is not None:
                sync_payment(payment_id)
        except Exception as error:  # noqa: BLE001 — one bad message must not hold up the others
            _again(row.id, row.tries + 1, repr(error))
        else:
            _done(row.id)
    return len(rows)


def sweep_payments(limit: int = 50) -> int:
    """Asks after payments that nobody has heard of; returns how many were looked at.

    An order whose answer was lost is sent again with the same key for 23 hours.
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
            if payment.session_id or payment.intent_id:
                sync_payment(int(payment.id or 0))
            elif now - payment.created_at < GIVE_UP_SENDING:
                send_order(int(payment.id or 0))
            else:
                _cancel(int(payment.id or 0))
        except Exception as error:  # noqa: BLE001 — the others are looked at all the same
            _check_later(int(payment.id or 0), repr(error))
    return len(due)


def expire_page(payment_id: int) -> None:
    """Closes a payment page at the provider, after the invoice was voided."""
    with reading() as session:
        payment = session.get_one(Payment, payment_id)
        firm = session.exec(select(Firm)).one()
    provider = provider_for(firm.payment_provider, settings(), firm.instance)
    provider.expire(PaymentRef(str(payment_id), payment.session_id, payment.intent_id))


def _payment_of(event: dict) -> int | None:  # type: ignore[type-arg]
    thing = event["data"]["object"]
    mark = (thing.get("metadata") or {}).get("payment", "")
    intent = thing["id"] if thing.get("object") == "payment_intent" else thing.get("payment_intent") or ""
    with reading() as session:
        instance = session.exec(select(Firm.instance)).one()
        if mark.isdecimal() and (thing.get("metadata") or {}).get("instance") == instance:
            found = session.exec(select(Payment.id).where(Payment.id == int(mark))).first()
            if found is None:
                raise LookupError("The payment is not committed yet.")
            return found
        if thing.get("object") == "checkout.session":
            return session.exec(select(Payment.id).where(Payment.session_id == thing["id"])).first()
        return session.exec(select(Payment.id).where(Payment.intent_id == intent)).first() if intent else None


def _done(row_id: int) -> None:
    with unit_of_work() as session:
        session.connection().execute(
            update(Inbox).where(col(Inbox.id) == row_id).values(done_at=clock.now(), error="")
        )


def _again(row_id: int, tries: int, error: str) -> None:
    wait = timedelta(seconds=min(3600, 2 ** min(tries, 11)))
    with unit_of_work() as session:
        session.connection().execute(
            update(Inbox).where(col(Inbox.id) == row_id).values(due_at=clock.now() + wait, error=error[:400])
        )


def _check_later(payment_id: int, error: str) -> None:
    with unit_of_work() as session:
        session.connection().execute(
            update(Payment)
            .where(col(Payment.id) == payment_id)
            .values(next_check_at=clock.now() + timedelta(minutes=5), failure=error[:200])
        )


def _cancel(payment_id: int) -> None:
    from psa_app.models import move
    from psa_app.services import history

    with unit_of_work() as session:
        payment = session.exec(select(Payment).where(Payment.id == payment_id).with_for_update()).one()
        move(payment, "payment", "canceled")
        payment.failure = "No answer for 23 hours; it was never opened."
        history.note(
            session, system("Payment service"), "payment", payment_id, "canceled", reason=payment.failure
        )
