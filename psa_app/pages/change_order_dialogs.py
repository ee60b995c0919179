"""The questions that a change order's page asks."""

import reflex as rx

from psa_app.components import fields
from psa_app.components.cards import notice
from psa_app.components.dialog import confirm, dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.link import text_link
from psa_app.display.forms import Option
from psa_app.state.change_order import ChangeOrderState
from psa_app.state.change_order_acts import ChangeActs as State


def dialogs() -> list[rx.Component]:
    """All of them; one is open at a time."""
    return [_send(), _take_back(), _withdraw(), _answer()]


def _send() -> rx.Component:
    def contact(one: rx.Var[Option]) -> rx.Component:
        return fields.checkbox(
            "contact-" + one.value, one.label, State.chosen.contains(one.value), help=one.sub, prefix="send-"
        )

    return dialog(
        form(
            rx.el.p(
                "Each gets a mail with the PDF and a link of their own, reads what changes, and can ask. You "
                "sign for the firm by sending it.",
                class_name="lead",
            ),
            rx.cond(
                State.nobody != "",
                notice(
                    "Nobody there may sign yet. ",
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
        title="Send “" + ChangeOrderState.change_title + "”",
    )


def _take_back() -> rx.Component:
    return confirm(
        open=State.dialog == "take_back",
        on_close=State.close,
        on_confirm=State.take_back,
        title="Take " + ChangeOrderState.number + " back?",
        act="Take it back",
        text="It becomes a draft again and can be changed. The links in the mails no longer open it.",
        danger=False,
    )


def _withdraw() -> rx.Component:
    return confirm(
        open=State.dialog == "withdraw",
        on_close=State.close,
        on_confirm=State.withdraw,
        title="Withdraw “" + ChangeOrderState.change_title + "”?",
        act="Withdraw it",
        text="It is kept as withdrawn and can no longer be accepted. The app does not draft it again for the "
        "same hours.",
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
                    help="Goes to who asked by mail, and stands with the change order for all there.",
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
