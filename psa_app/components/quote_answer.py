"""A quote before a client: the sheet, what can be chosen, the box to accept in, and the questions."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.badges import tag
from psa_app.components.buttons import button, submit
from psa_app.components.cards import card, notice, stack
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.scope_sheet import scope_sheet
from psa_app.display.quote import Choice, Question


def quote_for_client(state: Any) -> rx.Component:
    """``state`` is a ``QuoteReading`` with the events choose, accept, decline, ask, open_dialog, close."""
    return rx.fragment(
        stack(
            rx.cond(state.note != "", notice(state.note, tone="")),
            scope_sheet(state.sheet),
            rx.cond(state.choices.length() > 0, _choices(state)),
            rx.cond(state.may_answer, _accept(state)),
            rx.cond((state.questions.length() > 0) | state.may_ask, questions_card(state)),
        ),
        decline_dialog(state),
        ask_dialog(state),
    )


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


def _accept(state: Any) -> rx.Component:
    errors = state.errors
    return card(
        form(
            fields.fields(
                fields.text(
                    "name",
                    "Your name",
                    state.reader,
                    required=True,
                    error=errors["name"],
                    auto_complete="name",
                    prefix="accept-",
                ),
                fields.text(
                    "title",
                    "Your position",
                    state.reader_title,
                    error=errors["title"],
                    auto_complete="organization-title",
                    prefix="accept-",
                ),
                fields.checkbox(
                    "agrees",
                    "I have read this quote and accept it for my company.",
                    error=errors["agrees"],
                    wide=True,
                    prefix="accept-",
                ),
                two=True,
            ),
            form_error(rx.cond(state.dialog == "", errors["form"], "")),
            rx.el.p(
                "Your name, the time, your network address and a fingerprint (SHA-256) of exactly this text "
                "with your choices are kept as evidence.",
                class_name="muted small",
            ),
            rx.el.div(
                button("Decline…", on_click=state.open_dialog("decline")),
                submit("Accept for " + state.total),
                class_name="form-foot",
            ),
            on_submit=state.accept,
            key="accept-" + state.form_key.to_string(),
            label="Acceptance",
            guard=False,
        ),
        title="Do you accept?",
    )


def question_list(questions: rx.Var[list[Question]], on_answer: Any = None) -> rx.Component:
    """Questions with their answers; ``on_answer(id)`` is offered for those that wait."""

    def one(question: rx.Var[Question]) -> rx.Component:
        press = rx.fragment()
        if on_answer is not None:
            press = rx.cond(
                question.waits,
                button("Answer", small=True, on_click=on_answer(question.id)),
            )
        return rx.el.li(
            rx.el.div(rx.el.span(question.asked, class_name="muted small"), class_name="question-head"),
            rx.el.p(question.text, class_name="question-text"),
            rx.cond(
                question.waits,
                rx.el.div(tag("Waits for an answer", "warn"), press, class_name="line wrap"),
                rx.el.div(
                    rx.el.div(question.answered, class_name="muted small"),
                    rx.el.p(question.answer, class_name="question-text"),
                    class_name="question-answer",
                ),
            ),
        )

    return rx.el.ul(rx.foreach(questions, one), class_name="questions")


def questions_card(state: Any) -> rx.Component:
    """What was asked and answered, and the way to ask."""
    return card(
        rx.cond(
            state.questions.length() > 0,
            question_list(state.questions),
            rx.el.p(
                "Is something unclear? Ask; the answer comes by mail and stands here.", class_name="muted"
            ),
        ),
        title="Questions",
        aside=rx.cond(state.may_ask, button("Ask a question", small=True, on_click=state.open_dialog("ask"))),
    )


def decline_dialog(state: Any) -> rx.Component:
    """The question why."""
    return dialog(
        form(
            fields.fields(
                fields.textarea(
                    "reason",
                    "Why",
                    required=True,
                    error=state.errors["reason"],
                    prefix="decline-",
                    help="The firm reads this, and can send you a changed one.",
                )
            ),
            form_error(state.errors["form"]),
            form_foot("Decline", on_cancel=state.close),
            on_submit=state.decline,
            label="Reason",
        ),
        open=state.dialog == "decline",
        on_close=state.close,
        title="Decline " + state.number + "?",
        size="narrow",
    )


def ask_dialog(state: Any) -> rx.Component:
    """The form for a question."""
    return dialog(
        form(
            fields.fields(
                fields.textarea(
                    "text", "Your question", required=True, error=state.errors["text"], prefix="ask-", rows=4
                )
            ),
            form_error(state.errors["form"]),
            form_foot("Send it", on_cancel=state.close),
            on_submit=state.ask,
            label="Question",
        ),
        open=state.dialog == "ask",
        on_close=state.close,
        title="Ask about " + state.number,
        size="narrow",
    )
