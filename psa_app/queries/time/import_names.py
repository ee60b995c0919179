"""Names that rows of an import can be matched with."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session

from psa_app.access import Actor, require, visible
from psa_app.models import Account, Person, Project
from psa_app.queries.time.tables import ACCOUNT, FIRM, PERSON, PROJECT

MOST = 1000


@dataclass(frozen=True, slots=True)
class ImportNames:
    """People (id, name, e-mail), clients and running projects (id, name), and the firm's zone."""

    people: tuple[tuple[int, str, str], ...]
    accounts: tuple[tuple[int, str], ...]
    projects: tuple[tuple[int, str], ...]
    time_zone: str


def import_names(session: Session, actor: Actor) -> ImportNames:
    """All that the page of an import offers. Needs "time.import"."""
    require(actor, "time.import")
    connection = session.connection()
    people = select(PERSON.c.id, PERSON.c.name, PERSON.c.email).where(visible(actor, Person))
    accounts = select(ACCOUNT.c.id, ACCOUNT.c.name).where(visible(actor, Account))
    projects = (
        select(PROJECT.c.id, PROJECT.c.name, ACCOUNT.c.name.label("client"))
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .where(PROJECT.c.status == "active", visible(actor, Project))
        .order_by(func.lower(PROJECT.c.name), PROJECT.c.id)
    )
    named = [
        (row.id, f"{row.name} ({row.client})" if row.client else row.name)
        for row in connection.execute(projects.limit(MOST))
    ]
    zone: str = connection.execute(select(FIRM.c.time_zone)).scalar_one()
    listed = connection.execute(people.order_by(func.lower(PERSON.c.name)).limit(MOST))
    clients = connection.execute(accounts.order_by(func.lower(ACCOUNT.c.name)).limit(MOST))
    return ImportNames(
        tuple((row.id, row.name, row.email) for row in listed),
        tuple((row.id, row.name) for row in clients),
        tuple(named),
        zone,
    )
