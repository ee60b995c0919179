"""A change order before a client's contact: what it means for them, and their answer."""

from collections.abc import Mapping
from typing import Any

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.change import EffectRow
from psa_app.formats import words
from psa_app.queries.portal.change_order import OrderToRead, order_to_read
from psa_app.services.contracts.change_orders import accept_change_order, decline_change_order
from psa_app.state.base import read
from psa_app.state.contracts.document_reading import DocumentReading, Service, questions_of


class ChangeReading(DocumentReading, mixin=True):
    """What changes for the reader."""

    effect: list[EffectRow] = []
    _kind: str = "Change order"

    async def _load(self, order_id: int, who: Actor | None) -> None:
        found = await read(lambda session, reader: order_to_read(session, reader, order_id), who)
        self._show_document(found, found.number, _note(found), routes.change_order_pdf(found.id))
        self.effect = [EffectRow(what, before, after) for what, before, after in found.effect]
        is_open = found.status == "sent" and not found.is_over
        self.may_answer, self.may_ask = is_open and found.may_sign, is_open
        self.questions = questions_of(found.questions, found.firm, found.zone, found.locale)

    def _acceptance(self, data: Mapping[str, Any]) -> Service:
        return self._signing(accept_change_order, data)

    def _refusal(self, data: Mapping[str, Any]) -> Service:
        return self._saying(decline_change_order, data, "reason")


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
