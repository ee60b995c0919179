"""Links that let someone choose a password: an invitation or a reset. Used once, within an hour."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, passwords, secrets
from psa_app.errors import Invalid, NotFound
from psa_app.models import ApiToken, Contact, Firm, OneTimeLink, User, touch
from psa_app.rules.passwords import check_password
from psa_app.services.history import note
from psa_app.services.identity.pace import check_pace, count_attempt, forgive, key_of
from psa_app.services.identity.sessions import end_sessions
from psa_app.services.mails import About, promise_mail

LIVES = timedelta(minutes=60)
VALID_FOR = "60 minutes"
GONE = "This link has been used or is older than an hour. Ask for a new one."


def request_reset(session: Session, email: str, address: str) -> None:
    """Promises a mail with a reset link if the address belongs to a user. It never says whether it does.

    Raises `SlowDown` after too many requests, known address or not.
    """
    key = key_of(email, "reset")
    check_pace(session, key, email, address)
    count_attempt(session, key, address)
    user = session.exec(select(User).where(User.email == email.strip().lower(), col(User.is_active))).first()
    if user is not None:
        values = {"firm": _firm_name(session), "reader": user.name, "valid_for": VALID_FOR}
        _mail_link(session, user, "reset", "password_reset", values)
        actor = Actor(name=user.name, role=user.role, user_id=user.id, address=address)
        note(session, actor, "user", user.id or 0, "asked for a new password")


def send_invitation(session: Session, user: User, invited_by: str) -> None:
    """Promises the mail that lets a new user choose a password; earlier links of theirs end."""
    values = {
        "firm": _firm_name(session),
        "reader": user.name,
        "invited_by": invited_by,
        "valid_for": VALID_FOR,
    }
    contact = session.get(Contact, user.contact_id) if user.contact_id else None
    about = About("contact", int(contact.id or 0), contact, invited_by) if contact else None
    _mail_link(session, user, "invitation", "invitation", values, about)


def link_holder(session: Session, token: object) -> str:
    """The mail address whose password a link lets choose. Raises `NotFound` for a link that is gone."""
    return _holder(session, token)[1].email


def accept(session: Session, token: object, password: str, address: str = "") -> User:
    """Sets the password by a link, once: all sessions, tokens and other links of the user end.

    Raises `NotFound` for a link that is gone, `Invalid` for a password that is too weak.
    """
    link, user = _holder(session, token, lock=True)
    check_password(password, user.email)
    user.password_hash = passwords.hash_password(password)
    touch(user)
    end_links(session, user.id or 0)
    end_sessions(session, user.id or 0)
    if link.purpose == "reset":
        end_tokens(session, user.id or 0)
    forgive(session, key_of(user.email), address)
    actor = Actor(name=user.name, role=user.role, user_id=user.id, address=address)
    note(session, actor, "user", user.id or 0, f"chose a password by {link.purpose}")
    return user


def end_links(session: Session, user_id: int) -> None:
    """Uses up every open link of a user."""
    session.connection().execute(
        update(OneTimeLink)
        .where(col(OneTimeLink.user_id) == user_id, col(OneTimeLink.used_at).is_(None))
        .values(used_at=clock.now())
    )


def end_tokens(session: Session, user_id: int) -> None:
    """Revokes every API token of a user."""
    session.connection().execute(
        update(ApiToken)
        .where(col(ApiToken.user_id) == user_id, col(ApiToken.revoked_at).is_(None))
        .values(revoked_at=clock.now())
    )


def _mail_link(
    session: Session,
    user: User,
    purpose: str,
    template: str,
    values: Mapping[str, str | bool],
    about: About | None = None,
) -> None:
    session.get(User, user.id, with_for_update=True)  # of two who ask at once, the second ends the first's
    end_links(session, user.id or 0)
    token, now = secrets.new_secret(), clock.now()
    link = OneTimeLink(
        token_hash=secrets.kept(token),
        user_id=user.id or 0,
        purpose=purpose,
        created_at=now,
        expires_at=now + LIVES,
    )
    session.add(link)
    session.flush()
    key, path = f"{purpose}-{link.id}", routes.welcome(token)
    promise_mail(session, key, template, [user.email], path, values, about=about)


def _holder(session: Session, token: object, lock: bool = False) -> tuple[OneTimeLink, User]:
    if not isinstance(token, str) or not secrets.plausible(token):
        raise NotFound(GONE)
    statement = select(OneTimeLink).where(OneTimeLink.token_hash == secrets.kept(token))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    link = session.exec(statement).first()
    user = session.get(User, link.user_id, with_for_update=lock or None) if link else None
    if link is None or link.used_at or link.expires_at <= clock.now() or user is None or not user.is_active:
        raise NotFound(GONE)
    return link, user


def _firm_name(session: Session) -> str:
    name = session.exec(select(Firm.name)).first()
    if name is None:
        raise Invalid("Set up the firm first.")
    return name
