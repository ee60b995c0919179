"""The actor's own running timer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psa_app.access import Actor, require, visible
from psa_app.models import Timer
from psa_app.queries.time.tables import PROJECT, TASK, TIMER


@dataclass(frozen=True, slots=True)
class RunningTimer:
    """What runs since when; `time_zone` is the person's."""

    task_id: int
    project: str
    task: str
    note: str
    started_at: datetime
    time_zone: str
    modifier_id: int | None = None


def running_timer(session: Session, actor: Actor) -> RunningTimer | None:
    """The timer that runs for the actor, or None."""
    require(actor, "timer.run")
    row: Any = (
        session.connection()
        .execute(
            select(
                TIMER.c.task_id,
                PROJECT.c.name,
                TASK.c.name,
                TIMER.c.note,
                TIMER.c.started_at,
                TIMER.c.time_zone,
                TIMER.c.modifier_id,
            )
            .join(TASK, TASK.c.id == TIMER.c.task_id)
            .join(PROJECT, PROJECT.c.id == TASK.c.project_id)
            .where(TIMER.c.person_id == (actor.person_id or 0), visible(actor, Timer))
        )
        .first()
    )
    return RunningTimer(*row) if row is not None else None
