"""The dialog of a record of any kind, drawn from descriptors."""

from typing import Any

import reflex as rx

from psa_app.components.buttons import button
from psa_app.components.cards import notice
from psa_app.components.definition import facts
from psa_app.components.dialog import dialog
from psa_app.components.form import Finder, described_fields, form, form_error, form_foot


def record_form(state: Any, key: str = "record") -> rx.Component:
    """The form of `state` (a `RecordForm`); ``key`` sets its fields' ids apart from other forms'."""
    return dialog(
        form(
            described_fields(state.specs, state.errors, finder=finder(state), prefix=f"{key}-"),
            form_error(state.errors["form"]),
            _theirs(state),
            form_foot(state.form_words, on_cancel=state.close),
            on_submit=state.save,
            key=f"{key}-" + state.form_key.to_string(),
            label=state.form_title,
        ),
        open=state.form_open,
        on_close=state.close,
        title=state.form_title,
        size="wide",
    )


def finder(state: Any) -> Finder:
    """How the link fields of `state` ask the server."""
    return Finder(state.find_link, state.link_asked, state.link_answered, state.links)


def _theirs(state: Any) -> rx.Component:
    """What someone else saved since the form was opened, and the way on."""
    return rx.cond(
        state.theirs.length() > 0,
        notice(
            rx.el.b("They saved"),
            facts(state.theirs, quiet=True, plain=True),
            rx.cond(
                state.is_stale,
                button("Keep what I typed", small=True, on_click=state.keep_mine),
                rx.el.p("Save now puts what you typed in place of theirs."),
            ),
            tone="warn",
        ),
    )
