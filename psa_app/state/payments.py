"""Payments: what came, what is on its way, and what needs a decision."""

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, select

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.figures import Fact
from psa_app.display.frame import Tab
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.payment_list import PaymentLine, ProviderHealth, payment_lines, provider_health
from psa_app.services.payments.reviewing import accept_payment, dismiss_payment
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.invoice_words import METHODS

VIEWS = {"all": "All", "review": "Need a look", "open": "On their way", "succeeded": "Arrived"}
PROVIDERS = {"manual": "Recorded by hand", "sandbox": "The built-in sandbox", "stripe": "Stripe"}


class PaymentsState(rx.State):
    """The list of one view, how the provider does, and the dialog of a payment under review."""

    rows: list[Row] = []
    tabs: list[Tab] = []
    view: str = "all"
    health: list[Fact] = []
    reviewing: list[int] = []
    dialog: str = ""  # accept | dismiss
    about: int = 0
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False

    @rx.event
    @allow("payments.record")
    async def load(self) -> None:
        """Loads the view that the address names."""
        wanted = self.router.url.query_parameters.get("view", "all")
        self.view = wanted if wanted in VIEWS else "all"
        self.tabs = [
            Tab(key, label, routes.with_query(routes.PAYMENTS, view="" if key == "all" else key))
            for key, label in VIEWS.items()
        ]
        await self._load()

    async def _load(self) -> None:
        lines, health, firm = await read(lambda session, who: _found(session, who, self.view))
        zone = ZoneInfo(firm.time_zone)
        self.rows = [_row(one, zone) for one in lines]
        self.reviewing = [one.id for one in lines if one.status == "review"]
        self.health = _health(health, firm, zone)
        self.is_ready = True

    @rx.event
    @allow("payments.record")
    def ask(self, name: str, payment_id: int) -> None:
        """Asks for the reason to accept or to dismiss a payment under review."""
        self.dialog, self.about, self.errors = name, payment_id, {}
        self.form_key += 1

    @rx.event
    @allow("payments.record")
    def close(self) -> None:
        """Closes the dialog."""
        self.dialog = ""

    @rx.event
    @allow("payments.record")
    async def decide(self, data: dict[str, Any]) -> None:
        """Accepts or dismisses, with the reason."""
        reason = form_values(data, ("reason",))["reason"]
        try:
            if self.dialog == "accept":
                await asyncio.to_thread(accept_payment, actor(), self.about, reason)
            else:
                await write(lambda session, who: dismiss_payment(session, who, self.about, reason=reason))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.dialog = ""
        await self._load()
        await say(self, "Decided and written down.")


def _found(session: Session, who: Actor, view: str) -> tuple[list[PaymentLine], ProviderHealth, Firm]:
    firm = session.exec(select(Firm)).one()
    return payment_lines(session, who, view=view), provider_health(session, who), firm


def _row(one: PaymentLine, zone: ZoneInfo) -> Row:
    word = badge(one.status)
    rest = one.amount - one.settled if one.status == "succeeded" else 0
    cells = [
        Cell(
            one.client,
            sub=one.invoice,
            href=routes.invoice(one.invoice_id) if one.invoice_id else "",
            kind="strong",
        ),
        Cell(words.day(one.received_on) if one.received_on else words.moment(one.created_at, zone)),
        Cell(METHODS.get(one.method, one.method), sub=one.reference or one.failure),
        Cell(words.money(one.amount, one.currency), align="right"),
        Cell(
            words.money(rest, one.currency) if rest > 0 else "–",
            align="right",
            kind="text" if rest > 0 else "muted",
        ),
        Cell(word.text, kind="badge", tone=word.tone),
    ]
    return Row(str(one.id), cells, name=f"{one.client} {words.money(one.amount, one.currency)}")


def _health(found: ProviderHealth, firm: Firm, zone: ZoneInfo) -> list[Fact]:
    def when(at: datetime | None) -> str:
        return words.moment(at, zone) if at else "never"

    waits = f"{found.waiting}, since {when(found.oldest_waiting)}" if found.waiting else "none"
    return [
        Fact("Clients pay by", PROVIDERS.get(firm.payment_provider, firm.payment_provider)),
        Fact("Last message", when(found.last_message)),
        Fact("Messages that wait", waits, tone="warn" if found.waiting else ""),
        Fact("Payments in doubt", str(found.in_doubt), tone="warn" if found.in_doubt else ""),
    ]
