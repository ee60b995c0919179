"""Questions about a quote: asked by the client, answered by the firm, each told by mail."""

from sqlmodel import Session, col, func, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, NotFound
from psa_app.models import Contact, Firm, Quote, QuoteQuestion
from psa_app.rules import fields
from psa_app.services import history
from psa_app.services.contracts.accept import firm_signer
from psa_app.services.identity.portal_links import make_portal_link
from psa_app.services.mails import About, promise_mail
from psa_app.services.quotes.answer import check_open

MOST_OPEN = 10


@act("quotes", "ask", right="quotes.answer")
def ask_question(session: Session, actor: Actor, quote_id: int, *, text: str) -> QuoteQuestion:
    """A contact of the client asks; whoever sent the quote gets a mail.

    Raises `Conflict` when the quote waits for no answer any more, or too many questions wait for one.
    """
    quote = fetch(session, actor, Quote, quote_id, lock=True)
    contact = session.get(Contact, actor.contact_id) if actor.contact_id else None
    if contact is None or contact.account_id != quote.account_id:
        raise NotFound()
    check_open(session, quote)
    asked = fields.text(text, "text", max=2000, multiline=True)
    waiting = session.exec(
        select(func.count())
        .select_from(QuoteQuestion)
        .where(QuoteQuestion.quote_id == quote_id, col(QuoteQuestion.answered_at).is_(None))
    ).one()
    if waiting >= MOST_OPEN:
        raise Conflict(f"{MOST_OPEN} questions wait for an answer. Please wait for those first.")
    question = QuoteQuestion(
        quote_id=quote_id, contact_id=contact.id, asked_at=clock.now(), asked_by=contact.name, text=asked
    )
    session.add(question)
    session.flush()
    history.note(session, actor, "quote", quote_id, "asked", {}, {"question": asked})
    _mail_question(session, quote, question)
    return question


@act("quotes", "answer", right="quotes.change")
def answer_question(
    session: Session, actor: Actor, quote_id: int, *, question_id: int, text: str
) -> QuoteQuestion:
    """Answers a question; who asked gets a mail with a link. Raises `Conflict` when it has its answer."""
    quote = fetch(session, actor, Quote, quote_id, lock=True)
    question = fetch(session, actor, QuoteQuestion, question_id)
    if question.quote_id != quote_id:
        raise NotFound()
    if question.answered_at is not None:
        raise Conflict(f"{question.answered_by} has answered this already.")
    question.answer = fields.text(text, "answer", max=4000, multiline=True)
    question.answered_at, question.answered_by = clock.now(), actor.name
    history.note(session, actor, "quote", quote_id, "answered", {}, {"answer": question.answer})
    contact = session.get(Contact, question.contact_id) if question.contact_id else None
    if contact is not None and not contact.is_archived:
        _mail_answer(session, quote, question, contact, actor)
    return question


def _mail_question(session: Session, quote: Quote, question: QuoteQuestion) -> None:
    quote_id = int(quote.id or 0)
    sender = firm_signer(session, "quote", quote_id, quote.text_hash)
    if sender is None:
        return
    values = {
        "firm": session.exec(select(Firm.name)).one(),
        "reader": sender.name,
        "number": quote.number,
        "title": quote.title,
        "asked_by": question.asked_by,
        "question": question.text,
    }
    key = f"quote-question-{question.id}"
    promise_mail(session, key, "quote_question", [sender.email], routes.quote(quote_id), values)


def _mail_answer(
    session: Session, quote: Quote, question: QuoteQuestion, contact: Contact, actor: Actor
) -> None:
    token = make_portal_link(
        session, contact_id=int(contact.id or 0), document="quote", document_id=int(quote.id or 0)
    )
    values = {
        "firm": session.exec(select(Firm.name)).one(),
        "reader": contact.name,
        "number": quote.number,
        "title": quote.title,
        "answered_by": actor.name,
        "answer": question.answer,
    }
    promise_mail(
        session,
        f"quote-answer-{question.id}",
        "quote_answer",
        [contact.email],
        routes.portal_link(token),
        values,
        reply_to=actor.email,
        about=About("quote", int(quote.id or 0), contact, actor.name),
    )
