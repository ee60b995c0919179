"""Changing a subscription: another price or quantity, a pause, going on, its end.

What a change costs for the rest of its period comes on the next draft. What it gives back of a fee that is
on an issued invoice is credited at once. One that the payment service manages is changed there instead.
"""

from datetime import date, timedelta

from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Invalid
from psa_app.models import ManagedSubscription, SowLine, SubscriptionChange
from psa_app.queries.subscriptions.managed import TAKEN, managed_line
from psa_app.queries.subscriptions.one import Subscribed, subscribed, today_of
from psa_app.rules import fields
from psa_app.rules.money import Money
from psa_app.rules.subscriptions import CANCEL, PAUSE, PLAN, RESUME, check_change
from psa_app.services import history
from psa_app.services.subscriptions.credit import give_back_rest
from psa_app.services.subscriptions.managed import wish_change

MOST_QUANTITY = 100_000
MOST = 10**13
Changed = SubscriptionChange | ManagedSubscription  # what was written, or what is ordered elsewhere


@act("sow_lines", "change_plan", right="invoices.credit")
def change_plan(
    session: Session,
    actor: Actor,
    sow_line_id: int,
    *,
    price: Money,
    quantity: int = 1,
    effective_on: date | None = None,
    reason: str = "",
) -> Changed:
    """From a day (empty: today) on, a whole period costs `price` × `quantity`."""
    of, day = _held(session, actor, sow_line_id, effective_on)
    if price.currency != of.sow.currency:
        raise Invalid(f"Amounts of this scope are in {of.sow.currency}.", "price")
    if not 0 <= price.amount <= MOST:
        raise Invalid("Give a price of 0 or more.", "price")
    if not 1 <= quantity <= MOST_QUANTITY:
        raise Invalid("Give a quantity from 1 on.", "quantity")
    return _write(session, actor, of, PLAN, day, (price.amount, quantity), reason)


@act("sow_lines", "pause", right="invoices.credit")
def pause_subscription(
    session: Session,
    actor: Actor,
    sow_line_id: int,
    *,
    effective_on: date | None = None,
    reason: str = "",
) -> Changed:
    """From a day (empty: today) on, nothing is due until it goes on."""
    return _turn(session, actor, sow_line_id, PAUSE, effective_on, reason)


@act("sow_lines", "resume", right="invoices.credit")
def resume_subscription(
    session: Session,
    actor: Actor,
    sow_line_id: int,
    *,
    effective_on: date | None = None,
    reason: str = "",
) -> Changed:
    """A paused subscription goes on from a day (empty: today), at the price from before."""
    return _turn(session, actor, sow_line_id, RESUME, effective_on, reason)


@act("sow_lines", "cancel", right="invoices.credit")
def cancel_subscription(
    session: Session,
    actor: Actor,
    sow_line_id: int,
    *,
    effective_on: date | None = None,
    at_once: bool = False,
    reason: str = "",
) -> Changed:
    """Ends a subscription with the period of a day (empty: today), or `at_once` on that day: then the days
    that are left are given back."""
    of, day = _held(session, actor, sow_line_id, effective_on)
    theirs = _ordered(session, actor, of, "cancel_now" if at_once else CANCEL, day, of.plan(day), reason)
    if theirs is not None:
        return theirs
    period = of.period(day)
    if not at_once and period is not None and period.starts_on < day:
        day = period.ends_on + timedelta(days=1)
    return _write(session, actor, of, CANCEL, day, of.plan(day), reason)


def _turn(
    session: Session, actor: Actor, line_id: int, kind: str, effective_on: date | None, reason: str
) -> Changed:
    """Pauses it or lets it go on; what it costs stays."""
    of, day = _held(session, actor, line_id, effective_on)
    return _write(session, actor, of, kind, day, of.plan(day), reason)


def _held(session: Session, actor: Actor, line_id: int, day: date | None) -> tuple[Subscribed, date]:
    fetch(session, actor, SowLine, line_id)
    of = subscribed(session, line_id, lock=True)
    return of, day or today_of(session)


def _write(
    session: Session,
    actor: Actor,
    of: Subscribed,
    kind: str,
    day: date,
    plan: tuple[int, int],
    reason: str,
) -> Changed:
    theirs = _ordered(session, actor, of, kind, day, plan, reason)
    if theirs is not None:
        return theirs
    check_change(of.changes, kind, day, of.schedule.starts_on)
    if of.schedule.ends_on is not None and day > of.schedule.ends_on:
        raise Invalid("The subscription has ended by then. Choose an earlier day.", "effective_on")
    price, quantity = plan
    why = fields.text(reason, "reason", max=200, required=False)
    change = SubscriptionChange(
        sow_line_id=int(of.line.id or 0),
        kind=kind,
        effective_on=day,
        price_minor=price,
        quantity=quantity,
        reason=why,
        at=clock.now(),
        by_id=actor.user_id,
    )
    session.add(change)
    session.flush()
    give_back_rest(session, actor, subscribed(session, int(of.line.id or 0)), int(change.id or 0), why)
    told = {"from": day, "price_minor": price, "quantity": quantity}
    history.note(session, actor, "sow_line", int(of.line.id or 0), _VERBS[kind], {}, told, why)
    return change


def _ordered(
    session: Session,
    actor: Actor,
    of: Subscribed,
    what: str,
    day: date,
    plan: tuple[int, int],
    reason: str,
) -> ManagedSubscription | None:
    """The change as the payment service is asked for it; None for a line that the app bills."""
    row = managed_line(session, int(of.line.id or 0), lock=True)
    if row is None or row.status not in TAKEN:
        return None
    why = fields.text(reason, "reason", max=200, required=False)
    return wish_change(session, actor, of, row, what, plan=plan, day=day, reason=why)


_VERBS = {PLAN: "plan changed", PAUSE: "paused", RESUME: "resumed", CANCEL: "cancelled"}
