"""Opening balances of a firm that moves in from another program."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import stack, waiting
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.shell import crumbs
from psa_app.components.table import table_card
from psa_app.display.frame import Crumb
from psa_app.display.tables import Row
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.invoices.opening import COLUMNS
from psa_app.state.invoices.opening import OpeningState as State


@page(
    routes.OPENING,
    title="Opening balances",
    right="payments.record",
    on_load=State.load,
    live=("payment", "invoice"),
)
def opening() -> rx.Component:
    """What clients owe, and what they have on account, from before this program."""
    return staff(
        "Opening balances",
        stack(
            _taken_over(
                "Open invoices",
                State.invoices,
                kind="invoices",
                icon="invoices",
                words="Invoices that another program issued keep their numbers here.",
            ),
            _taken_over(
                "Credit on account",
                State.credits,
                kind="payments",
                icon="bank",
                words="Money that clients had on account pays invoices here as any other.",
            ),
            waiting(State.elsewhere, label="What else to bring along"),
        ),
        _credit(),
        _invoice(),
        area="invoices",
        actions=[
            rx.cond(State.may_invoice, button("Take over an invoice", on_click=State.ask("invoice"))),
            button("Take over credit", look="primary", on_click=State.ask("credit")),
        ],
        way=crumbs([Crumb("Invoices", routes.INVOICES), Crumb("Payments", routes.PAYMENTS)]),
    )


def _taken_over(title: str, rows: rx.Var[list[Row]], *, kind: str, icon: str, words: str) -> rx.Component:
    return table_card(
        COLUMNS,
        rows,
        label=f"{title} taken over",
        title=title,
        aside=link_button("Import", href=routes.record_import(kind), icon_name="upload", small=True),
        loading=~State.is_ready,
        empty=empty("None taken over", words, icon_name=icon),
    )


def _client(prefix: str) -> list[rx.Component]:
    errors = State.errors
    return [
        fields.select(
            "account_id",
            "Client",
            State.clients,
            "",
            empty="Choose a client",
            error=errors["account_id"],
            prefix=prefix,
        ),
        fields.text("currency", "Currency", State.currency, error=errors["currency"], prefix=prefix),
    ]


def _ask(name: str, title: str, *content: rx.Component) -> rx.Component:
    return dialog(
        form(
            fields.fields(*content, two=True),
            form_error(State.errors["form"]),
            form_foot("Take over", on_cancel=State.ask("")),
            on_submit=State.save,
            key=f"opening-{name}-" + State.form_key.to_string(),
            label=title,
        ),
        open=State.dialog == name,
        on_close=State.ask(""),
        title=title,
    )


def _credit() -> rx.Component:
    errors, prefix = State.errors, "credit-"
    return _ask(
        "credit",
        "Take over credit on account",
        *_client(prefix),
        fields.text("amount", "On account", "", required=True, error=errors["amount"], prefix=prefix),
        fields.date(
            "received_on", "Received", State.today, required=True, error=errors["received_on"], prefix=prefix
        ),
        fields.text("reference", "Reference", error=errors["reference"], prefix=prefix),
    )


def _invoice() -> rx.Component:
    errors, prefix = State.errors, "invoice-"
    return _ask(
        "invoice",
        "Take over an open invoice",
        *_client(prefix),
        fields.text("number", "Number", "", required=True, error=errors["number"], prefix=prefix),
        fields.text(
            "amount", "Still open, with tax", "", required=True, error=errors["amount"], prefix=prefix
        ),
        fields.date("issued_on", "Issued", "", required=True, error=errors["issued_on"], prefix=prefix),
        fields.date("due_on", "Due", "", required=True, error=errors["due_on"], prefix=prefix),
    )
