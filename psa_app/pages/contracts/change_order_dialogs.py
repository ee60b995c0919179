"""The questions that a change order's page asks."""

import reflex as rx

from psa_app.components.dialog import confirm
from psa_app.components.document_dialogs import answer_dialog, send_dialog
from psa_app.state.contracts.change_order import ChangeOrderState
from psa_app.state.contracts.change_order_acts import ChangeActs as State


def dialogs() -> list[rx.Component]:
    """All of them; one is open at a time."""
    return [_send(), _take_back(), _withdraw(), _answer()]


def _send() -> rx.Component:
    return send_dialog(
        State,
        "Send “" + ChangeOrderState.change_title + "”",
        "Each gets a mail with the PDF and a link of their own, reads what changes, and can ask. You sign "
        "for the firm by sending it.",
        nobody="Nobody there may sign yet.",
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
    return answer_dialog(State, "Goes to who asked by mail, and stands with the change order for all there.")
