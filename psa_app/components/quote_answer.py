"""A quote before a client: the sheet, what can be chosen, and the answer."""

from typing import Any

import reflex as rx

from psa_app.components.cards import card
from psa_app.components.document_answer import Agreement, document_for_client
from psa_app.display.quote import Choice


def quote_for_client(state: Any) -> rx.Component:
    """``state`` is a ``QuoteReading`` with the events choose, accept, decline, ask, open_dialog, close."""
    agreement = Agreement(
        "Do you accept?",
        "I have read this quote and accept it for my company.",
        "Accept for " + state.total,
        "exactly this text with your choices",
    )
    choices = rx.cond(state.choices.length() > 0, _choices(state))
    return document_for_client(state, agreement, after=choices)


def _choices(state: Any) -> rx.Component:
    def one(choice: rx.Var[Choice]) -> rx.Component:
        ident = "choice-" + choice.key
        return rx.el.li(
            rx.cond(
                choice.heading != "", rx.el.div(choice.heading, ": choose one", class_name="choice-head")
            ),
            rx.el.label(
                rx.el.input(
                    type=rx.cond(choice.group != "", "radio", "checkbox"),
                    id=ident,
                    name=rx.cond(choice.group != "", "group-" + choice.group, ident),
                    checked=choice.on,
                    on_change=lambda _: state.choose(choice.key),
                ),
                rx.el.span(
                    rx.el.span(choice.title),
                    rx.cond(choice.sub != "", rx.el.span(choice.sub, class_name="sub")),
                    class_name="choice-words",
                ),
                rx.el.span(choice.amount, class_name="num"),
                class_name="choice",
            ),
        )

    return card(
        rx.el.ul(rx.foreach(state.choices, one), class_name="choices"),
        rx.el.div(
            rx.el.span("Total with your choice"),
            rx.el.span(state.total, class_name="num", aria_live="polite"),
            class_name="choice-total",
        ),
        title="Your choice",
        body=False,
    )
