"""Sending a SOW, taking it back, and the client's answer. A signed SOW never changes."""

from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound
from psa_app.formats import words
from psa_app.models import Contact, Firm, Milestone, Signature, Sow, SowLine, User, move
from psa_app.rules import fields
from psa_app.services import history
from psa_app.services.contracts.text import hash_of, sow_text
from psa_app.services.identity.portal_links import make_portal_link, revoke_portal_links
from psa_app.services.mails import promise_mail

VALID_FOR = timedelta(days=30)


@act("sows", "send", right="sows.send")
def send_sow(
    session: Session,
    actor: Actor,
    sow_id: int,
    *,
    contact_ids: tuple[int, ...] = (),
    valid_until: date | None = None,
) -> Sow:
    """Sends a draft to contacts of the client (all approvers when none is named), each with a link of their own.

    The text is fixed now: its hash is kept and the firm's side is signed by the sender.
    Raises `Invalid` when there is no line, nobody to send to, or the day has passed.
    """
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    if not session.exec(select(SowLine.id).where(SowLine.sow_id == sow.id)).first():
        raise Invalid("Add at least one line before sending.", "lines")
    contacts = _recipients(session, actor, sow, contact_ids)
    firm = session.exec(select(Firm)).one()
    today = clock.today(firm.time_zone)
    until = valid_until or today + VALID_FOR
    if until < today:
        raise Invalid("This day has passed; choose a later one.", "valid_until")
    move(sow, "sow", "sent")
    sow.sent_at, sow.valid_until = clock.now(), until
    text = sow_text(session, sow)
    sow.text_hash = hash_of(text)
    _sign(session, actor, sow, side="firm", name=actor.name, title="", text=text)
    for contact in contacts:
        _mail_link(session, sow, contact, firm, actor)
    history.note(
        session,
        actor,
        "sow",
        sow_id,
        "sent",
        {},
        {"to": [c.email for c in contacts], "text_hash": sow.text_hash},
    )
    return sow


@act("sows", "take_back", right="sows.send")
def take_back_sow(session: Session, actor: Actor, sow_id: int) -> Sow:
    """Makes a sent or declined SOW a draft again; the links in the mails stop working."""
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    move(sow, "sow", "draft")
    sow.text_hash, sow.decline_reason, sow.valid_until = "", "", None
    revoke_portal_links(session, "sow", sow_id)
    history.note(session, actor, "sow", sow_id, "taken back")
    return sow


@act("sows", "accept", right="sows.accept")
def accept_sow(
    session: Session,
    actor: Actor,
    sow_id: int,
    *,
    text_hash: str,
    name: str,
    title: str = "",
    agrees: bool = False,
) -> Sow:
    """The client's approver signs the SOW: name, time, address and the hash of the exact text are kept.

    `text_hash` is what the reader had in front of them: if the text has changed since, it is
    refused. Raises `Forbidden` for a contact who may not sign, `Conflict` when already answered
    or past its day.
    """
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    contact = _answering(session, actor, sow)
    if sow.status == "signed":
        raise Conflict(f"{sow.number} has already been accepted.")
    if not agrees:
        raise Invalid("Tick the box to say that you agree.", "agrees")
    signer = fields.text(name, "name", max=120)
    text = sow_text(session, sow)
    if text_hash != sow.text_hash or hash_of(text) != sow.text_hash:
        raise Conflict("This scope has changed since you opened it. Reload the page and read it again.")
    move(sow, "sow", "signed")
    sow.signed_at = clock.now()
    _sign(
        session,
        actor,
        sow,
        side="client",
        name=signer,
        title=fields.text(title, "title", max=120, required=False),
        text=text,
    )
    history.note(session, actor, "sow", sow_id, "signed", {}, {"by": signer, "text_hash": sow.text_hash})
    _mail_signed(session, sow, contact, signer)
    return sow


@act("sows", "decline", right="sows.accept")
def decline_sow(session: Session, actor: Actor, sow_id: int, *, reason: str) -> Sow:
    """The client says no, with a reason that the firm reads."""
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    _answering(session, actor, sow)
    sow.decline_reason = fields.text(reason, "reason", max=1000, multiline=True)
    move(sow, "sow", "declined")
    history.note(session, actor, "sow", sow_id, "declined", reason=sow.decline_reason)
    return sow


@act("milestones", "ready", right="milestones.ready")
def ready_milestone(session: Session, actor: Actor, milestone_id: int) -> Milestone:
    """Says that a milestone of a signed SOW is done and waits for the client; approvers get a mail."""
    milestone, sow = _milestone(session, actor, milestone_id)
    move(milestone, "milestone", "ready")
    milestone.ready_at = clock.now()
    history.note(session, actor, "milestone", milestone_id, "ready")
    firm = session.exec(select(Firm)).one()
    for contact in _approvers(session, sow.account_id):
        promise_mail(
            session,
            f"milestone-ready-{milestone_id}-{contact.id}-{milestone.version}",
            "milestone_ready",
            [contact.email],
            routes.PORTAL,
            {"reader": contact.name, "firm": firm.name, "milestone": milestone.title, "title": sow.title},
        )
    return milestone


@act("milestones", "take_back", right="milestones.ready")
def take_back_milestone(session: Session, actor: Actor, milestone_id: int) -> Milestone:
    """Takes back that a milestone is ready, before the client has accepted it."""
    milestone, _ = _milestone(session, actor, milestone_id)
    move(milestone, "milestone", "planned")
    milestone.ready_at = None
    history.note(session, actor, "milestone", milestone_id, "taken back")
    return milestone


@act("milestones", "accept", right="milestones.accept")
def accept_milestone(session: Session, actor: Actor, milestone_id: int, *, name: str) -> Milestone:
    """The client's approver accepts a milestone, which makes it billable. Once only."""
    milestone, sow = _milestone(session, actor, milestone_id)
    _answering(session, actor, sow)
    return _accept(session, actor, milestone, sow, fields.text(name, "name", max=120), note="")


@act("milestones", "accept_for_client", right="milestones.accept_for_client")
def accept_milestone_for_client(
    session: Session, actor: Actor, milestone_id: int, *, name: str, how: str
) -> Milestone:
    """The owner records an acceptance given elsewhere: by whom, and how (mail of a day, minutes of a meeting)."""
    milestone, sow = _milestone(session, actor, milestone_id)
    evidence = fields.text(how, "how", max=400)
    return _accept(session, actor, milestone, sow, fields.text(name, "name", max=120), note=evidence)


def _accept(
    session: Session, actor: Actor, milestone: Milestone, sow: Sow, name: str, *, note: str
) -> Milestone:
    if milestone.status == "accepted":
        raise Conflict(f"“{milestone.title}” has already been accepted by {milestone.accepted_by}.")
    if milestone.status == "planned":
        move(milestone, "milestone", "ready")
    move(milestone, "milestone", "accepted")
    milestone.accepted_at, milestone.accepted_by = clock.now(), name
    text = f"{sow.number} {milestone.title} {milestone.value_minor} {sow.currency} {milestone.criteria}"
    session.add(
        Signature(
            document="milestone",
            document_id=int(milestone.id or 0),
            side="client",
            name=name,
            title=note,
            email=actor.email,
            contact_id=actor.contact_id,
            user_id=actor.user_id,
            at=clock.now(),
            address=actor.address,
            agent=actor.agent[:200],
            text_hash=hash_of(text),
            text=text,
        )
    )
    history.note(
        session, actor, "milestone", int(milestone.id or 0), "accepted", {}, {"by": name}, reason=note
    )
    return milestone


def _milestone(session: Session, actor: Actor, milestone_id: int) -> tuple[Milestone, Sow]:
    milestone = fetch(session, actor, Milestone, milestone_id)
    line = session.get_one(SowLine, milestone.sow_line_id)
    sow = fetch(session, actor, Sow, line.sow_id, lock=True)
    if sow.status != "signed":
        raise Conflict(f"{sow.number} is not signed yet; its milestones wait for that.")
    return fetch(session, actor, Milestone, milestone_id, lock=True), sow


def _answering(session: Session, actor: Actor, sow: Sow) -> Contact:
    contact = session.get(Contact, actor.contact_id) if actor.contact_id else None
    if contact is None or contact.account_id != sow.account_id:
        raise NotFound()
    if not contact.is_approver:
        raise Forbidden("You may read this, but someone else at your company has to agree to it.")
    firm = session.exec(select(Firm)).one()
    if sow.status == "sent" and sow.valid_until and clock.today(firm.time_zone) > sow.valid_until:
        raise Conflict(f"This offer was open until {sow.valid_until.isoformat()}. Ask for a new one.")
    return contact


def _sign(session: Session, actor: Actor, sow: Sow, *, side: str, name: str, title: str, text: str) -> None:
    session.add(
        Signature(
            document="sow",
            document_id=int(sow.id or 0),
            side=side,
            name=name,
            title=title,
            email=actor.email,
            contact_id=actor.contact_id,
            user_id=actor.user_id,
            at=clock.now(),
            address=actor.address,
            agent=actor.agent[:200],
            text_hash=sow.text_hash,
            text=text,
        )
    )


def _recipients(session: Session, actor: Actor, sow: Sow, contact_ids: tuple[int, ...]) -> list[Contact]:
    if contact_ids:
        chosen = [fetch(session, actor, Contact, contact_id) for contact_id in contact_ids]
        if any(contact.account_id != sow.account_id for contact in chosen):
            raise Invalid("Choose contacts of this client.", "contact_ids")
    else:
        chosen = _approvers(session, sow.account_id)
    if not any(contact.is_approver for contact in chosen):
        raise Invalid(
            "Nobody here may accept a scope. Mark a contact of this client as approver first.", "contact_ids"
        )
    return chosen


def _approvers(session: Session, account_id: int) -> list[Contact]:
    return list(
        session.exec(
            select(Contact)
            .where(Contact.account_id == account_id, col(Contact.is_approver), ~col(Contact.is_archived))
            .order_by(col(Contact.id))
        ).all()
    )


def _mail_link(session: Session, sow: Sow, contact: Contact, firm: Firm, actor: Actor) -> None:
    token = make_portal_link(
        session, contact_id=int(contact.id or 0), document="sow", document_id=int(sow.id or 0)
    )
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
            "valid_until": words.day(sow.valid_until) if sow.valid_until else "",
        },
        reply_to=actor.email,
    )


def _mail_signed(session: Session, sow: Sow, contact: Contact, signer: str) -> None:
    firm = session.exec(select(Firm)).one()
    sender = session.exec(
        select(User)
        .join(Signature, col(Signature.user_id) == col(User.id))
        .where(Signature.document == "sow", Signature.document_id == sow.id, Signature.side == "firm")
        .order_by(col(Signature.id).desc())
    ).first()
    readers = [(contact.email, contact.name, routes.portal_sow(int(sow.id or 0)))]
    if sender is not None:
        readers.append((sender.email, sender.name, routes.sow(int(sow.id or 0))))
    for address, reader, path in readers:
        values = {
            "firm": firm.name,
            "reader": reader,
            "number": sow.number,
            "title": sow.title,
            "accepted_by": signer,
            "accepted_at": words.day(sow.signed_at.date()) if sow.signed_at else "",
            "document_hash": sow.text_hash,
        }
        promise_mail(session, f"sow-signed-{sow.id}-{address}", "sow_accepted", [address], path, values)
