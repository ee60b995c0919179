"""A client's checklist, drawn from its state: what is to do, who does it, what is done."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.cards import card
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.menu import dots_menu, item
from psa_app.display.templates import CheckItem


def checklist(state: Any, on_save: Any) -> rx.Component:
    """The card and its dialogs; ``on_save`` asks for the name of a template made from it."""

    def one(todo: rx.Var[CheckItem]) -> rx.Component:
        box = rx.el.input(
            type="checkbox",
            checked=todo.done,
            aria_label=todo.title,
            on_change=state.tick(todo.id, ~todo.done),
            class_name="check-box",
        )
        late = rx.cond(todo.late != "", rx.el.span(" · ", todo.late, class_name="late"))
        text = rx.el.div(
            rx.el.div(todo.title, class_name="title"),
            rx.el.div(todo.sub, late, class_name="sub"),
            class_name="text",
        )
        menu = dots_menu(
            item("Change", icon_name="edit", on_click=state.edit(todo.id)),
            item("Take off", icon_name="trash", tone="bad", on_click=state.remove(todo.id)),
            label="More for " + todo.title,
        )
        return rx.el.li(box, text, menu, class_name=rx.cond(todo.done, "done", ""), key=todo.id)

    has_items = state.items.length() > 0
    more = dots_menu(
        item("Start onboarding", icon_name="plus", on_click=state.ask_start),
        rx.cond(state.may_save, item("Save as template", icon_name="copy", on_click=on_save)),
        label="More for the checklist",
    )
    aside = rx.el.div(
        rx.el.span(state.progress),
        button("Add", icon_name="plus", small=True, on_click=state.add, aria_label="Add to the checklist"),
        rx.cond(has_items, more),
        class_name="line",
    )
    nothing = rx.el.div(
        rx.el.span("What is to do for a new client, by whom and until when.", class_name="muted"),
        button("Start onboarding", small=True, on_click=state.ask_start),
        class_name="card-body line wrap",
    )
    rows = rx.el.ul(rx.foreach(state.items, one), class_name="waiting checklist")
    shown = card(rx.cond(has_items, rows, nothing), title="Onboarding", aside=aside, body=False)
    return rx.fragment(rx.cond(state.may_use & state.is_ready, shown), _start(state), _item(state))


def _start(state: Any) -> rx.Component:
    wrong, common = state.errors, {"prefix": "start-"}
    return dialog(
        form(
            fields.fields(
                fields.select("template", "Checklist", state.templates, error=wrong["template"], **common),
                fields.date(
                    "starts_on",
                    "From",
                    state.today,
                    required=True,
                    error=wrong["starts_on"],
                    help="Due days count from this one.",
                    **common,
                ),
                fields.select(
                    "owner_id",
                    "Who does it",
                    state.people,
                    state.owner,
                    error=wrong["owner_id"],
                    help="Where the checklist names nobody.",
                    **common,
                ),
            ),
            form_error(wrong["form"]),
            form_foot("Start", on_cancel=state.close),
            on_submit=state.start,
            key="start-" + state.form_key.to_string(),
            label="Onboarding",
        ),
        open=state.dialog == "start",
        on_close=state.close,
        title=state.title,
    )


def _item(state: Any) -> rx.Component:
    wrong, common = state.errors, {"prefix": "check-"}
    return dialog(
        form(
            fields.fields(
                fields.text(
                    "title", "To do", state.item_title, required=True, error=wrong["title"], **common
                ),
                fields.date("due_on", "Due", state.item_due, error=wrong["due_on"], **common),
                fields.select(
                    "owner_id", "Who", state.people, state.owner, error=wrong["owner_id"], **common
                ),
            ),
            form_error(wrong["form"]),
            form_foot("Save", on_cancel=state.close),
            on_submit=state.save,
            key="check-" + state.form_key.to_string(),
            label="To do",
        ),
        open=state.dialog == "item",
        on_close=state.close,
        title=state.title,
    )
