"""Names for the filters of time: people and projects within the actor's sight."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session

from psa_app.access import Actor, may, once_alike, require, visible
from psa_app.models import Person, Project
from psa_app.prepared import Prepared
from psa_app.queries.time.tables import ACCOUNT, PERSON, PROJECT

MOST = 500


@dataclass(frozen=True, slots=True)
class Names:
    """(id, name) by name. People only for those who see others' time."""

    people: tuple[tuple[int, str], ...]
    projects: tuple[tuple[int, str], ...]


def filter_names(session: Session, actor: Actor) -> Names:
    """People and projects to filter by."""
    require(actor, "time.read")
    people: tuple[tuple[int, str], ...] = ()
    if may(actor, "people.read"):
        people = tuple((row.id, row.name) for row in _people(actor).all(session, {}))
    named = tuple(
        (row.id, f"{row.name} ({row.client})" if row.client else row.name)
        for row in _projects(actor).all(session, {})
    )
    return Names(people, named)


@once_alike
def _people(actor: Actor) -> Prepared:
    found = select(PERSON.c.id, PERSON.c.name).where(visible(actor, Person))
    return Prepared(found.order_by(func.lower(PERSON.c.name)).limit(MOST))


@once_alike
def _projects(actor: Actor) -> Prepared:
    return Prepared(
        select(PROJECT.c.id, PROJECT.c.name, ACCOUNT.c.name.label("client"))
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .where(visible(actor, Project))
        .order_by(func.lower(PROJECT.c.name), PROJECT.c.id)
        .limit(MOST)
    )
