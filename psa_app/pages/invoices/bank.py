"""The bank: statements in, and lines to decide."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.shell import crumbs
from psa_app.components.table import Tools, table_card
from psa_app.components.tabs import tabs
from psa_app.components.upload import drop_zone
from psa_app.display.forms import Option
from psa_app.display.frame import Crumb
from psa_app.display.tables import Column
from psa_app.formats.bank_statements import FIELDS, MOST_BYTES
from psa_app.pages.frame import staff
from psa_app.pages.invoices.bank_line import line_dialog
from psa_app.pages.registry import page
from psa_app.state.invoices.bank import BankState as State
from psa_app.state.invoices.past_close import PastCloseState

ZONE = "bank-file"
COLUMNS = [
    Column("payer", "Who paid"),
    Column("day", "Booked", width="120px"),
    Column("amount", "Amount", align="right", phone="side", width="140px"),
    Column("about", "Pays"),
    Column("state", "How sure", width="120px"),
]
CHOSEN = ("booked_on", "amount", "credit", "debit", "payer", "iban", "text", "reference")
ORDERS = [Option("", "Find it out"), Option("dmy", "31.12.2026"), Option("mdy", "12/31/2026")]
MARKS = [Option("", "Find it out"), Option(",", "1.234,56"), Option(".", "1,234.56")]


@page(
    routes.BANK,
    title="Bank",
    right="payments.record",
    on_load=[State.load, PastCloseState.load],
    live=("bank_line",),
)
def bank() -> rx.Component:
    """The file, the certain lines, and the list."""
    return staff(
        "Bank",
        rx.cond(State.file_name != "", _ask(), _drop()),
        rx.cond((State.view == "open") & (State.certain.length() > 0), _certain()),
        tabs(State.tabs, State.view, "Views"),
        table_card(
            COLUMNS,
            State.rows,
            label="Lines of bank statements",
            above=Tools(State.q, State.search, "Search payer or text"),
            pages=State.pager,
            on_page=State.go,
            loading=~State.is_ready,
            empty=_empty(),
        ),
        line_dialog(),
        area="invoices",
        way=crumbs([Crumb("Invoices", routes.INVOICES), Crumb("Payments", routes.PAYMENTS)]),
        actions=[link_button("Statements", href=routes.records("bank_statements"))],
    )


def _empty() -> rx.Component:
    return rx.cond(
        State.view == "open",
        empty(
            "Nothing to decide",
            "Drop a bank statement above. Lines that name an invoice to the cent are booked at one press.",
            icon_name="bank",
        ),
        empty("No lines here", icon_name="bank"),
    )


def _drop() -> rx.Component:
    return card(
        drop_zone(
            ZONE,
            on_drop=State.take(rx.upload_files(upload_id=ZONE)),
            label="Drop a bank statement here, or choose one",
            help_text="CAMT.053 (XML) or CSV. A line that is here already does not come twice.",
            accept={
                "text/xml": [".xml"],
                "application/xml": [".xml", ".camt", ".053"],
                "text/csv": [".csv", ".txt", ".tsv"],
            },
            most_bytes=MOST_BYTES,
        )
    )


def _ask() -> rx.Component:
    """The file was not taken in: why, and what would help."""

    def asked(name: str, field: rx.Component) -> rx.Component:
        return rx.cond(State.file_errors[name].bool(), field)

    wrong = State.file_errors
    return card(
        form(
            form_error(wrong["file"]),
            form_error(wrong["columns"]),
            rx.cond(wrong["columns"].bool(), _columns()),
            form_error(wrong["form"]),
            fields.fields(
                asked(
                    "bank_account_id",
                    fields.select(
                        "bank_account_id",
                        "The firm's account",
                        State.accounts,
                        empty="Choose one",
                        error=wrong["bank_account_id"],
                    ),
                ),
                asked("order", fields.select("order", "How days are written", ORDERS, error=wrong["order"])),
                asked("mark", fields.select("mark", "How amounts are written", MARKS, error=wrong["mark"])),
                asked(
                    "gap_reason",
                    fields.text("gap_reason", "Why you take it all the same", error=wrong["gap_reason"]),
                ),
            ),
            form_foot("Take it in", on_cancel=State.forget),
            on_submit=State.take_as,
            key="bank-file-" + State.form_key.to_string(),
            label="The file",
            guard=False,
        ),
        title=State.file_name,
    )


def _columns() -> rx.Component:
    """Which column is which, when the headers do not say."""
    return fields.fields(
        *(fields.select(key, FIELDS[key], State.heads, empty="No column") for key in CHOSEN), two=True
    )


def _certain() -> rx.Component:
    count = State.certain.length()
    return notice(
        rx.cond(
            count == 1,
            "1 line names its invoice and pays it to the cent.",
            count.to_string() + " lines name their invoices and pay them to the cent.",
        ),
        actions=button("Book the certain ones", look="primary", on_click=State.book_all),
        tone="ok",
    )
