"""Subscriptions as they stand: plan, quantity, what they come to a month, and what was changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from psa_app import clock
from psa_app.access import Actor, fetch, may, require, visible
from psa_app.errors import Invalid, NotFound
from psa_app.models import (
    Account,
    Allocation,
    Firm,
    Invoice,
    InvoiceLine,
    ManagedSubscription,
    SavedMethod,
    Sow,
    SowLine,
    SubscriptionChange,
)
from psa_app.queries.invoices.open_parts import running_or_ended
from psa_app.queries.subscriptions.changes import changes_of
from psa_app.queries.subscriptions.managed import managed_line
from psa_app.rules.managed import first_period
from psa_app.rules.periods import Period, Schedule, period_at, schedule
from psa_app.rules.scopes import PERIODIC, SUBSCRIPTION
from psa_app.rules.subscriptions import CANCEL, PAUSE, Change, fee_on, monthly


@dataclass(frozen=True)
class Subscribed:
    """A subscription's line with its scope and its changes. Amounts in the scope's currency, minor units."""

    line: SowLine
    sow: Sow
    changes: tuple[Change, ...]

    @property
    def schedule(self) -> Schedule:
        """When its periods begin and end."""
        return schedule(
            self.line.rhythm,
            self.sow.starts_on,
            self.sow.ends_on,
            count=self.line.periods,
            trial_days=self.line.trial_days,
            counted_from=self.line.counted_from,
        )

    def last(self, day: date) -> Change | None:
        """The change that counts on a day."""
        return next((one for one in reversed(self.changes) if one.day <= day), None)

    def plan(self, day: date) -> tuple[int, int]:
        """Price of a period and quantity on a day, those from before a pause."""
        last = self.last(day)
        line = self.line
        return (last.price, last.quantity) if last else (line.value_minor // line.quantity, line.quantity)

    def period(self, day: date) -> Period | None:
        """The period of a day."""
        return period_at(self.schedule, day)

    def state(self, day: date) -> str:
        """waiting | trial | running | paused | cancelled | ended"""
        last, of = self.last(day), self.schedule
        if last is not None and last.kind in (PAUSE, CANCEL):
            return "paused" if last.kind == PAUSE else "cancelled"
        if day < self.sow.starts_on:
            return "waiting"
        if day < of.starts_on:
            return "trial"
        return "ended" if of.ends_on is not None and day > of.ends_on else "running"

    def monthly(self, day: date) -> int:
        """What it comes to a month on a day; nothing while it does not run."""
        if self.state(day) != "running":
            return 0
        return monthly(self.line.rhythm, fee_on(self.line.value_minor, self.changes, day))


@dataclass(frozen=True)
class SubscriptionPage:
    """A subscription as its page shows it; `written` are its changes, the newest first.

    `managed` is what the payment service has of it (None: the app bills it), with the way to pay that it
    collects from; `copies` are the invoices that it issued with what is open of each, the newest first.
    `from_day` is the first day from which it could be handed over, None when it cannot.
    """

    of: Subscribed
    account: Account
    today: date
    written: tuple[SubscriptionChange, ...]
    managed: ManagedSubscription | None = None
    method: SavedMethod | None = None
    copies: tuple[tuple[Invoice, int], ...] = ()
    from_day: date | None = None


def subscribed(session: Session, line_id: int, *, lock: bool = False) -> Subscribed:
    """The line, locked until the commit if asked. Raises `NotFound` for one that is no subscription that
    runs or has ended."""
    statement = (
        select(SowLine, Sow)
        .join(Sow)
        .where(SowLine.id == line_id, SowLine.model == SUBSCRIPTION, running_or_ended())
    )
    if lock:
        statement = statement.with_for_update(of=SowLine).execution_options(populate_existing=True)
    found = session.exec(statement).first()
    if found is None:
        raise NotFound()
    return Subscribed(*found, tuple(changes_of(session, [line_id])[line_id]))


def subscription_page(session: Session, actor: Actor, line_id: int) -> SubscriptionPage:
    """The subscription, `NotFound` outside one's sight."""
    require(actor, "sows.read")
    fetch(session, actor, SowLine, line_id)
    of = subscribed(session, line_id)
    written = session.exec(
        select(SubscriptionChange)
        .where(SubscriptionChange.sow_line_id == line_id)
        .order_by(col(SubscriptionChange.effective_on).desc(), col(SubscriptionChange.id).desc())
    ).all()
    account = session.get_one(Account, of.sow.account_id)
    found = SubscriptionPage(of, account, today_of(session), tuple(written))
    return _with_managed(session, actor, found) if may(actor, "invoices.credit") else found


def _with_managed(session: Session, actor: Actor, found: SubscriptionPage) -> SubscriptionPage:
    """What the payment service has of it, or from which day on it could bill it."""
    line_id = int(found.of.line.id or 0)
    managed = managed_line(session, line_id)
    if managed is not None and managed.status != "failed":
        of_line = select(InvoiceLine.invoice_id).where(InvoiceLine.sow_line_id == line_id)
        settled = select(func.sum(Allocation.amount_minor)).where(Allocation.invoice_id == Invoice.id)
        left = col(Invoice.total_minor) - func.coalesce(settled.correlate(Invoice).scalar_subquery(), 0)
        copies = select(Invoice, left).where(visible(actor, Invoice), col(Invoice.id).in_(of_line))
        rows = session.exec(copies.where(Invoice.managed_ref != "").order_by(col(Invoice.id).desc())).all()
        listed = tuple((one, int(rest)) for one, rest in rows)
        method = session.get(SavedMethod, managed.method_id)
        return replace(found, managed=managed, method=method, copies=listed)
    provider = session.exec(select(Firm.payment_provider)).one()
    usable = found.of.state(found.today) in ("running", "trial", "waiting") and provider != "manual"
    try:
        period = first_period(found.of.schedule, found.of.line.billed_in, found.today) if usable else None
    except Invalid:
        period = None
    return replace(found, managed=managed, from_day=period.starts_on if period else None)


@dataclass(frozen=True, slots=True)
class Recurring:
    """What a retainer or subscription comes to a month, minor units of its currency."""

    line_id: int
    account_id: int
    title: str
    currency: str
    amount: int


def recurring(session: Session, actor: Actor, day: date) -> list[Recurring]:
    """MRR: what each retainer and subscription that the actor sees comes to a month on a day."""
    return recurring_on(session, actor, [day])[day]


def recurring_on(session: Session, actor: Actor, days: Sequence[date]) -> dict[date, list[Recurring]]:
    """`recurring` on each of several days."""
    require(actor, "invoices.read")
    rows: Any = session.exec(
        select(SowLine, Sow)
        .join(Sow)
        .where(col(SowLine.model).in_(PERIODIC), running_or_ended(), visible(actor, SowLine))
        .order_by(col(SowLine.id))
    ).all()
    changes = changes_of(session, [int(line.id or 0) for line, _ in rows])
    found: dict[date, list[Recurring]] = {day: [] for day in days}
    for line, sow in rows:
        line_id = int(line.id or 0)
        of = Subscribed(line, sow, tuple(changes[line_id]))
        for day, rows_of_day in found.items():
            amount = of.monthly(day)
            if amount:
                rows_of_day.append(Recurring(line_id, sow.account_id, line.title, sow.currency, amount))
    return found


def today_of(session: Session) -> date:
    """Today in the firm's zone."""
    return clock.today(session.exec(select(Firm.time_zone)).one())
