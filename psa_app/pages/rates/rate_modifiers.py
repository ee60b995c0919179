"""Modifiers: what an hour costs more at times, chosen for time when it is logged."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.cards import notice
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.menu import dots_menu, item
from psa_app.components.table import table_card
from psa_app.components.tabs import tabs
from psa_app.display.tables import Column, Row
from psa_app.pages.frame import staff
from psa_app.pages.rates.rates import SUBTITLE, VIEWS
from psa_app.pages.registry import page
from psa_app.state.rates.rate_modifiers import RateModifiersState as State

COLUMNS = [
    Column("name", "Name"),
    Column("effect", "An hour", phone="side"),
    Column("for", "Counts for"),
    Column("days", "Counts"),
    Column("entries", "Entries", align="right"),
]


@page(
    routes.RATE_MODIFIERS,
    title="Modifiers of rates",
    right="rates.read",
    on_load=State.load,
    live=("rate_modifier", "time_entry"),
)
def rate_modifiers() -> rx.Component:
    """The list, and the dialogs to make and end one."""
    return staff(
        "Rates",
        tabs(VIEWS, "modifiers", "Rates"),
        table_card(
            COLUMNS,
            State.rows,
            label="Modifiers",
            acts=_acts,
            loading=~State.is_ready,
            empty=empty(
                "No modifiers yet",
                "After hours ×1.5, on site +20.00: applied once, after the rate, to time that has it.",
                icon_name="rates",
            ),
        ),
        _new(),
        _end(),
        area="settings",
        subtitle=SUBTITLE,
        actions=[
            rx.cond(State.may_change, button("New modifier", look="primary", on_click=State.add, data_new=""))
        ],
    )


def _acts(row: rx.Var[Row]) -> rx.Component:
    return rx.cond(
        State.may_change & State.endable.contains(row.id),
        dots_menu(
            item("End", icon_name="calendar", on_click=State.ask_end(row.id.to(int))),
            label="More for " + row.name,
        ),
    )


def _new() -> rx.Component:
    errors = State.errors
    return dialog(
        form(
            form_error(errors["form"]),
            fields.fields(
                fields.text(
                    "name",
                    "Name",
                    required=True,
                    error=errors["name"],
                    wide=True,
                    help="As it stands on the invoice: After hours",
                ),
                fields.text("factor_ppm", "Times", help="1.5 or 150 %", error=errors["factor_ppm"]),
                fields.number("plus_minor", "Plus an hour", error=errors["plus_minor"]),
                fields.text(
                    "currency",
                    "Currency of the amount",
                    "EUR",
                    error=errors["currency"],
                    help="Counts only for work in this currency",
                ),
                fields.picker(
                    "account_id",
                    "Client",
                    options=State.clients,
                    answered=State.answered,
                    on_search=State.find,
                    placeholder="All clients",
                    error=errors["account_id"],
                ),
                fields.select(
                    "sow_line_id",
                    "Line of a draft scope",
                    State.lines,
                    empty="–",
                    wide=True,
                    error=errors["sow_line_id"],
                ),
                fields.date(
                    "valid_from", "Counts from", State.today, required=True, error=errors["valid_from"]
                ),
                fields.date("valid_to", "Last day", error=errors["valid_to"]),
                two=True,
            ),
            form_foot("Make modifier", on_cancel=State.close),
            on_submit=State.save,
            key="modifier-" + State.form_key.to_string(),
            label="New modifier",
        ),
        open=State.adding,
        on_close=State.close,
        title="New modifier",
    )


def _end() -> rx.Component:
    return dialog(
        form(
            form_error(State.errors["form"]),
            fields.fields(
                fields.date(
                    "last_day", "Last day", State.today, required=True, error=State.errors["last_day"]
                ),
                rx.cond(State.errors["valid_to"] != "", rx.el.p(State.errors["valid_to"], class_name="bad")),
            ),
            rx.cond(State.effect != "", notice(State.effect, tone="warn")),
            form_foot("End the modifier", on_cancel=State.close),
            on_submit=State.end,
            key="end-" + State.form_key.to_string(),
            label="Last day",
        ),
        open=State.ending > 0,
        on_close=State.close,
        title="End " + State.ending_name,
        size="narrow",
    )
