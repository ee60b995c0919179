"""A change order before a client: what it means, the sheet, and the answer."""

from typing import Any

import reflex as rx

from psa_app.components.cards import card
from psa_app.components.change_effect import effect_table
from psa_app.components.document_answer import Agreement, document_for_client

AGREEMENT = Agreement(
    "Do you agree?", "I have read this change order and agree to it for my company.", "Accept and sign"
)


def change_for_client(state: Any) -> rx.Component:
    """``state`` is a ``ChangeReading`` with the events accept, decline, ask, open_dialog and close."""
    title = "What it means for you"
    effect = card(effect_table(state.effect, title), title=title, body=False)
    return document_for_client(state, AGREEMENT, before=rx.cond(state.effect.length() > 0, effect))
