"""Messages from the provider: verified and stored at once, worked through later, each once."""

import json
from collections.abc import Callable, Mapping
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
from psa_app.models import Firm, Inbox, Invoice, ManagedSubscription, Payment, SavedMethod
from psa_app.queries.invoices.mode import LIVE_KEYS
from psa_app.queries.subscriptions.managed import managed_of_copy
from psa_app.services.payments.book import service, sync_payment
from psa_app.services.payments.methods import sync_method

LEASE = timedelta(seconds=60)
LONGEST_WAIT = 3600
Thing = Mapping[str, Any]  # an object of the provider, as JSON
Target = tuple[str, int]  # payment, method, default, subscription or copy, with its id


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


def work_inbox(actor: Actor | None = None, limit: int = 200) -> int:
    """Works through stored messages; returns how many were looked at. A failed one is tried again later.

    Messages about the same payment are one look at the provider, so that a flood of them is not one of
    calls.
    """
    require(actor or service(), "payments.record")
    with unit_of_work() as session:
        rows = claim(session, Inbox, limit=limit, lease=LEASE)
    about: dict[tuple[str, int], list[int]] = {}
    waits: dict[int, str] = {}
    things: dict[int, Thing] = {}
    for row in rows:
        try:
            things[row.id] = json.loads(row.payload)["data"]["object"]
        except (ValueError, KeyError, TypeError) as error:
            waits[row.id] = repr(error)
    with reading() as session:
        for row_id, targets in _targets(session, things).items():
            for one in targets:
                about.setdefault(one, []).append(row_id)
            if not targets and _names_a_payment(session, things[row_id]):
                waits[row_id] = "The payment is not committed yet."
    for (kind, record_id), row_ids in about.items():
        try:
            _SYNC[kind](record_id)
        except Exception as error:  # noqa: BLE001 — nor one payment those of the others
            waits |= dict.fromkeys(row_ids, repr(error))
    _done([row.id for row in rows if row.id not in waits])
    for row in rows:
        if row.id in waits:
            _again(row.id, row.tries + 1, waits[row.id])
    return len(rows)


def _targets(session: Session, things: Mapping[int, Thing]) -> dict[int, list[Target]]:
    """What of ours each thing is about: a payment, saved ways to pay, or nothing. A few reads for all."""
    instance = session.exec(select(Firm.instance)).first() or ""
    found: dict[int, list[Target]] = {row_id: [] for row_id in things}
    wanted: dict[tuple[str, Any], dict[Any, list[int]]] = {}
    for row_id, thing in things.items():
        for kind, column, value in _points(thing, instance):
            wanted.setdefault((kind, column), {}).setdefault(value, []).append(row_id)
    for (kind, column), rows_by_value in wanted.items():
        table: Any = _TABLES[kind]
        known = session.execute(select(column, table.id).where(column.in_(list(rows_by_value))))
        for value, record_id in known.all():
            for row_id in rows_by_value[value]:
                found[row_id].append((kind, int(record_id)))
    return found


def _points(thing: Thing, instance: str) -> list[tuple[str, Any, Any]]:
    """By which columns a thing points to rows of ours: (payment or method, column, value)."""
    payment, method = _mark(thing, "payment", instance), _mark(thing, "method", instance)
    points: list[tuple[str, Any, Any]] = []
    column, ref = _reference(thing)
    if payment is not None:
        points.append(("payment", col(Payment.id), payment))
    elif ref:
        points.append(("payment", column, ref))
    columns: dict[str, Any] = {
        "payment_method": col(SavedMethod.ref),
        "mandate": col(SavedMethod.mandate_ref),
        "customer": col(SavedMethod.customer_ref),
    }
    if method is not None:
        points.append(("method", col(SavedMethod.id), method))
    elif thing.get("object") in columns:
        points.append(("method", columns[str(thing["object"])], str(thing.get("id", ""))))
    if thing.get("object") == "customer":
        points.append(("default", col(SavedMethod.customer_ref), str(thing.get("id", ""))))
    subscription = subscription_of(thing)
    if subscription:
        points.append(("subscription", col(ManagedSubscription.ref), subscription))
    if thing.get("object") == "credit_note":
        points.append(("copy", col(Invoice.managed_ref), _ident(thing.get("invoice"))))
    return points


def _ident(value: Any) -> str:
    return str(value["id"] if isinstance(value, dict) else value or "")


def subscription_of(thing: Thing) -> str:
    """The provider's id of the subscription that a thing is or belongs to, "" for none."""
    if thing.get("object") == "subscription":
        return str(thing.get("id", ""))
    parent = thing.get("parent") if thing.get("object") == "invoice" else None
    details = parent.get("subscription_details") if isinstance(parent, dict) else None
    found = details.get("subscription") if isinstance(details, dict) else None
    return _ident(found)


def _sync_subscription(managed_id: int) -> None:
    from psa_app.services.subscriptions.managed_sync import sync_managed

    sync_managed(managed_id)


def _sync_copy(invoice_id: int) -> None:
    from psa_app.services.subscriptions.managed_sync import sync_managed

    with reading() as session:
        managed_id = managed_of_copy(session, invoice_id)
    if managed_id:
        sync_managed(managed_id)


def _follow_default(method_id: int) -> None:
    from psa_app.services.payments.preferred import follow_default

    follow_default(method_id)


_TABLES: Mapping[str, Any] = {
    "payment": Payment,
    "method": SavedMethod,
    "default": SavedMethod,
    "subscription": ManagedSubscription,
    "copy": Invoice,
}
_SYNC: Mapping[str, Callable[[int], None]] = {
    "payment": sync_payment,
    "method": sync_method,
    "default": _follow_default,
    "subscription": _sync_subscription,
    "copy": _sync_copy,
}


def _mark(thing: Thing, name: str, instance: str) -> int | None:
    """Our own id that a thing carries, if it is this installation's."""
    marks = thing.get("metadata") or {}
    mark = str(marks.get(name, ""))
    is_ours = bool(instance) and marks.get("instance") == instance
    return int(mark) if is_ours and mark.isascii() and mark.isdecimal() else None


def _names_a_payment(session: Session, thing: Thing) -> bool:
    """It carries our mark of a payment that is not there: not committed yet."""
    instance = session.exec(select(Firm.instance)).first() or ""
    return _mark(thing, "payment", instance) is not None


def _reference(thing: Mapping[str, Any]) -> tuple[Any, str]:
    """The column and value by which a thing at the provider points to a payment."""
    if thing.get("object") == "checkout.session":
        return col(Payment.session_id), str(thing["id"])
    if thing.get("object") == "payment_intent":
        return col(Payment.intent_id), str(thing["id"])
    return col(Payment.intent_id), _ident(thing.get("payment_intent"))


def _done(row_ids: list[int]) -> None:
    if not row_ids:
        return
    values = {"done_at": clock.now(), "error": ""}
    with unit_of_work() as session:
        session.connection().execute(update(Inbox).where(col(Inbox.id).in_(row_ids)).values(**values))


def _again(row_id: int, tries: int, error: str) -> None:
    wait = timedelta(seconds=min(LONGEST_WAIT, 2 ** min(tries, 12)))
    _write(row_id, due_at=clock.now() + wait, error=error[:400])


def _write(row_id: int, **values: Any) -> None:
    with unit_of_work() as session:
        session.connection().execute(update(Inbox).where(col(Inbox.id) == row_id).values(**values))
