"""Two clients that look like one and are not: said once, nobody is asked again."""

from typing import Any

from sqlmodel import Session, col, or_, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.models import Account, Apart
from psa_app.services import history


@act("accounts", "keep_apart", right="accounts.merge")
def keep_apart(session: Session, actor: Actor, account_id: int, *, other_id: int) -> Account:
    """Remembers that two accounts are not the same. Said twice it counts once.

    Raises `Invalid` for one account twice.
    """
    one, other = _both(session, actor, account_id, other_id)
    first, second = _pair(account_id, other_id)
    if _kept(session, first, second) is None:
        session.add(Apart(account_id=first, other_id=second, made_at=clock.now(), made_by=actor.user_id))
        session.flush()
        _note(session, actor, one, other, "kept apart")
    return one


@act("accounts", "look_again", right="accounts.merge")
def look_again(session: Session, actor: Actor, account_id: int, *, other_id: int) -> Account:
    """Takes back that two accounts are not the same. Raises `Conflict` when nobody said so."""
    one, other = _both(session, actor, account_id, other_id)
    kept = _kept(session, *_pair(account_id, other_id))
    if kept is None:
        raise Conflict("Nobody has said that these two are not the same.")
    session.delete(kept)
    _note(session, actor, one, other, "no longer kept apart")
    return one


def lead_apart(session: Session, kept_id: int, other_id: int) -> None:
    """What was said of a merged account counts for the one that it is part of now."""
    found = select(Apart).where(or_(col(Apart.account_id) == other_id, col(Apart.other_id) == other_id))
    for row in session.exec(found).all():
        third = row.other_id if row.account_id == other_id else row.account_id
        session.delete(row)
        session.flush()
        if third != kept_id and _kept(session, *_pair(kept_id, third)) is None:
            first, second = _pair(kept_id, third)
            session.add(Apart(account_id=first, other_id=second, made_at=row.made_at, made_by=row.made_by))
            session.flush()


def _both(session: Session, actor: Actor, account_id: int, other_id: int) -> tuple[Account, Account]:
    if account_id == other_id:
        raise Invalid("Choose two different clients.", "other_id")
    found = {
        row_id: fetch(session, actor, Account, row_id, lock=True) for row_id in sorted((account_id, other_id))
    }
    return found[account_id], found[other_id]


def _pair(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)


def _kept(session: Session, first: int, second: int) -> Apart | None:
    return session.exec(select(Apart).where(Apart.account_id == first, Apart.other_id == second)).first()


def _note(session: Session, actor: Actor, one: Account, other: Account, verb: str) -> None:
    for mine, theirs in ((one, other), (other, one)):
        told: dict[str, Any] = {"other": theirs.name, "other_id": theirs.id}
        history.note(session, actor, "account", int(mine.id or 0), verb, {}, told)
