"""Settings → Payment service: how it does, what differs, what needs a person, what it paid out."""

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, select

from psa_app import routes
from psa_app.access import Actor, may
from psa_app.display.figures import Fact
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.firm.ready import to_go_live
from psa_app.queries.invoices.payments import ProviderHealth, provider_health
from psa_app.queries.invoices.provider import ProviderBook, provider_book
from psa_app.services.payments.reconcile import settle_finding
from psa_app.services.payments.standing import Standing, ask_standing
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write

NAMES = {"manual": "Bank transfer only", "sandbox": "The built-in sandbox", "stripe": "Stripe"}


class ProviderState(rx.State):
    """The page; `settling` is the difference that the dialog is about."""

    account: list[Fact] = []
    health: list[Fact] = []
    live: list[Fact] = []
    findings: list[Row] = []
    doubts: list[Row] = []
    payouts: list[Row] = []
    outcome: str = ""
    trouble: str = ""
    may_settle: bool = False
    settling: int = 0
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False

    @rx.event
    @allow("provider.read")
    async def load(self) -> None:
        """Loads what is kept here, and asks the payment service about the account."""
        who = actor()
        standing = await asyncio.to_thread(ask_standing, who)
        health, book, firm, lacks = await read(_found)
        zone = ZoneInfo(firm.time_zone)
        self.account, self.trouble = _account(standing), standing.trouble
        self.health = _health(health, book, zone)
        self.live = [
            Fact(one.what, "There" if one.is_there else one.todo, tone="ok" if one.is_there else "warn")
            for one in lacks
        ]
        self.findings = [
            Row(
                str(one.id),
                [Cell(one.sentence, sub=one.ref), Cell(words.moment(one.found_at, zone))],
                name=one.ref,
            )
            for one in book.findings
        ]
        self.doubts = [
            Row(
                str(one.id),
                [
                    Cell(one.client, sub=one.why),
                    Cell(words.money(one.amount, one.currency), align="right"),
                    Cell(badge(one.status).text, kind="badge", tone="warn"),
                ],
                href=routes.with_query(routes.PAYMENTS, view="review" if one.status == "review" else "open"),
                name=f"payment {one.id}",
            )
            for one in book.doubts
        ]
        self.payouts = _payouts(book)
        self.outcome = book.outcome
        self.may_settle = may(who, "payments.record")
        self.is_ready = True

    @rx.event
    @allow("payments.record")
    def ask(self, finding_id: int) -> None:
        """Asks how a difference was settled; 0 closes the question."""
        self.settling, self.errors = finding_id, {}
        self.form_key += 1

    @rx.event
    @allow("payments.record")
    async def settle(self, data: dict[str, Any]) -> Any:
        """Settles a difference, with a note."""
        note, finding_id = form_values(data, ("note",))["note"], self.settling
        try:
            await write(lambda session, who: settle_finding(session, who, finding_id, note=note))
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.settling = 0
        await say(self, "Settled and written down.")
        return ProviderState.load


def _found(session: Session, who: Actor) -> tuple[ProviderHealth, ProviderBook, Firm, Any]:
    firm = session.exec(select(Firm)).one()
    return provider_health(session, who), provider_book(session, who), firm, to_go_live(session, who)


def _account(one: Standing) -> list[Fact]:
    facts = [Fact("Clients pay by", NAMES.get(one.provider, one.provider))]
    if one.provider == "manual":
        return facts
    facts.append(
        Fact("Mode", "Test: no real money" if one.is_test else "Live", tone="warn" if one.is_test else "")
    )
    if one.trouble:
        return facts
    same = one.endpoint_version == one.our_version
    version = (
        one.our_version
        if same
        else f"{one.endpoint_version or 'none'}, this program speaks {one.our_version}"
    )
    events = "All that are read here" if not one.lacking_events else f"{one.lacking_events} are not sent"
    return [
        *facts,
        Fact("Account", f"{one.account} ({one.account_id})"),
        Fact("May charge", "Yes" if one.charges else "Not yet", tone="" if one.charges else "bad"),
        Fact("Messages go to", one.endpoint or "nowhere", tone="" if one.endpoint else "bad"),
        Fact("API version", version, tone="" if same else "warn"),
        Fact("Kinds of message", events, tone="warn" if one.lacking_events else ""),
    ]


def _health(found: ProviderHealth, book: ProviderBook, zone: ZoneInfo) -> list[Fact]:
    def when(at: datetime | None) -> str:
        return words.moment(at, zone) if at else "never"

    waits = f"{found.waiting}, since {when(found.oldest_waiting)}" if found.waiting else "none"
    fees = ", ".join(words.money(amount, currency) for currency, amount in book.fees)
    return [
        Fact("Last message", when(found.last_message)),
        Fact("Messages that wait", waits, tone="warn" if found.waiting else ""),
        Fact("Last look at open payments", when(found.last_sweep)),
        Fact("Books compared", when(book.compared_at)),
        Fact("Fees so far", fees or "none"),
    ]


def _payouts(book: ProviderBook) -> list[Row]:
    return [
        Row(
            one.ref,
            [
                Cell(words.day(one.arrives_on), sub=one.ref),
                Cell(words.money(one.amount, one.currency), align="right"),
                Cell(words.money(one.fees, one.currency), align="right"),
                Cell(str(one.lines), align="right"),
                Cell(badge(one.state).text, kind="badge", tone=badge(one.state).tone),
            ],
            name=one.ref,
        )
        for one in book.payouts
    ]
