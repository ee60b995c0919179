"""Payments."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import link_button
from psa_app.components.cards import columns, span
from psa_app.components.definition import facts_card
from psa_app.components.empty import empty
from psa_app.components.form_dialog import form_dialog
from psa_app.components.menu import dots_menu, item
from psa_app.components.shell import crumbs
from psa_app.components.table import Tools, table_card
from psa_app.components.tabs import tabs
from psa_app.display.frame import Crumb
from psa_app.display.tables import Column, Row
from psa_app.pages.frame import staff
from psa_app.pages.invoices.refund import refund_dialog
from psa_app.pages.registry import page
from psa_app.state.invoices.payments import PaymentsState as State
from psa_app.state.invoices.refund import RefundState

COLUMNS = [
    Column("client", "Client"),
    Column("day", "Day", width="120px"),
    Column("how", "How"),
    Column("amount", "Amount", align="right", width="140px"),
    Column("credit", "Credit", align="right", phone="hide", width="120px"),
    Column("state", "State", phone="side", width="130px"),
]


@page(routes.PAYMENTS, title="Payments", right="payments.record", on_load=State.load, live=("payment",))
def payments() -> rx.Component:
    """The list, and beside it how the provider does."""
    return staff(
        "Payments",
        tabs(State.tabs, State.view, "Views"),
        table_card(
            COLUMNS,
            State.rows,
            label="Payments",
            above=Tools(State.q, State.search, "Search by client, invoice or reference"),
            acts=_acts,
            pages=State.pager,
            on_page=State.go,
            loading=~State.is_ready,
            empty=empty("No payments here", "What clients pay appears here.", icon_name="bank"),
        ),
        columns(span(6, facts_card("How the payment service does", State.health))),
        _decide(),
        refund_dialog(),
        area="invoices",
        actions=[
            link_button("Who owes what", href=routes.RECEIVABLES),
            link_button("Payouts", href=routes.PAYOUTS),
            link_button("Books", href=routes.BOOKS),
            link_button("Bank", href=routes.BANK, icon_name="bank"),
        ],
        way=crumbs([Crumb("Invoices", routes.INVOICES)]),
    )


def _acts(row: rx.Var[Row]) -> rx.Component:
    row_id = row.id.to(int)
    refund = dots_menu(
        item("Refund", icon_name="undo", on_click=RefundState.begin(row_id)),
        label="More for " + row.name,
    )
    return rx.cond(
        State.reviewing.contains(row.id),
        dots_menu(
            item("Take what came", icon_name="check", on_click=State.ask("accept", row_id)),
            item("Dismiss", icon_name="x", tone="bad", on_click=State.ask("dismiss", row_id)),
            label="More for " + row.name,
        ),
        rx.cond(State.refundable.contains(row.id), refund),
    )


def _decide() -> rx.Component:
    return form_dialog(
        rx.cond(
            State.dialog == "accept",
            rx.el.p("It is read at the payment service once more; what really came settles the invoice."),
            rx.el.p("Nothing of it settles an invoice. The money itself stays where it is."),
        ),
        fields.fields(fields.text("reason", "Why", required=True, error=State.errors["reason"])),
        open=State.dialog != "",
        on_close=State.close,
        on_submit=State.decide,
        title=rx.cond(State.dialog == "accept", "Take what came?", "Dismiss this payment?"),
        act=rx.cond(State.dialog == "accept", "Take what came", "Dismiss"),
        errors=State.errors,
        key="payment-" + State.form_key.to_string(),
        label="Reason",
        size="narrow",
    )
