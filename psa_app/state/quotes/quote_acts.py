"""What is done with a quote: written, sent, renewed, deleted, its questions answered, made into a scope."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.access import fetch
from psa_app.errors import PsaError
from psa_app.models import QuoteQuestion
from psa_app.queries.quotes.one import one_quote
from psa_app.services.quotes.questions import answer_question
from psa_app.services.quotes.scope import make_scope
from psa_app.services.quotes.send import send_quote
from psa_app.services.quotes.write import delete_quote, new_version
from psa_app.state.base import allow, read, say, write
from psa_app.state.contracts.document_acts import DocumentActs
from psa_app.state.quotes.quote import QuoteState
from psa_app.state.quotes.quote_edit import QuoteEdit


class QuoteActs(DocumentActs, rx.State):
    """The dialogs of the page: send, delete, scope, answer."""

    _then_send: bool = False

    @rx.event
    @allow("quotes.send")
    def then_send(self) -> None:
        """The next save opens the question to whom it goes."""
        self._then_send = True

    @rx.event
    @allow("quotes.change")
    async def save(self, data: dict[str, Any]) -> None:
        """Saves head and lines; every wrong field is told beside it, and nothing of it is written."""
        wants_to_send, self._then_send = self._then_send, False
        edit, page = await self.get_state(QuoteEdit), await self.get_state(QuoteState)
        try:
            await edit._save(data)
        except PsaError as error:
            edit._refuse(error)
            return
        await page._load(page.tab)
        await edit._again()
        if wants_to_send:
            await self._ask_send()
        else:
            await say(self, "The quote is saved.")

    @rx.event
    @allow("quotes.send")
    async def ask_send(self) -> None:
        """Opens the question to whom the quote goes."""
        await self._ask_send()

    async def _ask_send(self) -> None:
        quote_id = (await self.get_state(QuoteState))._quote
        one = await read(lambda session, who: one_quote(session, who, quote_id))
        await self._offer(
            one.contacts,
            one.quote.account_id,
            "may accept",
            "reads and asks",
            first=one.quote.contact_id,
            until=one.quote.valid_until,
        )

    @rx.event
    @allow("quotes.send")
    async def send(self, data: dict[str, Any]) -> None:
        """Sends the quote to the ticked contacts."""
        page = await self.get_state(QuoteState)
        people = await self._sent(data, send_quote, page._quote, "accept")
        if people:
            await page._load("paper")
            await say(self, f"{page.number} is on its way to {people}.")

    @rx.event
    @allow("quotes.change", "quotes.send", "sows.change")
    def ask(self, dialog: str) -> None:
        """Opens a question: delete or scope."""
        self._ask(dialog, "delete", "scope")

    @rx.event
    @allow("quotes.change", "quotes.send", "sows.change")
    def close(self) -> None:
        """Closes the open dialog."""
        self.dialog = ""

    @rx.event
    @allow("quotes.change")
    async def renew(self) -> Any:
        """Begins a new version and opens it."""
        page = await self.get_state(QuoteState)
        quote_id = page._quote
        holds = " The old one holds until you send this." if page.is_out else ""
        quote = await write(lambda session, who: new_version(session, who, quote_id))
        await say(self, f"A new version is begun.{holds}")
        return rx.redirect(routes.quote(int(quote.id or 0)))

    @rx.event
    @allow("quotes.change")
    async def delete(self) -> Any:
        """Deletes a draft."""
        page = await self.get_state(QuoteState)
        quote_id, self.dialog = page._quote, ""
        await write(lambda session, who: delete_quote(session, who, quote_id))
        await say(self, "The draft is deleted.")
        return rx.redirect(routes.QUOTES, replace=True)

    @rx.event
    @allow("sows.change")
    async def make(self) -> Any:
        """Makes the scope and opens it."""
        page = await self.get_state(QuoteState)
        quote_id, self.dialog = page._quote, ""
        sow = await write(lambda session, who: make_scope(session, who, quote_id))
        await say(self, f"{sow.number} is made, with the lines that were chosen.")
        return rx.redirect(routes.sow(int(sow.id or 0)))

    @rx.event
    @allow("quotes.change")
    async def ask_answer(self, question_id: str) -> None:
        """Opens the form for an answer."""
        self._ask_answer((await self.get_state(QuoteState)).questions, question_id)

    @rx.event
    @allow("quotes.change")
    async def answer(self, data: dict[str, Any]) -> None:
        """Answers the question that was opened."""
        page = await self.get_state(QuoteState)
        asked = self._question
        quote_id = await read(lambda session, who: fetch(session, who, QuoteQuestion, asked).quote_id)
        if await self._answered(data, answer_question, quote_id):  # of an older version, it may be
            await page._load(page.tab)
            await say(self, "The answer is on its way.")
