"""Rates: by firm, client, project, person; scopes' own are read only."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.cards import notice
from psa_app.components.dialog import confirm, dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.menu import dots_menu, item
from psa_app.components.table import Tools, export_menu, table_card
from psa_app.components.tabs import segmented, tabs
from psa_app.display.forms import Option
from psa_app.display.tables import Row
from psa_app.pages.frame import staff
from psa_app.pages.rates.rates import SUBTITLE, VIEWS
from psa_app.pages.registry import page
from psa_app.state.rates.rates import LEVELS
from psa_app.state.rates.rates import RatesState as State


@page(routes.RATE_LIST, title="Rates as a list", right="rates.read", on_load=State.load, live=("rate",))
def rate_list() -> rx.Component:
    """Tabs by where a rate hangs, and the dialogs."""
    return staff(
        "Rates",
        tabs(VIEWS, "list", "Rates"),
        table_card(
            State.columns,
            State.rows,
            label="Rates",
            above=Tools(
                filters=[segmented(State.tabs, State.tab, "Where a rate hangs")],
                right=[export_menu(State.files)],
            ),
            acts=_acts,
            loading=~State.is_ready,
            empty=empty(
                "No rates here",
                "An hour gets the most specific rate: scope, project, client, firm card, person.",
                icon_name="rates",
            ),
        ),
        _new(),
        _replace(),
        _end(),
        _delete(),
        area="settings",
        subtitle=SUBTITLE,
        actions=[
            rx.cond(State.may_change, button("New rate", look="primary", on_click=State.add, data_new=""))
        ],
    )


def _acts(row: rx.Var[Row]) -> rx.Component:
    row_id = row.id.to(int)
    return rx.cond(
        State.may_change & (State.tab != "scopes"),
        dots_menu(
            item("New amount from a day", icon_name="edit", on_click=State.ask_replace(row_id)),
            item("End", icon_name="calendar", on_click=State.ask_end(row_id)),
            item("Remove", icon_name="trash", tone="bad", on_click=State.ask_delete(row_id)),
            label="More for " + row.name,
        ),
    )


def _new() -> rx.Component:
    errors = State.errors
    return dialog(
        form(
            form_error(errors["form"]),
            fields.fields(
                fields.select(
                    "level",
                    "Hangs on",
                    [Option(*one) for one in LEVELS],
                    State.level,
                    error=errors["level"],
                    on_change=State.choose_level,
                    wide=True,
                ),
                _key("account_id", "Client", State.accounts, State.account),
                _key("project_id", "Project", State.projects),
                _key("role_id", "Role", State.roles),
                _key("person_id", "Person", State.people),
                fields.number("amount", "An hour", required=True, error=errors["amount"]),
                fields.text("currency", "Currency", "EUR", required=True, error=errors["currency"]),
                fields.date(
                    "valid_from", "Counts from", State.first_day, required=True, error=errors["valid_from"]
                ),
                two=True,
            ),
            _effect(),
            form_foot("Save rate", on_cancel=State.close),
            on_submit=State.save_new,
            key="rate-" + State.form_key.to_string(),
            label="New rate",
        ),
        open=State.adding,
        on_close=State.close,
        title="New rate",
    )


def _key(name: str, label: str, options: rx.Var[list[Option]], value: rx.Var[str] | str = "") -> rx.Component:
    """One of what the rate hangs on; shown for the levels that ask for it."""
    asked = fields.select(
        name, label, options, value, empty="Choose one", required=True, error=State.errors[name]
    )
    return rx.cond(State.asked.contains(name), asked)


def _replace() -> rx.Component:
    return dialog(
        form(
            form_error(State.errors["form"]),
            fields.fields(
                fields.number("amount", "An hour", required=True, error=State.errors["amount"]),
                fields.date(
                    "valid_from",
                    "From",
                    required=True,
                    error=State.errors["valid_from"],
                    help="The present rate ends the day before.",
                ),
            ),
            _effect(),
            form_foot("Save", on_cancel=State.close),
            on_submit=State.replace,
            key="replace-" + State.form_key.to_string(),
            label="New amount",
        ),
        open=(State.about > 0) & ~State.ending & ~State.deleting,
        on_close=State.close,
        title="New amount for " + State.about_name,
        size="narrow",
    )


def _end() -> rx.Component:
    return dialog(
        form(
            form_error(State.errors["form"]),
            fields.fields(fields.date("last_day", "Last day", required=True, error=State.errors["last_day"])),
            _effect(),
            form_foot("End the rate", on_cancel=State.close),
            on_submit=State.end,
            key="end-" + State.form_key.to_string(),
            label="Last day",
        ),
        open=(State.about > 0) & State.ending,
        on_close=State.close,
        title="End " + State.about_name,
        size="narrow",
    )


def _effect() -> rx.Component:
    """What a change does to time that is not approved: shown before it counts."""
    return rx.cond(State.effect != "", notice(State.effect, tone="warn"))


def _delete() -> rx.Component:
    return confirm(
        open=State.deleting,
        on_close=State.close,
        on_confirm=State.delete,
        title="Remove the rate of " + State.about_name + "?",
        act="Remove rate",
        text=State.effect,
    )
