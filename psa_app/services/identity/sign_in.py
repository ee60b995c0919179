"""Signing in, in two short transactions with the slow password check between them.

attempt = begin_sign_in(session, email, address)      # counts it, raises SlowDown
attempt.proven_by(password)                           # outside any transaction
token, role = finish_sign_in(session, attempt, ...)   # the cookie's token
"""

from dataclasses import dataclass, field

from sqlmodel import Session, col, or_, select

from psa_app.access import Actor, passwords
from psa_app.errors import Invalid
from psa_app.models import Contact, User
from psa_app.services.history import note
from psa_app.services.identity.pace import check_pace, count_attempt, forgive, key_of
from psa_app.services.identity.sessions import open_session

WRONG = "The address and the password do not fit together."
LONGEST_PASSWORD = 1000


@dataclass(frozen=True, slots=True)
class Attempt:
    """Someone says who they are. For an unknown address all is as for a known one, but nothing fits."""

    key: str
    address: str
    user_id: int | None
    password_hash: str = field(repr=False)

    def proven_by(self, password: str) -> bool:
        """True if the password is the user's; it takes equally long for a user that does not exist."""
        usable = len(password) <= LONGEST_PASSWORD
        fits = passwords.verify_password(self.password_hash, password if usable else "")
        return fits and usable and self.user_id is not None

    def renewed(self, password: str) -> str:
        """A new hash of a proven password if the kept one was made with weaker parameters, else ""."""
        return passwords.hash_password(password) if passwords.is_outdated(self.password_hash) else ""


def begin_sign_in(session: Session, email: str, address: str) -> Attempt:
    """Counts an attempt before its password is looked at. Raises `SlowDown`."""
    key = key_of(email)
    check_pace(session, key, email, address)
    count_attempt(session, key, address)
    user = _who_may_sign_in(session, email)
    return Attempt(key, address, user.id if user else None, user.password_hash if user else "")


def finish_sign_in(
    session: Session, attempt: Attempt, agent: str, old_token: str = "", new_hash: str = ""
) -> tuple[str, str]:
    """Starts a session for a proven attempt: its token and the role. The browser's former session ends.

    `new_hash` replaces the kept one, see `Attempt.renewed`. Raises `Invalid` if the user was closed
    or got a new password in the meantime.
    """
    user = session.get(User, attempt.user_id, with_for_update=True) if attempt.user_id else None
    if user is None or not user.is_active or user.password_hash != attempt.password_hash:
        raise Invalid(WRONG, "password")
    user.password_hash = new_hash or user.password_hash
    forgive(session, attempt.key, attempt.address)
    token = open_session(session, user, attempt.address, agent, old_token)
    actor = Actor(name=user.name, role=user.role, user_id=user.id, address=attempt.address, agent=agent[:200])
    note(session, actor, "user", user.id or 0, "signed in", after={"address": attempt.address})
    return token, user.role


def _who_may_sign_in(session: Session, email: str) -> User | None:
    return session.exec(
        select(User)
        .outerjoin(Contact, col(Contact.id) == col(User.contact_id))
        .where(
            User.email == email.strip().lower(),
            col(User.is_active),
            User.password_hash != "",
            or_(col(Contact.id).is_(None), col(Contact.is_archived).is_(False)),
        )
    ).first()
