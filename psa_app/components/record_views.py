"""Saved views above a list: tabs, what can be done with the open one, and the dialog of its name."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.dialog import confirm, dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.menu import dots_menu, item
from psa_app.components.tabs import tabs


def view_tabs(listed: Any, state: Any) -> rx.Component:
    """The tabs of `listed` (a `RecordsState`) with the acts of `state` (a `ViewState`) at their right."""
    save = rx.cond(
        listed.view_changed & listed.may_change_view,
        button("Save changes", small=True, on_click=state.update),
    )
    acts = rx.el.div(save, _acts(listed, state), class_name="push")
    shown = rx.el.div(tabs(listed.tabs, listed.tab, "Views"), acts, class_name="views")
    return rx.cond(listed.tabs.length() > 1, shown)


def save_view(listed: Any, state: Any) -> rx.Component:
    """For the tools of a list: keeps what it shows under a name."""
    return rx.cond(listed.view_changed, button("Save as view", small=True, on_click=state.add))


def _acts(listed: Any, state: Any) -> rx.Component:
    sharing = rx.cond(
        listed.view_shared,
        item("Keep to myself", icon_name="lock", on_click=state.share(False)),
        rx.cond(
            listed.may_share, item("Share with everyone", icon_name="people", on_click=state.share(True))
        ),
    )
    return rx.cond(
        (listed.view != "") & listed.may_change_view,
        dots_menu(
            item("Rename", icon_name="edit", on_click=state.rename),
            sharing,
            item("Delete view", icon_name="trash", tone="bad", on_click=state.ask_delete(True)),
            label="More for the view " + listed.view_name,
        ),
    )


def view_dialogs(listed: Any, state: Any) -> rx.Component:
    """The name of a view, and the question before it is deleted."""
    share = rx.cond(
        state.is_new & listed.may_share,
        fields.checkbox("is_shared", "Everyone who may see this list sees the view", False, prefix="view-"),
    )
    title = rx.cond(state.is_new, "Save as view", "Rename view")
    naming = form(
        form_error(state.errors["form"]),
        fields.fields(
            fields.text(
                "name",
                "Name",
                state.name,
                required=True,
                error=state.errors["name"],
                prefix="view-",
                help="The search, filters, order and columns of this list are kept under it.",
            ),
            share,
        ),
        form_foot("Save view", on_cancel=state.close),
        on_submit=state.save,
        key="view-" + state.form_key.to_string(),
        label=title,
    )
    return rx.fragment(
        dialog(naming, open=state.is_open, on_close=state.close, title=title),
        confirm(
            open=state.is_deleting,
            on_close=state.ask_delete(False),
            on_confirm=state.delete,
            title="Delete the view?",
            act="Delete view",
            text="“" + listed.view_name + "” goes; the records that it shows stay.",
        ),
    )
