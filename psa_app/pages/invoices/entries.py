"""The time behind a line of an invoice, over its page."""

import reflex as rx

from psa_app.components.buttons import icon_button
from psa_app.components.dialog import dialog
from psa_app.components.menu import dots_menu, item
from psa_app.components.table import table
from psa_app.display.tables import Column, Row
from psa_app.state.invoices.draft_edit import DraftEditState
from psa_app.state.invoices.invoice import InvoiceState as State
from psa_app.state.rates.why import WhyState

ENTRIES = [
    Column("day", "Day"),
    Column("person", "Person", width="140px"),
    Column("note", "Note"),
    Column("raw", "Worked", align="right"),
    Column("billed", "Billed", align="right"),
    Column("amount", "Amount", align="right"),
    Column("rate", "Rate from", width="120px"),
]


def _entry_acts(row: rx.Var[Row]) -> rx.Component:
    """Why its rate; on a draft also what can be done to the entry alone."""
    entry_id = row.id.to(int)
    why = icon_button("info", "Why this rate: " + row.name, on_click=WhyState.show(entry_id))
    acts = dots_menu(
        item("Why this rate", icon_name="info", on_click=WhyState.show(entry_id)),
        item("Write down or up", icon_name="edit", on_click=DraftEditState.begin("write", 0, entry_id)),
        item("Bill later", icon_name="calendar", on_click=DraftEditState.begin("later", 0, entry_id)),
        label="More for " + row.name,
    )
    return rx.cond(State.is_draft & State.may_draft, acts, why)


def entries_dialog() -> rx.Component:
    """Day, person, hours and amount of each entry, and what can be done to it."""
    return dialog(
        rx.el.p(State.entries_sum, class_name="muted"),
        table(ENTRIES, State.entries, label="Time behind the line", acts=_entry_acts, stacked=True),
        open=State.dialog == "entries",
        on_close=State.close,
        title=State.line_title,
        size="wide",
    )
