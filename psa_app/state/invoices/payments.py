"""Payments: what came, what is on its way, and what needs a decision."""

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, select

from psa_app import routes
from psa_app.access import Actor, may
from psa_app.display.figures import Fact
from psa_app.display.frame import Tab
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Pager, Row
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.invoices.payments import (
    PaymentLine,
    PaymentPage,
    ProviderHealth,
    payment_page,
    provider_health,
)
from psa_app.services.payments.reviewing import accept_payment, dismiss_payment
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.invoices.invoice_words import WAYS

VIEWS = {
    "all": "All",
    "review": "Need a decision",
    "open": "On their way",
    "succeeded": "Succeeded",
    "failed": "Failed",
}
PROVIDERS = {"manual": "Recorded by hand", "sandbox": "The built-in sandbox", "stripe": "Stripe"}


class PaymentsState(rx.State):
    """The list of one view, how the provider does, and the dialog of a payment under review."""

    rows: list[Row] = []
    tabs: list[Tab] = []
    pager: Pager = Pager()
    view: str = "all"
    q: str = ""
    health: list[Fact] = []
    reviewing: list[str] = []  # by the rows' ids
    refundable: list[str] = []
    dialog: str = ""  # accept | dismiss
    about: int = 0
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False

    @rx.event
    @allow("payments.record")
    async def load(self) -> None:
        """Loads the view that the address names."""
        asked = self.router.url.query_parameters
        self.view = asked.get("view", "all") if asked.get("view", "all") in VIEWS else "all"
        self.q = str(asked.get("q", ""))[:100]
        page = str(asked.get("page", "1"))
        await self._load(int(page) if page.isdecimal() and len(page) < 7 else 1)

    async def _load(self, page: int) -> None:
        view, text = self.view, self.q
        found, health, firm = await read(
            lambda session, who: _found(session, who, view=view, search=text, page=page)
        )
        zone = ZoneInfo(firm.time_zone)
        self.rows = [_row(one, zone) for one in found.rows]
        self.reviewing = [str(one.id) for one in found.rows if one.status == "review"]
        gives_back = [str(one.id) for one in found.rows if one.status == "succeeded" and one.received > 0]
        self.refundable = gives_back if may(actor(), "payments.refund") else []
        self.pager = Pager(found.page, found.pages, _range(found))
        self.tabs = [self._tab(key, found) for key in VIEWS]
        self.health = _health(health, firm, zone)
        self.is_ready = True

    def _tab(self, key: str, found: PaymentPage) -> Tab:
        address = routes.with_query(routes.PAYMENTS, view="" if key == "all" else key, q=self.q)
        return Tab(key, VIEWS[key], address, str(found.in_review or "") if key == "review" else "")

    @rx.event
    @allow("payments.record")
    def search(self, text: str) -> Any:
        """Searches by client, invoice or reference."""
        return self._go(q=text[:100], page="")

    @rx.event
    @allow("payments.record")
    def go(self, page: int) -> Any:
        """Turns to a page."""
        return self._go(page=page if page > 1 else "")

    def _go(self, **changes: Any) -> Any:
        now = {"view": "" if self.view == "all" else self.view, "q": self.q, "page": self.pager.page}
        return rx.redirect(routes.with_query(routes.PAYMENTS, **(now | changes)), replace=True)

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
        await self._load(self.pager.page)
        await say(self, "Decided and written down.")


def _found(session: Session, who: Actor, **asked: Any) -> tuple[PaymentPage, ProviderHealth, Firm]:
    firm = session.exec(select(Firm)).one()
    return payment_page(session, who, **asked), provider_health(session, who), firm


def _row(one: PaymentLine, zone: ZoneInfo) -> Row:
    word = badge(one.state, "Taken back" if one.state == "refunded" else "")
    about = one.failure.replace("_", " ") if one.state != "succeeded" else one.note
    reference = one.reference if one.reference != one.invoice else ""
    cells = [
        Cell(one.client, sub=one.invoice, kind="strong"),
        Cell(words.day(one.received_on) if one.received_on else words.moment(one.created_at, zone)),
        Cell(WAYS.get(one.method, one.method), sub=reference or about),
        Cell(words.money(one.amount, one.currency), align="right"),
        Cell(
            words.money(one.credit, one.currency) if one.credit else "–",
            align="right",
            kind="text" if one.credit else "muted",
        ),
        Cell(word.text, kind="badge", tone=word.tone, tip=about),
    ]
    href = routes.invoice(one.invoice_id) if one.invoice_id else ""
    return Row(str(one.id), cells, href=href, name=f"{one.client} {words.money(one.amount, one.currency)}")


def _range(found: PaymentPage) -> str:
    first = (found.page - 1) * 25 + 1
    return f"{first}–{first + len(found.rows) - 1} of {found.total:,}" if found.rows else "None"


def _health(found: ProviderHealth, firm: Firm, zone: ZoneInfo) -> list[Fact]:
    def when(at: datetime | None) -> str:
        return words.moment(at, zone) if at else "never"

    waits = f"{found.waiting}, since {when(found.oldest_waiting)}" if found.waiting else "none"
    return [
        Fact("Clients pay by", PROVIDERS.get(firm.payment_provider, firm.payment_provider)),
        Fact("Last message", when(found.last_message)),
        Fact("Last look at open payments", when(found.last_sweep)),
        Fact("Messages that wait", waits, tone="warn" if found.waiting else ""),
        Fact("Payments in doubt", str(found.in_doubt), tone="warn" if found.in_doubt else ""),
    ]
