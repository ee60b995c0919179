"""Two clients, or two contacts, that look like one and are not: said once, nobody is asked again."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, or_, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.models import Account, Apart, Contact, ContactApart
from psa_app.services import history


@dataclass(frozen=True, slots=True)
class Kind:
    """Of what two can be told apart: its table, and the one that remembers it (lower id first)."""

    model: Any
    kept: Any
    name: str  # the table's name, and with "_id" the column of the lower id
    many: str

    @property
    def first(self) -> Any:
        """The column of the lower id."""
        return getattr(self.kept, f"{self.name}_id")


CLIENTS = Kind(Account, Apart, "account", "clients")
CONTACTS = Kind(Contact, ContactApart, "contact", "contacts")


@act("accounts", "keep_apart", right="accounts.merge")
def keep_apart(session: Session, actor: Actor, account_id: int, *, other_id: int) -> Account:
    """Remembers that two accounts are not the same. Said twice it counts once.

    Raises `Invalid` for one account twice.
    """
    one: Account = _remember(session, actor, CLIENTS, account_id, other_id)
    return one


@act("accounts", "look_again", right="accounts.merge")
def look_again(session: Session, actor: Actor, account_id: int, *, other_id: int) -> Account:
    """Takes back that two accounts are not the same. Raises `Conflict` when nobody said so."""
    one: Account = _forget(session, actor, CLIENTS, account_id, other_id)
    return one


@act("contacts", "keep_apart", right="accounts.merge")
def keep_contacts_apart(session: Session, actor: Actor, contact_id: int, *, other_id: int) -> Contact:
    """Remembers that two contacts are not the same person. As `keep_apart`."""
    one: Contact = _remember(session, actor, CONTACTS, contact_id, other_id)
    return one


@act("contacts", "look_again", right="accounts.merge")
def look_at_contacts_again(session: Session, actor: Actor, contact_id: int, *, other_id: int) -> Contact:
    """Takes back that two contacts are not the same person. As `look_again`."""
    one: Contact = _forget(session, actor, CONTACTS, contact_id, other_id)
    return one


def lead_apart(session: Session, kind: Kind, kept_id: int, other_id: int) -> None:
    """What was said of a merged record counts for the one that it is part of now."""
    found = select(kind.kept).where(or_(kind.first == other_id, kind.kept.other_id == other_id))
    for row in session.exec(found).all():
        lower = getattr(row, f"{kind.name}_id")
        third = row.other_id if lower == other_id else lower
        session.delete(row)
        session.flush()
        if third != kept_id and _kept(session, kind, kept_id, third) is None:
            _add(session, kind, kept_id, third, made_at=row.made_at, made_by=row.made_by)


def _remember(session: Session, actor: Actor, kind: Kind, one_id: int, other_id: int) -> Any:
    one, other = _both(session, actor, kind, one_id, other_id)
    if _kept(session, kind, one_id, other_id) is None:
        _add(session, kind, one_id, other_id, made_at=clock.now(), made_by=actor.user_id)
        _note(session, actor, kind, one, other, "kept apart")
    return one


def _forget(session: Session, actor: Actor, kind: Kind, one_id: int, other_id: int) -> Any:
    one, other = _both(session, actor, kind, one_id, other_id)
    kept = _kept(session, kind, one_id, other_id)
    if kept is None:
        raise Conflict("Nobody has said that these two are not the same.")
    session.delete(kept)
    _note(session, actor, kind, one, other, "no longer kept apart")
    return one


def _both(session: Session, actor: Actor, kind: Kind, one_id: int, other_id: int) -> tuple[Any, Any]:
    if one_id == other_id:
        raise Invalid(f"Choose two different {kind.many}.", "other_id")
    found = {
        row_id: fetch(session, actor, kind.model, row_id, lock=True) for row_id in sorted((one_id, other_id))
    }
    return found[one_id], found[other_id]


def _kept(session: Session, kind: Kind, one_id: int, other_id: int) -> Any:
    lower, higher = sorted((one_id, other_id))
    return session.exec(select(kind.kept).where(kind.first == lower, kind.kept.other_id == higher)).first()


def _add(session: Session, kind: Kind, one_id: int, other_id: int, **made: Any) -> None:
    lower, higher = sorted((one_id, other_id))
    session.add(kind.kept(**{f"{kind.name}_id": lower, "other_id": higher}, **made))
    session.flush()


def _note(session: Session, actor: Actor, kind: Kind, one: Any, other: Any, verb: str) -> None:
    for mine, theirs in ((one, other), (other, one)):
        told: dict[str, Any] = {"other": theirs.name, "other_id": theirs.id}
        history.note(session, actor, kind.name, int(mine.id or 0), verb, {}, told)
