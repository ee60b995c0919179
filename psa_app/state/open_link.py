"""A mail's link: it opens one document for one contact, without signing in, and nothing beside it.

Whoever holds the link acts as that contact. Each event proves it anew, so a link that was withdrawn
or has run out opens nothing any more.
"""

from typing import Any

import reflex as rx
from reflex_base.event.context import EventContext
from sqlmodel import Session, select

from psa_app.access import Actor
from psa_app.errors import NotFound
from psa_app.models import Firm
from psa_app.services.contracts.order_questions import ask_about_change
from psa_app.services.identity.portal_links import GONE, OpenedLink, mark_opened, open_portal_link
from psa_app.services.quotes.questions import ask_question
from psa_app.state.base import public, read, write
from psa_app.state.change_order_reading import ChangeReading
from psa_app.state.document_reading import LinkReading
from psa_app.state.frame import SANDBOX
from psa_app.state.portal_invoices import InvoiceForClient
from psa_app.state.quote_reading import QuoteReading
from psa_app.state.scope_reading import ScopeReading

NOBODY = Actor(name="", role="nobody")
LONGEST = 100


class OpenLinkState(rx.State):
    """What the link in the address opens: "sow", "change_order", "quote", "invoice", or "gone"."""

    kind: str = ""
    firm: str = ""
    mark: str = ""
    color: str = ""
    sandbox: str = ""
    sentence: str = ""
    _token: str = ""

    @rx.event
    @public
    async def load(self) -> None:
        """Opens the document, or says that the link is gone."""
        self._token = str(self.router.url.path).rstrip("/").rsplit("/", 1)[-1][:LONGEST]
        await self._load_firm()
        try:
            link = await self._open()
            await self._show(link)
        except NotFound:
            self.kind, self.sentence = "gone", GONE
            return
        token = self._token
        await write(lambda session, _: mark_opened(session, token), NOBODY)

    async def _load_firm(self) -> None:
        firm = await read(_firm, NOBODY)
        if firm is not None:
            self.firm, self.mark, self.color = firm.name, firm.name[:1].upper(), firm.accent
            self.sandbox = SANDBOX if firm.payment_provider == "sandbox" else ""

    async def _open(self) -> OpenedLink:
        """Who the link stands for, with the address that this event came from. Raises `NotFound`."""
        context = EventContext.get().router_data
        address = str(context.get("ip", ""))[:64]
        agent = str((context.get("headers") or {}).get("user-agent", ""))
        token = self._token
        return await read(lambda session, _: open_portal_link(session, token, address, agent), NOBODY)

    async def _show(self, link: OpenedLink) -> None:
        if link.document == "invoice":
            invoice = await self.get_state(OpenInvoiceState)
            invoice.token = self._token
            await invoice._show(link.document_id, link.actor)
        else:
            document = await self.get_state(DOCUMENTS[link.document])
            document._token = self._token
            await document._load(link.document_id, link.actor)
        self.kind = link.document


def _firm(session: Session, _: Actor) -> Firm | None:
    return session.exec(select(Firm)).first()


class OpenInvoiceState(InvoiceForClient, rx.State):
    """An invoice that a link opens."""


class ByLink(LinkReading, mixin=True):
    """Whoever holds the link acts as the contact that it was made for."""

    async def _who(self) -> Actor:
        link = await self.get_state(OpenLinkState)
        return (await link._open()).actor


class OpenScopeState(ByLink, ScopeReading, rx.State):
    """A scope that a link opens, and the answer to it."""

    @rx.event
    @public
    async def accept(self, data: dict[str, Any]) -> None:
        """Signs the text that is shown."""
        await self._accepted(data, "signed")

    @rx.event
    @public
    def ask_part(self, milestone_id: str) -> None:
        """Opens the question before a milestone is accepted."""
        self._ask_part(milestone_id)

    @rx.event
    @public
    async def accept_part(self, data: dict[str, Any]) -> None:
        """Accepts the milestone that was asked about."""
        await self._part_accepted(data)


class OpenQuoteState(ByLink, QuoteReading, rx.State):
    """A quote that a link opens, and the answer to it."""

    @rx.event
    @public
    async def choose(self, key: str) -> None:
        """Takes an option, or leaves it; the totals follow."""
        await self._chosen_anew(key)

    @rx.event
    @public
    async def accept(self, data: dict[str, Any]) -> None:
        """Accepts the quote with what is chosen."""
        await self._accepted(data, "accepted")

    @rx.event
    @public
    async def ask(self, data: dict[str, Any]) -> None:
        """Sends a question."""
        await self._asked(data, ask_question)


class OpenChangeState(ByLink, ChangeReading, rx.State):
    """A change order that a link opens, and the answer to it."""

    @rx.event
    @public
    async def accept(self, data: dict[str, Any]) -> None:
        """Signs the text that is shown."""
        await self._accepted(data, "signed")

    @rx.event
    @public
    async def ask(self, data: dict[str, Any]) -> None:
        """Sends a question."""
        await self._asked(data, ask_about_change)


DOCUMENTS: dict[str, type[LinkReading]] = {
    "sow": OpenScopeState,
    "quote": OpenQuoteState,
    "change_order": OpenChangeState,
}
