"""Messages from the provider: verified and stored at once, worked through later, each once."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, require
from psa_app.config import settings
from psa_app.db import claim, insert_row, reading, unit_of_work
from psa_app.errors import NotFound
from psa_app.gateways.providers import webhook_secrets_for
from psa_app.models import Firm, Inbox, Payment, SavedMethod
from psa_app.queries.invoices.mode import LIVE_KEYS
from psa_app.services.payments.book import service, sync_payment
from psa_app.services.payments.methods import sync_method

LEASE = timedelta(seconds=60)
LONGEST_WAIT = 3600


def receive_message(actor: Actor, raw: bytes, signature: str) -> bool:
    """Verifies a webhook and stores it; False if it is known already or not for this mode or account.

    Raises `NotFound` when no secret is set (nothing could be verified), `WebhookRejected` for what
    the provider has not signed just now.
    """
    from psa_app.gateways.stripe import WebhookEvent, verify_webhook

    require(actor, "payments.record")
    with reading() as session:
        firm = session.exec(select(Firm)).first()
    secrets = webhook_secrets_for(firm.payment_provider, settings()) if firm else ()
    if firm is None or not secrets:
        raise NotFound()
    event: WebhookEvent = verify_webhook(raw, signature, secrets)
    is_live = firm.payment_provider == "stripe" and settings().stripe_api_key.startswith(LIVE_KEYS)
    if event.account or event.livemode != is_live:
        return False
    return keep_event(firm.payment_provider, event.id, event.type, event.payload)


def keep_event(provider: str, event_id: str, kind: str, payload: Mapping[str, Any]) -> bool:
    """Stores an event once; False if it is there already."""
    now = clock.now()
    try:
        with unit_of_work() as session:
            if session.exec(select(Inbox.id).where(Inbox.event_id == event_id)).first() is not None:
                return False
            insert_row(
                session,
                Inbox,
                event_id=event_id,
                provider=provider,
                kind=kind,
                payload=json.dumps(payload),
                received_at=now,
                due_at=now,
                tries=0,
                done_at=None,
                error="",
            )
    except IntegrityError:  # the same event, delivered twice in the same moment
        return False
    return True


def work_inbox(actor: Actor | None = None, limit: int = 20) -> int:
    """Works through stored messages; returns how many were looked at. A failed one is tried again later."""
    require(actor or service(), "payments.record")
    with unit_of_work() as session:
        rows = claim(session, Inbox, limit=limit, lease=LEASE)
    for row in rows:
        try:
            _follow(json.loads(row.payload))
        except Exception as error:  # noqa: BLE001 — one bad message must not hold up the others
            _again(row.id, row.tries + 1, repr(error))
        else:
            _done(row.id)
    return len(rows)


def _follow(event: Mapping[str, Any]) -> None:
    """Reads anew what an event is about: a payment, a saved way to pay, or nothing of ours."""
    payment_id = _payment_of(event)
    if payment_id is not None:
        sync_payment(payment_id)
    for method_id in _methods_of(event["data"]["object"]):
        sync_method(method_id)


def _methods_of(thing: Mapping[str, Any]) -> list[int]:
    """Our saved ways to pay that an event is about: by mark, by their own id, or by the customer's."""
    marks, kind = thing.get("metadata") or {}, thing.get("object")
    with reading() as session:
        instance = session.exec(select(Firm.instance)).one()
        mark = str(marks.get("method", ""))
        if marks.get("instance") == instance and mark.isascii() and mark.isdecimal():
            where = col(SavedMethod.id) == int(mark)
        elif kind == "payment_method":
            where = col(SavedMethod.ref) == str(thing["id"])
        elif kind == "mandate":
            where = col(SavedMethod.mandate_ref) == str(thing["id"])
        elif kind == "customer":
            where = col(SavedMethod.customer_ref) == str(thing["id"])
        else:
            return []
        return [int(found) for found in session.exec(select(SavedMethod.id).where(where)).all() if found]


def _payment_of(event: Mapping[str, Any]) -> int | None:
    """Which of our payments an event is about; None when it is none of ours.

    Raises `LookupError` while the payment that it names is not committed yet.
    """
    thing: dict[str, Any] = event["data"]["object"]
    marks = thing.get("metadata") or {}
    with reading() as session:
        instance = session.exec(select(Firm.instance)).one()
        mark = str(marks.get("payment", ""))
        if marks.get("instance") == instance and mark.isascii() and mark.isdecimal():
            return _marked(session, int(mark))
        column, ref = _reference(thing)
        return session.exec(select(Payment.id).where(column == ref)).first() if ref else None


def _marked(session: Session, payment_id: int) -> int:
    found = session.exec(select(Payment.id).where(Payment.id == payment_id)).first()
    if found is None:
        raise LookupError("The payment is not committed yet.")
    return found


def _reference(thing: Mapping[str, Any]) -> tuple[Any, str]:
    """The column and value by which a thing at the provider points to a payment."""
    if thing.get("object") == "checkout.session":
        return col(Payment.session_id), str(thing["id"])
    if thing.get("object") == "payment_intent":
        return col(Payment.intent_id), str(thing["id"])
    intent = thing.get("payment_intent")
    return col(Payment.intent_id), str(intent["id"] if isinstance(intent, dict) else intent or "")


def _done(row_id: int) -> None:
    _write(row_id, done_at=clock.now(), error="")


def _again(row_id: int, tries: int, error: str) -> None:
    wait = timedelta(seconds=min(LONGEST_WAIT, 2 ** min(tries, 12)))
    _write(row_id, due_at=clock.now() + wait, error=error[:400])


def _write(row_id: int, **values: Any) -> None:
    with unit_of_work() as session:
        session.connection().execute(update(Inbox).where(col(Inbox.id) == row_id).values(**values))
