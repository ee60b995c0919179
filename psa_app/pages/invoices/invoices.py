"""The list of invoices, and the dialog for a new draft."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import notice
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.link import text_link
from psa_app.components.table import Sorting, Tools, chips, export_menu, table_card
from psa_app.components.tabs import tabs
from psa_app.display.figures import Fact
from psa_app.display.forms import Option
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.invoices.invoices import COLUMNS, GROUPINGS
from psa_app.state.invoices.invoices import InvoicesState as State


@page(
    routes.INVOICES,
    title="Invoices",
    right="invoices.draft",
    on_load=State.load,
    live=("invoice", "payment"),
)
def invoices() -> rx.Component:
    """Tabs by state, search, the table with what is open."""
    return staff(
        "Invoices",
        tabs(State.tabs, State.view, "States"),
        table_card(
            COLUMNS,
            State.rows,
            label="Invoices",
            above=Tools(
                State.q,
                State.search,
                "Number, client or order",
                chips=chips(State.chips, State.unchip),
                right=[export_menu(State.files)],
            ),
            sorting=Sorting(State.sort, State.descending, State.on_sort),
            totals=State.totals,
            pages=State.pager,
            on_page=State.go,
            loading=~State.is_ready,
            empty=empty(
                "No invoices here",
                "They are drafted from approved time and expenses, accepted milestones and fees due.",
                icon_name="invoices",
            ),
        ),
        _draft(),
        area="invoices",
        subtitle=rx.fragment(State.subtitle, " · ", text_link("payments", href=routes.PAYMENTS)),
        actions=[
            rx.cond(State.may_draft, link_button("Billing run", href=routes.BILLING_RUN)),
            rx.cond(
                State.may_draft, button("New draft", look="primary", on_click=State.ask_draft, data_new="")
            ),
        ],
    )


def _draft() -> rx.Component:
    errors = State.errors
    return dialog(
        form(
            fields.fields(
                fields.picker(
                    "client",
                    "Client",
                    value=State.client,
                    shown=State.client_name,
                    options=State.clients,
                    required=True,
                    error=rx.cond(errors["client"], errors["client"], errors["account_id"]),
                ),
                fields.date("until", "Work up to", State.until, required=True, error=errors["until"]),
                fields.select("grouping", "Lines", [Option(*one) for one in GROUPINGS.items()], ""),
                rx.el.div(
                    fields.checkbox("time", "Approved time", True, error=errors["time"]),
                    fields.checkbox("milestones", "Accepted milestones and fees that are due", True),
                    fields.checkbox("expenses", "Approved expenses", True),
                    fields.checkbox("group", "Expenses on one line for each category", False),
                    class_name="stack tight",
                ),
                two=True,
            ),
            rx.cond(
                State.preview.length() > 0,
                notice(
                    rx.el.b("This would be billed: " + State.preview_net + " net"),
                    rx.el.ul(rx.foreach(State.preview, rx.el.li)),
                ),
            ),
            rx.cond(
                State.missing.length() > 0,
                notice(
                    rx.el.b("What stays away, and why"),
                    rx.el.ul(rx.foreach(State.missing, _missing)),
                    tone="warn",
                ),
            ),
            form_error(errors["form"]),
            form_foot(
                rx.cond(State.previewed, "Make the draft", "Show what would be billed"), on_cancel=State.close
            ),
            on_submit=State.draft,
            key="draft-" + State.form_key.to_string(),
            label="New draft",
            guard=False,
        ),
        open=State.drafting,
        on_close=State.close,
        title="New invoice draft",
    )


def _missing(fact: rx.Var[Fact]) -> rx.Component:
    """Why work stays away, with the way to it."""
    return rx.el.li(
        fact.label, rx.cond(fact.href != "", rx.fragment(" ", text_link("See it", href=fact.href)))
    )
