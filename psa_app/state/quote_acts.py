"""What is done with a quote: sent, renewed, deleted, its questions answered, made into a scope."""

from typing import Any

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor
from psa_app.display.forms import Option
from psa_app.errors import PsaError
from psa_app.models import Firm
from psa_app.queries.quotes.one import approving, one_quote
from psa_app.rules import fields
from psa_app.services.quotes.questions import answer_question
from psa_app.services.quotes.scope import make_scope
from psa_app.services.quotes.send import send_quote
from psa_app.services.quotes.write import delete_quote, new_version
from psa_app.state.base import allow, field_errors, form_values, read, say, write
from psa_app.state.quote import QuoteState
from psa_app.state.sow import default_until


class QuoteActs(rx.State):
    """The dialogs of the page; one is open at a time."""

    dialog: str = ""  # send | delete | scope | answer
    contacts: list[Option] = []
    chosen: list[str] = []
    nobody: str = ""
    until: str = ""
    question: str = ""
    errors: dict[str, str] = {}
    _question: int = 0

    @rx.event
    @allow("quotes.send")
    async def ask_send(self) -> None:
        """Opens the question to whom the quote goes."""
        await self._ask_send()

    async def _ask_send(self) -> None:
        page = await self.get_state(QuoteState)
        quote_id = page._quote
        one = await read(lambda session, who: one_quote(session, who, quote_id))
        today = clock.today(await read(_zone))
        self.contacts = [
            Option(str(x.id), x.name, x.email + (" · may accept" if x.is_approver else " · reads and asks"))
            for x in one.contacts
        ]
        main = [str(x.id) for x in one.contacts if x.is_approver and x.id == one.quote.contact_id]
        self.chosen = main or [str(x.id) for x in one.contacts if x.is_approver]
        self.nobody = "" if approving(one.contacts) else routes.client(one.quote.account_id)
        kept = one.quote.valid_until
        self.until = kept.isoformat() if kept and kept > today else default_until(today)
        self.errors, self.dialog = {}, "send"

    @rx.event
    @allow("quotes.send")
    async def send(self, data: dict[str, Any]) -> None:
        """Sends the quote to the ticked contacts."""
        page = await self.get_state(QuoteState)
        quote_id = page._quote
        ids = tuple(int(one.value) for one in self.contacts if data.get(f"contact-{one.value}") == "on")
        try:
            until = fields.optional_date(form_values(data, ("valid_until",))["valid_until"], "valid_until")
            if not ids:
                self.errors = {"contact_ids": "Choose at least one person who may accept."}
                return
            await write(
                lambda session, who: send_quote(session, who, quote_id, contact_ids=ids, valid_until=until)
            )
        except PsaError as error:
            self.errors = _told(error)
            return
        self.dialog = ""
        await page._load("paper")
        people = "1 person" if len(ids) == 1 else f"{len(ids)} people"
        await say(self, f"{page.number} is on its way to {people}.")

    @rx.event
    @allow("quotes.change", "quotes.send", "sows.change")
    def ask(self, dialog: str) -> None:
        """Opens a question: delete or scope."""
        self.errors = {}
        self.dialog = dialog if dialog in ("delete", "scope") else ""

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
        quote = await write(lambda session, who: new_version(session, who, quote_id))
        await say(self, "A new version is begun. The old one holds until you send this.")
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
        page = await self.get_state(QuoteState)
        self._question = fields.whole(question_id, "question")
        self.question = next((one.text for one in page.questions if one.id == question_id), "")
        self.errors, self.dialog = {}, "answer"

    @rx.event
    @allow("quotes.change")
    async def answer(self, data: dict[str, Any]) -> None:
        """Answers the question that was opened."""
        page = await self.get_state(QuoteState)
        text, question_id = form_values(data, ("answer",))["answer"], self._question
        try:
            await write(lambda session, who: _answer(session, who, question_id, text))
        except PsaError as error:
            self.errors = _told(error)
            return
        self.dialog = ""
        await page._load(page.tab)
        await say(self, "The answer is on its way.")


def _answer(session: Session, who: Actor, question_id: int, text: str) -> object:
    """Answers on the version that was asked about, which may be an older one than the page shows."""
    from psa_app.access import fetch
    from psa_app.models import QuoteQuestion

    question = fetch(session, who, QuoteQuestion, question_id)
    return answer_question(session, who, question.quote_id, question_id=question_id, text=text)


def _zone(session: Session, _: Actor) -> str:
    return session.exec(select(Firm.time_zone)).one()


def _told(error: PsaError) -> dict[str, str]:
    """Errors beside the dialog's fields; what no field of it shows stands above its buttons."""
    shown = {"contact_ids", "valid_until", "answer", "form"}
    return {name if name in shown else "form": words for name, words in field_errors(error).items()}
