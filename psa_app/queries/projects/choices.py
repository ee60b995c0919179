"""What the forms of projects offer: scopes without a project, clients, people, roles, lines."""

from sqlalchemy import func, or_, select
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, fetch, require, visible
from psa_app.models import Account, Person, Project, Sow, SowLine
from psa_app.queries.projects.tables import ACCOUNT, LINE, PERSON, PROJECT, ROLE, SOW

Named = tuple[int, str, str]


def scopes_without_project(session: Session, actor: Actor) -> list[Named]:
    """Signed scopes that have no project yet: (id, "SOW-012 Member area", client), the newest first."""
    require(actor, "projects.change")
    taken = select(PROJECT.c.sow_id).where(PROJECT.c.sow_id.is_not(None))
    statement = (
        select(SOW.c.id, SOW.c.number, SOW.c.title, ACCOUNT.c.name)
        .join(ACCOUNT, ACCOUNT.c.id == SOW.c.account_id)
        .where(SOW.c.status == "signed", SOW.c.id.not_in(taken), visible(actor, Sow))
        .order_by(SOW.c.id.desc())
    )
    return [(row[0], f"{row[1]} {row[2]}", row[3]) for row in session.connection().execute(statement)]


def scope_title(session: Session, actor: Actor, sow_id: int) -> str:
    """The title of a scope, as the name of its project to be."""
    require(actor, "projects.change")
    return fetch(session, actor, Sow, sow_id).title


def clients(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Clients that are not archived, by name."""
    require(actor, "projects.change")
    statement = (
        select(ACCOUNT.c.id, ACCOUNT.c.name)
        .where(~ACCOUNT.c.is_archived, visible(actor, Account))
        .order_by(func.lower(ACCOUNT.c.name))
    )
    return [(row[0], row[1]) for row in session.connection().execute(statement)]


def people(session: Session, actor: Actor) -> list[Named]:
    """Who is employed now or will be: (id, name, role), by name."""
    require(actor, "bookings.change")
    today = clock.now().date()
    statement = (
        select(PERSON.c.id, PERSON.c.name, ROLE.c.name)
        .join(ROLE, ROLE.c.id == PERSON.c.role_id)
        .where(visible(actor, Person), or_(PERSON.c.left_on.is_(None), PERSON.c.left_on >= today))
        .order_by(PERSON.c.name, PERSON.c.id)
    )
    return [(row[0], row[1], row[2]) for row in session.connection().execute(statement)]


def roles(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Roles in use, by name."""
    require(actor, "bookings.change")
    statement = select(ROLE.c.id, ROLE.c.name).where(ROLE.c.is_active).order_by(ROLE.c.name)
    return [(row[0], row[1]) for row in session.connection().execute(statement)]


def lines_of_project(session: Session, actor: Actor, project_id: int) -> list[tuple[int, str]]:
    """The lines of the project's scope, in their order; none without one."""
    require(actor, "projects.change")
    project = fetch(session, actor, Project, project_id)
    statement = (
        select(LINE.c.id, LINE.c.title)
        .where(LINE.c.sow_id == (project.sow_id or 0), visible(actor, SowLine))
        .order_by(LINE.c.position, LINE.c.id)
    )
    return [(row[0], row[1]) for row in session.connection().execute(statement)]
