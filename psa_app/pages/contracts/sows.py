"""The list of scopes."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button, link_button
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.table import Sorting, Tools, table_card
from psa_app.components.tabs import tabs
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.contracts.sows import COLUMNS
from psa_app.state.contracts.sows import SowsState as State


@page(routes.SOWS, title="Scopes of work", right="accounts.read", on_load=State.load, live=("sow",))
def sows() -> rx.Component:
    """Tabs by state, search, the table."""
    return staff(
        "Scopes of work",
        tabs(State.tabs, State.tab, "States"),
        table_card(
            COLUMNS,
            State.rows,
            label="Scopes of work",
            above=Tools(State.q, State.search, "Search scopes"),
            sorting=Sorting(State.sort, State.descending, State.on_sort),
            pages=State.pager,
            on_page=State.go,
            loading=~State.is_ready,
            empty=empty(
                "No scopes here",
                "A scope says what is done for a client, at which rates or price. The client accepts it in "
                "the portal; the project is made from it.",
                icon_name="file",
            ),
        ),
        _form(),
        area="clients",
        subtitle="What is agreed with clients. A signed scope never changes.",
        actions=[
            rx.cond(
                State.may_import,
                link_button("Import", href=routes.record_import("sows"), icon_name="upload"),
            ),
            rx.cond(State.may_create, button("New scope", look="primary", on_click=State.add, data_new="")),
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
                rx.cond(
                    State.templates.length() > 0,
                    fields.select(
                        "template",
                        "From a template",
                        State.templates,
                        State.template,
                        empty="None: begin empty",
                        error=errors["template"],
                        help="Its lines, prices and terms; its days count from the start.",
                    ),
                ),
                fields.text(
                    "title",
                    "Title",
                    error=errors["title"],
                    help="As the client knows it: “Checkout redesign”. Empty: as the template says.",
                ),
                fields.date("starts_on", "Starts", State.today, required=True, error=errors["starts_on"]),
            ),
            form_foot("Write it", on_cancel=State.close),
            on_submit=State.create,
            key="new-sow-" + State.form_key.to_string(),
            label="New scope",
        ),
        open=State.form_open,
        on_close=State.close,
        title="New scope",
    )
