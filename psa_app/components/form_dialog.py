"""A dialog that is one form: what it asks, what is wrong with it as a whole, and its buttons."""

from typing import Any

import reflex as rx

from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.link import Text


def form_dialog(
    *content: Any,
    open: rx.Var[bool],  # noqa: A002 - as in HTML
    on_close: Any,
    on_submit: Any,
    title: Text,
    act: Text,
    errors: rx.Var[dict[str, str]],
    key: Text = "",
    label: Text = "",
    size: str = "",
    danger: bool = False,
) -> rx.Component:
    """``act`` is the verb on the button, and the form's name unless ``label`` gives one.

    ``errors["form"]`` stands above the buttons; ``key`` and ``size`` are those of form and dialog.
    ``danger`` is for an act that destroys.
    """
    return dialog(
        form(
            *content,
            form_error(errors["form"]),
            form_foot(act, on_cancel=on_close, danger=danger),
            on_submit=on_submit,
            key=key,
            label=label or act,
        ),
        open=open,
        on_close=on_close,
        title=title,
        size=size,
    )
