"""The plan of a project: in which phase and when its tasks are due, and how often a report is."""

from datetime import date
from typing import Any, Literal

from sqlalchemy import update
from sqlmodel import Session, select

from psa_app.access import Actor, act, fetch
from psa_app.errors import Invalid
from psa_app.models import Phase, Project, ProjectMilestone, RaidItem, Role, Task, touch
from psa_app.services import history

Every = Literal["none", "weekly", "fortnightly", "monthly"]


@act("projects", "set_reports", right="projects.change")
def set_reports(
    session: Session, actor: Actor, project_id: int, *, every: Every, first: date | None = None
) -> Project:
    """Says how often a status report is due, counted from the first. Raises `Invalid` without a first day."""
    project = fetch(session, actor, Project, project_id, lock=True)
    if every != "none" and first is None:
        raise Invalid("Say on which day the first report is due.", "report_on")
    values = {"report_every": every, "report_on": None if every == "none" else first}
    before, after = history.changed(history.values_of(project, values), values)
    if after:
        project.report_every, project.report_on = every, values["report_on"]  # type: ignore[assignment]
        touch(project)
        history.note(session, actor, "project", project_id, "changed", before, after)
    return project


@act("tasks", "plan", right="projects.change")
def plan_task(
    session: Session,
    actor: Actor,
    task_id: int,
    *,
    phase_id: int | None = None,
    role_id: int | None = None,
    starts_on: date | None = None,
    due_on: date | None = None,
) -> Task:
    """Puts a task into a phase of its project, or none; says for which role it is, and from when to when."""
    task = fetch(session, actor, Task, task_id, lock=True)
    if starts_on and due_on and due_on < starts_on:
        raise Invalid("The task is due before it starts.", "due_on")
    check_phase(session, task.project_id, phase_id)
    if role_id is not None and session.get(Role, role_id) is None:
        raise Invalid("Choose a role from the list.", "role_id")
    values = {"phase_id": phase_id, "role_id": role_id, "starts_on": starts_on, "due_on": due_on}
    before, after = history.changed(history.values_of(task, values), values)
    if after:
        for name, value in after.items():
            setattr(task, name, value)
        touch(task)
        history.note(session, actor, "task", task_id, "changed", before, after)
    return task


@act("phases", "delete", right="projects.change")
def delete_phase(session: Session, actor: Actor, phase_id: int) -> None:
    """Takes a phase away; its tasks and milestones stay, outside any phase."""
    phase = fetch(session, actor, Phase, phase_id, lock=True)
    models: tuple[Any, ...] = (Task, ProjectMilestone)
    for table in (model.__table__ for model in models):
        session.connection().execute(
            update(table)
            .where(table.c.phase_id == phase_id)
            .values(phase_id=None, version=table.c.version + 1)
        )
    session.expire_all()
    history.note(session, actor, "phase", phase_id, "deleted", history.values_of(phase), {})
    session.delete(phase)


@act("project_milestones", "delete", right="projects.change")
def delete_project_milestone(session: Session, actor: Actor, milestone_id: int) -> None:
    """Takes a milestone out of a project's plan."""
    point = fetch(session, actor, ProjectMilestone, milestone_id, lock=True)
    history.note(session, actor, "project_milestone", milestone_id, "deleted", history.values_of(point), {})
    session.delete(point)


@act("raid_items", "delete", right="projects.change")
def delete_raid_item(session: Session, actor: Actor, item_id: int) -> None:
    """Takes a risk, assumption, issue or decision away; to close it keeps it."""
    item = fetch(session, actor, RaidItem, item_id, lock=True)
    history.note(session, actor, "raid_item", item_id, "deleted", history.values_of(item), {})
    session.delete(item)


def check_phase(session: Session, project_id: int, phase_id: int | None) -> None:
    """Raises `Invalid` for a phase of another project."""
    if phase_id is None:
        return
    found = session.exec(select(Phase.id).where(Phase.id == phase_id, Phase.project_id == project_id)).first()
    if found is None:
        raise Invalid("Choose a phase of this project.", "phase_id")
