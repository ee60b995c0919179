"""The plan of a project: its phases with what belongs to them, and when the next status report is due."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, fetch, require, visible
from psa_app.models import Firm, Phase, Project, ProjectMilestone, RaidItem, Role, Task
from psa_app.rules.templates.dates import next_report


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task in the plan; `role` is "" for none."""

    id: int
    name: str
    is_done: bool
    role: str
    starts_on: date | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Point:
    """A milestone of the plan."""

    id: int
    name: str
    due_on: date | None
    reached_on: date | None


@dataclass(frozen=True, slots=True)
class Group:
    """A phase, or with `id` 0 what belongs to none."""

    id: int
    name: str
    starts_on: date | None
    ends_on: date | None
    tasks: tuple[PlannedTask, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """The phases in order, then what belongs to none; `raid` counts the open entries."""

    today: date
    groups: tuple[Group, ...]
    raid: int
    report_every: str
    report_first: date | None
    report_next: date | None


def project_plan(session: Session, actor: Actor, project_id: int) -> ProjectPlan:
    """The plan of a project. `NotFound` outside the actor's scope."""
    require(actor, "tasks.read")
    project = fetch(session, actor, Project, project_id)
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    phases = session.exec(
        select(Phase)
        .where(Phase.project_id == project_id, visible(actor, Phase))
        .order_by(col(Phase.position), col(Phase.id))
    ).all()
    tasks, points = _tasks(session, actor, project_id), _points(session, actor, project_id)
    groups = [
        Group(
            int(one.id or 0),
            one.name,
            one.starts_on,
            one.ends_on,
            tuple(tasks.get(one.id, ())),
            tuple(points.get(one.id, ())),
        )
        for one in phases
    ]
    rest = Group(0, "", None, None, tuple(tasks.get(None, ())), tuple(points.get(None, ())))
    raid = session.exec(
        select(RaidItem.id).where(
            RaidItem.project_id == project_id, ~col(RaidItem.is_closed), visible(actor, RaidItem)
        )
    ).all()
    due = next_report(project.report_on, project.report_every, today) if project.status == "active" else None
    return ProjectPlan(today, (*groups, rest), len(raid), project.report_every, project.report_on, due)


def _tasks(session: Session, actor: Actor, project_id: int) -> dict[int | None, list[PlannedTask]]:
    rows = session.exec(
        select(Task, Role.name)
        .outerjoin(Role, col(Role.id) == col(Task.role_id))
        .where(Task.project_id == project_id, visible(actor, Task))
        .order_by(col(Task.position), col(Task.id))
    ).all()
    found: dict[int | None, list[PlannedTask]] = {}
    for task, role in rows:
        planned = PlannedTask(
            int(task.id or 0), task.name, task.status == "done", role or "", task.starts_on, task.due_on
        )
        found.setdefault(task.phase_id, []).append(planned)
    return found


def _points(session: Session, actor: Actor, project_id: int) -> dict[int | None, list[Point]]:
    rows = session.exec(
        select(ProjectMilestone)
        .where(ProjectMilestone.project_id == project_id, visible(actor, ProjectMilestone))
        .order_by(col(ProjectMilestone.position), col(ProjectMilestone.id))
    ).all()
    found: dict[int | None, list[Point]] = {}
    for row in rows:
        point = Point(int(row.id or 0), row.name, row.due_on, row.reached_on)
        found.setdefault(row.phase_id, []).append(point)
    return found


def planned_task(session: Session, actor: Actor, task_id: int) -> Task:
    """A task with its phase, role and days. `NotFound` outside the actor's scope."""
    require(actor, "projects.change")
    return fetch(session, actor, Task, task_id)


def phases_of(session: Session, actor: Actor, project_id: int) -> list[tuple[int, str]]:
    """The phases of a project in order: (id, name)."""
    require(actor, "tasks.read")
    rows = session.exec(
        select(Phase.id, Phase.name)
        .where(Phase.project_id == project_id, visible(actor, Phase))
        .order_by(col(Phase.position), col(Phase.id))
    ).all()
    return [(int(row_id or 0), name) for row_id, name in rows]
