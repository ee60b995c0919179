"""The list of clients."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import button
from psa_app.components.empty import empty
from psa_app.components.record_form import record_form
from psa_app.components.table import Sorting, Tools, export_menu, table_card
from psa_app.components.tabs import tabs
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.clients import ClientsState as State


@page(routes.CLIENTS, title="Clients", right="accounts.read", on_load=State.load, live=("account",))
def clients() -> rx.Component:
    """Tabs by kind, search, the table."""
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
        area="clients",
        actions=[
            rx.cond(State.may_create, button("New client", look="primary", on_click=State.add, data_new=""))
        ],
    )
