"""To-dos: what is open with a client, and what is due for someone."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from psa_app.access import STAFF, Actor, fetch, require, visible
from psa_app.models import Account, Activity, User

select_columns: Any = sql_select  # its overloads know no tables of SQLModel
MOST = 50


@dataclass(frozen=True, slots=True)
class Todo:
    """An open to-do, or one that was ticked."""

    id: int
    version: int
    account_id: int
    account: str
    subject: str
    body: str
    due_on: date | None
    owner_id: int | None
    owner: str
    is_done: bool


def open_todos(session: Session, actor: Actor, account_id: int) -> list[Todo]:
    """Those of a client, the next due first; at most fifty."""
    return _todos(session, actor, col(Activity.account_id) == account_id)


def due_todos(session: Session, actor: Actor, until: date, limit: int = MOST) -> list[Todo]:
    """The actor's own that are due up to a day, the latest first in line."""
    if actor.user_id is None:
        return []
    mine = and_(col(Activity.owner_id) == actor.user_id, col(Activity.due_on) <= until)
    return _todos(session, actor, mine, limit)


def _todos(session: Session, actor: Actor, where: Any, limit: int = MOST) -> list[Todo]:
    require(actor, "activities.read")
    statement = (
        select_columns(Activity, Account.name, col(User.name).label("owner"))
        .join(Account, col(Account.id) == col(Activity.account_id))
        .outerjoin(User, col(User.id) == col(Activity.owner_id))
        .where(where, col(Activity.kind) == "todo", col(Activity.done_at).is_(None))
        .where(visible(actor, Activity))
        .order_by(func.coalesce(Activity.due_on, date(9999, 1, 1)), col(Activity.id))
        .limit(limit)
    )
    return [
        Todo(
            int(one.id),
            one.version,
            one.account_id,
            account,
            one.subject,
            one.body,
            one.due_on,
            one.owner_id,
            owner or "",
            one.done_at is not None,
        )
        for one, account, owner in session.execute(statement)
    ]


def one_activity(session: Session, actor: Actor, activity_id: int) -> Activity:
    """One activity, to be changed. `NotFound` outside the actor's sight."""
    require(actor, "activities.read")
    return fetch(session, actor, Activity, activity_id)


def owners(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Who a to-do can be given to: (user id, name), by name."""
    require(actor, "activities.read")
    found = session.execute(
        select_columns(User.id, User.name)
        .where(col(User.is_active), col(User.role).in_(STAFF))
        .order_by(User.name)
    )
    return [(int(row_id), name) for row_id, name in found]
