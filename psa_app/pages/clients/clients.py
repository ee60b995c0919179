"""The list of clients."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import button
from psa_app.components.empty import empty
from psa_app.components.menu import dots_menu, link_item
from psa_app.components.record_form import record_form
from psa_app.components.table import Sorting, Tools, export_menu, table_card
from psa_app.components.tabs import tabs
from psa_app.pages.clients.activity_dialog import activity_dialog
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.rules.accounts import TIERS
from psa_app.state.clients.clients import ClientsLog
from psa_app.state.clients.clients import ClientsState as State


@page(routes.CLIENTS, title="Clients", right="accounts.read", on_load=State.load, live=("account",))
def clients() -> rx.Component:
    """Tabs by kind, search, tier and owner, the table."""
    return staff(
        "Clients",
        tabs(State.tabs, State.tab, "Kinds of client"),
        table_card(
            State.columns,
            State.rows,
            label="Clients",
            above=Tools(
                State.q,
                State.search,
                "Search clients",
                filters=[
                    _choice(
                        "Tier", [(key, f"Tier {label}") for key, label in TIERS], State.tier, "Every tier"
                    ),
                    _choice("Owner", State.owners, State.owner, "Everyone’s"),
                ],
                right=[export_menu(State.files)],
            ),
            sorting=Sorting(State.sort, State.descending, State.on_sort),
            pages=State.pager,
            on_page=State.go,
            loading=~State.is_ready,
            empty=empty(
                "No clients here",
                "Add the first one: contacts, scopes, projects and invoices hang on it.",
                icon_name="clients",
            ),
        ),
        record_form(State, key="client"),
        activity_dialog(ClientsLog, "log"),
        area="clients",
        actions=[
            dots_menu(
                rx.cond(
                    State.may_merge,
                    link_item("Duplicates", href=routes.CLIENT_TWINS, icon_name="copy"),
                ),
                rx.cond(
                    State.may_create,
                    link_item("Import", href=routes.record_import("accounts"), icon_name="upload"),
                ),
                link_item(
                    "All columns and saved views", href=routes.records("accounts"), icon_name="columns"
                ),
                label="More for clients",
            ),
            rx.cond(State.may_create, button("New client", look="primary", on_click=State.add, data_new="")),
        ],
    )


def _choice(label: str, options: Any, value: rx.Var[str], every: str) -> rx.Component:
    """A small select that narrows at once; the first option takes the filter off."""
    listed = (
        [rx.foreach(options, lambda one: rx.el.option(one.label, value=one.value))]
        if isinstance(options, rx.Var)
        else [rx.el.option(words, value=key) for key, words in options]
    )
    return rx.el.select(
        rx.el.option(every, value=""),
        *listed,
        value=value,
        class_name="input small",
        style={"width": "auto"},
        aria_label=label,
        on_change=lambda chosen: State.narrow(label.lower(), chosen),
    )
