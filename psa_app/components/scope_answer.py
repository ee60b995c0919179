"""A scope before a client: the sheet, the box to agree in, its milestones, and the questions it asks."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button, submit
from psa_app.components.cards import card, notice, stack
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.link import Text
from psa_app.components.scope_sheet import file_line, parts_list, scope_sheet


def scope_for_client(state: Any) -> rx.Component:
    """``state`` is a ``ScopeReading`` that has the events accept, decline, accept_part, ask_decline, ask_part
    and close."""
    return rx.fragment(
        stack(
            rx.cond(state.note != "", notice(state.note, tone="")),
            rx.cond(
                state.parts.length() > 0,
                card(parts_list(state.parts, state.ask_part), title="Milestones", body=False),
            ),
            scope_sheet(state.sheet),
            rx.cond(
                state.files.length() > 0,
                card(
                    rx.el.ul(rx.foreach(state.files, file_line), class_name="waiting parts"),
                    title="Files that belong to it",
                ),
            ),
            rx.cond(state.may_answer, _agree(state)),
        ),
        dialog(
            form(
                fields.fields(
                    fields.textarea(
                        "reason",
                        "Why",
                        required=True,
                        error=state.errors["reason"],
                        help="The firm reads this, and can send you a changed one.",
                        prefix="decline-",
                    )
                ),
                form_error(state.errors["form"]),
                form_foot("Decline", on_cancel=state.close),
                on_submit=state.decline,
                label="Reason",
            ),
            open=state.declining,
            on_close=state.close,
            title="Decline " + state.number + "?",
            size="narrow",
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


def _agree(state: Any) -> rx.Component:
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
                    prefix="agree-",
                ),
                fields.text(
                    "title",
                    "Your position",
                    state.reader_title,
                    error=errors["title"],
                    auto_complete="organization-title",
                    prefix="agree-",
                ),
                fields.checkbox(
                    "agrees",
                    "I have read this statement of work and agree to it for my company.",
                    error=errors["agrees"],
                    wide=True,
                    prefix="agree-",
                ),
                two=True,
            ),
            form_error(errors["form"]),
            rx.el.p(
                "Your name, the time, your network address and a fingerprint (SHA-256) of exactly this text "
                "are kept as evidence.",
                class_name="muted small",
            ),
            rx.el.div(
                button("Decline…", on_click=state.ask_decline),
                submit("Accept and sign"),
                class_name="form-foot",
            ),
            on_submit=state.accept,
            key="agree-" + state.form_key.to_string(),
            label="Agreement",
            guard=False,
        ),
        title="Do you agree?",
    )
