"""The expenses on an invoice's page: beside the sheet, and how a draft lists them."""

import reflex as rx

from psa_app.components.cards import card
from psa_app.components.menu import item
from psa_app.components.table import table
from psa_app.display.tables import Column
from psa_app.state.invoices.expenses import InvoiceExpenses as State

COLUMNS = [
    Column("what", "What for"),
    Column("day", "Day", width="72px"),
    Column("amount", "Amount", align="right", phone="side"),
]


def expenses_on_it() -> rx.Component:
    """What it bills of them, each a way to the expense; nothing where it bills none."""
    return rx.cond(
        State.rows.length() > 0,
        card(
            table(COLUMNS, State.rows, label="Expenses"),
            title="Expenses",
            aside=State.told,
            body=False,
        ),
    )


def group_items() -> rx.Component:
    """The other way to list them, where there is more than one."""
    return rx.cond(
        State.rows.length() > 1,
        rx.cond(
            State.by_line,
            item("List expenses one by one", on_click=State.group(False)),
            item("Group expenses by category", on_click=State.group(True)),
        ),
    )
