"""The list of clients; search, filter, sort and page live in the address."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.access import may
from psa_app.display.forms import Option
from psa_app.display.frame import Tab
from psa_app.display.tables import Cell, Column, Pager, Row
from psa_app.errors import Invalid
from psa_app.formats import words
from psa_app.models.resource import Resource
from psa_app.queries.clients.duplicates import Twin, twins
from psa_app.queries.clients.listing import ClientPage, ClientRow, client_page
from psa_app.queries.clients.one import account_owners
from psa_app.resources.clients import KINDS, TIERS
from psa_app.rules.activities import KINDS as ACTIVITY_KINDS
from psa_app.state.base import actor, allow, opened, read
from psa_app.state.clients.activity_form import ActivityForm
from psa_app.state.clients.client_words import KIND_TONES
from psa_app.state.lowcode.form import RecordForm

NAMES = dict(KINDS)
COMPARED = ("name", "legal_name", "website", "email", "vat_id")  # with what there is, before one is made
SORTS = ("name", "city", "kind", "tier", "owner", "currency", "projects", "owed")
NARROWED = ("tier", "owner")


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
    tier: str = ""
    owner: str = ""
    owners: list[Option] = []
    may_create: bool = False
    may_merge: bool = False
    files: list[str] = ["", ""]
    is_ready: bool = False
    _warned: str = ""  # the name for which a twin was named

    @rx.event
    @allow("accounts.read")
    async def load(self) -> Any:
        """Loads the page that the address describes; `?new=1` opens the form, `?log=call` another."""
        asked = self.router.url.query_parameters
        self.q = str(asked.get("q", ""))[:100]
        self.tab = asked.get("kind", "") if asked.get("kind", "") in (*NAMES, "archived") else ""
        tier, owner = str(asked.get("tier", "")), str(asked.get("owner", ""))
        self.tier = tier if tier in dict(TIERS) else ""
        self.owner = owner if owner.isascii() and owner.isdecimal() and len(owner) < 10 else ""
        sort = str(asked.get("sort", "name"))
        self.descending = sort.startswith("-")
        self.sort = sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "name"
        page = str(asked.get("page", "1"))
        await self._load(int(page) if page.isdecimal() and len(page) < 7 else 1)
        if asked.get("new") and self.may_create and not self.form_open:
            await self._open()
            return opened(self)
        if asked.get("log") in dict(ACTIVITY_KINDS) and may(actor(), "activities.change"):
            await (await self.get_state(ClientsLog))._open(str(asked["log"]))
            return opened(self, "log")
        return None

    async def _load(self, page: int) -> None:
        who = actor()
        self.may_create, self.may_merge = may(who, "accounts.change"), may(who, "accounts.merge")
        archived = self.tab == "archived"
        asked: dict[str, Any] = {
            "search": self.q,
            "kind": "" if archived else self.tab,
            "archived": archived,
            "tier": self.tier,
            "owner_id": int(self.owner) if self.owner else None,
            "sort": self.sort,
            "descending": self.descending,
            "page": page,
        }
        found, people = await read(lambda s, a: (client_page(s, a, **asked), account_owners(s, a)))
        self.owners = [Option(str(key), name) for key, name in people]
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
            kind="" if archived else self.tab,
            is_archived=str(archived).lower(),
            tier=self.tier,
            owner_id=self.owner,
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

    @rx.event
    @allow("accounts.read")
    def narrow(self, key: str, value: str) -> Any:
        """Sets one filter; the list begins at its top again."""
        if key not in NARROWED:
            raise Invalid("There is no such filter.")
        return self._go(**{key: value[:20]}, page=1)

    def _go(self, **changes: Any) -> Any:
        now = {
            "q": self.q,
            "kind": self.tab,
            "tier": self.tier,
            "owner": self.owner,
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
        self._warned = ""
        await self._open_form("accounts")

    async def _doubts(self, raw: dict[str, Any]) -> dict[str, str]:
        typed: dict[str, Any] = {name: str(raw.get(name, "")) for name in COMPARED}
        if self._warned == typed["name"]:
            return {}
        likely = await read(lambda session, who: twins(session, who, **typed))
        if not likely:
            return {}
        self._warned = typed["name"]
        return {"form": _looks_like(likely[0])}

    async def _saved(self, resource: Resource, record_id: int, *, new: bool) -> Any:  # noqa: ARG002
        return rx.redirect(routes.client(record_id))


class ClientsLog(ActivityForm, rx.State):
    """The form of an activity, with the client chosen in it."""


def _looks_like(twin: Twin) -> str:
    why = ", ".join(twin.reasons)
    return f"This looks like {twin.name} ({why}). Open that one, or save again if it is another."


def _columns(sees_money: bool) -> list[Column]:
    columns = [
        Column("name", "Client", sortable=True, fixed=True),
        Column("kind", "Kind", sortable=True, phone="side"),
        Column("tier", "Tier", sortable=True, phone="hide"),
        Column("owner", "Owner", sortable=True),
        Column("contact", "Contact", phone="hide"),
        Column("projects", "Active projects", align="right", sortable=True),
    ]
    if sees_money:
        columns.append(Column("owed", "Open", align="right", sortable=True))
    return columns


def _row(one: ClientRow) -> Row:
    cells = [
        Cell(one.name, sub=", ".join(part for part in (one.city, one.country) if part), kind="strong"),
        Cell(NAMES.get(one.kind, one.kind), kind="badge", tone=KIND_TONES.get(one.kind, "wait")),
        Cell(one.tier.upper() or "–", kind="text" if one.tier else "muted"),
        Cell(one.owner or "–", kind="text" if one.owner else "muted"),
        Cell(one.contact or "–", kind="text" if one.contact else "muted"),
        Cell(str(one.projects), align="right", kind="text" if one.projects else "muted"),
    ]
    if one.owed is not None:
        cells.append(
            Cell(
                words.money(one.owed, one.currency) if one.owed else "–",
                align="right",
                kind="text" if one.owed else "muted",
            )
        )
    return Row(str(one.id), cells, href=routes.client(one.id), name=one.name)


def _range(found: ClientPage) -> str:
    first = (found.page - 1) * 25 + 1
    return f"{first}–{first + len(found.rows) - 1} of {found.total:,}" if found.rows else "None"
