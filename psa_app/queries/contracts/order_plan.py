"""What a change order's dates do to the phases, tasks and milestones of its project."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app.models import Phase, Project, ProjectMilestone, Task
from psa_app.queries.templates.sources import firm_days
from psa_app.rules.booking_moves import Span, Window, planned_after, shift_of, window_after
from psa_app.rules.deltas import Delta

DAYS = {"phase": ("starts_on", "ends_on"), "task": ("starts_on", "due_on"), "project_milestone": ("due_on",)}


@dataclass(frozen=True, slots=True)
class PlanMove:
    """A phase, task or milestone of a project (`kind` is its table) that moves to `days_after`."""

    kind: str
    id: int
    name: str
    days: Span
    days_after: Span


def shift(project: Project, deltas: Iterable[Delta]) -> timedelta:
    """By how much these deltas move the project as a whole."""
    before = Window(project.starts_on, project.ends_on)
    return shift_of(before, window_after(before, deltas))


def plan_moves(
    session: Session, project: Project | None, deltas: Iterable[Delta], today: date
) -> tuple[PlanMove, ...]:
    """What moves once these deltas are signed; what is done, reached or past is not named."""
    by = shift(project, deltas) if project is not None else timedelta(0)
    if project is None or not by:
        return ()
    days, found = firm_days(session), []
    for kind, row_id, name, span in _planned(session, int(project.id or 0)):
        after = planned_after(span, by, today, days)
        if after != span:
            found.append(PlanMove(kind, row_id, name, span, after))
    return tuple(found)


def _planned(session: Session, project_id: int) -> Iterable[tuple[str, int, str, Span]]:
    phases = select(Phase).where(Phase.project_id == project_id).order_by(col(Phase.position), col(Phase.id))
    for phase in session.exec(phases):
        yield "phase", int(phase.id or 0), phase.name, (phase.starts_on, phase.ends_on)
    tasks = select(Task).where(Task.project_id == project_id, Task.status == "open")
    for task in session.exec(tasks.order_by(col(Task.position), col(Task.id))):
        yield "task", int(task.id or 0), task.name, (task.starts_on, task.due_on)
    points = select(ProjectMilestone).where(
        ProjectMilestone.project_id == project_id, col(ProjectMilestone.reached_on).is_(None)
    )
    for point in session.exec(points.order_by(col(ProjectMilestone.position), col(ProjectMilestone.id))):
        yield "project_milestone", int(point.id or 0), point.name, (None, point.due_on)
