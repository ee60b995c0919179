"""What came for an invoice, beside its sheet."""

import reflex as rx

from psa_app.components.cards import card
from psa_app.components.menu import dots_menu, item
from psa_app.components.table import table
from psa_app.display.tables import Column, Row
from psa_app.state.invoices.invoice import InvoiceState as State
from psa_app.state.invoices.refund import RefundState

PAYMENTS = [
    Column("day", "Received", width="50%"),
    Column("amount", "Amount", align="right"),
    Column("state", "State", phone="side"),
]


def payments_on_it() -> rx.Component:
    """The payments, each with what can be done to it, and what is open."""
    return card(
        rx.cond(
            State.payments.length() > 0,
            table(PAYMENTS, State.payments, label="Payments", acts=_payment_acts),
            rx.el.p("Nothing has come yet.", class_name="muted card-body"),
        ),
        title="Payments",
        aside=rx.cond(State.is_issued, State.open_text + " open", ""),
        body=False,
    )


def _payment_acts(row: rx.Var[Row]) -> rx.Component:
    row_id = row.id.to(int)
    can_refund = State.refundable.contains(row.id)
    can_reverse = State.may_record & ~row.locked
    return rx.cond(
        can_refund | can_reverse,
        dots_menu(
            rx.cond(can_refund, item("Refund", icon_name="undo", on_click=RefundState.begin(row_id))),
            rx.cond(
                can_reverse,
                item("Take back", icon_name="x", tone="bad", on_click=State.open_dialog("reverse", row_id)),
            ),
            label="More for " + row.name,
        ),
    )
