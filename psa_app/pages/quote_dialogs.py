"""The questions that a quote's page asks."""

import reflex as rx

from psa_app.components import fields
from psa_app.components.cards import notice
from psa_app.components.dialog import confirm, dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.link import text_link
from psa_app.display.forms import Option
from psa_app.state.quote import QuoteState
from psa_app.state.quote_acts import QuoteActs as State


def dialogs() -> list[rx.Component]:
    """All of them; one is open at a time."""
    return [_send(), _delete(), _scope(), _answer()]


def _send() -> rx.Component:
    def contact(one: rx.Var[Option]) -> rx.Component:
        return fields.checkbox(
            "contact-" + one.value, one.label, State.chosen.contains(one.value), help=one.sub, prefix="send-"
        )

    return dialog(
        form(
            rx.el.p(
                "Each gets a mail with the PDF and a link of their own, reads the quote as it is now, and "
                "can ask about it. An older version that is still open is replaced.",
                class_name="lead",
            ),
            rx.cond(
                State.nobody != "",
                notice(
                    "Nobody there may accept yet. ",
                    text_link("Mark a contact as approver", href=State.nobody),
                    tone="warn",
                ),
            ),
            rx.el.fieldset(
                rx.el.legend("To"),
                fields.fields(rx.foreach(State.contacts, contact)),
                form_error(State.errors["contact_ids"]),
            ),
            fields.date(
                "valid_until", "Open until", State.until, error=State.errors["valid_until"], prefix="send-"
            ),
            form_error(State.errors["form"]),
            form_foot("Send it", on_cancel=State.close),
            on_submit=State.send,
            label="Send",
            guard=False,
        ),
        open=State.dialog == "send",
        on_close=State.close,
        title="Send “" + QuoteState.quote_title + "”",
    )


def _delete() -> rx.Component:
    return confirm(
        open=State.dialog == "delete",
        on_close=State.close,
        on_confirm=State.delete,
        title="Delete this draft?",
        act="Delete draft",
        text="The draft with all its lines is gone. Versions that were sent stay.",
    )


def _scope() -> rx.Component:
    return confirm(
        open=State.dialog == "scope",
        on_close=State.close,
        on_confirm=State.make,
        title="Make the scope of “" + QuoteState.quote_title + "”?",
        act="Make the scope",
        text="A draft of a scope of work gets the lines that the client chose, with discounts in the "
        "amounts. You can change it before it is sent.",
        danger=False,
    )


def _answer() -> rx.Component:
    return dialog(
        form(
            rx.el.p(State.question, class_name="question-text"),
            fields.fields(
                fields.textarea(
                    "answer",
                    "Your answer",
                    required=True,
                    error=State.errors["answer"],
                    rows=5,
                    prefix="question-",
                    help="Goes to who asked by mail, and stands below the quote for all at the client.",
                )
            ),
            form_error(State.errors["form"]),
            form_foot("Send it", on_cancel=State.close),
            on_submit=State.answer,
            label="Answer",
        ),
        open=State.dialog == "answer",
        on_close=State.close,
        title="Answer the question",
    )
