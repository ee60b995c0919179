"""Clients that look like one, and contacts that do: the pairs, side by side, and making them one."""

from collections.abc import Sequence
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.frame import Tab
from psa_app.display.twins import Choice, TwinPair
from psa_app.models import Account, Contact
from psa_app.queries.clients.compare import CALLED, CALLED_OF_CONTACT, compare, compare_contacts
from psa_app.queries.clients.contact_twins import ContactPair, contact_pairs
from psa_app.queries.clients.duplicates import Pair, pairs
from psa_app.resources.clients import ACCOUNTS, CONTACTS
from psa_app.services.clients import contacts
from psa_app.services.clients.apart import (
    keep_apart,
    keep_contacts_apart,
    look_again,
    look_at_contacts_again,
)
from psa_app.services.clients.merge import ADDRESS, FIELDS, merge_accounts
from psa_app.services.clients.picks import Choice as Which
from psa_app.state.base import allow, say
from psa_app.state.clients.twins import (
    ONE,
    OTHER,
    Compared,
    Comparing,
    choice,
    field_choices,
    side_of,
    undecided,
)


class TwinsState(Comparing, rx.State):
    """Clients; and the tabs of the page, which shows contacts too."""

    tab: str = ""
    tabs: list[Tab] = []

    @rx.event
    @allow("accounts.merge")
    async def load(self) -> Any:
        """Loads what the tab in the address shows, and opens the two that it names."""
        self.tab = "contacts" if self.router.url.query_parameters.get("tab") == "contacts" else ""
        people = await self.get_state(ContactTwins)
        await self._load()
        await people._load()
        here = routes.CLIENT_TWINS
        self.tabs = [
            Tab("", "Clients", here, str(len(self.pairs) or "")),
            Tab(
                "contacts", "Contacts", routes.with_query(here, tab="contacts"), str(len(people.pairs) or "")
            ),
        ]
        return await (people if self.tab else self)._open_asked()

    def _fields(self) -> Sequence[str]:
        return FIELDS

    def _pairs(self, session: Session, who: Actor) -> list[TwinPair]:
        return [_pair(one) for one in pairs(session, who)]

    def _compared(self, session: Session, who: Actor, one_id: int, other_id: int) -> Compared:
        found = compare(session, who, one_id, other_id)
        ids = zip((ONE, OTHER), (found.one, found.other), (one_id, other_id), strict=True)
        sides = [side_of(key, side, CALLED, routes.client(row_id)) for key, side, row_id in ids]
        given = {one.name: one for one in field_choices(session, who, ACCOUNTS, found, FIELDS)}
        if "vat_id" in given:
            given["vat_id"] = undecided(given["vat_id"])
        places = [_address(side.record) for side in (found.one, found.other)]
        if places[0] != places[1]:
            given["address"] = choice("address", "Address", places)
        ordered: list[Choice] = [given[name] for name in FIELDS if name in given]
        return Compared(found, ordered, sides)

    def _merge(self, session: Session, who: Actor, kept: int, gone: int, choices: dict[str, Which]) -> Any:
        return merge_accounts(session, who, kept, other_id=gone, choices=choices)

    def _set_apart(self, session: Session, who: Actor, one_id: int, other_id: int) -> Any:
        return keep_apart(session, who, one_id, other_id=other_id)

    def _ask_again(self, session: Session, who: Actor, one_id: int, other_id: int) -> Any:
        return look_again(session, who, one_id, other_id=other_id)

    async def _merged(self, kept: Account) -> Any:
        await say(self, f"They are one client now: {kept.name}.")
        return rx.redirect(routes.client(int(kept.id or 0)))


class ContactTwins(Comparing, rx.State):
    """Contacts of one client who may be one person."""

    def _fields(self) -> Sequence[str]:
        return contacts.FIELDS

    def _pairs(self, session: Session, who: Actor) -> list[TwinPair]:
        return [_people(one) for one in contact_pairs(session, who)]

    def _compared(self, session: Session, who: Actor, one_id: int, other_id: int) -> Compared:
        found = compare_contacts(session, who, one_id, other_id)
        both = zip((ONE, OTHER), (found.one, found.other), strict=True)
        sides = [
            side_of(key, side, CALLED_OF_CONTACT, routes.client_tab(side.record.account_id, "contacts"))
            for key, side in both
        ]
        return Compared(found, field_choices(session, who, CONTACTS, found, contacts.FIELDS), sides)

    def _merge(self, session: Session, who: Actor, kept: int, gone: int, choices: dict[str, Which]) -> Any:
        return contacts.merge_contacts(session, who, kept, other_id=gone, choices=choices)

    def _set_apart(self, session: Session, who: Actor, one_id: int, other_id: int) -> Any:
        return keep_contacts_apart(session, who, one_id, other_id=other_id)

    def _ask_again(self, session: Session, who: Actor, one_id: int, other_id: int) -> Any:
        return look_at_contacts_again(session, who, one_id, other_id=other_id)

    async def _merged(self, kept: Contact) -> Any:
        await say(self, f"They are one contact now: {kept.name}.")
        return rx.redirect(routes.client_tab(kept.account_id, "contacts"))


def _pair(pair: Pair) -> TwinPair:
    return TwinPair(
        f"{pair.one.id}-{pair.other.id}",
        pair.one.id,
        pair.other.id,
        pair.one.name,
        pair.other.name,
        pair.one.city,
        pair.other.city,
        list(pair.reasons),
        _alike(pair.score),
    )


def _people(pair: ContactPair) -> TwinPair:
    return TwinPair(
        f"{pair.one_id}-{pair.other_id}",
        pair.one_id,
        pair.other_id,
        pair.one.name,
        pair.other.name,
        pair.one.email,
        f"{pair.other.email} · {pair.account}",
        list(pair.reasons),
        _alike(pair.score),
    )


def _alike(score: int) -> str:
    return f"{score}\u202f% alike"


def _address(account: Account) -> str:
    if not any((account.street, account.postcode, account.city)):
        return ""
    parts = [getattr(account, name) for name in ADDRESS]
    return ", ".join(part for part in parts if part)
