"""What the payment service says of a subscription now, followed in our own rows; only this moves them."""

import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from psa_app import clock
from psa_app.db import reading, unit_of_work
from psa_app.errors import PsaError
from psa_app.gateways.payments import PaymentRef, ProviderState
from psa_app.gateways.stripe_bills import SeenInvoice
from psa_app.gateways.stripe_subscriptions import SeenSubscription
from psa_app.models import Account, Firm, ManagedSubscription, SavedMethod, SubscriptionChange, move, touch
from psa_app.queries.subscriptions.managed import credited_copies, due_managed
from psa_app.queries.subscriptions.one import Subscribed, subscribed
from psa_app.rules.managed import ENDED
from psa_app.rules.subscriptions import CANCEL, PAUSE, PLAN, RESUME
from psa_app.services import history
from psa_app.services.payments.book import service
from psa_app.services.payments.pages import provider_of_name
from psa_app.services.payments.preferred import known_method
from psa_app.services.subscriptions.managed import (
    CHECK_AFTER,
    TABLE,
    gateway_for,
    locked_managed,
    send_managed,
)
from psa_app.services.subscriptions.mirror import follow_invoice, new_intents, take_payment


def manage(managed_id: int) -> None:
    """Sends what is wished of a subscription, then books what became of it. Raises `Unknown`."""
    sync_managed(managed_id, ordered=send_managed(managed_id))


def sync_managed(managed_id: int, *, ordered: str = "") -> SeenSubscription | None:
    """Reads a subscription with its invoices and payments, and books what is new. Raises `Unknown`.

    `ordered` is the key of the change that was ordered just now; another one still waits. Returns what was
    seen, None for one that is not there.
    """
    with reading() as session:
        row = session.get_one(ManagedSubscription, managed_id)
        gateway, noted = gateway_for(session, row), credited_copies(session, row)
        method = session.get_one(SavedMethod, row.method_id)
    if not row.ref:
        return None
    seen = gateway.fetch_subscription(row.ref, noted)
    by = seen.method_ref
    method_id = known_method(gateway, method, by) if by and by != method.ref else 0
    with unit_of_work() as session:
        row = locked_managed(session, managed_id)
        if seen.mark != str(managed_id) or seen.livemode != row.livemode or seen.currency != row.currency:
            row.failure = "The payment service knows this subscription under another mark than ours."
            row.next_check_at = None
            return seen
        row.method_id = method_id or row.method_id
        session.exec(select(Account.id).where(Account.id == row.account_id).with_for_update()).one()
        _follow(session, row, seen, ordered)
        for invoice in seen.invoices:
            follow_invoice(session, service(), row, invoice)
    _take_payments(managed_id, seen.invoices)
    return seen


def _take_payments(managed_id: int, invoices: tuple[SeenInvoice, ...]) -> None:
    """Books the payments of invoices that are new here, each by what the provider says of it."""
    with reading() as session:
        row = session.get_one(ManagedSubscription, managed_id)
        provider = provider_of_name(session, row.provider)
        lacking = new_intents(session, invoices)
    for invoice_ref, intent in lacking:
        state: ProviderState = provider.fetch(PaymentRef("", "", intent))
        with unit_of_work() as session:
            take_payment(session, service(), row, invoice_ref, state)


def _follow(session: Session, row: ManagedSubscription, seen: SeenSubscription, ordered: str) -> None:
    """Brings the row, and the changes of the line, in line with what was seen."""
    firm = session.exec(select(Firm)).one()
    zone, today = ZoneInfo(firm.time_zone), clock.today(firm.time_zone)
    of = subscribed(session, row.sow_line_id, lock=True)
    wish = json.loads(row.wish) if row.wish else {}
    told = wish.get("reason") or ("" if wish else "Changed at the payment service")
    begun = max(today, row.bills_from, of.schedule.starts_on)
    if (row.price_minor, row.quantity) != (seen.price, seen.quantity):
        _write(session, of, PLAN, begun, (seen.price, seen.quantity), told)
    _follow_pause(session, of, row, seen, begun, zone, told)
    was = (row.state, row.is_paused, row.ends_on, row.price_minor, row.quantity)
    row.state, row.is_paused = seen.status, seen.is_paused
    row.price_minor, row.quantity = seen.price, seen.quantity
    row.period_from, row.period_to = _day(seen.starts_at, zone), _day(seen.ends_at, zone)
    row.ends_on = _day(seen.cancel_at, zone) if seen.cancel_at else None
    if seen.ended_at is not None or seen.status in ENDED:
        row.ends_on = _day(seen.ended_at, zone) if seen.ended_at else today
        if not any(one.kind == CANCEL for one in of.changes):
            _write(session, of, CANCEL, max(row.ends_on, of.schedule.starts_on), of.plan(today), told)
        if row.status == "running":
            move(row, TABLE, "ended")
    row.seen_at = clock.now()
    if row.wish_key == ordered or row.status == "ended":  # one that is not sent yet stays
        row.wish, row.wish_key = "", ""
    row.next_check_at = None if row.status == "ended" else _next_look(seen)
    now = (row.state, row.is_paused, row.ends_on, row.price_minor, row.quantity)
    if now != was:
        touch(row)
        after = {"state": row.state, "price_minor": row.price_minor, "quantity": row.quantity}
        history.note(
            session, service(), "sow_line", row.sow_line_id, "seen at the payment service", {}, after
        )


def _follow_pause(
    session: Session,
    of: Subscribed,
    row: ManagedSubscription,
    seen: SeenSubscription,
    begun: date,
    zone: ZoneInfo,
    told: str,
) -> None:
    """The period that runs is paid, so a pause begins with the next one."""
    if seen.is_paused and not row.is_paused:
        first = max(_day(seen.ends_at, zone), begun)
        _write(session, of, PAUSE, first, (seen.price, seen.quantity), told)
    elif row.is_paused and not seen.is_paused:
        paused = [one.day for one in of.changes if one.kind == PAUSE]
        _write(session, of, RESUME, max([begun, *paused]), (seen.price, seen.quantity), told)


def _write(
    session: Session, of: Subscribed, kind: str, day: date, plan: tuple[int, int], reason: str
) -> None:
    """A change of the line, as the app's own are written: figures that count by it stay right."""
    latest = max([day, *(one.day for one in of.changes)])
    session.add(
        SubscriptionChange(
            sow_line_id=int(of.line.id or 0),
            kind=kind,
            effective_on=latest,
            price_minor=plan[0],
            quantity=plan[1],
            reason=reason[:200],
            at=clock.now(),
        )
    )
    session.flush()


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _next_look(seen: SeenSubscription) -> datetime:
    """When its period ends; within a day of now in any case, and soon where something is unpaid."""
    now = clock.now()
    waits = 1 if seen.status in ("incomplete", "past_due") else 24
    latest = now + CHECK_AFTER * 30 * waits
    ends = seen.ends_at + CHECK_AFTER
    return min(latest, ends) if ends > now else now + CHECK_AFTER * 5


def sweep_managed(limit: int = 20) -> int:
    """Asks after subscriptions whose time has come; returns how many were looked at."""
    now = clock.now()
    with reading() as session:
        found = due_managed(session, now, limit)
    for managed_id in found:
        try:
            manage(managed_id)
        except PsaError:
            with unit_of_work() as session:
                locked_managed(session, managed_id).next_check_at = now + CHECK_AFTER * 5
    return len(found)
