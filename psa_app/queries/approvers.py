"""Whose time someone may approve: own projects, those of who named them deputy, or everybody's."""

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from psa_app import clock
from psa_app.access import RIGHTS, Actor, may
from psa_app.models import Deputy, Firm, User
from psa_app.prepared import Prepared
from psa_app.rules.timesheets import Approver


def approver(session: Session, actor: Actor) -> Approver:
    """What the actor may decide on, as the rules take it."""
    decides_all = may(actor, "time.approve_any")
    leads = {actor.person_id} if actor.person_id else set()
    return Approver(
        actor.person_id,
        frozenset(leads | _in_place_of(session, actor)),
        decides_all,
        is_alone=decides_all and _is_alone(session, actor),
    )


def _in_place_of(session: Session, actor: Actor) -> set[int]:
    today = clock.today(_ZONE.first(session, {}).time_zone)
    return {row.person_id for row in _IN_PLACE.all(session, {"user_id": actor.user_id, "today": today})}


_ZONE = Prepared(select(col(Firm.time_zone)))
_IN_PLACE = Prepared(
    select(col(User.person_id))
    .join(Deputy, col(Deputy.user_id) == col(User.id))
    .where(
        col(Deputy.deputy_id) == bindparam("user_id"),
        col(Deputy.starts_on) <= bindparam("today"),
        col(Deputy.ends_on) >= bindparam("today"),
        col(User.person_id).is_not(None),
    )
)


def _is_alone(session: Session, actor: Actor) -> bool:
    """The firm lets a sole approver decide on their own time, and nobody else could."""
    connection = session.connection()
    if not connection.execute(select(col(Firm.sole_approver))).scalar():
        return False
    roles = [role for role, rights in RIGHTS.items() if "time.approve_any" in rights]
    others = select(col(User.id)).where(
        col(User.role).in_(roles), col(User.is_active), col(User.id) != actor.user_id
    )
    return connection.execute(others.limit(1)).first() is None
