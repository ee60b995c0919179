"""Questions about a change order: asked by the client, answered by the firm, each told by mail."""

from sqlmodel import Session, col, func, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, NotFound
from psa_app.models import ChangeOrder, ChangeQuestion, Contact, Sow
from psa_app.rules import fields
from psa_app.services import history
from psa_app.services.contracts.change_orders import KIND, check_open
from psa_app.services.contracts.order_mail import mail_answer, mail_question

MOST_OPEN = 10


@act("change_orders", "ask", right="changes.accept")
def ask_about_change(session: Session, actor: Actor, order_id: int, *, text: str) -> ChangeQuestion:
    """A contact of the client asks; whoever sent the order gets a mail.

    Raises `Conflict` when it waits for no answer any more, or too many questions wait for one.
    """
    order = fetch(session, actor, ChangeOrder, order_id, lock=True)
    sow = session.get_one(Sow, order.sow_id)
    contact = session.get(Contact, actor.contact_id) if actor.contact_id else None
    if contact is None or contact.account_id != sow.account_id:
        raise NotFound()
    check_open(session, order)
    asked = fields.text(text, "text", max=2000, multiline=True)
    waiting = session.exec(
        select(func.count())
        .select_from(ChangeQuestion)
        .where(ChangeQuestion.change_order_id == order_id, col(ChangeQuestion.answered_at).is_(None))
    ).one()
    if waiting >= MOST_OPEN:
        raise Conflict(f"{MOST_OPEN} questions wait for an answer. Please wait for those first.")
    question = ChangeQuestion(
        change_order_id=order_id,
        contact_id=contact.id,
        asked_at=clock.now(),
        asked_by=contact.name,
        text=asked,
    )
    session.add(question)
    session.flush()
    history.note(session, actor, KIND, order_id, "asked", {}, {"question": asked})
    mail_question(session, order, question)
    return question


@act("change_orders", "answer", right="changes.draft")
def answer_about_change(
    session: Session, actor: Actor, order_id: int, *, question_id: int, text: str
) -> ChangeQuestion:
    """Answers a question; who asked gets a mail with a link. Raises `Conflict` when it has its answer."""
    order = fetch(session, actor, ChangeOrder, order_id, lock=True)
    question = fetch(session, actor, ChangeQuestion, question_id)
    if question.change_order_id != order_id:
        raise NotFound()
    if question.answered_at is not None:
        raise Conflict(f"{question.answered_by} has answered this already.")
    question.answer = fields.text(text, "answer", max=4000, multiline=True)
    question.answered_at, question.answered_by = clock.now(), actor.name
    history.note(session, actor, KIND, order_id, "answered", {}, {"answer": question.answer})
    contact = session.get(Contact, question.contact_id) if question.contact_id else None
    if contact is not None and not contact.is_archived:
        mail_answer(session, order, question, contact, actor)
    return question
