"""Sessions: who a cookie stands for, and how a session ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, update
from sqlmodel import Session, col, or_, select

from psa_app import clock
from psa_app.access import Actor, act, fetch, secrets
from psa_app.models import Contact, LoginSession, User
from psa_app.prepared import Prepared
from psa_app.services.history import note

SEEN_EVERY = timedelta(minutes=5)  # how exactly the last sign of life is kept


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a valid session cookie stands for."""

    session_id: int
    actor: Actor
    theme: str
    seen_at: datetime


_BY_TOKEN = Prepared(
    select(
        col(LoginSession.id).label("session_id"),
        LoginSession.last_seen_at,
        col(User.id).label("user_id"),
        User.name,
        User.role,
        User.person_id,
        User.email,
        User.theme,
        col(Contact.id).label("contact_id"),
        Contact.account_id,
    )  # type: ignore[call-overload]
    .join(User, col(User.id) == col(LoginSession.user_id))
    .outerjoin(Contact, col(Contact.id) == col(User.contact_id))
    .where(
        LoginSession.token_hash == bindparam("kept"),
        col(LoginSession.revoked_at).is_(None),
        LoginSession.expires_at > bindparam("now"),
        LoginSession.last_seen_at > bindparam("alive_since"),
        col(User.is_active),
        or_(col(Contact.id).is_(None), col(Contact.is_archived).is_(False)),
    )
)


def resolve_cookie(session: Session, token: str, address: str = "", agent: str = "") -> SignedIn | None:
    """Who holds this session token, or None; one indexed SELECT, so an ended session ends at once."""
    if not secrets.plausible(token):
        return None
    now = clock.now()
    values = {"kept": secrets.kept(token), "now": now, "alive_since": now - secrets.SESSION_IDLE}
    row = _BY_TOKEN.first(session, values)
    if row is None:
        return None
    session_id, seen_at, user_id, name, role, person_id, email, theme, contact_id, account_id = row
    if role == "client" and account_id is None:
        return None
    actor = Actor(
        name=name,
        role=role,
        user_id=user_id,
        person_id=person_id,
        account_id=account_id,
        contact_id=contact_id,
        email=email,
        address=address,
        agent=agent[:200],
    )
    return SignedIn(session_id, actor, theme, seen_at)


def is_stale(who: SignedIn) -> bool:
    """True when the last sign of life should be written anew."""
    return clock.now() - who.seen_at > SEEN_EVERY


def mark_seen(session: Session, session_id: int) -> None:
    """Writes that a session showed a sign of life now."""
    session.connection().execute(
        update(LoginSession).where(col(LoginSession.id) == session_id).values(last_seen_at=clock.now())
    )


def open_session(session: Session, user: User, address: str, agent: str, old_token: str = "") -> str:
    """Starts a session and returns its token; the session that the browser held before ends."""
    now = clock.now()
    if secrets.plausible(old_token):
        _end(session, LoginSession.token_hash == secrets.kept(old_token))
    token = secrets.new_secret()
    session.add(
        LoginSession(
            token_hash=secrets.kept(token),
            user_id=user.id or 0,
            created_at=now,
            last_seen_at=now,
            expires_at=now + secrets.SESSION_LONGEST,
            address=address,
            agent=agent[:200],
        )
    )
    return token


def sign_out(session: Session, token: str) -> None:
    """Ends the session of this token; an unknown token is nothing to worry about."""
    who = resolve_cookie(session, token)
    if who is not None:
        _end(session, LoginSession.id == who.session_id)
        note(session, who.actor, "user", who.actor.user_id or 0, "signed out")


@act("users", "sign_out_everywhere", right="profile.change", hidden=True)
def sign_out_everywhere(session: Session, actor: Actor) -> int:
    """Ends every session of the actor, this one too; returns how many there were."""
    count = end_sessions(session, actor.user_id or 0)
    note(session, actor, "user", actor.user_id or 0, "signed out everywhere", after={"sessions": count})
    return count


@act("users", "end_session", right="profile.change", hidden=True)
def end_session(session: Session, actor: Actor, session_id: int) -> None:
    """Ends one of the actor's own sessions. Raises `NotFound` for another's."""
    one = fetch(session, actor, LoginSession, session_id)
    if one.user_id != actor.user_id:
        fetch(session, actor, LoginSession, 0)
    _end(session, LoginSession.id == one.id)
    note(session, actor, "user", actor.user_id or 0, "ended a session", after={"session": one.id})


def end_sessions(session: Session, user_id: int, but_session: int = 0) -> int:
    """Ends every open session of a user, except `but_session`; returns how many."""
    return _end(session, and_(col(LoginSession.user_id) == user_id, col(LoginSession.id) != but_session))


def _end(session: Session, which: Any) -> int:
    result: Any = session.connection().execute(
        update(LoginSession)
        .where(which, col(LoginSession.revoked_at).is_(None))
        .values(revoked_at=clock.now())
    )
    return int(result.rowcount)
