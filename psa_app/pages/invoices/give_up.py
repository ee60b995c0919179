"""The questions before an invoice is written off, and before it is opened again."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.form_dialog import form_dialog
from psa_app.state.invoices.give_up import GiveUpState as State


def give_up_dialogs(number: rx.Var[str], open_text: rx.Var[str]) -> rx.Component:
    """Both; `open_text` is what is still open."""
    return rx.fragment(
        _ask(
            "write_off",
            "Write off " + open_text + "?",
            "Nobody is asked for it any more, and it stands in the books as a loss of today.",
            act="Write off",
            required=True,
            danger=True,
        ),
        _ask(
            "reopen",
            "Open " + number + " again?",
            "It owes again what was written off, and the loss is taken back.",
            act="Reopen",
            required=False,
        ),
    )


def _ask(name: str, title: Any, text: str, *, act: str, required: bool, danger: bool = False) -> rx.Component:
    return form_dialog(
        rx.el.p(text),
        fields.fields(fields.textarea("reason", "Why", required=required, error=State.errors["reason"])),
        open=State.dialog == name,
        on_close=State.close,
        on_submit=State.save,
        title=title,
        act=act,
        errors=State.errors,
        key=f"{name}-" + State.form_key.to_string(),
        size="narrow",
        danger=danger,
    )
