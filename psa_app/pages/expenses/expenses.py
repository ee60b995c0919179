"""Expenses: one's own by month, with the form to write one."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import kpis, line, notice
from psa_app.components.dialog import confirm
from psa_app.components.empty import empty
from psa_app.components.link import text_link
from psa_app.components.menu import dots_menu, item
from psa_app.components.table import table_card
from psa_app.components.tabs import tabs
from psa_app.display.tables import Row
from psa_app.pages.expenses.form import expense_form
from psa_app.pages.expenses.parts import OWN, expense_dialog
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.expenses.expenses import ExpensesState as State


@page(routes.EXPENSES, title="Expenses", right="expenses.log", on_load=State.load, live=("expense",))
def expenses() -> rx.Component:
    """The month, by state."""
    return staff(
        "Expenses",
        rx.cond(
            State.elsewhere != "",
            notice(State.elsewhere, " ", text_link("Look at them", href=State.elsewhere_href)),
        ),
        kpis(State.kpis),
        tabs(State.tabs, State.tab, "Expenses by state"),
        table_card(
            OWN,
            State.rows,
            label="Expenses",
            title=State.title,
            aside=_turns(),
            acts=_acts,
            totals=State.totals,
            loading=~State.is_ready,
            empty=empty(
                "No expenses here",
                "Train, hotel, software, kilometres: what you paid for a project stands here by month.",
                button("New expense", on_click=State.new),
                icon_name="expenses",
            ),
        ),
        expense_form(State.save, State.close),
        _shown(),
        _remove(),
        area="expenses",
        subtitle="What you paid for projects, with its receipts.",
        actions=[
            rx.cond(State.ready > 0, button(State.ready_words, on_click=State.submit_all)),
            button("New expense", look="primary", on_click=State.new, data_new=""),
        ],
    )


def _turns() -> rx.Component:
    after = link_button("After", href=State.after, small=True, icon_name="chevron-right")
    return line(
        link_button("Before", href=State.before, small=True, icon_name="chevron-left"),
        rx.cond(State.after != "", after),
        wrap=False,
    )


def _acts(row: rx.Var[Row]) -> rx.Component:
    copy = item("Duplicate", icon_name="copy", on_click=State.copy(row.id))
    label = "More for " + row.name
    draft = dots_menu(
        item("Change", icon_name="edit", on_click=State.open_one(row.id)),
        item("Submit", icon_name="send", on_click=State.submit(row.id)),
        copy,
        item("Delete", icon_name="trash", tone="bad", on_click=State.ask_remove(row.id)),
        label=label,
    )
    waiting = dots_menu(item("Take back", icon_name="undo", on_click=State.recall(row.id)), copy, label=label)
    return rx.cond(
        State.drafts.contains(row.id),
        draft,
        rx.cond(State.waiting.contains(row.id), waiting, dots_menu(copy, label=label)),
    )


def _shown() -> rx.Component:
    return expense_dialog(
        State.shown,
        State.close,
        rx.cond(
            State.shown.state == "submitted",
            button("Take back", on_click=State.recall(State.shown.id.to_string())),
        ),
        button("Close", on_click=State.close),
    )


def _remove() -> rx.Component:
    return confirm(
        open=State.removing > 0,
        on_close=State.close,
        on_confirm=State.remove,
        title="Delete this draft?",
        act="Delete draft",
        text=State.removing_name + ". Its receipts go with it.",
    )
