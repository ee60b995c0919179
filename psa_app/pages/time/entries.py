"""Time entries as a list, for looking things up and for what the grid does not show."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import line
from psa_app.components.dialog import confirm, dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.menu import dots_menu, item
from psa_app.components.table import Sorting, Tools, table_card
from psa_app.components.tabs import tabs
from psa_app.display.forms import Option
from psa_app.display.states import STATES
from psa_app.display.tables import Row
from psa_app.pages.frame import staff
from psa_app.pages.rates.why import why_dialog
from psa_app.pages.registry import page
from psa_app.pages.time.week import TABS
from psa_app.queries.time.entries import STATUSES
from psa_app.state.rates.why import WhyState
from psa_app.state.time.entries import MONEY
from psa_app.state.time.entries import EntriesState as State

NARROW = {"width": "auto", "maxWidth": "220px"}


@page(routes.TIME_ENTRIES, title="Time entries", right="time.log", on_load=State.load, live=("time_entry",))
def entries() -> rx.Component:
    """Filters, the list, and a dialog for one entry."""
    return staff(
        "Time entries",
        tabs(TABS, "entries", "Time"),
        table_card(
            State.columns,
            State.rows,
            label="Time entries",
            above=Tools(filters=_filters()),
            sorting=Sorting(rx.Var.create("day"), ~State.oldest_first, State.on_sort),
            acts=_acts,
            loading=~State.is_ready,
            empty=empty("No time here", "Nothing fits what was asked for.", icon_name="time"),
        ),
        line(
            rx.cond(State.top != "", link_button("Back to the top", href=State.top)),
            rx.cond(State.next_page != "", link_button("Next 80", href=State.next_page)),
        ),
        _form(),
        _delete(),
        why_dialog(),
        area="time",
        actions=[button("Log time", look="primary", on_click=State.add, data_new="")],
    )


def _filters() -> list[rx.Component]:
    states = [Option(key, STATES[key].text) for key in STATUSES]
    money = [Option(key, label) for key, label in MONEY]
    return [
        rx.cond(State.people.length() > 0, _choice("person", "Person", State.people, State.person)),
        _choice("project", "Project", State.projects, State.project),
        _choice("status", "State", states, State.status),
        _choice("money", "Billing", money, State.money),
        _day("from", "From", State.first),
        _day("to", "To", State.last),
        rx.cond(State.is_filtered, button("Clear", look="quiet", small=True, on_click=State.clear)),
    ]


def _choice(key: str, label: str, options: Any, value: rx.Var[str]) -> rx.Component:
    one = lambda option: rx.el.option(option.label, value=option.value)  # noqa: E731
    listed = (
        [rx.foreach(options, one)] if isinstance(options, rx.Var) else [one(option) for option in options]
    )
    return rx.el.select(
        rx.el.option(label, value=""),
        *listed,
        value=value,
        class_name="input small",
        style=NARROW,
        aria_label=label,
        on_change=lambda chosen: State.narrow(key, chosen),
    )


def _day(key: str, label: str, value: rx.Var[str]) -> rx.Component:
    return rx.el.input(
        type="date",
        value=value,
        class_name="input small",
        style=NARROW,
        aria_label=label,
        on_change=lambda chosen: State.narrow(key, chosen),
    )


def _acts(row: rx.Var[Row]) -> rx.Component:
    entry_id = row.id.to(int)
    mine = State.editable.contains(row.id)
    menu = dots_menu(
        rx.cond(mine, item("Edit", icon_name="edit", on_click=State.edit(entry_id))),
        rx.cond(
            State.may_see_rates, item("Why this rate", icon_name="info", on_click=WhyState.show(entry_id))
        ),
        rx.cond(
            State.inside.contains(row.id),
            item("Out of scope", icon_name="warning", on_click=State.mark(entry_id, True)),
        ),
        rx.cond(
            State.outside.contains(row.id),
            item("In scope after all", icon_name="undo", on_click=State.mark(entry_id, False)),
        ),
        rx.cond(mine, item("Delete", icon_name="trash", tone="bad", on_click=State.ask_delete(entry_id))),
        label="More for " + row.name,
    )
    shown = mine | State.may_see_rates | State.inside.contains(row.id) | State.outside.contains(row.id)
    return rx.cond(shown, menu)


def _form() -> rx.Component:
    errors = State.errors
    return dialog(
        form(
            form_error(errors["form"]),
            fields.picker(
                "task",
                "Task",
                value=State.edit_task,
                shown=State.edit_task_name,
                options=State.choices,
                answered=State.answered,
                on_search=State.find,
                on_pick=State.pick,
                error=errors["task"],
                required=True,
            ),
            fields.fields(
                fields.date(
                    "day", "Day", State.edit_day, error=errors["day"], required=True, on_change=State.turn
                ),
                fields.hours("hours", "Hours", State.edit_hours, error=errors["hours"], required=True),
                two=True,
            ),
            rx.cond(
                State.modifiers.length() > 0,
                fields.select(
                    "modifier",
                    "Modifier",
                    State.modifiers,
                    State.edit_modifier,
                    empty="None",
                    error=errors["modifier"],
                    key="modifier-" + State.modifiers.length().to_string(),
                ),
            ),
            fields.textarea("note", "Note", State.edit_note, error=errors["note"], rows=2),
            form_foot("Save", on_cancel=State.close),
            on_submit=State.save,
            key="entry-" + State.form_key.to_string(),
            label="Time entry",
        ),
        open=State.editing >= 0,
        on_close=State.close,
        title=rx.cond(State.editing > 0, "Edit entry", "Log time"),
    )


def _delete() -> rx.Component:
    return confirm(
        open=State.deleting > 0,
        on_close=State.close,
        on_confirm=State.delete,
        title="Delete this entry?",
        act="Delete entry",
        text="Its history stays. What is lost:",
        lost=State.lost,
    )
