"""The form of a refund, over the page of its invoice or the list of payments."""

import reflex as rx

from psa_app.components import fields
from psa_app.components.form_dialog import form_dialog
from psa_app.display.forms import Option
from psa_app.state.invoices.refund import RefundState as State

WAYS = [Option("provider", "Through the payment service"), Option("bank", "By bank transfer")]


def refund_dialog() -> rx.Component:
    """Asks how much goes back, by which way, and why."""
    errors = State.errors
    return form_dialog(
        rx.cond(
            State.credit != "",
            rx.el.p(State.credit + " of this payment is credit on account; that goes back first."),
            rx.el.p("The invoice is open again by what goes back.", class_name="muted"),
        ),
        fields.fields(
            fields.money(
                "amount",
                "Amount",
                State.most_plain,
                currency=State.currency,
                required=True,
                error=errors["amount"],
                help=State.most + " at most.",
            ),
            rx.cond(
                State.is_manual,
                rx.fragment(),
                fields.select("by", "How", WAYS, State.by, error=errors["by"], on_change=State.choose),
            ),
            fields.text("reason", "Why", required=True, error=errors["reason"], wide=True),
            rx.cond(
                State.by == "bank",
                rx.fragment(
                    fields.date(
                        "returned_on",
                        "Transferred on",
                        State.today,
                        error=errors["returned_on"],
                        help="Of a bank transfer that you have made.",
                    ),
                    fields.text("reference", "Reference", error=errors["reference"]),
                ),
            ),
            two=True,
        ),
        open=State.open,
        on_close=State.close,
        on_submit=State.save,
        title="Give money back to " + State.client,
        act="Give back",
        errors=State.errors,
        key="refund-" + State.form_key.to_string(),
    )
