"""A mail's link: it opens one document for one contact, without signing in, and nothing beside it.

Whoever holds the link acts as that contact. Each event proves it anew, so a link that was withdrawn
or has run out opens nothing any more.
"""

import asyncio
from typing import Any

import reflex as rx
from reflex_base.event.context import EventContext
from sqlmodel import Session, select

from psa_app.access import Actor
from psa_app.errors import NotFound, PsaError
from psa_app.models import Firm
from psa_app.queries.portal.time import request_to_read
from psa_app.services.contracts.order_questions import ask_about_change
from psa_app.services.identity.portal_links import GONE, OpenedLink, mark_opened, open_portal_link
from psa_app.services.quotes.questions import ask_question
from psa_app.state import live
from psa_app.state.base import public, read, say, write
from psa_app.state.contracts.change_order_reading import ChangeReading
from psa_app.state.contracts.document_reading import LinkReading
from psa_app.state.contracts.scope_reading import ScopeReading
from psa_app.state.frame import SANDBOX
from psa_app.state.portal.portal_invoices import InvoiceForClient
from psa_app.state.quotes.quote_reading import QuoteReading
from psa_app.state.time.time_reading import TimeReading, counted

NOBODY = Actor(name="", role="nobody")
LONGEST = 100
LOOK_EVERY, LOOKS = 1.0, 180  # seconds between two looks for a payment, and how many at most


class OpenLinkState(rx.State):
    """What the link in the address opens (a kind of `portal_links.DOCUMENTS`), or "gone"."""

    kind: str = ""
    firm: str = ""
    mark: str = ""
    color: str = ""
    sandbox: str = ""
    sentence: str = ""
    _token: str = ""
    _waits: int = 0

    @rx.event
    @public
    async def load(self) -> Any:
        """Opens the document, or says that the link is gone."""
        self._token = str(self.router.url.path).rstrip("/").rsplit("/", 1)[-1][:LONGEST]
        await self._load_firm()
        try:
            link = await self._open()
            await self._show(link)
        except NotFound:
            self.kind, self.sentence = "gone", GONE
            return None
        token = self._token
        await write(lambda session, _: mark_opened(session, token), NOBODY)
        invoice = await self.get_state(OpenInvoiceState)
        return OpenLinkState.wait if self.kind == "invoice" and invoice.just_paid else None

    @rx.event(background=True)
    @public
    async def wait(self) -> None:
        """Looks for the payment service's word on what was just paid, for a few minutes."""
        async with self:
            self._waits += 1
            mine = self._waits
        for _ in range(LOOKS):
            async with self:
                if self._waits != mine or not await self._look_for_payment():
                    return
            await asyncio.sleep(LOOK_EVERY)
            if not await live.is_here():
                return

    async def _look_for_payment(self) -> bool:
        """Shows the invoice as it is now; False when there is nothing to wait for any more."""
        invoice = await self.get_state(OpenInvoiceState)
        if self.kind != "invoice" or not invoice.just_paid:
            return False
        try:
            await invoice._look((await self._open()).actor)
        except NotFound:
            self.kind, self.sentence = "gone", GONE
            return False
        return bool(invoice.just_paid)

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
        if link.document == "time_request":
            time = await self.get_state(OpenTimeState)
            await time._reload(link.document_id, link.actor)
        elif link.document == "invoice":
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


class OpenTimeState(TimeReading, rx.State):
    """Time that a link opens, and the answer to it."""

    async def _reload(self, request_id: int, who: Actor) -> None:
        self._show(await read(lambda session, one: request_to_read(session, one, request_id), who))

    @rx.event
    @public
    async def approve(self) -> None:
        """Approves all that is open."""
        await self._done(self._approval(list(self._open)), "Approved. Thank you.")

    @rx.event
    @public
    async def approve_chosen(self) -> None:
        """Approves the entries that are ticked."""
        await self._done(self._approval(self.chosen), f"{counted(len(self.chosen))} approved.")

    @rx.event
    @public
    async def refuse(self, data: dict[str, Any]) -> None:
        """Refuses what the question was about, with the reason."""
        await self._done(self._refusal(data), "Refused. The firm reads why.")

    @rx.event
    @public
    def ask_refuse(self) -> None:
        """Asks why all of it is refused."""
        self._ask(list(self._open))

    @rx.event
    @public
    def ask_refuse_chosen(self) -> None:
        """Asks why the ticked entries are refused."""
        self._ask(self.chosen)

    @rx.event
    @public
    def choose(self, row_id: str, yes: bool) -> None:
        """Ticks an entry, or not."""
        self._choose(row_id, yes)

    @rx.event
    @public
    def choose_all(self, yes: bool) -> None:
        """Ticks all, or none."""
        self._choose_all(yes)

    @rx.event
    @public
    def close(self) -> None:
        """Closes the open question."""
        self._close()

    async def _done(self, service: Any, told: str) -> None:
        if service is None:
            return
        link = await self.get_state(OpenLinkState)
        try:
            opened = await link._open()
            await write(service, opened.actor)
        except PsaError as error:
            self._refused(error)
            return
        self._close()
        self._choose_all(False)
        opened = await link._open()
        await self._reload(opened.document_id, opened.actor)
        await say(self, told)


DOCUMENTS: dict[str, type[LinkReading]] = {
    "sow": OpenScopeState,
    "quote": OpenQuoteState,
    "change_order": OpenChangeState,
}
