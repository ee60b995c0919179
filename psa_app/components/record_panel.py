"""The list and the form of a kind of record, drawn from descriptors: the low-code page."""

from typing import Any

import reflex as rx

from psa_app.components.buttons import button
from psa_app.components.cards import card
from psa_app.components.empty import empty
from psa_app.components.icons import IconName
from psa_app.components.menu import dots_menu, item
from psa_app.components.record_form import record_form
from psa_app.components.table import narrow, table
from psa_app.display.tables import ARCHIVED_CHOICES, Row


def record_panel(
    state: Any, title: str, words: str, icon_name: IconName = "file", key: str = "record", nothing: str = ""
) -> rx.Component:
    """A card with the rows of `state` (a `RecordPanel`) and its dialog; `words` say what belongs there.

    `nothing` names what there is none of yet, where the title in small letters does not.
    """
    add = rx.cond(
        state.may_create,
        button("Add", icon_name="plus", small=True, on_click=state.add, aria_label=f"Add to {title}"),
    )
    which = rx.cond(
        state.archived != "", narrow("Archived", ARCHIVED_CHOICES, state.archived, state.show_archived)
    )
    return rx.fragment(
        card(
            table(
                state.columns,
                state.rows,
                label=title,
                acts=lambda row: _acts(state, row),
                loading=~state.is_ready,
                empty=empty(f"No {nothing or title.lower()} yet", words, icon_name=icon_name),
            ),
            title=title,
            aside=rx.el.div(which, add, class_name="line"),
            body=False,
        ),
        record_form(state, key=key),
    )


def _acts(state: Any, row: rx.Var[Row]) -> rx.Component:
    return rx.cond(
        state.may_change,
        dots_menu(
            item("Change", icon_name="edit", on_click=state.edit(row.id.to(int))),
            rx.cond(
                state.may_remove,
                item("Remove", icon_name="trash", tone="bad", on_click=state.remove(row.id.to(int))),
            ),
            label="More for " + row.name,
        ),
    )
