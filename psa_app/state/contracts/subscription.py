"""A subscription for staff: its plan, what it comes to a month, and what is done with it."""

from datetime import date
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor, may
from psa_app.display.figures import Fact
from psa_app.display.tables import Cell, Column, Row
from psa_app.errors import NotFound, PsaError
from psa_app.formats import words
from psa_app.queries.subscriptions.one import Subscribed, SubscriptionPage, subscription_page
from psa_app.rules import fields, money
from psa_app.rules.managed import ends_early
from psa_app.rules.money import Money
from psa_app.services.subscriptions.change import (
    cancel_subscription,
    change_plan,
    pause_subscription,
    resume_subscription,
)
from psa_app.services.subscriptions.managed import hand_over_subscription
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.contracts.sow import id_in
from psa_app.state.contracts.subscription_words import copy_row, managed_facts, state_of

COLUMNS = [
    Column("from", "From"),
    Column("what", "What"),
    Column("plan", "A period", align="right", phone="side"),
    Column("why", "Why"),
]
WHAT = {"plan": "Plan changed", "pause": "Paused", "resume": "Goes on", "cancel": "Ended"}
DIALOGS = ("plan", "pause", "resume", "cancel", "hand_over")
STATES = {
    "waiting": ("Not begun", ""),
    "trial": ("Trial", ""),
    "running": ("Running", "ok"),
    "paused": ("Paused", "warn"),
    "cancelled": ("Cancelled", "bad"),
    "ended": ("Ended", ""),
}
PER = {"weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}


class SubscriptionState(rx.State):
    """The subscription that the address names."""

    line_title: str = ""
    subtitle: str = ""
    sow: str = ""
    word: str = ""
    tone: str = ""
    facts: list[Fact] = []
    changes: list[Row] = []
    currency: str = ""
    price: str = ""
    quantity: str = ""
    today: str = ""
    may_plan: bool = False
    may_pause: bool = False
    may_resume: bool = False
    may_cancel: bool = False
    may_hand_over: bool = False
    is_managed: bool = False
    managed: list[Fact] = []
    copies: list[Row] = []
    from_day: str = ""
    dialog: str = ""  # plan | pause | resume | cancel | hand_over
    errors: dict[str, str] = {}
    is_ready: bool = False
    is_missing: bool = False
    _line: int = 0

    @rx.event
    @allow("sows.read")
    async def load(self) -> None:
        """Loads the subscription."""
        try:
            self._line = id_in(str(self.router.url.path))
            await self._load()
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.line_title = True, "Subscription"

    async def _load(self) -> None:
        line = self._line
        found = await read(lambda session, who: subscription_page(session, who, line))
        of, today = found.of, found.today
        state = of.state(today)
        self.line_title, self.subtitle = of.line.title, found.account.name
        self.sow, self.currency = f"{of.sow.number} {of.sow.title}", of.sow.currency
        self.word, self.tone = STATES[state]
        self.facts, self.changes = _facts(found), _changes(found)
        price, quantity = of.plan(today)
        self.price, self.quantity = money.plain(price, of.sow.currency), str(quantity)
        self.today = today.isoformat()
        acts = may(actor(), "invoices.credit")
        kind = of.changes[-1].kind if of.changes else "plan"
        goes_on = acts and kind != "cancel" and state != "ended"
        self.may_plan = self.may_pause = goes_on and kind != "pause"
        self.may_resume, self.may_cancel = goes_on and kind == "pause", goes_on
        self._show_managed(found, acts)
        self.is_ready, self.is_missing = True, False

    def _show_managed(self, found: SubscriptionPage, acts: bool) -> None:
        """What the payment service has of it; its changes are ordered there, one at a time."""
        row = found.managed
        self.managed = managed_facts(row, found.method) if row else []
        self.copies = [copy_row(*one, found.today) for one in found.copies]
        self.from_day = found.from_day.isoformat() if found.from_day else ""
        self.may_hand_over = acts and found.from_day is not None
        self.is_managed = row is not None and row.status != "failed"
        if row is None or row.status == "failed":
            return
        self.word, self.tone = state_of(row)
        free = acts and row.status == "running" and not row.wish
        ends = ends_early(row.ends_on, found.of.schedule)
        self.may_plan = self.may_pause = free and not row.is_paused and not ends
        self.may_resume, self.may_cancel = free and (row.is_paused or ends), free and not ends

    @rx.event
    @allow("invoices.credit")
    def ask(self, dialog: str) -> None:
        """Opens a dialog."""
        self.errors, self.dialog = {}, dialog if dialog in DIALOGS else ""

    @rx.event
    @allow("invoices.credit")
    async def hand_over(self, data: dict[str, Any]) -> None:
        """From a period on the payment service bills and collects it."""
        typed = form_values(data, ("bills_from",))

        def act(session: Session, who: Actor) -> None:
            day = fields.optional_date(typed["bills_from"], "bills_from")
            hand_over_subscription(session, who, self._line, bills_from=day)

        await self._do(act, "The subscription is handed over.")

    @rx.event
    @allow("invoices.credit")
    def close(self) -> None:
        """Closes the open dialog."""
        self.dialog = ""

    @rx.event
    @allow("invoices.credit")
    async def change(self, data: dict[str, Any]) -> None:
        """Another price or quantity."""
        typed = form_values(data, ("price", "quantity", "effective_on", "reason"))

        def act(session: Session, who: Actor) -> None:
            currency = subscription_page(session, who, self._line).of.sow.currency
            price = Money(money.parse_amount(typed["price"], currency, "price"), currency)
            quantity = fields.optional_whole(typed["quantity"], "quantity")
            given = {"price": price, "quantity": 1 if quantity is None else quantity}
            change_plan(session, who, self._line, **given, **_common(typed))  # type: ignore[arg-type]

        await self._do(act, self._told("The plan is changed."))

    @rx.event
    @allow("invoices.credit")
    async def turn(self, data: dict[str, Any]) -> None:
        """Pauses it, or lets it go on."""
        typed = form_values(data, ("effective_on", "reason"))
        rests = self.dialog == "pause"
        service = pause_subscription if rests else resume_subscription

        def act(session: Session, who: Actor) -> None:
            service(session, who, self._line, **_common(typed))

        told = "The subscription is paused." if rests else "The subscription goes on."
        await self._do(act, self._told(told))

    @rx.event
    @allow("invoices.credit")
    async def cancel(self, data: dict[str, Any]) -> None:
        """Ends it with its period, or at once."""
        typed = form_values(data, ("effective_on", "reason", "when"))
        at_once = typed["when"] == "at_once"

        def act(session: Session, who: Actor) -> None:
            cancel_subscription(session, who, self._line, at_once=at_once, **_common(typed))

        await self._do(act, self._told("The subscription is cancelled."))

    def _told(self, done: str) -> str:
        return "The payment service is told." if self.is_managed else done

    async def _do(self, act: Any, told: str) -> None:
        try:
            await write(act)
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.dialog, self.errors = "", {}
        await self._load()
        await say(self, told)


def _common(typed: dict[str, str]) -> dict[str, Any]:
    day: date | None = fields.optional_date(typed["effective_on"], "effective_on")
    return {"effective_on": day, "reason": typed["reason"]}


def _plan(of: Subscribed, price: int, quantity: int) -> str:
    each = words.money(price, of.sow.currency)
    return f"{quantity} × {each}" if quantity != 1 else each


def _facts(found: SubscriptionPage) -> list[Fact]:
    of, today = found.of, found.today
    per = PER[of.line.rhythm]
    price, quantity = of.plan(today)
    rows = [
        Fact("Agreed in", f"{of.sow.number} {of.sow.title}", routes.sow(int(of.sow.id or 0))),
        Fact(f"Each {per}", _plan(of, price, quantity), tone="strong"),
        Fact("A month (MRR)", words.money(of.monthly(today), of.sow.currency)),
        Fact("First period", words.day(of.schedule.starts_on)),
    ]
    period = of.period(today)
    if period is not None and of.state(today) == "running":
        rows.append(Fact("This period", words.day_range(period.starts_on, period.ends_on)))
    if of.schedule.ends_on is not None:
        rows.append(Fact("Ends", words.day(of.schedule.ends_on)))
    return rows


def _changes(found: SubscriptionPage) -> list[Row]:
    return [
        Row(
            str(one.id),
            [
                Cell(words.day(one.effective_on)),
                Cell(WHAT[one.kind], kind="strong"),
                Cell(
                    _plan(found.of, one.price_minor, one.quantity) if one.kind in ("plan", "resume") else "0",
                    align="right",
                ),
                Cell(one.reason, kind="muted"),
            ],
        )
        for one in found.written
    ]
