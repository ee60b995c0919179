"""A scope before a client: its milestones, the sheet with its files, and the answer."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.cards import card
from psa_app.components.dialog import dialog
from psa_app.components.document_answer import Agreement, document_for_client
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.link import Text
from psa_app.components.scope_sheet import file_line, parts_list

AGREEMENT = Agreement(
    "Do you agree?", "I have read this statement of work and agree to it for my company.", "Accept and sign"
)


def scope_for_client(state: Any) -> rx.Component:
    """``state`` is a ``ScopeReading`` with the events accept, decline, accept_part, ask_part, open_dialog
    and close."""
    parts = card(parts_list(state.parts, state.ask_part), title="Milestones", body=False)
    files = card(
        rx.el.ul(rx.foreach(state.files, file_line), class_name="waiting parts"),
        title="Files that belong to it",
    )
    return rx.fragment(
        document_for_client(
            state,
            AGREEMENT,
            before=rx.cond(state.parts.length() > 0, parts),
            after=rx.cond(state.files.length() > 0, files),
            asks=False,
        ),
        accept_dialog(state, state.reader),
    )


def accept_dialog(state: Any, reader: Text) -> rx.Component:
    """The question before a milestone is accepted: by whom."""
    return dialog(
        form(
            rx.el.p(
                "By accepting it you say that it is as agreed. It is billed from then on.", class_name="lead"
            ),
            fields.fields(
                fields.text(
                    "name", "Your name", reader, required=True, error=state.errors["name"], prefix="part-"
                )
            ),
            form_error(state.errors["form"]),
            form_foot("Accept", on_cancel=state.close),
            on_submit=state.accept_part,
            label="Acceptance",
            guard=False,
        ),
        open=state.accepting != "",
        on_close=state.close,
        title="Accept “" + state.accepting + "”?",
        size="narrow",
    )
