"""The mails about a change order: to accept, accepted, declined, asked and answered."""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor
from psa_app.formats import words
from psa_app.models import Account, ChangeOrder, ChangeQuestion, Contact, Firm, Sow, User
from psa_app.queries.contracts.change_orders import agreed_order_text, read_order
from psa_app.services.contracts.accept import firm_signer
from psa_app.services.evidence import head
from psa_app.services.identity.portal_links import LIVES, make_portal_link
from psa_app.services.mails import About, promise_mail

KIND = "change_order"


def mail_links(
    session: Session, order: ChangeOrder, sow: Sow, contacts: Sequence[Contact], actor: Actor
) -> None:
    """To each contact: read it, and accept it if you may; with the PDF and a link of their own."""
    firm = session.exec(select(Firm)).one()
    today = clock.today(firm.time_zone)
    until = order.valid_until or today
    lives = max(LIVES, until - today + timedelta(days=2))
    locale = session.get_one(Account, sow.account_id).locale
    terms = read_order(agreed_order_text(session, order))
    for contact in contacts:
        values = {
            "reader": contact.name,
            "firm": firm.name,
            "number": order.number,
            "title": order.title,
            "scope": f"{sow.number} {sow.title}",
            "before": words.money(terms.before.value, sow.currency, locale),
            "after": words.money(terms.after.value, sow.currency, locale),
            "effective_on": words.day(order.effective_on, locale),
            "valid_until": words.day(until, locale),
        }
        key = f"change-sent-{order.id}-{contact.id}-{order.version}"
        path = _link(session, order, contact, lives)
        promise_mail(
            session,
            key,
            "change_to_accept",
            [contact.email],
            path,
            values,
            reply_to=actor.email,
            attach={"change_order_pdf": int(order.id or 0)},
            about=About(KIND, int(order.id or 0), contact, actor.name),
        )


def mail_signed(session: Session, order: ChangeOrder, sow: Sow, contact: Contact, signer: str) -> None:
    """To both sides: who accepted it and when, with the hash of the text and the seal of the evidence."""
    firm = session.exec(select(Firm)).one()
    readers = {contact.email: (contact.name, _link(session, order, contact))}
    sender = _sender(session, order)
    if sender is not None:
        readers.setdefault(sender.email, (sender.name, routes.change_order(int(order.id or 0))))
    for address, (reader, path) in readers.items():
        values = {
            "firm": firm.name,
            "reader": reader,
            "number": order.number,
            "title": order.title,
            "scope": f"{sow.number} {sow.title}",
            "accepted_by": signer,
            "accepted_at": words.moment(order.signed_at or clock.now(), ZoneInfo(firm.time_zone)),
            "document_hash": order.text_hash,
            "chain_head": head(session),
        }
        key = f"change-signed-{order.id}-{address}"
        about = About(KIND, int(order.id or 0), contact) if address == contact.email else None
        promise_mail(session, key, "change_accepted", [address], path, values, about=about)


def mail_declined(session: Session, order: ChangeOrder, contact: Contact) -> None:
    """To who sent it: the client said no, and why."""
    values = {"declined_by": contact.name, "reason": order.decline_reason}
    _tell_sender(session, order, f"change-declined-{order.id}-{order.version}", "change_declined", values)


def mail_question(session: Session, order: ChangeOrder, question: ChangeQuestion) -> None:
    """To who sent it: the client asks something."""
    values = {"asked_by": question.asked_by, "question": question.text}
    _tell_sender(session, order, f"change-question-{question.id}", "change_question", values)


def mail_answer(
    session: Session, order: ChangeOrder, question: ChangeQuestion, contact: Contact, actor: Actor
) -> None:
    """To the contact who asked: the answer, with a link."""
    values = {
        "firm": session.exec(select(Firm.name)).one(),
        "reader": contact.name,
        "number": order.number,
        "title": order.title,
        "answered_by": actor.name,
        "answer": question.answer,
    }
    path = _link(session, order, contact)
    key = f"change-answer-{question.id}"
    about = About(KIND, int(order.id or 0), contact, actor.name)
    to = [contact.email]
    promise_mail(session, key, "change_answer", to, path, values, reply_to=actor.email, about=about)


def _tell_sender(session: Session, order: ChangeOrder, key: str, template: str, said: dict[str, str]) -> None:
    sender = _sender(session, order)
    if sender is None:
        return
    values = {
        "firm": session.exec(select(Firm.name)).one(),
        "reader": sender.name,
        "number": order.number,
        "title": order.title,
    } | said
    promise_mail(session, key, template, [sender.email], routes.change_order(int(order.id or 0)), values)


def _sender(session: Session, order: ChangeOrder) -> User | None:
    return firm_signer(session, KIND, int(order.id or 0), order.text_hash)


def _link(session: Session, order: ChangeOrder, contact: Contact, lives: timedelta = LIVES) -> str:
    token = make_portal_link(
        session, contact_id=int(contact.id or 0), document=KIND, document_id=int(order.id or 0), lives=lives
    )
    return routes.portal_link(token)
