"""One line of a bank statement: what the bank says, what it may pay, and the decision."""

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.cards import stack
from psa_app.components.definition import facts
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.display.bank import Chance, OpenPart
from psa_app.pages.invoices.past_close import past_close_field
from psa_app.state.invoices.bank import BankState as State


def line_dialog() -> rx.Component:
    """Opens with the line that the address names."""
    return dialog(
        stack(
            facts(State.facts),
            rx.cond(
                State.status == "open",
                stack(_payouts(), _recorded(), rx.cond(State.is_money_in, _pays()), _ignore()),
                _undo(),
            ),
        ),
        open=State.line_id > 0,
        on_close=State.close,
        title=rx.cond(
            State.status == "open",
            rx.cond(State.is_money_in, "What does this pay?", "Which payment does this take back?"),
            "Decided",
        ),
        size="wide",
    )


def _pays() -> rx.Component:
    return stack(
        rx.cond(
            State.chances.length() > 0,
            rx.el.ul(
                rx.foreach(State.chances, _chance), class_name="waiting wraps", aria_label="What it may pay"
            ),
            rx.el.p("Nothing that is open fits. Choose the client who paid.", class_name="muted"),
        ),
        form(
            form_error(State.errors["form"]),
            form_error(State.errors["parts"]),
            fields.fields(
                fields.select(
                    "client",
                    "Client",
                    State.clients,
                    State.client,
                    empty="Choose a client",
                    error=State.errors["client"],
                    on_change=State.set_client,
                ),
                rx.foreach(State.parts, _part),
                rx.cond(
                    State.parts.length() > 0,
                    fields.select(
                        "short_kind",
                        "If something is missing",
                        State.shorts,
                        State.short_kind,
                        error=State.errors["short_kind"],
                    ),
                ),
                past_close_field(),
                two=True,
            ),
            rx.el.p(
                "What no invoice takes becomes credit on account of the client.", class_name="muted small"
            ),
            form_foot("Book", on_cancel=State.close),
            on_submit=State.book,
            key="bank-line-" + State.line_id.to_string() + "-" + State.form_key.to_string(),
            label="What it pays",
            guard=False,
        ),
    )


def _recorded() -> rx.Component:
    """Payments of this amount that stand in the books already."""

    def one(found: rx.Var[Chance]) -> rx.Component:
        act = rx.cond(State.is_money_in, "This is it", "Take it back")
        return rx.el.li(
            rx.el.div(
                rx.el.div(found.title, class_name="strong"),
                rx.el.div(found.reasons, class_name="muted small"),
                class_name="text",
            ),
            rx.el.span(found.amount, class_name="num"),
            button(act, small=True, on_click=State.link(found.key), aria_label=act + ": " + found.title),
            key=found.key,
        )

    return rx.cond(
        State.recorded.length() > 0,
        stack(
            rx.el.p(
                rx.cond(
                    State.is_money_in,
                    "Recorded by hand already, of the same amount:",
                    "Payments of this amount, which the bank may have taken back:",
                ),
                class_name="muted",
            ),
            rx.el.ul(rx.foreach(State.recorded, one), class_name="waiting", aria_label="Recorded already"),
            rx.cond(~State.is_money_in, form_error(State.errors["form"])),
        ),
    )


def _payouts() -> rx.Component:
    """Payouts of the payment service of this amount."""

    def one(found: rx.Var[Chance]) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.el.div(found.title, class_name="strong"),
                rx.el.div(found.reasons, class_name="muted small"),
                class_name="text",
            ),
            rx.el.span(found.amount, class_name="num"),
            button(
                "This is it",
                small=True,
                on_click=State.is_payout(found.key),
                aria_label="This is it: " + found.title,
            ),
            key=found.key,
        )

    return rx.cond(
        State.payouts.length() > 0,
        stack(
            rx.el.p("Paid out by the payment service, of the same amount:", class_name="muted"),
            rx.el.ul(rx.foreach(State.payouts, one), class_name="waiting", aria_label="Payouts"),
        ),
    )


def _chance(one: rx.Var[Chance]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(one.title, class_name="strong"),
            rx.el.div(one.reasons, class_name="muted small"),
            class_name="text",
        ),
        rx.el.span(one.amount, class_name="num"),
        button(
            rx.cond(one.picked, "Chosen", "Choose"),
            small=True,
            on_click=State.pick(one.key),
            aria_pressed=one.picked,
            aria_label="Choose " + one.title,
        ),
        key=one.key,
    )


def _part(one: rx.Var[OpenPart]) -> rx.Component:
    return fields.money(
        one.name,
        one.number,
        one.value,
        currency=one.currency,
        help=one.help,
        error=State.errors[one.name],
    )


def _ignore() -> rx.Component:
    return form(
        fields.fields(
            fields.text("reason", "Or ignore it, because", error=State.errors["reason"], prefix="ignore-")
        ),
        rx.el.div(button("Ignore", type="submit"), class_name="form-foot"),
        on_submit=State.ignore,
        key="bank-ignore-" + State.line_id.to_string(),
        label="Ignore",
        guard=False,
    )


def _undo() -> rx.Component:
    return form(
        form_error(State.errors["form"]),
        fields.fields(
            fields.text("reason", "Why it is undone", error=State.errors["reason"], prefix="undo-")
        ),
        form_foot("Undo", on_cancel=State.close),
        on_submit=State.undo,
        key="bank-undo-" + State.line_id.to_string(),
        label="Undo",
        guard=False,
    )
