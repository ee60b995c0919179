"""What was sold to a client, is worked on and was billed: the tables of its page."""

from datetime import date

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.figures import Fact
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Column, Row
from psa_app.formats import words
from psa_app.queries.clients.parts import (
    AgreementRow,
    InvoiceRow,
    PaymentRow,
    ProjectRow,
    SowRow,
    agreements_of,
    chances_of,
    invoices_of,
    payments_of,
    projects_of,
    quotes_of,
    sows_of,
)
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.queries.invoices.deposits import client_deposits
from psa_app.queries.quotes.listing import QuoteRow
from psa_app.queries.sales.rows import Chance
from psa_app.rules.scopes import agreement_state, notice_on
from psa_app.state.base import read, show
from psa_app.state.invoices.deposits import open_facts
from psa_app.state.invoices.invoice_words import WAYS

CHANCES = [
    Column("title", "Opportunity"),
    Column("stage", "Stage", phone="side"),
    Column("expected", "Expected"),
    Column("amount", "Amount", align="right"),
    Column("percent", "Probability", align="right"),
    Column("owner", "Owner", phone="hide"),
]
QUOTES = [
    Column("title", "Quote"),
    Column("until", "Open until"),
    Column("net", "Net", align="right"),
    Column("state", "State", phone="side"),
]
SOWS = [
    Column("title", "Scope"),
    Column("from", "From"),
    Column("to", "To"),
    Column("state", "State", phone="side"),
]
AGREEMENTS = [
    Column("title", "Agreement"),
    Column("runs", "Runs"),
    Column("notice", "Notice until", phone="hide"),
    Column("scopes", "Scopes", align="right", phone="hide"),
    Column("state", "State", phone="side"),
]
PROJECTS = [
    Column("name", "Project"),
    Column("lead", "Lead"),
    Column("ends", "Ends"),
    Column("state", "State", phone="side"),
]
INVOICES = [
    Column("number", "Number"),
    Column("issued", "Issued"),
    Column("due", "Due"),
    Column("total", "Total", align="right"),
    Column("open", "Open", align="right"),
    Column("state", "State", phone="side"),
]
PAYMENTS = [
    Column("day", "Received"),
    Column("method", "How"),
    Column("for", "For"),
    Column("amount", "Amount", align="right"),
    Column("state", "State", phone="side"),
]


class ClientTables(rx.State):
    """The rows of the tab that is open; the others are empty."""

    chances: list[Row] = []
    quotes: list[Row] = []
    sows: list[Row] = []
    agreements: list[Row] = []
    projects: list[Row] = []
    invoices: list[Row] = []
    payments: list[Row] = []
    deposits: list[Fact] = []
    is_ready: bool = False
    _client: int = 0

    async def _load(self, client_id: int, tab: str) -> None:
        if client_id != self._client:
            self.reset()  # type: ignore[no-untyped-call]
            self._client = client_id
        if tab == "sales":
            await self._sales(client_id)
        elif tab == "work":
            await self._work(client_id)
        elif tab == "money":
            await self._money(client_id)
        self.is_ready = True

    async def _sales(self, client_id: int) -> None:
        def both(session: Session, who: Actor) -> tuple[FirmFacts, list[Chance], tuple[QuoteRow, ...]]:
            found = chances_of(session, who, client_id), quotes_of(session, who, client_id)
            return firm_facts(session), *found

        facts, chances, quotes = await read(both)
        show(
            self,
            chances=[_chance(one, facts) for one in chances],
            quotes=[_quote(one, facts) for one in quotes],
        )

    async def _work(self, client_id: int) -> None:
        def all_of(session: Session, who: Actor) -> dict[str, list[Row]]:
            today = firm_facts(session).today
            return {
                "agreements": [_agreement(one, today) for one in agreements_of(session, who, client_id)],
                "sows": [_sow(one) for one in sows_of(session, who, client_id)],
                "projects": [_project(one) for one in projects_of(session, who, client_id)],
            }

        show(self, **await read(all_of))

    async def _money(self, client_id: int) -> None:
        def both(
            session: Session, who: Actor
        ) -> tuple[FirmFacts, tuple[InvoiceRow, ...], tuple[PaymentRow, ...]]:
            found = invoices_of(session, who, client_id), payments_of(session, who, client_id)
            return firm_facts(session), *found

        facts, invoices, payments = await read(both)
        found = await read(lambda session, who: client_deposits(session, who, client_id))
        show(
            self,
            invoices=[_invoice(one, facts) for one in invoices],
            payments=[_payment(one, facts) for one in payments],
            deposits=open_facts(found),
        )


def _day(value: date | None) -> str:
    return words.day(value) if value else words.MISSING


def _badge(state: str) -> Cell:
    word = badge(state)
    return Cell(word.text, kind="badge", tone=word.tone, icon=word.icon)


def _chance(one: Chance, facts: FirmFacts) -> Row:
    tone = {"won": "ok", "lost": "wait"}.get(one.outcome, "accent")
    is_open = one.outcome == "open"
    late = is_open and one.expected_on is not None and one.expected_on < facts.today
    return Row(
        str(one.id),
        [
            Cell(one.title, kind="strong"),
            Cell(one.stage, kind="badge", tone=tone),
            Cell(_day(one.expected_on if is_open else None), kind="bad" if late else "text"),
            Cell(words.money_whole(one.amount, one.currency, facts.locale), align="right"),
            Cell(f"{one.percent}{words.NARROW_SPACE}%", align="right"),
            Cell(one.owner or words.MISSING),
        ],
        href=routes.opportunity(one.id),
        name=one.title,
    )


def _quote(one: QuoteRow, facts: FirmFacts) -> Row:
    version = f"version {one.version}" if one.version > 1 else ""
    sub = " · ".join(part for part in (one.number, version) if part)
    return Row(
        str(one.id),
        [
            Cell(one.title, sub=sub, kind="strong"),
            Cell(_day(one.valid_until)),
            Cell(words.money(one.net, one.currency, facts.locale), align="right"),
            _badge(one.status),
        ],
        href=routes.quote(one.id),
        name=one.title,
    )


def _sow(one: SowRow) -> Row:
    return Row(
        str(one.id),
        [
            Cell(one.title, sub=one.number, kind="strong"),
            Cell(words.day(one.starts_on)),
            Cell(_day(one.ends_on)),
            _badge(one.status),
        ],
        href=routes.sow(one.id),
        name=one.title,
    )


def _agreement(one: AgreementRow, today: date) -> Row:
    row = one.row
    state = agreement_state(row.ends_on, row.notice_days, today)
    word, tone = {"": ("In force", "ok"), "over": ("Ended", "bad")}.get(state, ("Ends soon", "warn"))
    if row.is_archived or row.signed_on is None:
        word, tone = ("Archived" if row.is_archived else "Not signed"), "wait"
    starts = row.starts_on or row.signed_on
    runs = [f"from {words.day(starts)}"] if starts else []
    runs += [f"until {words.day(row.ends_on)}"] if row.ends_on else []
    if starts and row.ends_on:
        runs = [words.day_range(starts, row.ends_on)]
    last = notice_on(row.ends_on, row.notice_days) if row.ends_on and row.notice_days else None
    return Row(
        str(row.id),
        [
            Cell(row.title, sub=row.number, kind="strong"),
            Cell(" ".join(runs) or words.MISSING),
            Cell(_day(last)),
            Cell(str(one.scopes) if one.scopes else words.MISSING, align="right"),
            Cell(word, kind="badge", tone=tone),
        ],
        href=routes.record("agreements", int(row.id or 0)),
        name=row.title,
    )


def _project(one: ProjectRow) -> Row:
    return Row(
        str(one.id),
        [
            Cell(one.name, kind="strong"),
            Cell(one.lead or words.MISSING),
            Cell(_day(one.ends_on)),
            _badge(one.status),
        ],
        href=routes.project(one.id),
        name=one.name,
    )


def _invoice(one: InvoiceRow, facts: FirmFacts) -> Row:
    state = one.status
    if one.status == "issued":
        overdue = one.due_on is not None and one.due_on < facts.today
        open_state = "overdue" if overdue else "partly_paid" if one.open < one.total else "issued"
        state = open_state if one.open > 0 else "paid"
    rest = words.money(one.open, one.currency, facts.locale) if one.open else words.MISSING
    return Row(
        str(one.id),
        [
            Cell(one.number or "Draft", kind="strong"),
            Cell(_day(one.issued_on)),
            Cell(_day(one.due_on)),
            Cell(words.money(one.total, one.currency, facts.locale), align="right"),
            Cell(rest, align="right", kind="text" if one.open else "muted"),
            _badge(state),
        ],
        href=routes.invoice(one.id),
        name=one.number or "Draft",
    )


def _payment(one: PaymentRow, facts: FirmFacts) -> Row:
    return Row(
        str(one.id),
        [
            Cell(_day(one.received_on), kind="strong"),
            Cell(WAYS.get(one.method, one.method) or words.MISSING),
            Cell(one.invoice or one.reference or words.MISSING),
            Cell(words.money(one.received or one.amount, one.currency, facts.locale), align="right"),
            _badge(one.status),
        ],
        href=routes.invoice(one.invoice_id) if one.invoice_id else "",
        name=one.invoice or one.reference,
    )
