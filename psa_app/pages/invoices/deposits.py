"""Deposits beside an invoice, with their questions; what was moved to later; asking for an advance."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.cards import card
from psa_app.components.definition import facts
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.display.forms import Option
from psa_app.state.invoices.advance import AdvanceState
from psa_app.state.invoices.deposits import InvoiceDeposits as State
from psa_app.state.invoices.later import LaterWork


def deposits_card() -> rx.Component:
    """What a draft takes off, or what is left of what the invoice asks for; nothing without a deposit."""
    use = button("Change", small=True, on_click=State.ask("use"), aria_label="Change what is taken off")
    back = button("Give back the rest", small=True, on_click=State.ask("give_back"))
    return rx.cond(
        State.facts.length() > 0,
        card(
            facts(State.facts),
            rx.cond(State.note != "", rx.el.p(State.note, class_name="muted card-body")),
            title="Deposit",
            aside=rx.cond(State.may_use, use, rx.cond(State.may_give_back, back)),
            body=False,
        ),
    )


def later_card() -> rx.Component:
    """What was moved to later of the draft's client."""

    def one(row: rx.Var[Option]) -> rx.Component:
        back = button(
            "Bring back",
            small=True,
            on_click=LaterWork.bring_back(row.value),
            aria_label="Bring back " + row.label,
        )
        words = rx.el.span(row.label, rx.el.span(" " + row.sub, class_name="muted small"))
        return rx.el.li(words, back, class_name="line spread")

    every = button("Bring all back", small=True, on_click=LaterWork.bring_back(""))
    return rx.cond(
        LaterWork.rows.length() > 0,
        card(
            rx.el.ul(rx.foreach(LaterWork.rows, one), class_name="plain-list"),
            title="Moved to later",
            aside=rx.cond(LaterWork.rows.length() > 1, every),
        ),
    )


def deposit_dialogs() -> rx.Component:
    """How much is taken off, and giving back the rest."""
    errors = State.errors
    return rx.fragment(
        _ask(
            "use",
            "What this draft takes off",
            rx.el.p("Of the deposits that are paid. Leave it empty for all that is open and fits."),
            fields.fields(
                fields.money(
                    "amount", "Amount, net", State.amount, currency=State.currency, error=errors["amount"]
                )
            ),
            act="Save",
            on_submit=State.use,
        ),
        _ask(
            "give_back",
            "Give back " + State.rest + "?",
            rx.el.p(
                "A credit note takes back what no invoice takes off. What was paid of it becomes money on "
                "account, which can be refunded."
            ),
            fields.fields(
                fields.text("reason", "Why", required=True, error=errors["reason"], help="Printed on it.")
            ),
            act="Issue credit note",
            on_submit=State.give_back,
        ),
    )


def _ask(name: str, title: Any, *content: Any, act: str, on_submit: Any) -> rx.Component:
    return dialog(
        form(
            *content,
            form_error(State.errors["form"]),
            form_foot(act, on_cancel=State.close),
            on_submit=on_submit,
            key=f"deposit-{name}-" + State.form_key.to_string(),
            label=act,
        ),
        open=State.dialog == name,
        on_close=State.close,
        title=title,
        size="narrow",
    )


def advance_dialog() -> rx.Component:
    """Asks for money in advance, of a client or for one of its scopes."""
    errors = AdvanceState.errors
    return dialog(
        form(
            rx.el.p(
                "It is billed on an invoice of its own. Once it is paid, later invoices take it off.",
                class_name="lead",
            ),
            fields.fields(
                fields.select(
                    "sow_id",
                    "For",
                    AdvanceState.scopes,
                    AdvanceState.scope,
                    empty="all work of the client",
                    error=errors["sow_id"],
                    on_change=AdvanceState.choose,
                ),
                fields.money(
                    "amount",
                    "Amount, net",
                    currency=AdvanceState.currency,
                    required=True,
                    error=errors["amount"],
                ),
                fields.text("text", "Words on the invoice", placeholder="Advance", error=errors["text"]),
            ),
            form_error(errors["form"]),
            form_foot("Draft it", on_cancel=AdvanceState.close),
            on_submit=AdvanceState.save,
            key="advance-" + AdvanceState.form_key.to_string(),
            label="Advance",
        ),
        open=AdvanceState.open,
        on_close=AdvanceState.close,
        title="Advance from " + AdvanceState.client,
        size="narrow",
    )
