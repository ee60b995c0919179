"""What must hold before time is written; every way in asks here: grid, timer, import, API."""

from datetime import date, timedelta
from typing import Any

from psa_app.access import Actor
from psa_app.errors import Conflict, Invalid
from psa_app.rules import fields, hours
from psa_app.services.locks import Lock, passes_lock
from psa_app.services.time.facts import belongs

FARTHEST = timedelta(days=366)
NOTE_LENGTH = 2000
SENT: dict[str, str] = {
    "submitted": "This time is handed in. Recall the week to change it.",
    "approved": "This time is approved. An approver has to take the approval back before it can change.",
    "invoiced": "This time is on an invoice and can no longer change.",
}


def check_open(locked_through: date | None, day: date, actor: Actor, reason: str = "") -> None:
    """Refuses a day in a locked period, unless the actor may override it and says why."""
    told = "Time up to {day} is locked. Choose a later day."
    passes_lock(Lock(locked_through, "time.override", told, "work_date"), day, actor, reason)


def check_employed(person: Any, day: date, today: date) -> None:
    """Refuses a day outside a person's employment, or more than a year ahead."""
    if day < person.hired_on:
        raise Invalid(
            f"{person.name} starts on {person.hired_on.isoformat()}. Choose that day or a later one.",
            "work_date",
        )
    if person.left_on is not None and day > person.left_on:
        raise Invalid(
            f"{person.name} left on {person.left_on.isoformat()}. Choose that day or an earlier one.",
            "work_date",
        )
    if day > today + FARTHEST:
        raise Invalid("That day is more than a year ahead. Choose an earlier one.", "work_date")


def check_task(task: Any, person: Any) -> None:
    """Refuses a task that is done, a project that is not running, and someone who is not on it."""
    if task.project_status == "planned":
        raise Conflict(
            f"{task.project_name} has not started yet. Make it active to log time on it.", "task_id"
        )
    if task.project_status != "active":
        raise Conflict(f"{task.project_name} is closed. Choose another project, or open it again.", "task_id")
    if task.status != "open":
        raise Conflict(f"The task {task.name} is done. Choose another task, or open it again.", "task_id")
    if not belongs(task, person.id):
        raise Conflict(
            f"{person.name} is not on {task.project_name}. Add them to the project first.", "task_id"
        )


def check_seconds(seconds: int) -> None:
    """Refuses what is no duration: nothing, less than nothing, more than a day."""
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise Invalid("Give whole seconds.", "seconds")
    if seconds <= 0:
        raise Invalid("Time has to be more than zero.", "seconds")
    hours.check_day(seconds, "seconds")


def check_draft(status: str) -> None:
    """Refuses an entry that is handed in, approved or invoiced, and says what to do."""
    if status != "draft":
        raise Conflict(SENT[status], "status")


def clean_note(note: str) -> str:
    """The note without blanks around it."""
    return fields.text(note, "note", max=NOTE_LENGTH, required=False, multiline=True)
