"""Bearer tokens for the API: shown once, kept as a hash, with the rights of their user at most."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, or_, select

from psa_app import clock
from psa_app.access import Actor, act, fetch, require, secrets
from psa_app.errors import Conflict, Invalid
from psa_app.models import ApiToken, Contact, User
from psa_app.rules import fields
from psa_app.services.history import note

SCOPES = ("read", "read write")
MOST = 50
USED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made. `secret` is never to be had again."""

    id: int
    secret: str = field(repr=False)
    name: str
    scopes: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a bearer token stands for."""

    token_id: int
    actor: Actor
    used_at: datetime | None


@act("tokens", "make", right="tokens.own", hidden=True)
def make_token(
    session: Session,
    actor: Actor,
    *,
    name: str,
    scopes: str = "read write",
    expires_in_days: int | None = 90,
    user_id: int | None = None,
) -> NewToken:
    """Makes a token for the actor, or with the right tokens.change for user `user_id`.

    Raises `Invalid` for unknown scopes or a term outside 1 to 366 days, `Conflict` after 50 tokens.
    """
    owner_id = user_id or actor.user_id or 0
    if owner_id != actor.user_id:
        require(actor, "tokens.change")
    user = fetch(session, actor, User, owner_id, lock=True)
    clean = fields.text(name, "name", 80)
    if scopes not in SCOPES:
        raise Invalid("Choose “read” or “read write”.", "scopes")
    if expires_in_days is not None and not 1 <= expires_in_days <= 366:
        raise Invalid("Let it expire after 1 to 366 days.", "expires_in_days")
    _check_room(session, owner_id)
    secret, now = secrets.new_bearer(), clock.now()
    expires_at = now + timedelta(days=expires_in_days) if expires_in_days else None
    token = ApiToken(
        token_hash=secrets.kept(secret),
        user_id=user.id or 0,
        name=clean,
        scopes=scopes,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    note(session, actor, "user", owner_id, "made an API token", after={"token": token.id, "scopes": scopes})
    return NewToken(token.id or 0, secret, clean, scopes, expires_at)


@act("tokens", "revoke", right="tokens.own", hidden=True)
def revoke_token(session: Session, actor: Actor, token_id: int) -> None:
    """Ends a token at once; ending it again changes nothing."""
    token = fetch(session, actor, ApiToken, token_id, lock=True)
    if token.user_id != actor.user_id:
        require(actor, "tokens.change")
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        note(session, actor, "user", token.user_id, "revoked an API token", after={"token": token.id})


def resolve_bearer(session: Session, secret: str, address: str = "", agent: str = "") -> Bearer | None:
    """Who holds this bearer token, or None. The actor's `scopes` are the token's, its `via` is "api"."""
    if not secrets.plausible(secret) or not secret.startswith(secrets.PREFIX):
        return None
    now = clock.now()
    row = session.exec(
        select(ApiToken, User, Contact)
        .join(User, col(User.id) == col(ApiToken.user_id))
        .outerjoin(Contact, col(Contact.id) == col(User.contact_id))
        .where(
            ApiToken.token_hash == secrets.kept(secret),
            col(ApiToken.revoked_at).is_(None),
            or_(col(ApiToken.expires_at).is_(None), col(ApiToken.expires_at) > now),
            col(User.is_active),
            or_(col(Contact.id).is_(None), col(Contact.is_archived).is_(False)),
        )
    ).first()
    if row is None:
        return None
    token, user, contact = row
    actor = Actor(
        name=user.name,
        role=user.role,
        user_id=user.id,
        person_id=user.person_id,
        account_id=contact.account_id if contact else None,
        contact_id=user.contact_id,
        email=user.email,
        via="api",
        address=address,
        agent=agent[:200],
        scopes=token.scopes,
    )
    return Bearer(token.id or 0, actor, token.last_used_at)


def is_stale(bearer: Bearer) -> bool:
    """True when the time of the last use should be written anew."""
    return bearer.used_at is None or clock.now() - bearer.used_at > USED_EVERY


def mark_used(session: Session, token_id: int) -> None:
    """Writes that a token is used now."""
    session.connection().execute(
        update(ApiToken).where(col(ApiToken.id) == token_id).values(last_used_at=clock.now())
    )


def _check_room(session: Session, user_id: int) -> None:
    open_ones = session.exec(
        select(ApiToken.id).where(ApiToken.user_id == user_id, col(ApiToken.revoked_at).is_(None))
    ).all()
    if len(open_ones) >= MOST:
        raise Conflict(f"There are {MOST} tokens already. Revoke one first.")
