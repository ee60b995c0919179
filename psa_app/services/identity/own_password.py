"""Changing one's own password."""

from sqlmodel import Session

from psa_app.access import Actor, act, fetch, passwords
from psa_app.errors import Invalid
from psa_app.models import User, touch
from psa_app.rules.passwords import check_password
from psa_app.services.history import note
from psa_app.services.identity.links import end_links
from psa_app.services.identity.pace import check_pace, count_attempt, forgive, key_of
from psa_app.services.identity.sessions import end_sessions


@act("users", "count_password_guess", right="profile.change", hidden=True)
def count_password_guess(session: Session, actor: Actor) -> None:
    """Counts a try to name the present password, in a transaction of its own. Raises `SlowDown`."""
    key = key_of(actor.email, "own password")
    check_pace(session, key, actor.email, actor.address)
    count_attempt(session, key, actor.address)


@act("users", "change_password", right="profile.change", hidden=True)
def change_password(session: Session, actor: Actor, *, current: str, new: str, keep_session: int = 0) -> None:
    """Gives the actor a new password; all their other sessions and their open links end.

    Raises `Invalid` when the present password is wrong or the new one too weak. Call
    `count_password_guess` before, so that guessing the present one is slowed down.
    """
    user = fetch(session, actor, User, actor.user_id or 0, lock=True)
    if not passwords.verify_password(user.password_hash, current[:1000]):
        raise Invalid("That is not your present password.", "current")
    check_password(new, user.email, "new")
    user.password_hash = passwords.hash_password(new)
    touch(user)
    forgive(session, key_of(actor.email, "own password"), actor.address)
    end_links(session, user.id or 0)
    end_sessions(session, user.id or 0, but_session=keep_session)
    note(session, actor, "user", user.id or 0, "changed the password")
