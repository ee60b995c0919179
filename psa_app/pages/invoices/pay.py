"""The form of a payment that came, over an invoice."""

import reflex as rx

from psa_app.components import fields
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.display.forms import Option
from psa_app.pages.invoices.past_close import past_close_field
from psa_app.state.invoices.invoice_words import METHODS
from psa_app.state.invoices.pay import PayState as State


def pay_dialog() -> rx.Component:
    """Opens with all that is open; another currency asks what it settles."""
    errors = State.errors
    return dialog(
        form(
            fields.fields(
                fields.money(
                    "amount",
                    "Amount",
                    State.amount,
                    currency=State.came_in,
                    required=True,
                    error=errors["amount"],
                    help="Less than open is a part; more becomes credit.",
                ),
                fields.select(
                    "came_in",
                    "Came in",
                    State.currencies,
                    State.came_in,
                    error=errors["currency"],
                    on_change=State.choose,
                ),
                rx.cond(State.is_exchanged, _settles()),
                fields.date(
                    "received_on", "Received", State.today, required=True, error=errors["received_on"]
                ),
                fields.select("method", "How", [Option(*one) for one in METHODS.items()], "bank_transfer"),
                fields.text("reference", "Reference", error=errors["reference"]),
                fields.text("note", "Note", error=errors["note"], wide=True),
                past_close_field(),
                fields.checkbox("even_if_known", "It really came, even if it looks like a double", False),
                two=True,
            ),
            form_error(errors["form"]),
            form_foot("Record payment", on_cancel=State.close),
            on_submit=State.save,
            key="pay-" + State.form_key.to_string(),
            label="Record payment",
        ),
        open=State.open,
        on_close=State.close,
        title="Record a payment",
    )


def _settles() -> rx.Component:
    return fields.money(
        "settles",
        "Settles of the invoice",
        "",
        currency=State.currency,
        error=State.errors["settles"],
        help=State.told
        + " Empty: it counts at the rates of the day it came. The books keep what was gained.",
        wide=True,
    )
