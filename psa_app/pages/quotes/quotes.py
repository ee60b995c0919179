"""The list of quotes."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.table import Sorting, Tools, export_menu, table_card
from psa_app.components.tabs import tabs
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.quotes.quotes import COLUMNS
from psa_app.state.quotes.quotes import QuotesState as State


@page(routes.QUOTES, title="Quotes", right="quotes.change", on_load=State.load, live=("quote",))
def quotes() -> rx.Component:
    """Tabs by state, search, the table with its sum."""
    return staff(
        "Quotes",
        tabs(State.tabs, State.tab, "States"),
        table_card(
            COLUMNS,
            State.rows,
            label="Quotes",
            above=Tools(
                State.q,
                State.search,
                "Search quotes",
                right=[export_menu(State.files)],
            ),
            sorting=Sorting(State.sort, State.descending, State.on_sort),
            totals=State.totals,
            pages=State.pager,
            on_page=State.go,
            loading=~State.is_ready,
            empty=empty(
                "No quotes here",
                "A quote offers lines at a price. The client chooses, asks and accepts in the portal; the "
                "scope of work is made from it.",
                icon_name="file",
            ),
        ),
        _form(),
        area="sales",
        subtitle="What is offered to clients, and what became of it.",
        actions=[
            rx.cond(State.may_create, button("New quote", look="primary", on_click=State.add, data_new=""))
        ],
    )


def _form() -> rx.Component:
    errors = State.errors
    return dialog(
        form(
            form_error(errors["form"]),
            fields.fields(
                fields.picker(
                    "account_id",
                    "Client",
                    value=State.client,
                    shown=State.client_name,
                    options=State.clients,
                    answered=State.answered,
                    on_search=State.find,
                    required=True,
                    error=errors["account_id"],
                ),
                fields.text(
                    "title",
                    "Title",
                    required=True,
                    error=errors["title"],
                    help="As the client knows it: “Checkout redesign”.",
                ),
            ),
            form_foot("Write it", on_cancel=State.close),
            on_submit=State.create,
            key="new-quote-" + State.form_key.to_string(),
            label="New quote",
        ),
        open=State.form_open,
        on_close=State.close,
        title="New quote",
    )
