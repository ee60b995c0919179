"""A scope, a quote or a change order before a client: the sheet, the box to agree in, and the questions."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.badges import tag
from psa_app.components.buttons import button, submit
from psa_app.components.cards import card, notice, stack
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.link import Text
from psa_app.components.scope_sheet import scope_sheet
from psa_app.display.quote import Question


@dataclass(frozen=True)
class Agreement:
    """The words of the box to agree in."""

    title: str
    sentence: str
    press: Text
    text: str = "exactly this text"


def document_for_client(
    state: Any,
    agreement: Agreement,
    *,
    before: rx.Component | None = None,
    after: rx.Component | None = None,
    asks: bool = True,
) -> rx.Component:
    """``state`` is a ``DocumentReading`` with the events accept, decline, open_dialog and close, and ask when
    questions can be asked."""
    return rx.fragment(
        stack(
            rx.cond(state.note != "", notice(state.note, tone="")),
            before or rx.fragment(),
            scope_sheet(state.sheet),
            after or rx.fragment(),
            rx.cond(state.may_answer, _agree(state, agreement)),
            rx.cond((state.questions.length() > 0) | state.may_ask, _questions(state))
            if asks
            else rx.fragment(),
        ),
        _decline(state),
        _ask(state) if asks else rx.fragment(),
    )


def _agree(state: Any, agreement: Agreement) -> rx.Component:
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
                    "agrees", agreement.sentence, error=errors["agrees"], wide=True, prefix="accept-"
                ),
                two=True,
            ),
            form_error(rx.cond(state.dialog == "", errors["form"], "")),
            rx.el.p(
                "Your name, the time, your network address and a fingerprint (SHA-256) of "
                f"{agreement.text} are kept as evidence.",
                class_name="muted small",
            ),
            rx.el.div(
                button("Decline…", on_click=state.open_dialog("decline")),
                submit(agreement.press),
                class_name="form-foot",
            ),
            on_submit=state.accept,
            key="accept-" + state.form_key.to_string(),
            label="Acceptance",
            guard=False,
        ),
        title=agreement.title,
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


def _questions(state: Any) -> rx.Component:
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


def _decline(state: Any) -> rx.Component:
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


def _ask(state: Any) -> rx.Component:
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
