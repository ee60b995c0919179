"""The tasks of a project. Where a task bills to decides what its unapproved time is worth."""

from typing import Literal

from sqlmodel import Session, func, select

from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid, Stale
from psa_app.models import Booking, Expense, Project, SowLine, Task, TimeEntry, Timer, move, touch
from psa_app.queries.time.tables import ENTRY
from psa_app.rules import fields
from psa_app.services import history
from psa_app.services.projects.make import check_no_timer
from psa_app.services.retainers.write import check_movable, redraw_lines
from psa_app.services.time.pricing import reprice


@act("tasks", "create", right="projects.change")
def create_task(
    session: Session,
    actor: Actor,
    *,
    project_id: int,
    name: str,
    sow_line_id: int | None = None,
    is_billable: bool = True,
    budget_minutes: int = 0,
) -> Task:
    """Adds a task. Raises `Invalid` for a name that the project has already, or a line of another SOW."""
    project = fetch(session, actor, Project, project_id, lock=True)
    title = _name(session, project_id, name, None)
    _check_line(session, project, sow_line_id)
    _check_budget(budget_minutes)
    last = session.exec(select(func.max(Task.position)).where(Task.project_id == project_id)).one()
    task = Task(
        project_id=project_id,
        name=title,
        sow_line_id=sow_line_id,
        is_billable=is_billable and project.account_id is not None,
        budget_minutes=budget_minutes,
        position=(last or 0) + 1,
    )
    session.add(task)
    session.flush()
    history.note(session, actor, "task", int(task.id or 0), "created", {}, history.values_of(task))
    return task


@act("tasks", "change", right="projects.change")
def change_task(
    session: Session,
    actor: Actor,
    task_id: int,
    *,
    version: int,
    name: str,
    sow_line_id: int | None = None,
    is_billable: bool = True,
    budget_minutes: int = 0,
) -> Task:
    """Changes a task; unapproved time on it is priced anew, approved time stays as it is."""
    task = fetch(session, actor, Task, task_id, lock=True)
    if task.version != version:
        raise Stale()
    project = fetch(session, actor, Project, task.project_id)
    _check_line(session, project, sow_line_id)
    _check_budget(budget_minutes)
    values = {
        "name": _name(session, task.project_id, name, task_id),
        "sow_line_id": sow_line_id,
        "is_billable": is_billable and project.account_id is not None,
        "budget_minutes": budget_minutes,
    }
    before, after = history.changed(history.values_of(task, values), values)
    if "sow_line_id" in after:
        check_movable(session, task_id)
    for field, value in after.items():
        setattr(task, field, value)
    touch(task)
    session.flush()
    if "sow_line_id" in after or "is_billable" in after:
        reprice(session, actor, ENTRY.c.task_id == task_id)
        redraw_lines(session, (before.get("sow_line_id"), sow_line_id))
    history.note(session, actor, "task", task_id, "changed", before, after)
    return task


@act("tasks", "set_status", right="projects.change")
def set_task_status(session: Session, actor: Actor, task_id: int, *, status: Literal["open", "done"]) -> Task:
    """Closes a task, or opens it again. Raises `Conflict` while somebody's timer runs on it."""
    task = fetch(session, actor, Task, task_id, lock=True)
    if status == "done":
        check_no_timer(session, Timer.task_id == task_id)
    old = move(task, "task", status)
    history.note(session, actor, "task", task_id, status, {"status": old}, {"status": status})
    return task


@act("tasks", "delete", right="projects.change")
def delete_task(session: Session, actor: Actor, task_id: int) -> None:
    """Deletes a task without time, expenses or bookings. Raises `Conflict` otherwise: close it instead."""
    task = fetch(session, actor, Task, task_id, lock=True)
    if session.exec(select(TimeEntry.id).where(TimeEntry.task_id == task_id)).first() is not None:
        raise Conflict("There is time on this task. Mark it as done instead.")
    if session.exec(select(Expense.id).where(Expense.task_id == task_id)).first() is not None:
        raise Conflict("There are expenses on this task. Mark it as done instead.")
    if session.exec(select(Booking.id).where(Booking.task_id == task_id)).first() is not None:
        raise Conflict("People are booked on this task. Take the bookings away, or mark the task as done.")
    check_no_timer(session, Timer.task_id == task_id)
    history.note(session, actor, "task", task_id, "deleted", history.values_of(task), {})
    session.delete(task)


def _name(session: Session, project_id: int, name: str, task_id: int | None) -> str:
    title = fields.text(name, "name", max=120)
    twin = session.exec(select(Task.id).where(Task.project_id == project_id, Task.name == title)).first()
    if twin is not None and twin != task_id:
        raise Invalid(f"This project already has a task {title}.", "name")
    return title


def _check_line(session: Session, project: Project, sow_line_id: int | None) -> None:
    if sow_line_id is None:
        return
    line = session.get(SowLine, sow_line_id)
    if line is None or line.sow_id != project.sow_id:
        raise Invalid("Choose a line of this project's scope.", "sow_line_id")


def _check_budget(minutes: int) -> None:
    if not 0 <= minutes <= 10**8:
        raise Invalid("The budget is not a sensible number of hours.", "budget_minutes")
