"""The client's answer to a scope. A signed scope never changes."""

from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound
from psa_app.formats import words
from psa_app.models import Contact, Firm, Quote, Signature, Sow, User, move
from psa_app.queries.contracts.text import agreed_text, hash_of
from psa_app.rules import fields
from psa_app.services import history
from psa_app.services.contracts.evidence import sign
from psa_app.services.evidence import Deed, bind, head
from psa_app.services.identity.portal_links import make_portal_link
from psa_app.services.mails import About, promise_mail


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
    """The client's approver signs: name, time, address and the hash of the exact text are kept.

    `text_hash` is what the reader had in front of them; another text than that is not signed.
    Raises `Forbidden` for a contact who may not sign, `Conflict` when it is already answered,
    past its day, or changed since it was opened.
    """
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    contact = answering(session, actor, sow)
    _check_open(session, sow)
    if not agrees:
        raise Invalid("Tick the box to say that you agree.", "agrees")
    signer = fields.text(name, "name", max=120)
    position = fields.text(title, "title", max=120, required=False)
    text = agreed_text(session, sow)
    if text_hash != sow.text_hash or hash_of(text) != sow.text_hash:
        raise Conflict("This scope has changed since you opened it. Reload the page and read it again.")
    move(sow, "sow", "signed")
    sow.signed_at = clock.now()
    sign(session, actor, "sow", sow_id, side="client", name=signer, title=position, text=text)
    after = {"status": "signed", "by": signer, "text_hash": sow.text_hash}
    history.note(session, actor, "sow", sow_id, "signed", {"status": "sent"}, after)
    _mail_signed(session, sow, contact, signer)
    return sow


@act("sows", "decline", right="sows.accept")
def decline_sow(session: Session, actor: Actor, sow_id: int, *, reason: str) -> Sow:
    """The client says no, with a reason that the firm reads. Errors as of `accept_sow`."""
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    contact = answering(session, actor, sow)
    _check_open(session, sow)
    sow.decline_reason = fields.text(reason, "reason", max=1000, multiline=True)
    move(sow, "sow", "declined")
    change = {"status": "sent"}, {"status": "declined"}
    history.note(session, actor, "sow", sow_id, "declined", *change, reason=sow.decline_reason)
    told = {"side": "client", "reason": sow.decline_reason, "text_hash": sow.text_hash}
    bind(session, actor, [Deed("sow", sow_id, "declined", told)])
    _mail_declined(session, sow, contact)
    return sow


def answering(session: Session, actor: Actor, document: Sow | Quote) -> Contact:
    """The contact who answers for the client.

    `NotFound` for anyone else, `Forbidden` for a contact who may not sign.
    """
    contact = session.get(Contact, actor.contact_id) if actor.contact_id else None
    if contact is None or contact.account_id != document.account_id or contact.is_archived:
        raise NotFound()
    if not contact.is_approver:
        raise Forbidden("You may read this, but someone else at your company has to agree to it.")
    return contact


def _check_open(session: Session, sow: Sow) -> None:
    if sow.status in ("signed", "closed"):
        raise Conflict(f"{sow.number} has already been accepted.")
    if sow.status == "declined":
        raise Conflict(f"{sow.number} has been declined. Ask for a new offer.")
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    if sow.valid_until and today > sow.valid_until:
        raise Conflict(f"This offer was open until {words.day(sow.valid_until)}. Ask for a new one.")


def _mail_signed(session: Session, sow: Sow, contact: Contact, signer: str) -> None:
    firm = session.exec(select(Firm)).one()
    signed_at = words.moment(sow.signed_at or clock.now(), ZoneInfo(firm.time_zone))
    sender = firm_signer(session, "sow", int(sow.id or 0), sow.text_hash)
    token = make_portal_link(
        session, contact_id=int(contact.id or 0), document="sow", document_id=int(sow.id or 0)
    )
    readers = {contact.email: (contact.name, routes.portal_link(token))}
    if sender is not None:
        readers.setdefault(sender.email, (sender.name, routes.sow(int(sow.id or 0))))
    for address, (reader, path) in readers.items():
        values = {
            "firm": firm.name,
            "reader": reader,
            "number": sow.number,
            "title": sow.title,
            "accepted_by": signer,
            "accepted_at": signed_at,
            "document_hash": sow.text_hash,
            "chain_head": head(session),
        }
        key = f"sow-signed-{sow.id}-{address}"
        about = About("sow", int(sow.id or 0), contact) if address == contact.email else None
        promise_mail(session, key, "sow_accepted", [address], path, values, about=about)


def _mail_declined(session: Session, sow: Sow, contact: Contact) -> None:
    sender = firm_signer(session, "sow", int(sow.id or 0), sow.text_hash)
    if sender is None:
        return
    values = {
        "firm": session.exec(select(Firm.name)).one(),
        "reader": sender.name,
        "number": sow.number,
        "title": sow.title,
        "declined_by": contact.name,
        "reason": sow.decline_reason,
    }
    key = f"sow-declined-{sow.id}-{sow.version}"
    promise_mail(session, key, "sow_declined", [sender.email], routes.sow(int(sow.id or 0)), values)


def firm_signer(session: Session, document: str, document_id: int, text_hash: str) -> User | None:
    """Who signed for the firm."""
    return session.exec(
        select(User)
        .join(Signature, col(Signature.user_id) == col(User.id))
        .where(
            Signature.document == document,
            Signature.document_id == document_id,
            Signature.side == "firm",
            Signature.text_hash == text_hash,
        )
        .order_by(col(Signature.id).desc())
    ).first()
