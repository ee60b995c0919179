"""The form of a credit note, over the page of its invoice."""

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.definition import facts
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.display.credit import CreditRow
from psa_app.pages.invoices.past_close import past_close_field
from psa_app.state.invoices.credit import KEEP, RELEASE, WRITE_OFF
from psa_app.state.invoices.credit import CreditState as State


def credit_dialog(number: rx.Var[str]) -> rx.Component:
    """Asks line by line what is given back of the invoice with that number."""
    errors = State.errors
    return dialog(
        form(
            rx.el.p(
                "The invoice itself stays as it is. The credit note gets a number of its own, never changes, "
                "and goes to the client by mail. What was paid too much becomes credit on account.",
                class_name="muted",
            ),
            rx.cond(State.rows.length() > 1, _all()),
            rx.foreach(State.rows, _row),
            rx.cond(
                State.total != "",
                rx.el.div(
                    rx.el.span("The credit note gives back"),
                    rx.el.span(State.total, class_name="num"),
                    class_name="credit-total",
                    aria_live="polite",
                ),
            ),
            fields.fields(
                fields.text("reason", "Why", required=True, error=errors["reason"], help="Printed on it."),
                fields.date("issued_on", "Date", State.today, error=errors["issued_on"]),
                past_close_field(),
                two=True,
            ),
            form_error(errors["form"]),
            rx.cond(State.preview.length() > 0, facts(State.preview)),
            form_foot(
                rx.cond(State.preview.length() > 0, "Issue credit note", "See what it comes to"),
                on_cancel=State.close,
            ),
            on_submit=State.save,
            key="credit-" + State.form_key.to_string(),
            label="Issue credit note",
        ),
        open=State.open,
        on_close=State.close,
        title="Credit " + number,
        size="wide",
    )


def _all() -> rx.Component:
    """One choice for every line."""
    return rx.el.div(
        button("All, bill again", small=True, type="button", on_click=State.choose(RELEASE)),
        button("All, write off", small=True, type="button", on_click=State.choose(WRITE_OFF)),
        button("None", small=True, type="button", on_click=State.choose(KEEP)),
        class_name="line wrap",
        role="group",
        aria_label="For all lines",
    )


def _row(row: rx.Var[CreditRow]) -> rx.Component:
    error = State.errors["value-" + row.id]
    choice, value = "choice-" + row.id, "value-" + row.id
    how = fields.select(
        choice,
        "What happens",
        row.choices,
        row.choice,
        on_change=lambda chosen: State.look(choice, chosen),
    )
    left = "Left: " + row.left
    much = rx.cond(
        row.is_time,
        fields.hours(
            value,
            "Hours to credit",
            row.value,
            error=error,
            help=left,
            on_change=lambda typed: State.look(value, typed).debounce(300),
        ),
        fields.money(
            value,
            "Amount to credit",
            row.value,
            currency=State.currency,
            error=error,
            help=left,
            on_change=lambda typed: State.look(value, typed).debounce(300),
        ),
    )
    legend = rx.el.span(row.text, rx.el.span(" " + row.sub, class_name="muted small"))
    return rx.el.div(fields.field_group(legend, how, much), class_name="credit-line")
