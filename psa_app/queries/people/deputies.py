"""Who decides in whose place, and who could."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from psa_app.access import Actor, require, visible
from psa_app.access.permissions import RIGHTS
from psa_app.models import Deputy, User


@dataclass(frozen=True, slots=True)
class DeputyRow:
    """One deputy; `is_mine` tells that the reader named them."""

    id: int
    who: str
    deputy: str
    starts_on: date
    ends_on: date
    is_mine: bool


def deputies(session: Session, actor: Actor, today: date) -> list[DeputyRow]:
    """Deputies of today and later that concern the reader (all of them for owner and finance)."""
    require(actor, "deputies.change")
    statement = (
        select(Deputy)
        .where(visible(actor, Deputy), Deputy.ends_on >= today)
        .order_by(col(Deputy.starts_on), col(Deputy.id))
    )
    rows = list(session.exec(statement))
    ids = {one.user_id for one in rows} | {one.deputy_id for one in rows}
    names = {user.id: user.name for user in session.exec(select(User).where(col(User.id).in_(ids)))}
    return [
        DeputyRow(
            int(one.id or 0),
            names.get(one.user_id, ""),
            names.get(one.deputy_id, ""),
            one.starts_on,
            one.ends_on,
            one.user_id == actor.user_id,
        )
        for one in rows
    ]


def possible_deputies(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Users who may approve time, without the reader, by name: (user id, name)."""
    require(actor, "deputies.change")
    roles = [role for role, rights in RIGHTS.items() if "time.approve" in rights]
    statement = (
        select(User)
        .where(col(User.role).in_(roles), col(User.is_active), col(User.id) != (actor.user_id or 0))
        .order_by(User.name)
    )
    return [(int(one.id or 0), one.name) for one in session.exec(statement)]
