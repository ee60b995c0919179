"""The checklists of clients: what is to do for one, and what is due for the reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlmodel import Session, col

from psa_app.access import Actor, once_alike, require, visible
from psa_app.models import Account, ChecklistItem, User
from psa_app.prepared import Prepared


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
    return _read(_of_client(actor).all(session, {"account": account_id}))


def due_items(session: Session, actor: Actor, until: date, limit: int) -> list[ToDo]:
    """The actor's own open items that are due up to a day, the latest first in line."""
    require(actor, "checklists.own")
    if actor.user_id is None:
        return []
    found = _read(_due(actor).all(session, {"until": until}))
    return sorted(found, key=lambda one: (one.due_on or until, one.id))[:limit]


@once_alike
def _of_client(actor: Actor) -> Prepared:
    return Prepared(_items(actor, col(ChecklistItem.account_id) == bindparam("account")))


@once_alike
def _due(actor: Actor) -> Prepared:
    mine = (
        (col(ChecklistItem.owner_id) == actor.user_id)
        & col(ChecklistItem.done_at).is_(None)
        & (col(ChecklistItem.due_on) <= bindparam("until"))
    )
    return Prepared(_items(actor, mine))


def _items(actor: Actor, where: ColumnElement[bool]) -> Any:
    item: Any = ChecklistItem.__table__  # type: ignore[attr-defined]
    return (
        select(
            item.c.id,
            item.c.version,
            item.c.account_id,
            col(Account.name).label("account"),
            item.c.title,
            item.c.due_on,
            item.c.owner_id,
            func.coalesce(User.name, "").label("owner"),
            item.c.done_at,
            item.c.done_by,
        )
        .select_from(item)
        .join(Account, col(Account.id) == item.c.account_id)
        .outerjoin(User, col(User.id) == item.c.owner_id)
        .where(where, visible(actor, ChecklistItem))
        .order_by(item.c.position, item.c.id)
    )


def _read(rows: Iterable[Any]) -> list[ToDo]:
    return [ToDo(*row) for row in rows]
