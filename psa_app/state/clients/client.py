"""One client: its head, the overview, its people; and the dialogs that change it."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Act, Actor, fetch, may
from psa_app.display.figures import Fact, Kpi
from psa_app.display.frame import Tab
from psa_app.display.story import Part, TodoLine, Way
from psa_app.errors import NotFound
from psa_app.models import AccountTaxNumber
from psa_app.models import Contact as ContactModel
from psa_app.models.resource import Resource
from psa_app.queries.clients.activities import Todo, open_todos
from psa_app.queries.clients.contact_twins import ContactPair, contact_pairs
from psa_app.queries.clients.duplicates import Twin, twins_of
from psa_app.queries.clients.figures import Figures, client_figures
from psa_app.queries.clients.one import (
    Client,
    ContactRow,
    addresses_of,
    contacts_of,
    numbers_of,
    one_client,
)
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.rules import fields
from psa_app.services.clients import parts  # noqa: F401 - declares how they are taken back
from psa_app.services.clients.activities import complete_activity, delete_activity, reopen_activity
from psa_app.services.identity.users import invite_user
from psa_app.state.base import actor, allow, read, say, show, write
from psa_app.state.clients.activity_form import ActivityForm
from psa_app.state.clients.client_story import todo_lines
from psa_app.state.clients.client_tables import ClientTables
from psa_app.state.clients.client_words import (
    KIND_TONES,
    KIND_WORDS,
    about_facts,
    address_part,
    billing_facts,
    contact_part,
    figures_of,
    number_part,
    ways,
)
from psa_app.state.contracts.sow import id_in
from psa_app.state.lowcode.form import RecordForm
from psa_app.state.lowcode.record_panel import removal
from psa_app.state.own_facts import own_facts
from psa_app.state.time.client_timeline import ClientTimeline

TABS = ("overview", "timeline", "contacts", "sales", "work", "money")
PARTS = ("contacts", "addresses", "account_numbers", "agreements")


@dataclass(frozen=True)
class _Found:
    client: Client
    facts: FirmFacts
    contacts: tuple[ContactRow, ...]
    addresses: list[Part]
    numbers: list[AccountTaxNumber]
    own: list[Fact]
    figures: Figures
    todos: list[Todo]
    twins: list[Twin]
    people: list[ContactPair]


class ClientState(rx.State):
    """What the page shows of the client that the address names."""

    client_name: str = ""
    kind: str = ""
    tone: str = ""
    tier: str = ""
    owner: str = ""
    parent: str = ""
    parent_href: str = ""
    merged_into: str = ""
    merged_href: str = ""
    twin: str = ""  # a sentence about another client that looks like this one
    twin_href: str = ""
    people_twin: str = ""  # and about two of its contacts
    people_twin_href: str = ""
    ways: list[Way] = []  # its website and mail address
    tabs: list[Tab] = []
    tab: str = "overview"
    kpis: list[Kpi] = []
    about: list[Fact] = []
    billing: list[Fact] = []
    notes: str = ""
    contacts: list[Part] = []
    addresses: list[Part] = []
    numbers: list[Part] = []
    todos: list[TodoLine] = []
    sees_money: bool = False
    may_change: bool = False
    may_change_contacts: bool = False
    may_merge_contacts: bool = False
    may_log: bool = False
    may_agree: bool = False
    asking: str = ""  # what is asked about before it is removed
    timeline_href: str = ""
    new_chance: str = ""
    new_quote: str = ""
    new_sow: str = ""
    new_draft: str = ""
    all_invoices: str = ""
    client_id: int = 0
    may_draft: bool = False
    is_missing: bool = False
    is_ready: bool = False
    _client: int = 0
    _removing: tuple[str, int] = ("", 0)

    @rx.event
    @allow("accounts.read")
    async def load(self) -> None:
        """Loads the client, and what the tab in the address shows."""
        try:
            client_id = id_in(str(self.router.url.path))
            if client_id != self._client:
                self.reset()  # type: ignore[no-untyped-call]
                self._client = client_id
            tab = str(self.router.url.query_parameters.get("tab", ""))
            self.tab = tab if tab in TABS else "overview"
            await self._load()
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.client_name = True, "Client"

    async def _load(self) -> None:
        client_id, who = self._client, actor()
        found = await read(lambda session, actor: _read(session, actor, client_id))
        if self.tab == "money" and not may(who, "invoices.read"):
            self.tab = "overview"
        self._head(found, who)
        self._overview(found, who)
        if self.tab in ("overview", "timeline"):
            story = await self.get_state(ClientTimeline)
            await story._load(client_id, str(self.router.url.query_parameters.get("show", "")))
        else:
            tables = await self.get_state(ClientTables)
            await tables._load(client_id, self.tab)
        self.is_ready, self.is_missing = True, False

    def _head(self, found: _Found, who: Actor) -> None:
        account, parent, merged = found.client.account, found.client.parent, found.client.merged_into
        is_live = merged is None
        twin = found.twins[0] if found.twins and is_live else None
        show(
            self,
            client_name=account.name,
            kind="Archived" if account.is_archived else KIND_WORDS.get(account.kind, account.kind),
            tone="wait" if account.is_archived else KIND_TONES.get(account.kind, "wait"),
            tier=account.tier.upper(),
            owner=found.client.owner,
            ways=ways(website=account.website, email=account.email),
            parent=parent[1] if parent else "",
            parent_href=routes.client(parent[0]) if parent else "",
            merged_into=merged[1] if merged else "",
            merged_href=routes.client(merged[0]) if merged else "",
            twin=f"{twin.name} looks like this client: {', '.join(twin.reasons)}." if twin else "",
            twin_href=routes.compare_clients(self._client, twin.id) if twin else "",
            **_people_twin(found.people if is_live else []),
            tabs=_tabs(self._client, who, len(found.contacts)),
            sees_money=may(who, "invoices.read"),
            may_change=may(who, "accounts.change") and is_live,
            may_change_contacts=may(who, "contacts.change") and is_live,
            may_merge_contacts=may(who, "accounts.merge") and is_live and len(found.contacts) > 1,
            may_log=may(who, "activities.change") and is_live,
            may_agree=may(who, "agreements.change") and is_live,
            timeline_href=f"{routes.client(self._client)}?tab=timeline",
            all_invoices=routes.with_query(routes.INVOICES, client=self._client),
            client_id=self._client,
            may_draft=may(who, "invoices.draft") and is_live,
            **_ways(self._client, who),
        )

    def _overview(self, found: _Found, who: Actor) -> None:
        account, facts = found.client.account, found.facts
        show(
            self,
            kpis=figures_of(found.figures, self._client, account.currency, facts),
            about=about_facts(found.client, found.own),
            billing=billing_facts(found.client, found.contacts, found.numbers),
            notes=account.notes,
            contacts=[contact_part(one, may(who, "users.change")) for one in found.contacts],
            addresses=found.addresses,
            numbers=[number_part(one) for one in found.numbers],
            todos=todo_lines(found.todos, facts, of_client=True),
        )

    @rx.event
    @allow("users.change")
    async def invite(self, contact_id: int) -> None:
        """Lets a contact choose a password for the portal; they get a mail."""
        row_id = fields.whole(contact_id, "contact")

        def give(session: Session, who: Actor) -> str:
            contact = fetch(session, who, ContactModel, row_id)
            email, name = contact.email, contact.name
            return invite_user(session, who, email=email, name=name, role="client", contact_id=row_id).name

        name = await write(give)
        await self._load()
        await say(self, f"{name} gets a mail to choose a password for the portal.")

    @rx.event
    @allow("accounts.change")
    async def edit(self) -> None:
        """Opens the form with the client's values."""
        await (await self.get_state(ClientForm))._open_form("accounts", self._client)

    @rx.event
    @allow("accounts.change", "contacts.change", "agreements.change")
    async def add(self, kind: str) -> None:
        """Opens the form for a new contact, address, number or agreement."""
        await (await self.get_state(ClientForm))._open_form(_part(kind), fixed={"account_id": self._client})

    @rx.event
    @allow("accounts.change", "contacts.change")
    async def change(self, kind: str, row_id: int) -> None:
        """Opens the form of a contact, address or number."""
        await (await self.get_state(ClientForm))._open_form(_part(kind), row_id)

    @rx.event
    @allow("accounts.change")
    def ask_remove(self, kind: str, row_id: int, name: str) -> None:
        """Asks before an address or a number is removed."""
        _removal(kind)
        self._removing, self.asking = (kind, row_id), name[:200]

    @rx.event
    @allow("accounts.change")
    def keep(self) -> None:
        """Closes the question."""
        self.asking = ""

    @rx.event
    @allow("accounts.change")
    async def remove(self) -> None:
        """Removes it."""
        kind, row_id = self._removing
        act = _removal(kind)
        self.asking = ""
        await write(lambda session, who: act.perform(session, who, row_id, {}))
        await self._load()
        await say(self, "Removed.")

    @rx.event
    @allow("activities.change")
    async def log(self, kind: str) -> None:
        """Opens the form that logs a call, meeting, note or mail, or adds a to-do."""
        await (await self.get_state(ClientLog))._open(kind, self._client)

    @rx.event
    @allow("activities.change")
    async def change_logged(self, activity_id: int) -> None:
        """Opens the form of what was logged."""
        await (await self.get_state(ClientLog))._open("note", self._client, activity_id)

    @rx.event
    @allow("activities.change")
    async def tick(self, activity_id: int) -> None:
        """Ends a to-do."""
        try:
            await write(lambda session, who: complete_activity(session, who, activity_id))
            await say(self, "Done.", undo=ClientState.untick(activity_id))
        finally:
            await self._load()

    @rx.event
    @allow("activities.change")
    async def untick(self, activity_id: int) -> None:
        """Opens a to-do again."""
        try:
            await write(lambda session, who: reopen_activity(session, who, activity_id))
        finally:
            await self._load()

    @rx.event
    @allow("activities.change")
    async def delete_logged(self, activity_id: int) -> None:
        """Takes back what one wrote oneself within the last day."""
        await write(lambda session, who: delete_activity(session, who, activity_id))
        await self._load()
        await say(self, "Deleted.")


class ClientForm(RecordForm, rx.State):
    """The form of the client itself, of a contact, an address or a number."""

    async def _saved(self, resource: Resource, record_id: int, *, new: bool) -> Any:  # noqa: ARG002
        await (await self.get_state(ClientState))._load()
        await say(self, f"{resource.one} added." if new else f"{resource.one} saved.")


class ClientLog(ActivityForm, rx.State):
    """The form of an activity on the client's page."""

    async def _logged(self) -> Any:
        await (await self.get_state(ClientState))._load()


def _part(kind: str) -> str:
    if kind not in PARTS:
        raise NotFound()
    return kind


def _removal(kind: str) -> Act:
    """The act that takes a part of a client back."""
    act = removal(_part(kind))
    if act is None:
        raise NotFound()
    return act


def _tabs(client_id: int, who: Actor, contacts: int) -> list[Tab]:
    here = routes.client(client_id)
    named = [
        Tab("overview", "Overview", here),
        Tab("timeline", "Timeline", f"{here}?tab=timeline"),
        Tab("contacts", "Contacts", f"{here}?tab=contacts", str(contacts) if contacts else ""),
        Tab("sales", "Sales", f"{here}?tab=sales"),
        Tab("work", "Work", f"{here}?tab=work"),
    ]
    return [*named, Tab("money", "Money", f"{here}?tab=money")] if may(who, "invoices.read") else named


def _people_twin(found: list[ContactPair]) -> dict[str, str]:
    """The likeliest two of the contacts who look like one person."""
    if not found:
        return {"people_twin": "", "people_twin_href": ""}
    pair = found[0]
    both = f"{pair.one.name} and {pair.other.name}"
    return {
        "people_twin": f"{both} look like one person: {', '.join(pair.reasons)}.",
        "people_twin_href": routes.compare_contacts(pair.one_id, pair.other_id),
    }


def _ways(client_id: int, who: Actor) -> dict[str, str]:
    """Where what is new begins, for who may make it; "" for others."""
    ways = {
        "new_chance": (routes.PIPELINE, "opportunities.change"),
        "new_quote": (routes.QUOTES, "quotes.change"),
        "new_sow": (routes.SOWS, "sows.change"),
        "new_draft": (routes.INVOICES, "invoices.draft"),
    }
    return {
        name: routes.with_query(path, new=1, client=client_id) if may(who, right) else ""
        for name, (path, right) in ways.items()
    }


def _read(session: Session, who: Actor, client_id: int) -> _Found:
    client, facts = one_client(session, who, client_id), firm_facts(session)
    zone, currency = ZoneInfo(facts.zone), client.account.currency
    return _Found(
        client,
        facts,
        contacts_of(session, who, client_id),
        [address_part(one) for one in addresses_of(session, who, client_id)],
        numbers_of(session, who, client_id),
        own_facts(session, who, "accounts", client_id, currency, zone),
        client_figures(session, who, client_id, facts.today),
        open_todos(session, who, client_id) if may(who, "activities.read") else [],
        twins_of(session, who, client.account) if may(who, "accounts.merge") else [],
        contact_pairs(session, who, client_id, limit=1) if may(who, "accounts.merge") else [],
    )
