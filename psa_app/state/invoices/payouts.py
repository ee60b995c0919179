"""Payouts of the payment service: the list, and what one holds."""

from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, select

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.figures import Fact
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Column, Pager, Row
from psa_app.errors import NotFound
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.invoices.payouts import (
    Held,
    PayoutLine,
    PayoutsPage,
    payout_one,
    payouts_page,
)
from psa_app.state.base import allow, read
from psa_app.state.contracts.sow import id_in

COLUMNS = [
    Column("day", "Paid out", width="130px"),
    Column("payments", "Payments", align="right", phone="hide"),
    Column("refunds", "Refunds", align="right", phone="hide"),
    Column("disputes", "Disputes", align="right", phone="hide"),
    Column("fees", "Fees", align="right", phone="hide"),
    Column("amount", "To the bank", align="right"),
    Column("bank", "At the bank", phone="side", width="150px"),
]
HELD = [
    Column("what", "What"),
    Column("day", "Day", phone="hide", width="110px"),
    Column("amount", "Amount", align="right", phone="hide", width="110px"),
    Column("fee", "Fee", align="right", phone="hide", width="90px"),
    Column("net", "Net", align="right", width="110px"),
]
WORDS = {
    "charge": "Payment",
    "payment": "Payment",
    "payment_refund": "Refund",
    "refund_failure": "Refund that failed",
    "adjustment": "Dispute",
    "stripe_fee": "Fee of the account",
}


class PayoutsState(rx.State):
    """The list."""

    rows: list[Row] = []
    pager: Pager = Pager()
    waiting: list[Fact] = []
    is_ready: bool = False

    @rx.event
    @allow("provider.read")
    async def load(self) -> None:
        """Loads the page that the address names."""
        page = str(self.router.url.query_parameters.get("page", "1"))
        wanted = int(page) if page.isdecimal() and len(page) < 7 else 1
        found, zone = await read(lambda session, who: _page(session, who, wanted))
        self.rows = [_row(one, zone) for one in found.rows]
        first = (found.page - 1) * 25 + 1
        told = f"{first}–{first + len(found.rows) - 1} of {found.total:,}" if found.rows else "None"
        self.pager = Pager(found.page, found.pages, told)
        self.waiting = [
            Fact("Held at the payment service", words.money(amount, currency))
            for currency, amount in found.waiting
        ]
        self.is_ready = True

    @rx.event
    @allow("provider.read")
    def go(self, page: int) -> Any:
        """Turns to a page."""
        return rx.redirect(
            routes.with_query(routes.PAYOUTS, page=page if page > 1 else ""),
            replace=True,
        )


class PayoutState(rx.State):
    """The payout that the address names."""

    name: str = ""
    word: str = ""
    tone: str = ""
    facts: list[Fact] = []
    rows: list[Row] = []
    is_ready: bool = False
    is_missing: bool = False

    @rx.event
    @allow("provider.read")
    async def load(self) -> None:
        """Loads the payout."""
        try:
            payout_id = id_in(str(self.router.url.path))
            found, held, zone = await read(lambda session, who: _one(session, who, payout_id))
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.name = True, "Payout"
            return
        state = badge(found.state)
        self.name = f"Payout of {words.day(found.at.astimezone(zone).date())}"
        self.word, self.tone = state.text, state.tone
        self.facts = _facts(found)
        self.rows = [_held(one, found.currency, zone) for one in held]
        self.is_ready, self.is_missing = True, False


def _zone(session: Session) -> ZoneInfo:
    return ZoneInfo(session.exec(select(Firm.time_zone)).one())


def _page(session: Session, who: Actor, page: int) -> tuple[PayoutsPage, ZoneInfo]:
    return payouts_page(session, who, page), _zone(session)


def _one(session: Session, who: Actor, payout_id: int) -> tuple[PayoutLine, tuple[Held, ...], ZoneInfo]:
    return *payout_one(session, who, payout_id), _zone(session)


def _part(one: PayoutLine, name: str) -> Cell:
    amount = one.parts.get(name, 0)
    shown = -amount if name == "fees" else amount
    if not amount:
        return Cell("–", align="right", kind="muted")
    return Cell(words.money(shown, one.currency), align="right")


def _row(one: PayoutLine, zone: ZoneInfo) -> Row:
    state = badge(one.state)
    if one.in_bank:
        bank = Cell(words.day(one.in_bank), kind="badge", tone="ok", icon="check")
    elif one.state in ("failed", "canceled"):
        bank = Cell(state.text, kind="badge", tone=state.tone)
    else:
        bank = Cell("No line yet", kind="badge", tone="wait", tip=f"Expected {words.day(one.arrives_on)}")
    cells = [
        Cell(words.day(one.at.astimezone(zone).date()), kind="strong"),
        *(_part(one, name) for name in ("payments", "refunds", "disputes", "fees")),
        Cell(words.money(one.amount, one.currency), align="right", kind="strong"),
        bank,
    ]
    return Row(str(one.id), cells, href=routes.payout(one.id), name=one.ref)


def _facts(one: PayoutLine) -> list[Fact]:
    labels = {
        "payments": "Payments",
        "refunds": "Refunds",
        "disputes": "Disputes",
        "other": "Other",
        "fees": "Fees",
    }
    facts = [
        Fact(label, words.money(-one.parts[name] if name == "fees" else one.parts[name], one.currency))
        for name, label in labels.items()
        if one.parts.get(name)
    ]
    facts.append(Fact("To the bank", words.money(one.amount, one.currency), tone="strong"))
    if one.gap:
        facts.append(Fact("Not explained", words.money(one.gap, one.currency), tone="bad"))
    facts.append(Fact("Expected", words.day(one.arrives_on)))
    if one.in_bank:
        facts.append(Fact("On the statement", words.day(one.in_bank), tone="ok"))
    else:
        facts.append(Fact("On the statement", "Not yet", tone="muted"))
    facts.append(Fact("Number there", one.ref, tone="muted"))
    return facts


def _held(one: Held, currency: str, zone: ZoneInfo) -> Row:
    word = WORDS.get(one.kind, one.kind.replace("_", " ").capitalize())
    about = " · ".join(filter(None, (one.invoice, one.client))) or one.ref
    cells = [
        Cell(word, sub=about),
        Cell(words.day(one.at.astimezone(zone).date())),
        Cell(words.money(one.amount, currency), align="right"),
        Cell(words.money(-one.fee, currency) if one.fee else "–", align="right"),
        Cell(words.money(one.net, currency), align="right", kind="strong"),
    ]
    href = routes.invoice(one.invoice_id) if one.invoice_id else ""
    return Row(one.ref, cells, href=href, name=f"{word} {about}")
