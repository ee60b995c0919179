"""A quote in the portal, for a contact who is signed in."""

from typing import Any

import reflex as rx

from psa_app.errors import NotFound, PsaError
from psa_app.queries.portal.quote import quote_to_read
from psa_app.state.base import allow, read, say, write
from psa_app.state.quote_reading import QuoteReading
from psa_app.state.sow import id_in


class PortalQuoteState(QuoteReading, rx.State):
    """The quote that the address names."""

    @rx.event
    @allow("portal.read")
    async def load(self) -> None:
        """Loads the quote."""
        try:
            await self._load(id_in(str(self.router.url.path)))
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.quote_title = True, "Quote"

    async def _load(self, quote_id: int) -> None:
        wanted = self._wanted(quote_id)
        self._show(await read(lambda session, who: quote_to_read(session, who, quote_id, wanted)))

    @rx.event
    @allow("quotes.answer")
    async def choose(self, key: str) -> None:
        """Takes an option, or leaves it; the totals follow."""
        self._choose(key)
        await self._load(self._quote)

    @rx.event
    @allow("quotes.answer")
    async def accept(self, data: dict[str, Any]) -> None:
        """Accepts the quote with what is chosen."""
        if await self._done(self._acceptance(data)):
            await say(self, f"{self.number} is accepted. Both sides get a mail with its hash.")

    @rx.event
    @allow("quotes.answer")
    async def decline(self, data: dict[str, Any]) -> None:
        """Says no, with a reason."""
        if await self._done(self._refusal(data)):
            await say(self, f"{self.number} is declined. The firm reads why.", "info")

    @rx.event
    @allow("quotes.answer")
    async def ask(self, data: dict[str, Any]) -> None:
        """Sends a question."""
        if await self._done(self._asking(data)):
            await say(self, "Your question is on its way. The answer comes by mail, and stands here.")

    @rx.event
    @allow("quotes.answer")
    def open_dialog(self, which: str) -> None:
        """Opens the question why, or the form for a question."""
        self._open_dialog(which)

    @rx.event
    @allow("portal.read")
    def close(self) -> None:
        """Closes the open dialog."""
        self._close()

    async def _done(self, service: Any) -> bool:
        try:
            await write(service)
        except PsaError as error:
            self._refused(error)
            return False
        self._close()
        await self._load(self._quote)
        return True
