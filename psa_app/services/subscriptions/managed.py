"""Handing a subscription to the payment service, and wishing changes of it there.

A row first, then the order with a key of its own, then what the service says of it now (`managed_sync`).
"""

import json
import secrets
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch
from psa_app.db import unit_of_work
from psa_app.errors import Conflict, Invalid
from psa_app.gateways.payments import ProviderError, Unknown
from psa_app.gateways.providers import provider_for
from psa_app.gateways.stripe import StripeGateway
from psa_app.gateways.stripe_subscriptions import SubscriptionOrder
from psa_app.models import (
    Account,
    BilledPeriod,
    Firm,
    ManagedSubscription,
    SavedMethod,
    SowLine,
    move,
    touch,
)
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.queries.subscriptions.managed import managed_line
from psa_app.queries.subscriptions.one import Subscribed, subscribed, today_of
from psa_app.rules.managed import begins_at, ends_at, ends_early, first_period
from psa_app.services import history
from psa_app.services.invoices.taxes import TaxBook
from psa_app.services.payments.alert import alert_staff
from psa_app.services.payments.book import service
from psa_app.services.payments.pages import gateway_of
from psa_app.services.promises import promise

TABLE = "managed_subscription"
KEY_LIFE = timedelta(hours=23)  # the provider remembers a key for 24
CHECK_AFTER = timedelta(minutes=2)
RUNS = ("running", "trial", "waiting")


@act("sow_lines", "hand_over", right="invoices.credit")
def hand_over_subscription(
    session: Session, actor: Actor, sow_line_id: int, *, bills_from: date | None = None
) -> ManagedSubscription:
    """From a period's first day (empty: the next) on, the payment service bills and collects a subscription.

    The periods before stay the app's. It collects from the client's default way to pay. Raises `Invalid`
    (field "bills_from") for a day that does not fit, `Conflict` when something stands against it.
    """
    fetch(session, actor, SowLine, sow_line_id)
    of = subscribed(session, sow_line_id, lock=True)
    account = fetch(session, actor, Account, of.sow.account_id, lock=True)
    row = managed_line(session, sow_line_id, lock=True)
    _check_free(of, row, today_of(session))
    firm = session.exec(select(Firm)).one()
    method = _method(session, firm, account)
    period = first_period(of.schedule, of.line.billed_in, today_of(session), bills_from)
    _check_unbilled(session, of, period.number)
    price, quantity = of.plan(period.starts_on)
    if price * quantity <= 0:
        raise Conflict("This subscription costs nothing, so there is nothing to collect.")
    tax = TaxBook(session, account).of_sow(of.sow.id)
    values: dict[str, Any] = {
        "method_id": method.id,
        "provider": firm.payment_provider,
        "livemode": method.livemode,
        "bills_from": period.starts_on,
        "price_minor": price,
        "quantity": quantity,
        "currency": of.sow.currency,
        "tax_kind": tax.kind,
        "tax_name": tax.name,
        "tax_ppm": tax.ppm,
        "idempotency_key": secrets.token_urlsafe(24),
        "next_check_at": clock.now() + CHECK_AFTER,
        "failure": "",
    }
    if row is None:
        row = ManagedSubscription(account_id=of.sow.account_id, sow_line_id=sow_line_id, **values)
        session.add(row)
    else:
        move(row, TABLE, "sending")
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()
    promise_order(session, row, row.idempotency_key)
    after = {"bills_from": row.bills_from, "price_minor": price, "quantity": quantity}
    history.note(session, actor, "sow_line", sow_line_id, "handed to the payment service", {}, after)
    return row


def _check_free(of: Subscribed, row: ManagedSubscription | None, today: date) -> None:
    if row is not None and row.status == "ended":
        raise Conflict("This subscription has ended at the payment service. Agree on a new one in a scope.")
    if row is not None and row.status != "failed":
        raise Conflict("The payment service manages this subscription already.")
    if of.state(today) not in RUNS:
        raise Conflict("Only a subscription that runs can be handed over. Let it go on first.")


def _method(session: Session, firm: Firm, account: Account) -> SavedMethod:
    if firm.payment_provider == "manual":
        raise Conflict("This firm uses no payment service. Choose one in Settings, Payments.")
    usable = select(SavedMethod).where(
        SavedMethod.account_id == account.id,
        SavedMethod.status == "active",
        SavedMethod.provider == firm.payment_provider,
        col(SavedMethod.livemode).is_(not takes_test_money(firm)),
    )
    found = session.exec(usable.order_by(col(SavedMethod.is_default).desc(), col(SavedMethod.id))).first()
    if found is None:
        raise Conflict(
            f"{account.name} has saved no card or bank account yet. Ask them to, in the portal: Ways to pay."
        )
    return found


def _check_unbilled(session: Session, of: Subscribed, number: int) -> None:
    billed = select(col(BilledPeriod.ends_on)).where(
        BilledPeriod.sow_line_id == of.line.id,
        BilledPeriod.number >= number,
        col(BilledPeriod.released_at).is_(None),
    )
    last = session.exec(billed.order_by(col(BilledPeriod.ends_on).desc())).first()
    if last is not None:
        raise Invalid(
            f"It is billed here up to {last.isoformat()} already. Choose a later day.", "bills_from"
        )


def wish_change(
    session: Session,
    actor: Actor,
    of: Subscribed,
    row: ManagedSubscription,
    what: str,
    *,
    plan: tuple[int, int],
    day: date,
    reason: str,
) -> ManagedSubscription:
    """Orders a change at the payment service: plan, pause, resume, cancel or cancel_now; it counts at once.

    Raises `Conflict` while another is on its way or when it does not fit, `Invalid` for another day.
    """
    if row.status != "running" or row.wish:
        raise Conflict("A change is on its way to the payment service. Wait a moment, then look again.")
    if day != today_of(session):
        raise Invalid("The payment service changes it at once. Leave the day as today.", "effective_on")
    if what == "pause" and row.is_paused:
        raise Invalid("The subscription is paused already.", "effective_on")
    if what == "resume" and not (row.is_paused or ends_early(row.ends_on, of.schedule)):
        raise Invalid("The subscription is not paused.", "effective_on")
    if what == "plan" and row.is_paused:
        raise Invalid("The subscription is paused. Resume it first, then change its plan.", "effective_on")
    if what == "plan" and plan[0] * plan[1] <= 0:
        raise Invalid("The payment service collects more than 0. Pause or cancel it instead.", "price")
    price, quantity = plan
    row.wish = json.dumps({"what": what, "price": price, "quantity": quantity, "reason": reason})
    row.wish_key, row.failure = secrets.token_urlsafe(24), ""
    row.next_check_at = clock.now() + CHECK_AFTER
    touch(row)
    session.flush()
    promise_order(session, row, row.wish_key)
    told = {"price_minor": price, "quantity": quantity} if what == "plan" else {}
    verb = f"{what.replace('_', ' ')} ordered at the payment service"
    history.note(session, actor, "sow_line", int(of.line.id or 0), verb, {}, told, reason)
    return row


def promise_order(session: Session, row: ManagedSubscription, key: str) -> None:
    """What a row asks for is sent after the commit."""
    promise(session, "manage_subscription", f"subscription-{row.id}-{key}", {"managed_id": row.id})


def send_managed(managed_id: int) -> str:
    """Orders what a row asks for; what the outbox's "manage_subscription" does. The same key each time.

    Returns the key of the change that was ordered. Raises `Unknown` while the payment service does not
    answer.
    """
    with unit_of_work() as session:
        row = locked_managed(session, managed_id)
        if row.status not in ("sending", "running"):
            return ""
        gateway, order = gateway_for(session, row), _order(session, row)
        ref, wish, key = row.ref, row.wish, row.wish_key
        is_old = clock.now() - row.updated_at > KEY_LIFE
    try:
        if not ref:
            looks = is_old or bool(wish)  # the order changed since it was first sent: it may be there
            known = gateway.find_subscription(order.mark, order.customer_ref, row.updated_at) if looks else ""
            made = known or gateway.subscribe(order)
            with unit_of_work() as session:
                row = locked_managed(session, managed_id)
                if row.status == "sending":  # else another worker was faster: the same key, the same id
                    row.ref = made
                    move(row, TABLE, "running")
        if wish:
            _carry_out(gateway, row, json.loads(wish), order)
    except Unknown:
        raise
    except (ProviderError, Invalid) as error:
        _refused(managed_id, error.sentence)
    return key


def locked_managed(session: Session, managed_id: int) -> ManagedSubscription:
    """The row, locked until the commit."""
    statement = select(ManagedSubscription).where(ManagedSubscription.id == managed_id).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()


def gateway_for(session: Session, row: ManagedSubscription) -> StripeGateway:
    """What speaks to the payment service that a row is at, whatever the firm has chosen since."""
    from psa_app.config import settings

    instance = session.exec(select(Firm.instance)).one()
    return gateway_of(provider_for(row.provider, settings(), instance))


def _order(session: Session, row: ManagedSubscription) -> SubscriptionOrder:
    of = subscribed(session, row.sow_line_id)
    method = session.get_one(SavedMethod, row.method_id)
    zone = ZoneInfo(session.exec(select(Firm.time_zone)).one())
    ordered_on = row.updated_at.astimezone(zone).date()
    return SubscriptionOrder(
        mark=str(row.id),
        title=of.line.title,
        customer_ref=method.customer_ref,
        method_ref=method.ref,
        price=row.price_minor,
        quantity=row.quantity,
        currency=row.currency,
        rhythm=of.line.rhythm,
        begins_at=begins_at(row.bills_from, ordered_on, zone),
        ends_at=ends_at(of.schedule, zone),
        tax_name=row.tax_name,
        tax_ppm=row.tax_ppm,
        idempotency_key=row.idempotency_key,
    )


def _carry_out(
    gateway: StripeGateway, row: ManagedSubscription, wish: dict[str, Any], order: SubscriptionOrder
) -> None:
    what, key = wish.get("what", ""), row.wish_key
    if what == "plan":
        seen = gateway.fetch_subscription(row.ref)
        gateway.change_plan(seen, wish["price"], wish["quantity"], order.rhythm, key)
    elif what == "pause":
        gateway.pause_collection(row.ref, key)
    elif what == "resume" and row.is_paused:
        gateway.resume_collection(row.ref, key)
    elif what == "resume":
        gateway.go_on_until(row.ref, order.ends_at, key)
    elif what == "cancel":
        gateway.end_with_period(row.ref, key)
    elif what == "cancel_now" and gateway.fetch_subscription(row.ref).ended_at is None:
        gateway.end_now(row.ref)
    if "ends" in wish:
        _end_as_agreed(gateway, row.ref, wish["ends"], order.ends_at, key)


def _end_as_agreed(gateway: StripeGateway, ref: str, ends: str, at: datetime | None, key: str) -> None:
    """Brings its end in line with the scope's last day, where that is `sooner` or `later` than before."""
    seen = gateway.fetch_subscription(ref)
    if seen.ended_at is not None or seen.cancel_at == at:
        return
    if ends == "sooner" and (at is None or (seen.cancel_at is not None and seen.cancel_at < at)):
        return  # it ends there before that already
    if at is not None and at <= clock.now():
        gateway.end_now(ref)
    else:
        gateway.go_on_until(ref, at, f"{key}-end")


def _refused(managed_id: int, sentence: str) -> None:
    """The payment service will not do it: nothing has changed, and a person hears of it."""
    with unit_of_work() as session:
        row = locked_managed(session, managed_id)
        if row.ref:
            row.wish, row.wish_key = "", ""
        else:
            move(row, TABLE, "failed")
            row.next_check_at = None
        row.failure = sentence[:200]
        history.note(session, service(), "sow_line", row.sow_line_id, "refused", {}, {}, sentence)
        path = routes.subscription(row.sow_line_id)
        title = "The payment service refused a subscription"
        alert_staff(session, f"subscription-{row.id}-{row.version}", title, sentence, path)
