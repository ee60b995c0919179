"""A project begun from a template: its phases, tasks, milestones, RAID and the rhythm of its reports."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session, SQLModel, col, func, select

from psa_app.access import Actor, act, fetch
from psa_app.errors import Invalid
from psa_app.models import (
    Account,
    Phase,
    Project,
    ProjectMilestone,
    RaidItem,
    Sow,
    SowLine,
    Task,
    Template,
    touch,
)
from psa_app.queries.templates.sources import firm_days
from psa_app.rules.templates import bodies
from psa_app.services import history
from psa_app.services.projects.make import NAME_LENGTH, create_project, make_project_from_sow
from psa_app.services.templates.change import check, offered


@act("templates", "make_project", right="projects.change")
def make_project_from_template(
    session: Session,
    actor: Actor,
    template_id: int,
    *,
    name: str = "",
    starts_on: date | None = None,
    account_id: int | None = None,
    sow_id: int | None = None,
    lead_id: int | None = None,
) -> Project:
    """Makes a project and lays a template's plan out from its first day.

    With a signed scope (`sow_id`) client, name, budget and first day come from it, a task stands for each
    of its lines, and the template's billable tasks bill to its line by time if it has exactly one. Without,
    `name` and `starts_on` must be given. Raises as `create_project` and `make_project_from_sow`.
    """
    template = offered(session, actor, template_id, "project")
    body = check(session, "project", template.body)
    if sow_id is None:
        project, start = _bare(session, actor, name, starts_on, account_id, lead_id, body)
    else:
        sow = fetch(session, actor, Sow, sow_id)
        project = make_project_from_sow(session, actor, sow_id, name=name, lead_id=lead_id)
        start = starts_on or sow.starts_on
    _lay(session, actor, project, template, body, start)
    return project


def _bare(
    session: Session,
    actor: Actor,
    name: str,
    starts_on: date | None,
    account_id: int | None,
    lead_id: int | None,
    body: Mapping[str, Any],
) -> tuple[Project, date]:
    if starts_on is None:
        raise Invalid("Say on which day it starts: the template’s days count from it.", "starts_on")
    ends_on = bodies.lay_out("project", body, starts_on, firm_days(session))["ends_on"]
    project = create_project(
        session,
        actor,
        name=name,
        account_id=account_id,
        lead_id=lead_id,
        starts_on=starts_on,
        ends_on=ends_on,
        budget_minutes=body["budget_minutes"],
    )
    return project, starts_on


def _lay(
    session: Session, actor: Actor, project: Project, template: Template, body: Mapping[str, Any], start: date
) -> None:
    named = bodies.for_client("project", body, _client_name(session, actor, project))
    found = bodies.lay_out("project", named, start, firm_days(session))
    project.report_every, project.report_on = found["report_every"], found["report_on"]
    plan = _Plan(session, project)
    for place, phase in enumerate(found["phases"], 1):
        row = Phase(
            project_id=plan.project_id,
            position=place,
            **{key: phase[key] for key in ("name", "starts_on", "ends_on")},
        )
        session.add(row)
        session.flush()
        plan.rows.append(row)
        plan.add(phase, row.id)
    plan.add(found, None)
    for place, item in enumerate(found["raid"], 1):
        plan.keep(RaidItem(project_id=plan.project_id, position=place, **item))
    session.flush()
    touch(project)
    for made in plan.rows:
        kind, row_id = str(type(made).__tablename__), int(made.id or 0)  # type: ignore[attr-defined]
        history.note(session, actor, kind, row_id, "created", {}, history.values_of(made))
    told = {"template": template.name, "starts_on": start, "report_every": project.report_every}
    history.note(session, actor, "project", plan.project_id, "laid out", {}, told)


class _Plan:
    """The rows of a project's plan as they are made; task names stay apart from those that are there."""

    def __init__(self, session: Session, project: Project) -> None:
        self.session, self.project_id = session, int(project.id or 0)
        self.has_client = project.account_id is not None
        self.line_id = _line_by_time(session, project)
        tasks = Task.project_id == project.id
        self.names = set(session.exec(select(Task.name).where(tasks)).all())
        self.last = session.exec(select(func.max(Task.position)).where(tasks)).one() or 0
        self.points = 0
        self.rows: list[SQLModel] = []

    def add(self, group: Mapping[str, Any], phase_id: int | None) -> None:
        """The tasks and milestones of a phase, or those outside any."""
        for task in group["tasks"]:
            self.last += 1
            billable = task["is_billable"] and self.has_client
            values = task | {"name": self._free(task["name"]), "is_billable": billable}
            self.keep(
                Task(
                    project_id=self.project_id,
                    phase_id=phase_id,
                    position=self.last,
                    sow_line_id=self.line_id if billable else None,
                    **values,
                )
            )
        for point in group["milestones"]:
            self.points += 1
            self.keep(
                ProjectMilestone(project_id=self.project_id, phase_id=phase_id, position=self.points, **point)
            )

    def keep(self, row: SQLModel) -> None:
        """Adds a row to the plan."""
        self.session.add(row)
        self.rows.append(row)

    def _free(self, name: str) -> str:
        number, free = 1, name
        while free in self.names:
            number += 1
            mark = f" ({number})"
            free = name[: NAME_LENGTH - len(mark)] + mark
        self.names.add(free)
        return free


def _line_by_time(session: Session, project: Project) -> int | None:
    """The scope's only line by time; with several it has to be said which task bills to which."""
    if project.sow_id is None:
        return None
    lines = session.exec(
        select(SowLine.id).where(SowLine.sow_id == project.sow_id, col(SowLine.model) == "time_and_materials")
    ).all()
    return lines[0] if len(lines) == 1 else None


def _client_name(session: Session, actor: Actor, project: Project) -> str:
    if project.account_id is None:
        return project.name
    return fetch(session, actor, Account, project.account_id).name
