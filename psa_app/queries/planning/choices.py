"""What the form of a booking offers beside people and roles: projects, and a project's open tasks."""

from sqlalchemy import func, select
from sqlmodel import Session

from psa_app.access import Actor, as_id, require, visible
from psa_app.models import Project, Task
from psa_app.queries.projects.tables import ACCOUNT, PROJECT, TASK

Named = tuple[int, str, str]


def bookable_projects(session: Session, actor: Actor) -> list[Named]:
    """Projects on which people can be booked: (id, name, client), by client, then name."""
    require(actor, "bookings.read")
    statement = (
        select(PROJECT.c.id, PROJECT.c.name, func.coalesce(ACCOUNT.c.name, ""))
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .where(PROJECT.c.status != "closed", visible(actor, Project))
        .order_by(ACCOUNT.c.name.is_(None), ACCOUNT.c.name, PROJECT.c.name)
    )
    return [(row[0], row[1], row[2]) for row in session.connection().execute(statement)]


def open_tasks(session: Session, actor: Actor, project_id: int) -> list[tuple[int, str]]:
    """A project's open tasks in their order; none for a project outside the actor's scope."""
    require(actor, "tasks.read")
    statement = (
        select(TASK.c.id, TASK.c.name)
        .where(TASK.c.project_id == as_id(project_id), TASK.c.status == "open", visible(actor, Task))
        .order_by(TASK.c.position, TASK.c.id)
    )
    return [(row[0], row[1]) for row in session.connection().execute(statement)]
