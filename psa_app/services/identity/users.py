"""Who may sign in: inviting, closing and giving a role."""

from sqlmodel import Session, col, select

from psa_app.access import ROLES, Actor, act, fetch, passwords
from psa_app.errors import Conflict, Forbidden, Invalid, Stale
from psa_app.models import Contact, Person, User, touch
from psa_app.rules import fields
from psa_app.rules.passwords import check_password
from psa_app.services.history import note
from psa_app.services.identity.links import end_links, end_tokens, send_invitation
from psa_app.services.identity.sessions import end_sessions


@act("users", "invite", right="users.change")
def invite_user(
    session: Session,
    actor: Actor,
    *,
    email: str,
    name: str,
    role: str,
    person_id: int | None = None,
    contact_id: int | None = None,
) -> User:
    """Makes a user without a password and promises a mail with a link to choose one.

    Raises `Invalid` for a wrong address or role, `Conflict` for an address that is taken.
    """
    user = _new_user(session, actor, email, name, role, person_id, contact_id)
    send_invitation(session, user, actor.name)
    note(session, actor, "user", user.id or 0, "invited", after={"email": user.email, "role": role})
    return user


@act("users", "add", right="users.change", hidden=True)
def add_user(
    session: Session,
    actor: Actor,
    *,
    email: str,
    name: str,
    role: str,
    password: str,
    person_id: int | None = None,
    contact_id: int | None = None,
) -> User:
    """Makes a user with a password: for the command line and the demo, never for a page."""
    if actor.role != "system":
        raise Forbidden("Invite people instead: they choose a password themselves.")
    check_password(password, email)
    user = _new_user(session, actor, email, name, role, person_id, contact_id)
    user.password_hash = passwords.hash_password(password)
    note(session, actor, "user", user.id or 0, "added", after={"email": user.email, "role": role})
    return user


@act("users", "invite_again", right="users.change")
def invite_again(session: Session, actor: Actor, user_id: int) -> User:
    """Sends a new invitation to a user who has not chosen a password yet; the former link ends."""
    user = fetch(session, actor, User, user_id, lock=True)
    if user.password_hash:
        raise Conflict(f"{user.name} has a password already and can ask for a new one at the sign-in page.")
    if not user.is_active:
        raise Conflict(f"{user.name} may not sign in. Let them in again first.")
    send_invitation(session, user, actor.name)
    note(session, actor, "user", user.id or 0, "invited again")
    return user


@act("users", "deactivate", right="users.change")
def deactivate_user(session: Session, actor: Actor, user_id: int, *, version: int) -> User:
    """Shuts a user out at once: sessions, API tokens and links end. History and work stay."""
    user = _editable(session, actor, user_id, version)
    if user.id == actor.user_id:
        raise Conflict("You cannot shut yourself out. Ask another owner.")
    if user.is_active:
        _check_an_owner_stays(session, user)
    user.is_active = False
    touch(user)
    _end_everything(session, user)
    note(session, actor, "user", user.id or 0, "deactivated", {"is_active": True}, {"is_active": False})
    return user


@act("users", "activate", right="users.change")
def activate_user(session: Session, actor: Actor, user_id: int, *, version: int) -> User:
    """Lets a user in again, with the password they had."""
    user = _editable(session, actor, user_id, version)
    user.is_active = True
    touch(user)
    note(session, actor, "user", user.id or 0, "activated", {"is_active": False}, {"is_active": True})
    return user


@act("users", "change_role", right="users.change")
def change_role(session: Session, actor: Actor, user_id: int, *, version: int, role: str) -> User:
    """Gives a user another role; it holds from their next click. Staff stay staff, clients clients."""
    user = _editable(session, actor, user_id, version)
    _check_role(role, user.contact_id)
    if user.role == "owner" and role != "owner":
        _check_an_owner_stays(session, user)
    before, user.role = user.role, role
    touch(user)
    note(session, actor, "user", user.id or 0, "role changed", {"role": before}, {"role": role})
    return user


@act("users", "set_theme", right="profile.change", hidden=True)
def set_theme(session: Session, actor: Actor, *, theme: str) -> None:
    """Remembers light, dark or system for the actor."""
    if theme not in ("light", "dark", "system"):
        raise Invalid("Choose light, dark or system.", "theme")
    user = fetch(session, actor, User, actor.user_id or 0, lock=True)
    user.theme = theme


def _new_user(
    session: Session,
    actor: Actor,
    email: str,
    name: str,
    role: str,
    person_id: int | None,
    contact_id: int | None,
) -> User:
    address = fields.email(email, "email").lower()
    _check_role(role, contact_id)
    if session.exec(select(User.id).where(User.email == address)).first() is not None:
        raise Conflict("Someone signs in with this address already.", "email")
    if person_id is not None:
        fetch(session, actor, Person, person_id)
        _check_free(session, col(User.person_id) == person_id, "person_id")
    if contact_id is not None:
        fetch(session, actor, Contact, contact_id)
        _check_free(session, col(User.contact_id) == contact_id, "contact_id")
    user = User(
        email=address,
        name=fields.text(name, "name", 120),
        role=role,
        person_id=person_id,
        contact_id=contact_id,
    )
    session.add(user)
    session.flush()
    return user


def _check_role(role: str, contact_id: int | None) -> None:
    if role not in ROLES:
        raise Invalid(f"There is no role {role!r}.", "role")
    if role == "client" and contact_id is None:
        raise Invalid("A client user belongs to a contact of a client. Choose the contact.", "contact_id")
    if role != "client" and contact_id is not None:
        raise Invalid("A contact of a client can only have the role client.", "role")


def _check_free(session: Session, which: object, field: str) -> None:
    if session.exec(select(User.id).where(which)).first() is not None:  # type: ignore[arg-type]
        raise Conflict("That person has a sign-in already.", field)


def _check_an_owner_stays(session: Session, user: User) -> None:
    if user.role != "owner":
        return
    owners = session.exec(
        select(User.id).where(User.role == "owner", col(User.is_active)).with_for_update()
    ).all()
    if set(owners) <= {user.id}:
        raise Conflict("The firm needs an owner. Make someone else an owner first.", "role")


def _editable(session: Session, actor: Actor, user_id: int, version: int) -> User:
    user = fetch(session, actor, User, user_id, lock=True)
    if user.version != version:
        raise Stale()
    return user


def _end_everything(session: Session, user: User) -> None:
    end_sessions(session, user.id or 0)
    end_tokens(session, user.id or 0)
    end_links(session, user.id or 0)
