"""A change order before a client's contact: what the signed-in reader and a mail's link share."""

from collections.abc import Mapping
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.change import EffectRow
from psa_app.display.quote import Question
from psa_app.display.scope import Sheet
from psa_app.display.states import badge
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.queries.portal.change_order import OrderToRead
from psa_app.services.contracts.change_orders import accept_change_order, decline_change_order
from psa_app.services.contracts.order_questions import ask_about_change
from psa_app.state.base import field_errors, form_values
from psa_app.state.scope_sheets import sheet_of


class ChangeReading(rx.State, mixin=True):
    """The sheet, what it means for the reader, and the answer that is being given."""

    number: str = ""
    change_title: str = ""
    word: str = ""
    tone: str = ""
    note: str = ""
    sheet: Sheet = Sheet()
    effect: list[EffectRow] = []
    questions: list[Question] = []
    may_answer: bool = False
    may_ask: bool = False
    reader: str = ""
    reader_title: str = ""
    pdf: str = ""
    errors: dict[str, str] = {}
    dialog: str = ""  # decline | ask
    form_key: int = 0
    is_ready: bool = False
    is_missing: bool = False
    _order: int = 0
    _hash: str = ""

    def _show(self, found: OrderToRead, pdf: str = "") -> None:
        word = badge(found.status)
        if found.text_hash != self._hash or found.id != self._order:
            self.form_key += 1
        self._order, self._hash = found.id, found.text_hash
        self.number, self.change_title = found.number, found.title
        self.word, self.tone = word.text, word.tone
        self.sheet = sheet_of(found.paper)
        self.effect = [EffectRow(what, before, after) for what, before, after in found.effect]
        is_open = found.status == "sent" and not found.is_over
        self.may_answer, self.may_ask = is_open and found.may_sign, is_open
        self.questions = [_question(place, one, found) for place, one in enumerate(found.questions)]
        self.note = _note(found)
        self.reader, self.reader_title = found.reader, found.reader_title
        self.pdf = pdf or routes.change_order_pdf(found.id)
        self.is_ready, self.is_missing = True, False

    def _open_dialog(self, which: str) -> None:
        self._close()
        self.dialog = which if which in ("decline", "ask") else ""

    def _close(self) -> None:
        self.dialog, self.errors = "", {}

    def _refused(self, error: PsaError) -> None:
        shown = {"name", "title", "agrees", "reason", "text", "form"}
        told = field_errors(error)
        self.errors = {name if name in shown else "form": sentence for name, sentence in told.items()}

    def _acceptance(self, data: Mapping[str, Any]) -> Any:
        """What `accept_change_order` is called with, for the text that is shown."""
        values = form_values(data, ("name", "title"))
        agrees, order_id, text_hash = data.get("agrees") == "on", self._order, self._hash

        def accept(session: Session, who: Actor) -> object:
            return accept_change_order(session, who, order_id, text_hash=text_hash, agrees=agrees, **values)

        return accept

    def _refusal(self, data: Mapping[str, Any]) -> Any:
        reason, order_id = form_values(data, ("reason",))["reason"], self._order
        return lambda session, who: decline_change_order(session, who, order_id, reason=reason)

    def _asking(self, data: Mapping[str, Any]) -> Any:
        text, order_id = form_values(data, ("text",))["text"], self._order
        return lambda session, who: ask_about_change(session, who, order_id, text=text)


def _question(place: int, one: Any, found: OrderToRead) -> Question:
    when = words.moment(one.asked_at, found.zone, found.locale)
    answered = f"{one.answered_by}, {found.firm}" if one.answer else ""
    return Question(str(place), f"{one.asked_by}, {when}", one.text, one.answer, answered, not one.answer)


def _note(found: OrderToRead) -> str:
    if found.status == "declined":
        return f"This was declined: {found.decline_reason}"
    if found.status == "signed":
        return "This is agreed, and part of the contract."
    if found.is_over and found.valid_until:
        day = words.day(found.valid_until, found.locale)
        return f"This could be accepted until {day}. Ask {found.firm} for a new one."
    if not found.may_sign:
        return "You may read this and ask about it. Someone else at your company has to agree to it."
    return ""
