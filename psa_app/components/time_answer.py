"""Time before a client: the entries by person and day, the box to approve them in, the question why not."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.cards import card, columns, notice, span, stack
from psa_app.components.definition import facts
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.table import Choosing, table_card

EVIDENCE = (
    "Your name, the time, your network address and a fingerprint (SHA-256) of these entries are kept as "
    "evidence."
)


def time_for_client(state: Any) -> rx.Component:
    """``state`` is a ``TimeReading`` with the events approve, approve_chosen, refuse, ask_refuse,
    ask_refuse_chosen, choose, choose_all and close."""
    return rx.fragment(
        stack(
            rx.cond(state.note != "", notice(state.note)),
            rx.cond(
                state.may_answer,
                columns(span(7, _answer(state)), span(5, _sums(state))),
                _sums(state),
            ),
            rx.cond(state.may_answer, _to_answer(state), _to_read(state)),
        ),
        _why_not(state),
    )


def _sums(state: Any) -> rx.Component:
    return card(facts(state.figures, quiet=True, plain=True), title="Time")


def _to_answer(state: Any) -> rx.Component:
    return table_card(
        state.columns,
        state.lines,
        label="Entries",
        choosing=Choosing(state.chosen, state.choose, state.choose_all, state.all_chosen),
        bulk=[
            button("Approve", small=True, on_click=state.approve_chosen),
            button("Refuse…", small=True, on_click=state.ask_refuse_chosen),
        ],
    )


def _to_read(state: Any) -> rx.Component:
    return table_card(state.columns, state.lines, label="Entries")


def _answer(state: Any) -> rx.Component:
    words = rx.el.div(
        rx.el.p("Is something not right? Tick it below and refuse it; the rest can still be approved."),
        form_error(rx.cond(state.refusing == "", state.errors["form"], "")),
        rx.el.p(EVIDENCE, class_name="muted small"),
        class_name="stack tight",
    )
    foot = rx.el.div(
        button("Refuse all…", on_click=state.ask_refuse),
        button(state.approve_words, look="primary", on_click=state.approve),
        class_name="form-foot",
    )
    return card(stack(words, foot), title="Do you approve?")


def _why_not(state: Any) -> rx.Component:
    return dialog(
        form(
            fields.fields(
                fields.textarea(
                    "reason",
                    "Why",
                    required=True,
                    error=state.errors["reason"],
                    prefix="refuse-",
                    help="The people who logged it and the project’s lead read this.",
                )
            ),
            form_error(state.errors["form"]),
            form_foot("Refuse", on_cancel=state.close),
            on_submit=state.refuse,
            key="refuse-" + state.form_key.to_string(),
            label="Reason",
        ),
        open=state.refusing != "",
        on_close=state.close,
        title=state.refusing,
        size="narrow",
    )
