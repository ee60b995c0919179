"""Tasks that a person may log on, found by words."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session

from psa_app.access import Actor, require, visible
from psa_app.models import Project, Task
from psa_app.queries.time.tables import ACCOUNT, MEMBER, PROJECT, TASK

CHOICES = 20


@dataclass(frozen=True, slots=True)
class TaskChoice:
    """A task that someone may log on."""

    task_id: int
    project: str
    client: str
    task: str


def task_choices(
    session: Session, actor: Actor, text: str = "", *, person_id: int | None = None
) -> tuple[TaskChoice, ...]:
    """Open tasks that a person may log on, found by words of project, client or task; at most 20."""
    require(actor, "time.log")
    whose = person_id or actor.person_id or 0
    statement = (
        select(TASK.c.id, PROJECT.c.name, func.coalesce(ACCOUNT.c.name, ""), TASK.c.name)
        .select_from(TASK)
        .join(PROJECT, PROJECT.c.id == TASK.c.project_id)
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .where(
            TASK.c.status == "open",
            PROJECT.c.status == "active",
            belongs(whose),
            visible(actor, Task),
            visible(actor, Project),
        )
        .order_by(func.lower(PROJECT.c.name), TASK.c.position, func.lower(TASK.c.name), TASK.c.id)
        .limit(CHOICES)
    )
    for word in text.split()[:6]:
        statement = statement.where(
            or_(
                TASK.c.name.icontains(word, autoescape=True),
                PROJECT.c.name.icontains(word, autoescape=True),
                ACCOUNT.c.name.icontains(word, autoescape=True),
            )
        )
    return tuple(TaskChoice(*row) for row in session.connection().execute(statement))


def belongs(person_id: Any) -> Any:
    """A project of the firm itself, led by this person, or with them on it."""
    mine = select(MEMBER.c.project_id).where(MEMBER.c.person_id == person_id)
    return or_(PROJECT.c.account_id.is_(None), PROJECT.c.lead_id == person_id, PROJECT.c.id.in_(mine))
