"""A scope, a quote and a change order in the portal, for a contact who is signed in."""

from typing import Any

import reflex as rx

from psa_app.services.contracts.order_questions import ask_about_change
from psa_app.services.quotes.questions import ask_question
from psa_app.state.base import allow
from psa_app.state.contracts.change_order_reading import ChangeReading
from psa_app.state.contracts.document_reading import SignedInReading
from psa_app.state.contracts.scope_reading import ScopeReading
from psa_app.state.quotes.quote_reading import QuoteReading


class PortalSowState(SignedInReading, ScopeReading, rx.State):
    """The scope that the address names."""

    @rx.event
    @allow("sows.accept")
    async def accept(self, data: dict[str, Any]) -> None:
        """Signs the text that is shown."""
        await self._accepted(data, "signed")

    @rx.event
    @allow("sows.accept")
    async def decline(self, data: dict[str, Any]) -> None:
        """Says no, with a reason."""
        await self._declined(data)

    @rx.event
    @allow("sows.accept")
    def open_dialog(self, which: str) -> None:
        """Opens the question why, or the form for a question."""
        self._open_dialog(which)

    @rx.event
    @allow("milestones.accept")
    def ask_part(self, milestone_id: str) -> None:
        """Opens the question before a milestone is accepted."""
        self._ask_part(milestone_id)

    @rx.event
    @allow("milestones.accept")
    async def accept_part(self, data: dict[str, Any]) -> None:
        """Accepts the milestone that was asked about."""
        await self._part_accepted(data)


class PortalQuoteState(SignedInReading, QuoteReading, rx.State):
    """The quote that the address names."""

    @rx.event
    @allow("quotes.answer")
    async def choose(self, key: str) -> None:
        """Takes an option, or leaves it; the totals follow."""
        await self._chosen_anew(key)

    @rx.event
    @allow("quotes.answer")
    async def accept(self, data: dict[str, Any]) -> None:
        """Accepts the quote with what is chosen."""
        await self._accepted(data, "accepted")

    @rx.event
    @allow("quotes.answer")
    async def decline(self, data: dict[str, Any]) -> None:
        """Says no, with a reason."""
        await self._declined(data)

    @rx.event
    @allow("quotes.answer")
    async def ask(self, data: dict[str, Any]) -> None:
        """Sends a question."""
        await self._asked(data, ask_question)

    @rx.event
    @allow("quotes.answer")
    def open_dialog(self, which: str) -> None:
        """Opens the question why, or the form for a question."""
        self._open_dialog(which)


class PortalChangeState(SignedInReading, ChangeReading, rx.State):
    """The change order that the address names."""

    @rx.event
    @allow("changes.accept")
    async def accept(self, data: dict[str, Any]) -> None:
        """Signs the text that is shown."""
        await self._accepted(data, "signed")

    @rx.event
    @allow("changes.accept")
    async def decline(self, data: dict[str, Any]) -> None:
        """Says no, with a reason."""
        await self._declined(data)

    @rx.event
    @allow("changes.accept")
    async def ask(self, data: dict[str, Any]) -> None:
        """Sends a question."""
        await self._asked(data, ask_about_change)

    @rx.event
    @allow("changes.accept")
    def open_dialog(self, which: str) -> None:
        """Opens the question why, or the form for a question."""
        self._open_dialog(which)
