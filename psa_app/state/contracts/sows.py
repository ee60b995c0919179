"""The list of scopes, and the form that begins one; the list's parameters live in the address."""

from datetime import date
from typing import Any

import reflex as rx
from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, may, visible
from psa_app.display.forms import Option
from psa_app.display.frame import Tab
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Column, Pager, Row
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.models import Account, Firm, Sow
from psa_app.queries.contracts.listing import PAGE, ScopePage, ScopeRow, scope_page
from psa_app.queries.import_keys import RIGHT
from psa_app.queries.templates.listing import offers
from psa_app.rules import fields
from psa_app.services.contracts.inputs import Head
from psa_app.services.contracts.write import create_sow
from psa_app.services.templates.use_scope import make_scope_from_template
from psa_app.state.base import actor, allow, field_errors, form_values, opened, read, write

STATES = ("draft", "sent", "signed", "declined")
SORTS = ("number", "title", "client", "value", "starts", "state")
COLUMNS = [
    Column("title", "Scope", sortable=True),
    Column("client", "Client", sortable=True),
    Column("value", "Value", align="right", sortable=True),
    Column("starts", "Runs", sortable=True, phone="hide"),
    Column("state", "State", sortable=True, phone="side"),
]


class SowsState(rx.State):
    """One page of the list, and the dialog for a new scope."""

    rows: list[Row] = []
    pager: Pager = Pager()
    tabs: list[Tab] = []
    tab: str = ""
    q: str = ""
    sort: str = "number"
    descending: bool = True
    may_create: bool = False
    may_import: bool = False
    is_ready: bool = False
    form_open: bool = False
    form_key: int = 0
    clients: list[Option] = []
    client: str = ""
    client_name: str = ""
    answered: str = ""
    today: str = ""
    templates: list[Option] = []
    template: str = ""
    errors: dict[str, str] = {}

    @rx.event
    @allow("accounts.read")
    async def load(self) -> Any:
        """Loads the page that the address describes; `?new=1&client=7` opens the form."""
        asked = self.router.url.query_parameters
        self.q = str(asked.get("q", ""))[:100]
        state = str(asked.get("state", ""))
        self.tab = state if state in STATES else ""
        sort = str(asked.get("sort", "-number"))
        self.sort = sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "number"
        self.descending = sort.startswith("-")
        page = str(asked.get("page", "1"))
        self.may_create = may(actor(), "sows.change")
        self.may_import = self.may_create and may(actor(), RIGHT)
        await self._load(int(page) if page.isdecimal() and len(page) < 7 else 1)
        template = str(asked.get("template", ""))
        is_typed = self.form_open and template == self.template
        if asked.get("new") and self.may_create and not is_typed:
            self.template = template
            await self._open(str(asked.get("client", "")))
            return opened(self, "client", "template")
        return None

    async def _load(self, page: int) -> None:
        sort = ("-" if self.descending else "") + self.sort
        found = await read(
            lambda session, who: scope_page(
                session, who, search=self.q, status=self.tab, sort=sort, page=page
            )
        )
        self.rows = [_row(one) for one in found.rows]
        self.pager = Pager(found.page, found.pages, _range(found))
        everything = sum(found.by_status.values())
        self.tabs = [
            Tab("", "All", self._address(state=""), str(everything)),
            *(
                Tab(state, badge(state).text, self._address(state=state), str(found.by_status.get(state, 0)))
                for state in STATES
            ),
        ]
        self.is_ready = True

    def _address(self, **changes: Any) -> str:
        sort = ("-" if self.descending else "") + self.sort
        now: dict[str, Any] = {"q": self.q, "state": self.tab, "sort": "" if sort == "-number" else sort}
        return routes.with_query(routes.SOWS, **(now | changes))

    @rx.event
    @allow("accounts.read")
    def search(self, text: str) -> Any:
        """Searches by what was typed."""
        return rx.redirect(self._address(q=text[:100]), replace=True)

    @rx.event
    @allow("accounts.read")
    def on_sort(self, key: str) -> Any:
        """Sorts by a column, or turns its order round."""
        turned = key == self.sort and not self.descending
        return rx.redirect(self._address(sort=f"-{key}" if turned else key), replace=True)

    @rx.event
    @allow("accounts.read")
    def go(self, page: int) -> Any:
        """Turns to a page."""
        return rx.redirect(self._address(page=page if page > 1 else ""), replace=True)

    @rx.event
    @allow("sows.change")
    async def add(self) -> None:
        """Opens the form for a new scope."""
        self.template = ""
        await self._open("")

    async def _open(self, client: str) -> None:
        self.clients = await read(lambda session, who: _clients(session, who, ""))
        chosen = next((one for one in self.clients if one.value == client), None)
        if chosen is None and client.isdecimal() and len(client) < 16:
            named = await read(lambda session, who: _client(session, who, int(client)))
            chosen = named
        self.client, self.client_name = (chosen.value, chosen.label) if chosen else ("", "")
        offered = await read(lambda session, who: offers(session, who, "sow"))
        self.templates = [Option(str(key), f"{name} · {holds}") for key, name, holds in offered]
        zone = await read(lambda session, _: session.exec(select(Firm.time_zone)).first() or "UTC")
        self.today, self.answered, self.errors = clock.today(zone).isoformat(), "", {}
        self.form_key += 1
        self.form_open = True

    @rx.event
    @allow("sows.change")
    async def find(self, text: str) -> None:
        """Finds clients by name."""
        self.clients = await read(lambda session, who: _clients(session, who, text[:100]))
        self.answered = text

    @rx.event
    @allow("sows.change")
    async def create(self, data: dict[str, Any]) -> Any:
        """Begins the scope and opens its editor."""
        values = form_values(data, ("account_id", "title", "starts_on", "template"))
        try:
            if not values["account_id"]:
                raise Invalid("Choose the client.", "account_id")
            client = fields.whole(values["account_id"], "account_id")
            starts = fields.iso_date(values["starts_on"], "starts_on")
            sow = await write(lambda session, who: _begin(session, who, client, starts, values))
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.form_open = False
        return rx.redirect(routes.sow(int(sow.id or 0)))

    @rx.event
    @allow("sows.change")
    def close(self) -> None:
        """Closes the form."""
        self.form_open = False


def _begin(session: Session, who: Actor, client: int, starts: date, values: dict[str, str]) -> Sow:
    """A scope with its title alone, or with all that a template holds."""
    title = values["title"]
    if values["template"].isdecimal():
        template = int(values["template"])
        return make_scope_from_template(
            session, who, template, account_id=client, starts_on=starts, title=title
        )
    return create_sow(session, who, account_id=client, head=Head(title=title, starts_on=starts))


def _row(one: ScopeRow) -> Row:
    value = words.money(one.value, one.currency)
    if not one.has_end:
        value = f"{value} and more" if one.value else "open-ended"
    runs = f"from {words.day(one.starts_on)}"
    if one.ends_on:
        runs = words.day_range(one.starts_on, one.ends_on)
    word = badge(one.status)
    return Row(
        str(one.id),
        [
            Cell(one.title, sub=one.number, kind="strong"),
            Cell(one.account, href=routes.client(one.account_id)),
            Cell(value, align="right"),
            Cell(runs),
            Cell(word.text, kind="badge", tone=word.tone, icon=word.icon),
        ],
        href=routes.sow(one.id),
        name=f"{one.number} {one.title}",
    )


def _range(found: ScopePage) -> str:
    first = (found.page - 1) * PAGE + 1
    return f"{first}–{first + len(found.rows) - 1} of {found.total:,}" if found.rows else "None"


def _clients(session: Session, who: Actor, text: str) -> list[Option]:
    """Clients whose name holds the words, the first fifty."""
    where = [visible(who, Account), ~col(Account.is_archived)]
    where += [col(Account.name).icontains(word, autoescape=True) for word in text.split()[:6]]
    found = session.exec(select(Account).where(*where).order_by(Account.name).limit(50)).all()
    return [Option(str(one.id), one.name, one.city) for one in found]


def _client(session: Session, who: Actor, account_id: int) -> Option | None:
    found = session.exec(select(Account).where(visible(who, Account), Account.id == account_id)).first()
    return Option(str(found.id), found.name) if found else None
