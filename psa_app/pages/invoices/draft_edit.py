"""The dialogs with which a draft's amounts are changed, over the page of the draft."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.form_dialog import form_dialog
from psa_app.state.invoices.draft_edit import DraftEditState as State


def edit_dialogs() -> rx.Component:
    """Writing down or up, a discount, and moving to later."""
    return rx.fragment(_write(), _discount(), _later())


def _ask(name: str, title: Any, *content: Any, act: str, on_submit: Any) -> rx.Component:
    return form_dialog(
        *content,
        open=State.dialog == name,
        on_close=State.close,
        on_submit=on_submit,
        title=title,
        act=act,
        errors=State.errors,
        key=f"{name}-" + State.form_key.to_string(),
        size="narrow",
    )


def _write() -> rx.Component:
    errors = State.errors
    return _ask(
        "write",
        "Write down or up",
        rx.el.p("Another amount for " + State.about + ". The hours stay as they are. " + State.listed),
        fields.fields(
            fields.money(
                "amount",
                "Amount",
                State.amount,
                currency=State.currency,
                required=True,
                error=errors["amount"],
            ),
            fields.text(
                "reason",
                "Why",
                required=True,
                error=errors["reason"],
                help="Kept in the history, not printed.",
            ),
        ),
        act="Save",
        on_submit=State.write_amount,
    )


def _discount() -> rx.Component:
    errors = State.errors
    return _ask(
        "discount",
        "Discount",
        rx.el.p("Taken off " + State.about + " before tax, on a line of its own. Leave both empty for none."),
        fields.fields(
            fields.number("percent", "Percentage", State.percent, unit="%", error=errors["percent"]),
            fields.money(
                "amount", "or amount", State.discount, currency=State.currency, error=errors["amount"]
            ),
            fields.text("text", "Words on the invoice", State.text, error=errors["text"], wide=True),
            two=True,
        ),
        act="Save",
        on_submit=State.give_discount,
    )


def _later() -> rx.Component:
    return _ask(
        "later",
        "Bill later",
        rx.el.p("No draft takes " + State.about + " before this day."),
        fields.fields(
            fields.date(
                "not_before", "Not before", State.day, required=True, error=State.errors["not_before"]
            )
        ),
        act="Move to later",
        on_submit=State.move_later,
    )
