"""Projects and tasks from a file: each row made or changed by the acts that a person would use."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor
from psa_app.errors import Invalid
from psa_app.models import Person, Project, SowLine, Task
from psa_app.queries.many import held, once, twin
from psa_app.rules.moves import check_move
from psa_app.services.projects.make import (
    MOST_MINUTES,
    change_project,
    check_days,
    create_project,
    set_project_status,
)
from psa_app.services.projects.plan import Every, check_phase, plan_task, set_reports
from psa_app.services.projects.tasks import change_task, create_task, set_task_status

Values = Mapping[str, Any]
_NEW_PROJECT = ("name", "account_id", "lead_id", "starts_on", "ends_on", "budget_minutes", "currency")
_PROJECT = ("name", "lead_id", "starts_on", "ends_on", "budget_minutes")
_TASK = ("name", "sow_line_id", "is_billable", "budget_minutes")
_PLAN = ("phase_id", "role_id", "starts_on", "due_on")


def check_project(session: Session, values: Values, record: Project | None) -> None:
    """What the acts on a project would refuse of a row. Raises `Invalid`."""
    starts, ends = (_now(values, record, name) for name in ("starts_on", "ends_on"))
    check_days(starts, ends)
    _check_minutes(values)
    _check_status("project", values, record)
    lead_id = values.get("lead_id")
    if lead_id is not None and (record is None or lead_id != record.lead_id):
        lead = once(session, ("lead", lead_id), lambda: session.get_one(Person, lead_id))
        if lead.left_on is not None and lead.left_on < clock.today(lead.time_zone):
            raise Invalid(f"{lead.name} left on {lead.left_on.isoformat()}. Choose someone else.", "lead_id")
    if _now(values, record, "report_every") not in (None, "", "none") and not _now(
        values, record, "report_on"
    ):
        raise Invalid("Say on which day the first report is due.", "report_on")


def write_project(session: Session, actor: Actor, record: Project | None, rows: Sequence[Values]) -> int:
    """Makes or changes a project. Rights and errors are those of the acts."""
    (values,) = rows
    if record is None:
        begins: Literal["planned", "active"] = "planned" if values.get("status") == "planned" else "active"
        record = create_project(session, actor, status=begins, **_given(values, _NEW_PROJECT))
    elif any(name in values for name in _PROJECT):
        known = {name: getattr(record, name) for name in _PROJECT} | _given(values, _PROJECT)
        record = change_project(session, actor, int(record.id or 0), version=record.version, **known)
    project_id = int(record.id or 0)
    if "report_every" in values or "report_on" in values:
        every: Every = _now(values, record, "report_every") or "none"
        set_reports(session, actor, project_id, every=every, first=_now(values, record, "report_on"))
    if values.get("status") not in (None, "", record.status):
        set_project_status(session, actor, project_id, status=values["status"])
    return project_id


def check_task(session: Session, values: Values, record: Task | None) -> None:
    """What the acts on a task would refuse of a row. Raises `Invalid`."""
    project_id = record.project_id if record is not None else values["project_id"]
    name = values.get("name")
    if name and twin(session, Task, record, project_id=project_id, name=name) is not None:
        raise Invalid(f"This project already has a task {name}.", "name")
    _check_minutes(values)
    _check_status("task", values, record)
    project = once(session, ("project", project_id), lambda: held(session, Project, project_id))
    line_id = values.get("sow_line_id")
    if line_id is not None:
        line = once(session, ("sow line", line_id), lambda: session.get(SowLine, line_id))
        if line is None or project is None or line.sow_id != project.sow_id:
            raise Invalid("Choose a line of this project's scope.", "sow_line_id")
    if values.get("phase_id") is not None:
        check_phase(session, project_id, values["phase_id"])
    starts, due = (_now(values, record, one) for one in ("starts_on", "due_on"))
    if starts and due and due < starts:
        raise Invalid("The task is due before it starts.", "due_on")


def write_task(session: Session, actor: Actor, record: Task | None, rows: Sequence[Values]) -> int:
    """Makes or changes a task. Rights and errors are those of the acts."""
    (values,) = rows
    if record is None:
        record = create_task(session, actor, project_id=values["project_id"], **_given(values, _TASK))
    elif any(name in values for name in _TASK):
        known = {name: getattr(record, name) for name in _TASK} | _given(values, _TASK)
        record = change_task(session, actor, int(record.id or 0), version=record.version, **known)
    task_id = int(record.id or 0)
    if any(values.get(name) is not None for name in _PLAN):
        plan = {name: _now(values, record, name) for name in _PLAN}
        plan_task(session, actor, task_id, **plan)
    if values.get("status") not in (None, "", record.status):
        set_task_status(session, actor, task_id, status=values["status"])
    return task_id


def _now(values: Values, record: Any, name: str) -> Any:
    return values[name] if name in values else getattr(record, name, None)


def _given(values: Values, names: Sequence[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if values.get(name) is not None}


def _check_status(kind: str, values: Values, record: Any) -> None:
    if record is not None and values.get("status") not in (None, "", record.status):
        check_move(kind, record.status, values["status"])


def _check_minutes(values: Values) -> None:
    if not 0 <= (values.get("budget_minutes") or 0) <= MOST_MINUTES:
        raise Invalid("The budget is not a sensible number of hours.", "budget_minutes")
