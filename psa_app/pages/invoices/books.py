"""The books: handing a period to accounting, and closing it."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.form_dialog import form_dialog
from psa_app.components.menu import dots_menu, link_item
from psa_app.components.shell import crumbs
from psa_app.components.table import table_card
from psa_app.display.frame import Crumb
from psa_app.display.tables import Column, Row
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.invoices.books import BooksState as State

COLUMNS = [
    Column("period", "Period"),
    Column("format", "Format"),
    Column("lines", "Entries", align="right", width="110px"),
    Column("at", "Made", phone="side", width="160px"),
]


@page(routes.BOOKS, title="Books", right="books.export", on_load=State.load, live=("ledger_export", "firm"))
def books() -> rx.Component:
    """The form, what was handed out, and the lock."""
    return staff(
        "Books",
        notice(
            rx.cond(
                State.closed != "",
                rx.fragment("The books are closed up to ", rx.el.b(State.closed), "."),
                "The books are open. Close a period once accounting has it.",
            ),
            actions=rx.cond(
                (State.closed != "") & State.may_open,
                button("Open again", small=True, on_click=State.ask_open(True)),
            ),
        ),
        _export(),
        table_card(
            COLUMNS,
            State.rows,
            label="Exports",
            acts=_acts,
            loading=~State.is_ready,
            empty=empty(
                "Nothing exported yet", "Exports appear here and can be saved again.", icon_name="bank"
            ),
        ),
        _close(),
        _open(),
        area="invoices",
        subtitle="Invoices, credit notes, payments, losses and expenses in double entry",
        actions=[
            link_button("Opening balances", href=routes.OPENING),
            link_button("Account codes", href=f"{routes.SETTINGS}?tab=ledger"),
        ],
        way=crumbs([Crumb("Invoices", routes.INVOICES), Crumb("Payments", routes.PAYMENTS)]),
    )


def _acts(row: rx.Var[Row]) -> rx.Component:
    return dots_menu(
        link_item("Save again", href=row.href, native=True, icon_name="download"),
        label="More for " + row.name,
    )


def _export() -> rx.Component:
    errors = State.errors
    return card(
        form(
            fields.fields(
                fields.date("first_on", "From", State.first, required=True, error=errors["first_on"]),
                fields.date("last_on", "To", State.last, required=True, error=errors["last_on"]),
                fields.select("format", "For", State.formats, "hledger", error=errors["format"]),
                two=True,
            ),
            form_error(errors["form"]),
            form_foot("Export"),
            on_submit=State.export,
            key="export-" + State.form_key.to_string(),
            label="Export a period",
            guard=False,
        ),
        title="Export a period",
    )


def _close() -> rx.Component:
    return card(
        form(
            fields.fields(
                fields.date(
                    "through",
                    "Close the books up to",
                    State.last,
                    required=True,
                    error=State.errors["through"],
                    help="Nothing is issued, credited or paid before it. Time has a lock of its own.",
                )
            ),
            form_foot("Close the books"),
            on_submit=State.close,
            key="close-" + State.form_key.to_string(),
            label="Close the books",
            guard=False,
        ),
        title="Close the books",
    )


def _open() -> rx.Component:
    errors = State.errors
    return form_dialog(
        fields.fields(
            fields.textarea("reason", "Why", required=True, error=errors["reason"]),
            fields.date(
                "back_to",
                "Keep closed up to",
                error=errors["back_to"] + errors["through"],
                help="Empty: nothing stays closed.",
            ),
        ),
        open=State.opening,
        on_close=State.ask_open(False),
        on_submit=State.open_again,
        title="Open the closed books?",
        act="Open again",
        errors=State.errors,
        label="Open the books again",
        size="narrow",
    )
