"""The list of clients; search, filter, sort and page live in the address."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.access import may
from psa_app.display.frame import Tab
from psa_app.display.tables import Cell, Column, Pager, Row
from psa_app.formats import words
from psa_app.models.resource import Resource
from psa_app.queries.clients.listing import ClientPage, ClientRow, client_page
from psa_app.resources.clients import KINDS
from psa_app.state.base import actor, allow, opened, read
from psa_app.state.lowcode.form import RecordForm

NAMES = dict(KINDS)
SORTS = ("name", "city", "kind", "currency", "projects", "owed")


class ClientsState(RecordForm, rx.State):
    """One page of the list, and the form for a new client."""

    columns: list[Column] = []
    rows: list[Row] = []
    pager: Pager = Pager()
    tabs: list[Tab] = []
    tab: str = ""
    q: str = ""
    sort: str = "name"
    descending: bool = False
    may_create: bool = False
    files: list[str] = ["", ""]
    is_ready: bool = False

    @rx.event
    @allow("accounts.read")
    async def load(self) -> Any:
        """Loads the page that the address describes; `?new=1` opens the form."""
        asked = self.router.url.query_parameters
        self.q = str(asked.get("q", ""))[:100]
        self.tab = asked.get("kind", "") if asked.get("kind", "") in (*NAMES, "archived") else ""
        sort = str(asked.get("sort", "name"))
        self.descending = sort.startswith("-")
        self.sort = sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "name"
        page = str(asked.get("page", "1"))
        await self._load(int(page) if page.isdecimal() and len(page) < 7 else 1)
        if asked.get("new") and self.may_create and not self.form_open:
            await self._open()
            return opened(self)
        return None

    async def _load(self, page: int) -> None:
        who = actor()
        self.may_create = may(who, "accounts.change")
        found = await read(
            lambda session, actor: client_page(
                session,
                actor,
                search=self.q,
                kind="" if self.tab == "archived" else self.tab,
                archived=self.tab == "archived",
                sort=self.sort,
                descending=self.descending,
                page=page,
            )
        )
        sees_money = may(who, "invoices.read")
        self.columns = _columns(sees_money)
        self.rows = [_row(one) for one in found.rows]
        self.pager = Pager(found.page, found.pages, _range(found))
        self.tabs = [
            Tab("", "All", routes.CLIENTS),
            *(Tab(key, f"{label}s", f"{routes.CLIENTS}?kind={key}") for key, label in KINDS),
            Tab("archived", "Archived", f"{routes.CLIENTS}?kind=archived"),
        ]
        self.files = routes.export(
            "accounts",
            q=self.q,
            kind="" if self.tab == "archived" else self.tab,
            is_archived=str(self.tab == "archived").lower(),
        )
        self.is_ready = True

    @rx.event
    @allow("accounts.read")
    def search(self, text: str) -> Any:
        """Searches by what was typed."""
        return self._go(q=text[:100], page=1)

    @rx.event
    @allow("accounts.read")
    def on_sort(self, key: str) -> Any:
        """Sorts by a column, or turns its order round."""
        turned = key == self.sort and not self.descending
        return self._go(sort=f"-{key}" if turned else key, page=1)

    @rx.event
    @allow("accounts.read")
    def go(self, page: int) -> Any:
        """Turns to a page."""
        return self._go(page=page)

    def _go(self, **changes: Any) -> Any:
        now = {
            "q": self.q,
            "kind": self.tab,
            "sort": ("-" if self.descending else "") + self.sort,
            "page": self.pager.page,
        }
        wanted = now | changes
        if wanted["sort"] == "name":
            wanted["sort"] = ""
        if wanted["page"] == 1:
            wanted["page"] = ""
        return rx.redirect(routes.with_query(routes.CLIENTS, **wanted), replace=True)

    @rx.event
    @allow("accounts.change")
    async def add(self) -> None:
        """Opens the form for a new client."""
        await self._open()

    async def _open(self) -> None:
        await self._open_form("accounts")

    async def _saved(self, resource: Resource, record_id: int, *, new: bool) -> Any:  # noqa: ARG002
        return rx.redirect(routes.client(record_id))


def _columns(sees_money: bool) -> list[Column]:
    columns = [
        Column("name", "Client", sortable=True, fixed=True),
        Column("kind", "Kind", sortable=True, phone="side"),
        Column("contact", "Contact"),
        Column("projects", "Active projects", align="right", sortable=True),
    ]
    if sees_money:
        columns.append(Column("owed", "Open", align="right", sortable=True))
    return columns


def _row(one: ClientRow) -> Row:
    cells = [
        Cell(one.name, sub=", ".join(part for part in (one.city, one.country) if part), kind="strong"),
        Cell(NAMES.get(one.kind, one.kind)),
        Cell(one.contact or "–", kind="text" if one.contact else "muted"),
        Cell(str(one.projects), align="right"),
    ]
    if one.owed is not None:
        cells.append(
            Cell(words.money(one.owed, one.currency), align="right", kind="text" if one.owed else "muted")
        )
    return Row(str(one.id), cells, href=routes.client(one.id), name=one.name)


def _range(found: ClientPage) -> str:
    first = (found.page - 1) * 25 + 1
    return f"{first}–{first + len(found.rows) - 1} of {found.total:,}" if found.rows else "None"
