"""What is done with a change order: sent, taken back, withdrawn, its questions answered."""

from typing import Any

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor
from psa_app.display.forms import Option
from psa_app.errors import PsaError
from psa_app.models import Firm
from psa_app.queries.contracts.orders import one_order
from psa_app.rules import fields
from psa_app.services.contracts.change_orders import (
    send_change_order,
    take_back_change_order,
    withdraw_change_order,
)
from psa_app.services.contracts.order_questions import answer_about_change
from psa_app.state.base import allow, field_errors, form_values, read, say, write
from psa_app.state.change_order import ChangeOrderState
from psa_app.state.sow import default_until


class ChangeActs(rx.State):
    """The dialogs of the page; one is open at a time."""

    dialog: str = ""  # send | take_back | withdraw | answer
    contacts: list[Option] = []
    chosen: list[str] = []
    nobody: str = ""
    until: str = ""
    question: str = ""
    errors: dict[str, str] = {}
    _question: int = 0

    @rx.event
    @allow("changes.send")
    async def ask_send(self) -> None:
        """Opens the question to whom it goes."""
        await self._ask_send()

    async def _ask_send(self) -> None:
        page = await self.get_state(ChangeOrderState)
        order_id = page._order
        one = await read(lambda session, who: one_order(session, who, order_id))
        self.contacts = [
            Option(str(x.id), x.name, x.email + (" · may sign" if x.is_approver else " · reads and asks"))
            for x in one.contacts
        ]
        self.chosen = [str(x.id) for x in one.contacts if x.is_approver]
        self.nobody = "" if self.chosen else routes.client(one.sow.account_id)
        self.until = default_until(clock.today(await read(_zone)))
        self.errors, self.dialog = {}, "send"

    @rx.event
    @allow("changes.send")
    async def send(self, data: dict[str, Any]) -> None:
        """Sends the change order to the ticked contacts."""
        page = await self.get_state(ChangeOrderState)
        order_id = page._order
        ids = tuple(int(one.value) for one in self.contacts if data.get(f"contact-{one.value}") == "on")
        try:
            until = fields.optional_date(form_values(data, ("valid_until",))["valid_until"], "valid_until")
            if not ids:
                self.errors = {"contact_ids": "Choose at least one person who may sign."}
                return
            await write(
                lambda session, who: send_change_order(
                    session, who, order_id, contact_ids=ids, valid_until=until
                )
            )
        except PsaError as error:
            self.errors = _told(error)
            return
        self.dialog = ""
        await page._load()
        people = "1 person" if len(ids) == 1 else f"{len(ids)} people"
        await say(self, f"{page.number} is on its way to {people}.")

    @rx.event
    @allow("changes.send")
    def ask(self, dialog: str) -> None:
        """Opens a question: take_back or withdraw."""
        self.errors = {}
        self.dialog = dialog if dialog in ("take_back", "withdraw") else ""

    @rx.event
    @allow("changes.send", "changes.draft")
    def close(self) -> None:
        """Closes the open dialog."""
        self.dialog = ""

    @rx.event
    @allow("changes.send")
    async def take_back(self) -> None:
        """Makes a sent or declined change order a draft again."""
        page = await self.get_state(ChangeOrderState)
        order_id, self.dialog = page._order, ""
        await write(lambda session, who: take_back_change_order(session, who, order_id))
        await page._load()
        await say(self, f"{page.number} is a draft again; the links in the mails no longer open.")

    @rx.event
    @allow("changes.send")
    async def withdraw(self) -> None:
        """Ends it; it is kept."""
        page = await self.get_state(ChangeOrderState)
        order_id, self.dialog = page._order, ""
        await write(lambda session, who: withdraw_change_order(session, who, order_id))
        await page._load()
        await say(self, "The change order is withdrawn.")

    @rx.event
    @allow("changes.draft")
    async def ask_answer(self, question_id: str) -> None:
        """Opens the form for an answer."""
        page = await self.get_state(ChangeOrderState)
        self._question = fields.whole(question_id, "question")
        self.question = next((one.text for one in page.questions if one.id == question_id), "")
        self.errors, self.dialog = {}, "answer"

    @rx.event
    @allow("changes.draft")
    async def answer(self, data: dict[str, Any]) -> None:
        """Answers the question that was opened."""
        page = await self.get_state(ChangeOrderState)
        text, order_id, question_id = form_values(data, ("answer",))["answer"], page._order, self._question
        try:
            await write(
                lambda session, who: answer_about_change(
                    session, who, order_id, question_id=question_id, text=text
                )
            )
        except PsaError as error:
            self.errors = _told(error)
            return
        self.dialog = ""
        await page._load()
        await say(self, "The answer is on its way.")


def _zone(session: Session, _: Actor) -> str:
    return session.exec(select(Firm.time_zone)).one()


def _told(error: PsaError) -> dict[str, str]:
    """Errors beside the dialog's fields; what no field of it shows stands above its buttons."""
    shown = {"contact_ids", "valid_until", "answer", "form"}
    return {name if name in shown else "form": words for name, words in field_errors(error).items()}
