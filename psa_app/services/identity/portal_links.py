"""Links in mails that open one document for one contact. Whoever holds the link is that contact, for
that document only; it never becomes a session."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, secrets
from psa_app.errors import Invalid, NotFound
from psa_app.models import Account, Contact, PortalLink

LIVES = timedelta(days=30)
DOCUMENTS = ("sow", "invoice", "quote", "change_order", "time_request")
GONE = "This link has expired or was withdrawn. Ask your contact for a new one, or sign in."


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What a portal link opens: `actor` reaches this document and nothing else."""

    actor: Actor
    document: str  # one of `DOCUMENTS`
    document_id: int
    expires_at: datetime


def make_portal_link(
    session: Session, *, contact_id: int, document: str, document_id: int, lives: timedelta = LIVES
) -> str:
    """Makes a link for a contact to a document and returns its token; only its hash is kept.

    `document` is one of `DOCUMENTS` (`Invalid` otherwise); `routes.portal_link(token)` is the address,
    which opens it for as long as `lives`.
    """
    if document not in DOCUMENTS:
        raise Invalid(
            f"A link can open a scope, a change order, time, an invoice or a quote, not {document!r}.",
            "document",
        )
    token, now = secrets.new_secret(), clock.now()
    session.add(
        PortalLink(
            token_hash=secrets.kept(token),
            contact_id=contact_id,
            document=document,
            document_id=document_id,
            created_at=now,
            expires_at=now + lives,
        )
    )
    return token


def revoke_portal_links(session: Session, document: str, document_id: int) -> int:
    """Ends all links to a document; returns how many were open."""
    result: Any = session.connection().execute(
        update(PortalLink)
        .where(
            col(PortalLink.document) == document,
            col(PortalLink.document_id) == document_id,
            col(PortalLink.revoked_at).is_(None),
        )
        .values(revoked_at=clock.now())
    )
    return int(result.rowcount)


def open_portal_link(session: Session, token: object, address: str = "", agent: str = "") -> OpenedLink:
    """Who a link's token stands for and what it opens. Raises `NotFound` for any that does not hold."""
    found = _holding(session, token) if isinstance(token, str) and secrets.plausible(token) else None
    if found is None:
        raise NotFound(GONE)
    link, contact = found
    actor = Actor(
        name=contact.name,
        role="client",
        account_id=contact.account_id,
        contact_id=contact.id,
        email=contact.email,
        via="portal",
        address=address,
        agent=agent[:200],
        document=(link.document, link.document_id),
    )
    return OpenedLink(actor, link.document, link.document_id, link.expires_at)


def mark_opened(session: Session, token: str) -> None:
    """Writes when a link was first opened."""
    session.connection().execute(
        update(PortalLink)
        .where(col(PortalLink.token_hash) == secrets.kept(token), col(PortalLink.opened_at).is_(None))
        .values(opened_at=clock.now())
    )


def _holding(session: Session, token: str) -> tuple[PortalLink, Contact] | None:
    return session.exec(
        select(PortalLink, Contact)
        .join(Contact, col(Contact.id) == col(PortalLink.contact_id))
        .join(Account, col(Account.id) == col(Contact.account_id))
        .where(
            PortalLink.token_hash == secrets.kept(token),
            col(PortalLink.revoked_at).is_(None),
            PortalLink.expires_at > clock.now(),
            col(Contact.is_archived).is_(False),
            col(Account.is_archived).is_(False),
        )
    ).first()
