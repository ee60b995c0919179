"""Sending a scope to the client's contacts, and taking it back."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch
from psa_app.errors import Invalid
from psa_app.formats import words
from psa_app.gateways.pdf import unprintable
from psa_app.models import Account, Contact, Firm, Rate, Sow, SowLine, move
from psa_app.queries.contracts.text import hash_of, sow_text
from psa_app.rules import fields
from psa_app.rules.scopes import TIME
from psa_app.services import history
from psa_app.services.contracts.check_cards import card_problem_of
from psa_app.services.contracts.evidence import sign
from psa_app.services.identity.portal_links import LIVES, make_portal_link, revoke_portal_links
from psa_app.services.mails import About, promise_mail

OPEN_FOR = timedelta(days=30)
LONGEST_OPEN = timedelta(days=180)


@act("sows", "send", right="sows.send")
def send_sow(
    session: Session,
    actor: Actor,
    sow_id: int,
    *,
    contact_ids: tuple[int, ...] = (),
    valid_until: date | None = None,
    name: str = "",
    title: str = "",
) -> Sow:
    """Sends a draft to contacts of the client, each with a link of their own; to all who may sign by default.

    The text is fixed now: its hash is kept and the sender signs for the firm, under their own name
    unless `name` says it otherwise, with their position in `title`. `valid_until` is the last day on
    which it can be accepted, 30 days from now when it is not given. Raises `Invalid` for what is
    missing, nobody to send to, or a day that has passed.
    """
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    _check_lines(session, sow)
    signer = fields.text(name or actor.name, "name", max=120)
    position = fields.text(title, "title", max=120, required=False)
    contacts = recipients(session, actor, sow.account_id, contact_ids)
    firm = session.exec(select(Firm)).one()
    move(sow, "sow", "sent")
    sow.sent_at = clock.now()
    sow.valid_until = open_until(valid_until, clock.today(firm.time_zone))
    session.flush()
    text = sow_text(session, sow)
    missing = unprintable(text)
    if missing:
        raise Invalid(
            f"The PDF has no letters for “{missing}”. Write the text in letters that can be printed."
        )
    sow.text_hash = hash_of(text)
    sign(session, actor, "sow", sow_id, side="firm", name=signer, title=position, text=text)
    for contact in contacts:
        _mail_link(session, sow, contact, firm, actor)
    after = {"to": [contact.email for contact in contacts], "text_hash": sow.text_hash}
    history.note(session, actor, "sow", sow_id, "sent", {"status": "draft"}, {"status": "sent"} | after)
    return sow


@act("sows", "take_back", right="sows.send")
def take_back_sow(session: Session, actor: Actor, sow_id: int) -> Sow:
    """Makes a sent or declined scope a draft again; the links in the mails stop working."""
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    old = move(sow, "sow", "draft")
    sow.text_hash, sow.decline_reason, sow.valid_until = "", "", None
    revoke_portal_links(session, "sow", sow_id)
    history.note(session, actor, "sow", sow_id, "taken back", {"status": old}, {"status": "draft"})
    return sow


def approvers(session: Session, account_id: int) -> list[Contact]:
    """The client's contacts who may accept scopes and milestones."""
    return list(
        session.exec(
            select(Contact)
            .where(Contact.account_id == account_id, col(Contact.is_approver), ~col(Contact.is_archived))
            .order_by(col(Contact.id))
        ).all()
    )


def _check_lines(session: Session, sow: Sow) -> None:
    lines = session.exec(
        select(SowLine).where(SowLine.sow_id == sow.id).order_by(col(SowLine.position))
    ).all()
    if not lines:
        raise Invalid("Add at least one line before sending.", "lines")
    priced = set(
        session.exec(select(Rate.sow_line_id).where(col(Rate.sow_line_id).in_([x.id for x in lines]))).all()
    )
    for place, line in enumerate(lines):
        if wrong := card_problem_of(session, sow, line.rate_card):
            raise Invalid(wrong, f"lines.{place}.rate_card")
        if line.model == TIME and line.rate_card == "line" and line.id not in priced:
            sentence = f"“{line.title}” has no rate. Say what an hour costs before sending."
            raise Invalid(sentence, f"lines.{place}.rates")
        if line.model != TIME and not line.value_minor:
            sentence = f"“{line.title}” has no price. Give it one before sending."
            raise Invalid(sentence, f"lines.{place}.value")


def open_until(given: date | None, today: date) -> date:
    """The last day on which an offer can be accepted, 30 days from now by default. Raises `Invalid`."""
    until = today + OPEN_FOR if given is None else given
    if until < today:
        raise Invalid("This day has passed; choose a later one.", "valid_until")
    if until > today + LONGEST_OPEN:
        raise Invalid(f"An offer stays open for {LONGEST_OPEN.days} days at most.", "valid_until")
    return until


def recipients(session: Session, actor: Actor, account_id: int, contact_ids: Sequence[int]) -> list[Contact]:
    """To whom an offer goes: the contacts named, else all who may accept. Raises `Invalid` for nobody."""
    chosen = [fetch(session, actor, Contact, one) for one in dict.fromkeys(contact_ids)]
    if any(contact.account_id != account_id or contact.is_archived for contact in chosen):
        raise Invalid("Choose contacts of this client.", "contact_ids")
    chosen = chosen or approvers(session, account_id)
    if not any(contact.is_approver for contact in chosen):
        sentence = "Nobody here may accept it. Mark a contact of this client as approver first."
        raise Invalid(sentence, "contact_ids")
    return chosen


def _mail_link(session: Session, sow: Sow, contact: Contact, firm: Firm, actor: Actor) -> None:
    until = sow.valid_until or clock.today(firm.time_zone)
    lives = max(LIVES, until - clock.today(firm.time_zone) + timedelta(days=2))
    token = make_portal_link(
        session, contact_id=int(contact.id or 0), document="sow", document_id=int(sow.id or 0), lives=lives
    )
    locale = session.get_one(Account, sow.account_id).locale
    promise_mail(
        session,
        f"sow-sent-{sow.id}-{contact.id}-{sow.version}",
        "sow_to_accept",
        [contact.email],
        routes.portal_link(token),
        {
            "reader": contact.name,
            "firm": firm.name,
            "number": sow.number,
            "title": sow.title,
            "valid_until": words.day(until, locale),
        },
        reply_to=actor.email,
        about=About("sow", int(sow.id or 0), contact, actor.name),
    )
