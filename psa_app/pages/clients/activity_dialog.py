"""The dialog that logs an activity, on the pages that have one."""

from typing import Any

import reflex as rx

from psa_app.components.dialog import dialog
from psa_app.components.form import Finder, described_fields, form, form_error, form_foot


def activity_dialog(state: Any, key: str) -> rx.Component:
    """The form of `state` (an `ActivityForm`); ``key`` sets its fields' ids apart from other forms'."""
    finder = Finder(
        state.find_link, asked=rx.Var.create("account_id"), answered=state.answered, found=state.found
    )
    return dialog(
        form(
            described_fields(state.specs, state.errors, finder=finder, prefix=f"{key}-"),
            form_error(state.errors["form"]),
            form_foot(state.form_words, on_cancel=state.close),
            on_submit=state.save,
            key=f"{key}-" + state.form_key.to_string(),
            label=state.form_title,
        ),
        open=state.form_open,
        on_close=state.close,
        title=state.form_title,
    )
