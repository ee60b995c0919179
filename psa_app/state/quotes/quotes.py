"""The list of quotes, and the form that begins one; the list's parameters live in the address."""

from typing import Any

import reflex as rx

from psa_app import clock, routes
from psa_app.access import may
from psa_app.display.forms import Option
from psa_app.display.frame import Tab
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Column, Pager, Row
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.queries.quotes.listing import PAGE, SORTS, QuotePage, QuoteRow, quote_page
from psa_app.rules import fields
from psa_app.services.quotes.inputs import QuoteHead
from psa_app.services.quotes.write import create_quote
from psa_app.state.base import actor, allow, field_errors, form_values, opened, read, write
from psa_app.state.contracts.sows import _client, _clients

STATES = ("draft", "sent", "accepted", "declined", "expired", "superseded")
SOON = 3  # days: what ends within them is marked
COLUMNS = [
    Column("title", "Quote", sortable=True),
    Column("client", "Client", sortable=True),
    Column("net", "Net", align="right", sortable=True),
    Column("until", "Open until", sortable=True),
    Column("state", "State", sortable=True, phone="side"),
]


class QuotesState(rx.State):
    """One page of the list, and the dialog for a new quote."""

    rows: list[Row] = []
    totals: list[Cell] = []
    pager: Pager = Pager()
    tabs: list[Tab] = []
    tab: str = ""
    q: str = ""
    sort: str = "number"
    descending: bool = True
    files: list[str] = []
    may_create: bool = False
    is_ready: bool = False
    form_open: bool = False
    form_key: int = 0
    clients: list[Option] = []
    client: str = ""
    client_name: str = ""
    answered: str = ""
    errors: dict[str, str] = {}

    @rx.event
    @allow("quotes.change")
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
        self.may_create = may(actor(), "quotes.change")
        await self._load(int(page) if page.isdecimal() and len(page) < 7 else 1)
        if asked.get("new") and self.may_create and not self.form_open:
            await self._open(str(asked.get("client", "")))
            return opened(self, "client")
        return None

    async def _load(self, page: int) -> None:
        sort = ("-" if self.descending else "") + self.sort
        q, tab = self.q, self.tab
        found = await read(
            lambda session, who: quote_page(session, who, search=q, status=tab, sort=sort, page=page)
        )
        self.rows = [_row(one) for one in found.rows]
        self.totals = _totals(found)
        self.pager = Pager(found.page, found.pages, _range(found))
        everything = sum(found.by_status.values())
        self.tabs = [
            Tab("", "All", self._address(state=""), str(everything)),
            *(
                Tab(state, badge(state).text, self._address(state=state), str(found.by_status.get(state, 0)))
                for state in STATES
            ),
        ]
        narrowed = {"q": self.q} | ({"status": self.tab} if self.tab else {})
        self.files = routes.export("quotes", **narrowed)
        self.is_ready = True

    def _address(self, **changes: Any) -> str:
        sort = ("-" if self.descending else "") + self.sort
        now: dict[str, Any] = {"q": self.q, "state": self.tab, "sort": "" if sort == "-number" else sort}
        return routes.with_query(routes.QUOTES, **(now | changes))

    @rx.event
    @allow("quotes.change")
    def search(self, text: str) -> Any:
        """Searches by what was typed."""
        return rx.redirect(self._address(q=text[:100]), replace=True)

    @rx.event
    @allow("quotes.change")
    def on_sort(self, key: str) -> Any:
        """Sorts by a column, or turns its order round."""
        turned = key == self.sort and not self.descending
        return rx.redirect(self._address(sort=f"-{key}" if turned else key), replace=True)

    @rx.event
    @allow("quotes.change")
    def go(self, page: int) -> Any:
        """Turns to a page."""
        return rx.redirect(self._address(page=page if page > 1 else ""), replace=True)

    @rx.event
    @allow("quotes.change")
    async def add(self) -> None:
        """Opens the form for a new quote."""
        await self._open("")

    async def _open(self, client: str) -> None:
        self.clients = await read(lambda session, who: _clients(session, who, ""))
        chosen = next((one for one in self.clients if one.value == client), None)
        if chosen is None and client.isdecimal() and len(client) < 16:
            chosen = await read(lambda session, who: _client(session, who, int(client)))
        self.client, self.client_name = (chosen.value, chosen.label) if chosen else ("", "")
        self.answered, self.errors = "", {}
        self.form_key += 1
        self.form_open = True

    @rx.event
    @allow("quotes.change")
    async def find(self, text: str) -> None:
        """Finds clients by name."""
        self.clients = await read(lambda session, who: _clients(session, who, text[:100]))
        self.answered = text

    @rx.event
    @allow("quotes.change")
    async def create(self, data: dict[str, Any]) -> Any:
        """Begins the quote and opens its editor."""
        values = form_values(data, ("account_id", "title"))
        try:
            if not values["account_id"]:
                raise Invalid("Choose the client.", "account_id")
            client = fields.whole(values["account_id"], "account_id")
            head = QuoteHead(title=values["title"])
            quote = await write(lambda session, who: create_quote(session, who, account_id=client, head=head))
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.form_open = False
        return rx.redirect(routes.quote(int(quote.id or 0)))

    @rx.event
    @allow("quotes.change")
    def close(self) -> None:
        """Closes the form."""
        self.form_open = False


def _row(one: QuoteRow) -> Row:
    word = badge(one.status)
    version = f"version {one.version}" if one.version > 1 else ""
    asks = f"{one.waiting} to answer" if one.waiting else ""
    sub = " · ".join(part for part in (one.number, version, asks) if part)
    left = (one.valid_until - clock.now().date()).days if one.valid_until else SOON + 1
    soon = one.status == "sent" and left <= SOON
    return Row(
        str(one.id),
        [
            Cell(one.title, sub=sub, kind="strong"),
            Cell(one.account, href=routes.client(one.account_id)),
            Cell(words.money(one.net, one.currency), align="right"),
            Cell(words.day(one.valid_until) if one.valid_until else "–", kind="warn" if soon else "text"),
            Cell(word.text, kind="badge", tone=word.tone, icon=word.icon),
        ],
        href=routes.quote(one.id),
        name=f"{one.number} {one.title}",
    )


def _totals(found: QuotePage) -> list[Cell]:
    if not found.sums:
        return []
    sums = " · ".join(words.money(amount, currency) for currency, amount in found.sums)
    return [
        Cell("All, without replaced versions" if "superseded" in found.by_status else "All of them"),
        Cell(),
        Cell(sums, align="right"),
        Cell(),
        Cell(),
    ]


def _range(found: QuotePage) -> str:
    first = (found.page - 1) * PAGE + 1
    return f"{first}–{first + len(found.rows) - 1} of {found.total:,}" if found.rows else "None"
