"""Settings → Payment service."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import columns, notice, span, stack
from psa_app.components.definition import facts_card
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.shell import crumbs
from psa_app.components.table import table_card
from psa_app.display.frame import Crumb
from psa_app.display.tables import Column, Row
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.firm.provider import ProviderState as State

FINDINGS = [Column("what", "Where the books differ"), Column("found", "Found", width="180px", phone="hide")]
DOUBTS = [
    Column("client", "Client"),
    Column("amount", "Amount", align="right", width="140px"),
    Column("state", "State", phone="side", width="140px"),
]
PAYOUTS = [
    Column("day", "At the bank"),
    Column("amount", "Paid out", align="right"),
    Column("fees", "Fees", align="right", phone="hide"),
    Column("lines", "Lines", align="right", phone="hide"),
    Column("state", "State", phone="side"),
]


@page(
    routes.PROVIDER,
    title="Payment service",
    right="provider.read",
    on_load=State.load,
    live=("provider_finding", "payment"),
)
def provider() -> rx.Component:
    """How it does, what needs a person, and what it paid out."""
    return staff(
        "Payment service",
        stack(
            rx.cond(State.trouble != "", notice(State.trouble, tone="bad")),
            columns(
                span(4, facts_card("The account", State.account)),
                span(4, facts_card("How it does", State.health)),
                span(4, facts_card("To take real money", State.live)),
            ),
            table_card(
                FINDINGS,
                State.findings,
                label="Differences",
                acts=_settle,
                loading=~State.is_ready,
                empty=empty(
                    "The books agree",
                    "Each night the payment service’s own book is compared with this one.",
                    icon_name="check",
                ),
            ),
            rx.cond(
                State.doubts.length() > 0,
                table_card(DOUBTS, State.doubts, label="Payments in doubt", loading=~State.is_ready),
            ),
            table_card(
                PAYOUTS,
                State.payouts,
                label="Payouts",
                loading=~State.is_ready,
                empty=empty("No payouts yet", "What goes to your bank stands here.", icon_name="bank"),
            ),
        ),
        _dialog(),
        area="settings",
        way=crumbs([Crumb("Settings", routes.SETTINGS)]),
        actions=[
            link_button("Payments", href=routes.PAYMENTS, icon_name="bank"),
            button("Look again", icon_name="undo", on_click=State.load),
        ],
    )


def _settle(row: rx.Var[Row]) -> rx.Component:
    return rx.cond(State.may_settle, button("Settle", small=True, on_click=State.ask(row.id.to(int))))


def _dialog() -> rx.Component:
    return dialog(
        form(
            rx.el.p("Nothing is booked by this. Say what was done, so that it is not told again."),
            fields.fields(fields.text("note", "What was done", required=True, error=State.errors["note"])),
            form_error(State.errors["form"]),
            form_foot("Settle", on_cancel=State.ask(0)),
            on_submit=State.settle,
            key="finding-" + State.form_key.to_string(),
            label="Settle",
        ),
        open=State.settling > 0,
        on_close=State.ask(0),
        title="Settle this difference?",
        size="narrow",
    )
