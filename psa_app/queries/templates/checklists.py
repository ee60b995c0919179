"""The checklists of clients: what is to do for one, and what is due for the reader."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from psa_app.access import Actor, require, visible
from psa_app.models import Account, ChecklistItem, User


@dataclass(frozen=True, slots=True)
class ToDo:
    """An item of a client's checklist; `owner` is "" when it is nobody's."""

    id: int
    version: int
    account_id: int
    account: str
    title: str
    due_on: date | None
    owner_id: int | None
    owner: str
    done_at: datetime | None
    done_by: str


def checklist(session: Session, actor: Actor, account_id: int) -> list[ToDo]:
    """A client's checklist in order, done or not."""
    require(actor, "checklists.change")
    return _found(session, actor, ChecklistItem.account_id == account_id)


def due_items(session: Session, actor: Actor, until: date, limit: int) -> list[ToDo]:
    """The actor's own open items that are due up to a day, the latest first in line."""
    require(actor, "checklists.own")
    if actor.user_id is None:
        return []
    mine = (
        (col(ChecklistItem.owner_id) == actor.user_id)
        & col(ChecklistItem.done_at).is_(None)
        & (col(ChecklistItem.due_on) <= until)
    )
    found = _found(session, actor, mine)
    return sorted(found, key=lambda one: (one.due_on or until, one.id))[:limit]


def _found(session: Session, actor: Actor, where: object) -> list[ToDo]:
    statement = (
        select(ChecklistItem, Account.name, User.name)
        .join(Account, col(Account.id) == col(ChecklistItem.account_id))
        .outerjoin(User, col(User.id) == col(ChecklistItem.owner_id))
        .where(where, visible(actor, ChecklistItem))  # type: ignore[arg-type]
        .order_by(col(ChecklistItem.position), col(ChecklistItem.id))
    )
    return [
        ToDo(
            int(one.id or 0),
            one.version,
            one.account_id,
            account,
            one.title,
            one.due_on,
            one.owner_id,
            owner or "",
            one.done_at,
            one.done_by,
        )
        for one, account, owner in session.exec(statement)
    ]
