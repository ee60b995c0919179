"""A change order before a client: what it means, the sheet, the box to sign in, and the questions."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button, submit
from psa_app.components.cards import card, notice, stack
from psa_app.components.change_effect import effect_table
from psa_app.components.form import form, form_error
from psa_app.components.quote_answer import ask_dialog, decline_dialog, questions_card
from psa_app.components.scope_sheet import scope_sheet


def change_for_client(state: Any) -> rx.Component:
    """``state`` is a ``ChangeReading`` with the events accept, decline, ask, open_dialog and close."""
    return rx.fragment(
        stack(
            rx.cond(state.note != "", notice(state.note, tone="")),
            rx.cond(
                state.effect.length() > 0,
                card(
                    effect_table(state.effect, "What it means for you"),
                    title="What it means for you",
                    body=False,
                ),
            ),
            scope_sheet(state.sheet),
            rx.cond(state.may_answer, _accept(state)),
            rx.cond((state.questions.length() > 0) | state.may_ask, questions_card(state)),
        ),
        decline_dialog(state),
        ask_dialog(state),
    )


def _accept(state: Any) -> rx.Component:
    errors = state.errors
    return card(
        form(
            fields.fields(
                fields.text(
                    "name",
                    "Your name",
                    state.reader,
                    required=True,
                    error=errors["name"],
                    auto_complete="name",
                    prefix="accept-",
                ),
                fields.text(
                    "title",
                    "Your position",
                    state.reader_title,
                    error=errors["title"],
                    auto_complete="organization-title",
                    prefix="accept-",
                ),
                fields.checkbox(
                    "agrees",
                    "I have read this change order and agree to it for my company.",
                    error=errors["agrees"],
                    wide=True,
                    prefix="accept-",
                ),
                two=True,
            ),
            form_error(rx.cond(state.dialog == "", errors["form"], "")),
            rx.el.p(
                "Your name, the time, your network address and a fingerprint (SHA-256) of exactly this text "
                "are kept as evidence.",
                class_name="muted small",
            ),
            rx.el.div(
                button("Decline…", on_click=state.open_dialog("decline")),
                submit("Accept and sign"),
                class_name="form-foot",
            ),
            on_submit=state.accept,
            key="accept-" + state.form_key.to_string(),
            label="Agreement",
            guard=False,
        ),
        title="Do you agree?",
    )
