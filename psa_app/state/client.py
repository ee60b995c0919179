"""One client: facts, contacts, scopes, projects, invoices, history."""

from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor, fetch, may
from psa_app.display.figures import Fact, Happening
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.errors import NotFound
from psa_app.formats import words
from psa_app.models import Contact as ContactModel
from psa_app.models import Firm
from psa_app.queries.clients.one import Client, ContactRow, InvoiceRow, Line, one_client
from psa_app.resources.clients import KINDS
from psa_app.rules import fields
from psa_app.services.identity.users import invite_user
from psa_app.state.base import actor, allow, read, say, write
from psa_app.state.records import RecordPanel
from psa_app.state.sow import id_in

THINGS = {
    "account": "Client",
    "sow": "Scope",
    "project": "Project",
    "contact": "Contact",
    "invoice": "Invoice",
}


class ClientContacts(RecordPanel, rx.State):
    """The client's contacts, with the form for one."""


class ClientEdit(RecordPanel, rx.State):
    """The form of the client itself."""


@dataclass(frozen=True)
class Contact:
    """A contact as the page shows it; ``marks`` are what they do, ``act`` what can be offered to them."""

    id: str
    name: str
    sub: str
    marks: list[str] = field(default_factory=list)
    act: str = ""


class ClientState(rx.State):
    """What the page shows of the client that the address names."""

    client_name: str = ""
    kind: str = ""
    facts: list[Fact] = []
    sows: list[Row] = []
    projects: list[Row] = []
    invoices: list[Row] = []
    happened: list[Happening] = []
    notes: str = ""
    contacts: list[Contact] = []
    sees_invoices: bool = False
    is_missing: bool = False
    may_change: bool = False
    may_write_sow: bool = False
    new_sow: str = ""
    new_draft: str = ""
    is_ready: bool = False
    _client: int = 0

    @rx.event
    @allow("accounts.read")
    async def load(self) -> None:
        """Loads the client."""
        try:
            self._client = id_in(str(self.router.url.path))
            await self._load()
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.client_name = True, "Client"

    async def _load(self) -> None:
        who = actor()
        found, zone = await read(lambda session, actor: _load(session, actor, self._client))
        self._fill(found, zone, who)
        contacts = await self.get_state(ClientContacts)
        await contacts._show("contacts", {"account_id": self._client})

    def _fill(self, found: Client, zone: ZoneInfo, who: Actor) -> None:
        account, names = found.account, _names(found)
        today = clock.now().astimezone(zone).date()
        self.client_name, self.kind = account.name, dict(KINDS).get(account.kind, account.kind)
        self.notes = account.notes
        self.facts = _facts(found)
        self.sows = [
            Row(
                str(s.id),
                [Cell(s.title, sub=s.number, kind="strong"), Cell(words.day(s.starts_on)), _badge(s.status)],
                href=routes.sow(s.id),
            )
            for s in found.sows
        ]
        self.projects = [
            Row(
                str(p.id),
                [
                    Cell(p.name, kind="strong"),
                    Cell(words.day(p.ends_on) if p.ends_on else "–"),
                    _badge(p.status),
                ],
                href=routes.project(p.id),
            )
            for p in found.projects
        ]
        self.invoices = [_invoice(one, today) for one in found.invoices]
        self.happened = [_happening(one, zone, names) for one in found.history]
        self.sees_invoices = may(who, "invoices.read")
        self.may_change, self.may_write_sow = may(who, "accounts.change"), may(who, "sows.change")
        self.new_sow = routes.with_query(routes.SOWS, new=1, client=account.id)
        self.new_draft = routes.with_query(routes.INVOICES, new=1, client=account.id)
        self.contacts = [_contact(one, may(who, "users.change")) for one in found.contacts]
        self.is_ready, self.is_missing = True, False

    @rx.event
    @allow("users.change")
    async def invite(self, contact_id: str) -> None:
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
        panel = await self.get_state(ClientEdit)
        panel._kind = "accounts"
        await panel._open(self._client)


def _load(session: Session, who: Actor, client_id: int) -> tuple[Client, ZoneInfo]:
    zone = session.exec(select(Firm.time_zone)).first() or "UTC"
    return one_client(session, who, client_id), ZoneInfo(zone)


def _facts(found: Client) -> list[Fact]:
    account = found.account
    place = " ".join(part for part in (account.postcode, account.city) if part)
    rows = [
        ("Legal name", account.legal_name),
        ("Address", ", ".join(part for part in (account.street, place, account.country) if part)),
        ("VAT number", account.vat_id),
        ("E-mail", account.email),
        ("Website", account.website),
        ("Currency", account.currency),
        ("Tax", found.tax),
        ("Days to pay", str(account.payment_days) if account.payment_days is not None else "the firm’s"),
        ("Purchase order", "needed on each invoice" if account.purchase_order_needed else ""),
    ]
    return [Fact(label, value) for label, value in rows if value]


def _invoice(one: InvoiceRow, today: date) -> Row:
    state = one.status
    if one.status == "issued":
        overdue = one.due_on is not None and one.due_on < today
        open_state = "overdue" if overdue else "partly_paid" if one.open < one.total else "issued"
        state = open_state if one.open > 0 else "paid"
    return Row(
        str(one.id),
        [
            Cell(one.number or "Draft", kind="strong"),
            Cell(words.day(one.due_on) if one.due_on else "–"),
            Cell(words.money(one.total, one.currency), align="right"),
            _badge(state),
        ],
        href=routes.invoice(one.id),
    )


def _badge(state: str) -> Cell:
    word = badge(state)
    return Cell(word.text, kind="badge", tone=word.tone)


def _contact(one: ContactRow, may_invite: bool) -> Contact:
    portal = "invited" if one.is_invited else "signs in" if one.signs_in else ""
    marks = (one.is_approver and "may sign", one.is_billing and "gets invoices", portal)
    return Contact(
        str(one.id),
        one.name,
        " · ".join(part for part in (one.title, one.email, one.phone) if part),
        [mark for mark in marks if mark],
        "Invite to the portal" if may_invite and not one.signs_in else "",
    )


def _happening(one: Line, zone: ZoneInfo, names: dict[tuple[str, int], str]) -> Happening:
    thing, name = THINGS.get(one.kind, one.kind), names.get((one.kind, one.record_id), one.what)
    what = " ".join(part for part in (thing, name) if part)
    return Happening(words.moment(one.at, zone), f"{what} {one.verb} by {one.actor}", one.reason)


def _names(found: Client) -> dict[tuple[str, int], str]:
    """What the records in a client's history are called."""
    return {
        **{("sow", one.id): one.number for one in found.sows},
        **{("project", one.id): one.name for one in found.projects},
        **{("invoice", one.id): one.number for one in found.invoices},
        **{("contact", one.id): one.name for one in found.contacts},
    }
