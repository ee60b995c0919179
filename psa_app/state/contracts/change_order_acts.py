"""What is done with a change order: written, sent, taken back, withdrawn, its questions answered."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.errors import PsaError
from psa_app.queries.contracts.orders import one_order
from psa_app.services.contracts.change_orders import (
    send_change_order,
    take_back_change_order,
    withdraw_change_order,
)
from psa_app.services.contracts.order_questions import answer_about_change
from psa_app.state.base import allow, read, say, write
from psa_app.state.contracts.change_order import ChangeOrderState
from psa_app.state.contracts.change_order_edit import ChangeEdit
from psa_app.state.contracts.document_acts import DocumentActs


class ChangeActs(DocumentActs, rx.State):
    """The dialogs of the page: send, take_back, withdraw, answer."""

    @rx.event
    @allow("changes.draft")
    async def submit(self, data: dict[str, Any]) -> Any:
        """Saves the editor, or shows the effect, or adds and drops a row: whatever was pressed."""
        edit = await self.get_state(ChangeEdit)
        pressed = edit._taken(data)
        if pressed not in ("save", "send"):
            await edit._change(pressed, str(data.get("kind", "")))
            return None
        try:
            order = await edit._write()
        except PsaError as error:
            edit._refuse(error)
            return None
        order_id, is_new = int(order.id or 0), not edit._order
        page = await self.get_state(ChangeOrderState)
        page._order = order_id
        edit._order = 0  # what is kept now stands in the fields
        await page._load()
        if pressed == "send":
            await self._ask_send()
        else:
            await say(self, "The change order is saved.")
        return rx.redirect(routes.change_order(order_id), replace=True) if is_new else None

    async def _ask_send(self) -> None:
        order_id = (await self.get_state(ChangeOrderState))._order
        one = await read(lambda session, who: one_order(session, who, order_id))
        await self._offer(one.contacts, one.sow.account_id, "may sign", "reads and asks")

    @rx.event
    @allow("changes.send")
    async def send(self, data: dict[str, Any]) -> None:
        """Sends the change order to the ticked contacts."""
        page = await self.get_state(ChangeOrderState)
        people = await self._sent(data, send_change_order, page._order, "sign")
        if people:
            await page._load()
            await say(self, f"{page.number} is on its way to {people}.")

    @rx.event
    @allow("changes.send")
    def ask(self, dialog: str) -> None:
        """Opens a question: take_back or withdraw."""
        self._ask(dialog, "take_back", "withdraw")

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
        self._ask_answer((await self.get_state(ChangeOrderState)).questions, question_id)

    @rx.event
    @allow("changes.draft")
    async def answer(self, data: dict[str, Any]) -> None:
        """Answers the question that was opened."""
        page = await self.get_state(ChangeOrderState)
        if await self._answered(data, answer_about_change, page._order):
            await page._load()
            await say(self, "The answer is on its way.")
