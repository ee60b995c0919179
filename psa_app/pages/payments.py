"""Payments."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.cards import with_side
from psa_app.components.definition import facts_card
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.menu import dots_menu, item
from psa_app.components.shell import crumbs
from psa_app.components.table import table_card
from psa_app.components.tabs import tabs
from psa_app.display.frame import Crumb
from psa_app.display.tables import Column, Row
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.payments import PaymentsState as State

COLUMNS = [
    Column("client", "Client"),
    Column("day", "Day"),
    Column("how", "How"),
    Column("amount", "Amount", align="right"),
    Column("credit", "Credit", align="right", phone="hide"),
    Column("state", "State", phone="side"),
]


@page(routes.PAYMENTS, title="Payments", right="payments.record", on_load=State.load, live=("payment",))
def payments() -> rx.Component:
    """The list, and beside it how the provider does."""
    return staff(
        "Payments",
        tabs(State.tabs, State.view, "Views"),
        with_side(
            table_card(
                COLUMNS,
                State.rows,
                label="Payments",
                acts=_acts,
                loading=~State.is_ready,
                empty=empty("No payments here", "What clients pay appears here.", icon_name="bank"),
            ),
            facts_card("How it stands", State.health),
        ),
        _decide(),
        area="invoices",
        way=crumbs([Crumb("Invoices", routes.INVOICES)]),
    )


def _acts(row: rx.Var[Row]) -> rx.Component:
    row_id = row.id.to(int)
    return rx.cond(
        State.reviewing.contains(row_id),
        dots_menu(
            item("Take what came", icon_name="check", on_click=State.ask("accept", row_id)),
            item("Dismiss", icon_name="x", tone="bad", on_click=State.ask("dismiss", row_id)),
            label="More for " + row.name,
        ),
    )


def _decide() -> rx.Component:
    return dialog(
        form(
            form_error(State.errors["form"]),
            fields.fields(fields.text("reason", "Why", required=True, error=State.errors["reason"])),
            form_foot("Save", on_cancel=State.close),
            on_submit=State.decide,
            key="payment-" + State.form_key.to_string(),
            label="Reason",
        ),
        open=State.dialog != "",
        on_close=State.close,
        title=rx.cond(State.dialog == "accept", "Take what came?", "Dismiss this payment?"),
        size="narrow",
    )
