"""The questions that the pages of a scope, a quote and a change order ask alike."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.cards import notice
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.link import Text, text_link
from psa_app.display.forms import Option


def send_dialog(
    state: Any,
    title: Text,
    lead: str,
    *more: rx.Component,
    nobody: str,
    press: str = "Send it",
    warning: Text = "",
) -> rx.Component:
    """To whom it goes, and until when. ``state`` is a ``DocumentActs`` with the events send and close;
    ``more`` are further fields, named with the prefix "send-"; ``warning`` is read before it is sent."""

    def contact(one: rx.Var[Option]) -> rx.Component:
        ticked = state.chosen.contains(one.value)
        return fields.checkbox("contact-" + one.value, one.label, ticked, help=one.sub, prefix="send-")

    return dialog(
        form(
            rx.el.p(lead, class_name="lead"),
            rx.cond(warning != "", notice(warning, tone="warn")),
            rx.cond(
                state.nobody != "",
                notice(nobody + " ", text_link("Mark a contact as approver", href=state.nobody), tone="warn"),
            ),
            rx.el.fieldset(
                rx.el.legend("To"),
                fields.fields(rx.foreach(state.contacts, contact)),
                form_error(state.errors["contact_ids"]),
            ),
            fields.date(
                "valid_until", "Open until", state.until, error=state.errors["valid_until"], prefix="send-"
            ),
            *more,
            form_error(state.errors["form"]),
            form_foot(press, on_cancel=state.close),
            on_submit=state.send,
            label="Send",
            guard=False,
        ),
        open=state.dialog == "send",
        on_close=state.close,
        title=title,
    )


def answer_dialog(state: Any, about: str) -> rx.Component:
    """The answer to a client's question, with the events answer and close."""
    return dialog(
        form(
            rx.el.p(state.question, class_name="question-text"),
            fields.fields(
                fields.textarea(
                    "answer",
                    "Your answer",
                    required=True,
                    error=state.errors["answer"],
                    rows=5,
                    prefix="question-",
                    help=about,
                )
            ),
            form_error(state.errors["form"]),
            form_foot("Send it", on_cancel=state.close),
            on_submit=state.answer,
            label="Answer",
        ),
        open=state.dialog == "answer",
        on_close=state.close,
        title="Answer the question",
    )
