"""How a client pays: saved cards and accounts, and collecting by itself."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import submit
from psa_app.components.cards import card, columns, notice, span, stack
from psa_app.components.dialog import confirm
from psa_app.components.empty import empty
from psa_app.components.menu import dots_menu, item
from psa_app.components.native_form import native_form
from psa_app.components.table import table_card
from psa_app.display.tables import Column, Row
from psa_app.pages.frame import portal
from psa_app.pages.registry import page
from psa_app.state.portal.portal_payment import PortalPaymentState as State

COLUMNS = [
    Column("name", "Card or account"),
    Column("until", "Good", width="160px"),
    Column("state", "State", phone="side", width="160px"),
]
CHOICES = (
    ("off", "I pay each invoice myself"),
    ("due", "Collect each invoice on the day it is due"),
    ("issued", "Collect each invoice when it is issued"),
)


@page(
    routes.PORTAL_PAYMENT,
    title="Payment",
    right="portal.read",
    on_load=State.load,
    live=("saved_method", "autopay"),
)
def payment() -> rx.Component:
    """What is saved, when it is used, and saving another."""
    return portal(
        "Payment",
        stack(
            rx.cond(State.told != "", notice(State.told, tone="warn")),
            rx.cond(State.just_saved, notice("Thank you. It appears here as soon as the bank has agreed.")),
            table_card(
                COLUMNS,
                State.rows,
                label="Saved cards and accounts",
                acts=_acts,
                loading=~State.is_ready,
                empty=empty(
                    "Nothing is saved",
                    "Save a card or account to have invoices paid by themselves.",
                    icon_name="bank",
                ),
            ),
            rx.cond(State.is_ready & State.is_offered, columns(span(6, _collecting()), span(6, _adding()))),
            rx.cond(State.is_ready & ~State.is_offered, notice("Invoices are paid by bank transfer.")),
        ),
        confirm(
            open=State.removing > 0,
            on_close=State.ask(0),
            on_confirm=State.remove,
            title="Remove this card or account?",
            act="Remove",
            text="It cannot be charged any more. Open invoices stay to be paid.",
        ),
        area="payment",
    )


def _acts(row: rx.Var[Row]) -> rx.Component:
    row_id = row.id.to(int)
    return dots_menu(
        item("Pay from this one", icon_name="check", on_click=State.use(row_id)),
        item("Remove", icon_name="trash", tone="bad", on_click=State.ask(row_id)),
        label="More for " + row.name,
    )


def _collecting() -> rx.Component:
    choices = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name="collects",
                checked=State.collects == key,
                on_change=State.choose(key),
            ),
            rx.el.span(label),
            class_name="check",
        )
        for key, label in CHOICES
    ]
    return card(rx.el.fieldset(rx.el.legend("When are invoices paid?"), *choices), title="Paying by itself")


def _adding() -> rx.Component:
    return card(
        native_form(
            rx.el.label(
                rx.el.input(type="checkbox", name="agreed", required=True),
                rx.el.span(State.consent),
                class_name="check",
            ),
            rx.el.div(submit("Save a card or account"), style={"margin_top": "16px"}),
            action=routes.SAVE_METHOD,
        ),
        title="Add a card or bank account",
    )
