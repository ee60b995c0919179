"""Who owes what, since when, what was said, and reminders."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice
from psa_app.components.empty import empty
from psa_app.components.form_dialog import form_dialog
from psa_app.components.menu import dots_menu, item
from psa_app.components.shell import crumbs
from psa_app.components.table import table, table_card
from psa_app.display.frame import Crumb
from psa_app.display.tables import Column, Row
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.rules.reminders import AGES
from psa_app.state.invoices.receivables import ReceivablesState as State

CLIENTS = [
    Column("client", "Client"),
    *(Column(f"age-{place}", label, align="right") for place, label in enumerate(AGES)),
    Column("total", "Total", align="right", phone="side"),
]
INVOICES = [
    Column("number", "Invoice"),
    Column("due", "Due", width="120px"),
    Column("rest", "Open", align="right", phone="side", width="130px"),
    Column("said", "What was said"),
    Column("reminders", "Reminders"),
    Column("contact", "Last contact", width="120px"),
]


@page(
    routes.RECEIVABLES,
    title="Who owes what",
    right="payments.record",
    on_load=State.load,
    live=("invoice", "payment", "mail"),
)
def owed() -> rx.Component:
    """By client and age, then invoice by invoice."""
    return staff(
        "Who owes what",
        rx.cond(
            State.is_ready & ~State.has_plan,
            notice(
                "Nobody is reminded yet: there is no plan of reminders.",
                actions=rx.cond(
                    State.may_plan, button("Start the usual plan", small=True, on_click=State.start)
                ),
            ),
        ),
        rx.cond(
            (State.client == "") & (State.clients.length() > 0),
            card(
                table(CLIENTS, State.clients, label="By client and age", totals=State.sums),
                title="By client and age",
                body=False,
            ),
        ),
        table_card(
            INVOICES,
            State.invoices,
            label="Open invoices",
            stacked=True,
            acts=_acts,
            loading=~State.is_ready,
            empty=empty("Nobody owes anything", "Open invoices appear here.", icon_name="bank"),
        ),
        _said(),
        area="invoices",
        subtitle=State.subtitle,
        actions=[
            rx.cond(State.client != "", link_button("All clients", href=routes.RECEIVABLES)),
            rx.cond(State.statement != "", link_button("Statement of account", href=State.statement)),
            link_button("Reminders", href=f"{routes.SETTINGS}?tab=reminders", icon_name="mail"),
        ],
        way=crumbs([Crumb("Invoices", routes.INVOICES)]),
    )


def _acts(row: rx.Var[Row]) -> rx.Component:
    row_id = row.id.to(int)
    return dots_menu(
        item("What was said", icon_name="edit", on_click=State.ask(row_id)),
        item("Remind now", icon_name="mail", on_click=State.remind(row_id)),
        label="More for " + row.name,
    )


def _said() -> rx.Component:
    errors, said = State.errors, State.said
    return form_dialog(
        rx.el.p("While any of this holds, no reminder goes out.", class_name="muted"),
        fields.fields(
            fields.date("promised_on", "Promised to pay on", said.promised_on, error=errors["promised_on"]),
            fields.checkbox("is_disputed", "The client disputes it", said.is_disputed),
            fields.checkbox("is_paused", "Reminders of this invoice rest", said.is_paused),
            fields.textarea("note", "Note", said.note, error=errors["note"]),
        ),
        open=State.about > 0,
        on_close=State.close,
        on_submit=State.save,
        title="What was said about " + said.number,
        act="Save",
        errors=State.errors,
        key="said-" + State.form_key.to_string(),
        label="What was said",
    )
