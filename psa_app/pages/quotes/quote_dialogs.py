"""The questions that a quote's page asks."""

import reflex as rx

from psa_app.components.dialog import confirm
from psa_app.components.document_dialogs import answer_dialog, send_dialog
from psa_app.state.quotes.quote import QuoteState
from psa_app.state.quotes.quote_acts import QuoteActs as State


def dialogs() -> list[rx.Component]:
    """All of them; one is open at a time."""
    return [_send(), _delete(), _scope(), _answer()]


def _send() -> rx.Component:
    return send_dialog(
        State,
        "Send “" + QuoteState.quote_title + "”",
        "Each gets a mail with the PDF and a link of their own, reads the quote as it is now, and can ask "
        "about it. An older version that is still open is replaced.",
        nobody="Nobody there may accept yet.",
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
    return answer_dialog(
        State, "Goes to who asked by mail, and stands below the quote for all at the client."
    )
