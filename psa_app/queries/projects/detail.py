"""One project: what it is, its tasks, its team and its milestones, as far as the reader may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlmodel import Session
from sqlmodel import select as select_models

from psa_app import clock
from psa_app.access import Actor, fetch, may, require, visible
from psa_app.models import Account, Firm, Invoice, Milestone, Person, Project, Sow, Task, TimeEntry
from psa_app.queries.invoices.open_work import rounding_of
from psa_app.queries.projects.tables import (
    ALLOCATION,
    ENTRY,
    INVOICE,
    INVOICE_LINE,
    LINE,
    MEMBER,
    MILESTONE,
    PERSON,
    ROLE,
    SOW,
    TASK,
)
from psa_app.rules import weeks
from psa_app.rules.hours import Rounding
from psa_app.rules.invoices import is_overdue


@dataclass(frozen=True, slots=True)
class ProjectHead:
    """The project itself. `sees_all` tells that sums hold everyone's time, else only the reader's own.

    `rounding` is how its billed time is rounded; None where a scope says it.
    """

    id: int
    version: int
    name: str
    status: str
    currency: str
    color: int
    starts_on: date | None
    ends_on: date | None
    budget_minutes: int
    account_id: int | None
    account: str
    lead_id: int | None
    lead: str
    sow_id: int | None
    sow: str
    sees_all: bool
    rounding: Rounding | None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with its seconds; `line` is what it bills to, "" where the reader may not see it."""

    id: int
    version: int
    name: str
    status: str
    is_billable: bool
    budget_minutes: int
    seconds: int
    sow_line_id: int | None
    line: str
    model: str


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Someone on the team: `role` is the one they have here, seconds are all their time on the project."""

    person_id: int
    name: str
    role: str
    role_id: int | None
    is_lead: bool
    seconds: int


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone; value in minor units of the project's currency."""

    id: int
    version: int
    title: str
    criteria: str
    line: str
    value: int
    currency: str
    status: str
    due_on: date | None
    ready_at: datetime | None
    accepted_at: datetime | None
    accepted_by: str


def head(session: Session, actor: Actor, project_id: int) -> ProjectHead:
    """The project's own facts. `NotFound` outside the actor's scope."""
    require(actor, "tasks.read")
    project = fetch(session, actor, Project, project_id)
    lead = session.get(Person, project.lead_id) if project.lead_id else None
    account = session.get(Account, project.account_id) if project.account_id else None
    sow = session.get(Sow, project.sow_id) if project.sow_id and may(actor, "sows.read") else None
    return ProjectHead(
        int(project.id or 0),
        project.version,
        project.name,
        project.status,
        project.currency,
        project.color,
        project.starts_on,
        project.ends_on,
        project.budget_minutes,
        project.account_id,
        account.name if account else "",
        project.lead_id,
        lead.name if lead else "",
        sow.id if sow else None,
        f"{sow.number} {sow.title}".strip() if sow else "",
        sees_everyones_time(actor, project),
        None if project.sow_id else rounding_of(project),
    )


def sees_everyones_time(actor: Actor, project: Project) -> bool:
    """Owner and finance see all time, a lead that of own projects, a member only their own."""
    if may(actor, "reports.firm"):
        return True
    return may(actor, "time.approve") and project.lead_id == actor.person_id


def tasks(session: Session, actor: Actor, project_id: int) -> list[TaskRow]:
    """Tasks in their order, open ones first, with the time that the actor may see."""
    require(actor, "tasks.read")
    worked = _seconds(actor, project_id, ENTRY.c.task_id)
    shows_lines = may(actor, "sows.read")
    statement = (
        select(TASK, LINE.c.title.label("line"), LINE.c.model, worked.c.seconds)
        .outerjoin(LINE, LINE.c.id == TASK.c.sow_line_id)
        .outerjoin(worked, worked.c.key == TASK.c.id)
        .where(TASK.c.project_id == project_id, visible(actor, Task))
        .order_by(case((TASK.c.status == "open", 0), else_=1), TASK.c.position, TASK.c.id)
    )
    return [
        TaskRow(
            row.id,
            row.version,
            row.name,
            row.status,
            row.is_billable,
            row.budget_minutes,
            int(row.seconds or 0),
            row.sow_line_id if shows_lines else None,
            (row.line or "") if shows_lines else "",
            (row.model or "") if shows_lines else "",
        )
        for row in session.connection().execute(statement)
    ]


def team(session: Session, actor: Actor, project_id: int) -> list[MemberRow]:
    """The lead first, then by name."""
    require(actor, "tasks.read")
    project = fetch(session, actor, Project, project_id)
    worked = _seconds(actor, project_id, ENTRY.c.person_id)
    here = func.coalesce(MEMBER.c.role_id, PERSON.c.role_id)
    statement = (
        select(PERSON.c.id, PERSON.c.name, ROLE.c.name.label("role"), MEMBER.c.role_id, worked.c.seconds)
        .select_from(MEMBER)
        .join(PERSON, PERSON.c.id == MEMBER.c.person_id)
        .join(ROLE, ROLE.c.id == here)
        .outerjoin(worked, worked.c.key == PERSON.c.id)
        .where(MEMBER.c.project_id == project_id)
        .order_by(case((PERSON.c.id == (project.lead_id or 0), 0), else_=1), PERSON.c.name)
    )
    return [
        MemberRow(row.id, row.name, row.role, row.role_id, row.id == project.lead_id, int(row.seconds or 0))
        for row in session.connection().execute(statement)
    ]


def _seconds(actor: Actor, project_id: int, key: Any) -> Any:
    return (
        select(key.label("key"), func.sum(ENTRY.c.seconds).label("seconds"))
        .where(ENTRY.c.project_id == project_id, visible(actor, TimeEntry))
        .group_by(key)
        .subquery()
    )


def milestones(session: Session, actor: Actor, project_id: int) -> list[MilestoneRow]:
    """The milestones of the project's SOW in their order; none for who may not read scopes."""
    project = fetch(session, actor, Project, project_id)
    if project.sow_id is None or not may(actor, "sows.read"):
        return []
    statement = (
        select(MILESTONE, LINE.c.title.label("line"), SOW.c.currency)
        .join(LINE, LINE.c.id == MILESTONE.c.sow_line_id)
        .join(SOW, SOW.c.id == LINE.c.sow_id)
        .where(SOW.c.id == project.sow_id, visible(actor, Milestone))
        .order_by(LINE.c.position, MILESTONE.c.position, MILESTONE.c.id)
    )
    return [
        MilestoneRow(
            row.id,
            row.version,
            row.title,
            row.criteria,
            row.line,
            row.value_minor,
            row.currency,
            row.status,
            row.due_on,
            row.ready_at,
            row.accepted_at,
            row.accepted_by,
        )
        for row in session.connection().execute(statement)
    ]


@dataclass(frozen=True, slots=True)
class WeekBurn:
    """A week (yyyyww) of a project: seconds worked, minutes booked from tomorrow on."""

    week: int
    seconds: int
    planned: int


@dataclass(frozen=True, slots=True)
class RecentTime:
    """A recent entry; no price."""

    id: int
    day: date
    person: str
    task: str
    seconds: int
    note: str
    status: str
    is_billable: bool


def burn(session: Session, actor: Actor, project_id: int, planned: Mapping[int, int]) -> list[WeekBurn]:
    """Worked and planned time by week, without gaps; the reader's own time where that is all they see."""
    require(actor, "tasks.read")
    statement = (
        select(ENTRY.c.week, func.sum(ENTRY.c.seconds))
        .where(ENTRY.c.project_id == project_id, visible(actor, TimeEntry))
        .group_by(ENTRY.c.week)
    )
    seconds = {week: int(total) for week, total in session.connection().execute(statement)}
    found = sorted({*seconds, *planned})
    if not found:
        return []
    return [WeekBurn(week, seconds.get(week, 0), planned.get(week, 0)) for week in _each(found[0], found[-1])]


def _each(first: int, last: int) -> list[int]:
    found = [first]
    while found[-1] < last:
        found.append(weeks.next_week(found[-1]))
    return found


def recent_time(session: Session, actor: Actor, project_id: int, limit: int = 12) -> list[RecentTime]:
    """The latest entries that the actor may see."""
    require(actor, "tasks.read")
    fetch(session, actor, Project, project_id)
    statement = (
        select(
            ENTRY.c.id,
            ENTRY.c.work_date,
            PERSON.c.name,
            TASK.c.name.label("task"),
            ENTRY.c.seconds,
            ENTRY.c.note,
            ENTRY.c.status,
            ENTRY.c.is_billable,
        )
        .join(PERSON, PERSON.c.id == ENTRY.c.person_id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .where(and_(ENTRY.c.project_id == project_id, visible(actor, TimeEntry)))
        .order_by(ENTRY.c.work_date.desc(), ENTRY.c.id.desc())
        .limit(limit)
    )
    return [
        RecentTime(
            row.id, row.work_date, row.name, row.task, row.seconds, row.note, row.status, row.is_billable
        )
        for row in session.connection().execute(statement)
    ]


@dataclass(frozen=True, slots=True)
class ProjectInvoice:
    """An invoice that holds work of the project; amounts are the whole invoice's, in its currency.

    `state`: draft | issued | partly_paid | overdue | paid | void | written_off.
    """

    id: int
    number: str
    state: str
    issued_on: date | None
    due_on: date | None
    total: int
    currency: str


def invoices(session: Session, actor: Actor, project_id: int, limit: int = 6) -> list[ProjectInvoice]:
    """The latest invoices of the project's scope; none for who may not read invoices."""
    project = fetch(session, actor, Project, project_id)
    if project.sow_id is None or not may(actor, "invoices.read"):
        return []
    today = clock.today(session.exec(select_models(Firm.time_zone)).one())
    lines = select(LINE.c.id).where(LINE.c.sow_id == project.sow_id)
    holds = select(INVOICE_LINE.c.invoice_id).where(INVOICE_LINE.c.sow_line_id.in_(lines))
    paid = func.coalesce(
        select(func.sum(ALLOCATION.c.amount_minor))
        .where(ALLOCATION.c.invoice_id == INVOICE.c.id)
        .scalar_subquery(),
        0,
    )
    statement = (
        select(INVOICE, paid.label("paid"))
        .where(INVOICE.c.id.in_(holds), INVOICE.c.kind == "invoice", visible(actor, Invoice))
        .order_by(INVOICE.c.id.desc())
        .limit(limit)
    )
    return [
        ProjectInvoice(
            row.id, row.number, _state(row, today), row.issued_on, row.due_on, row.total_minor, row.currency
        )
        for row in session.connection().execute(statement)
    ]


def _state(row: Any, today: date) -> str:
    rest = row.total_minor - int(row.paid)
    if row.status != "issued":
        return str(row.status)
    if rest <= 0:
        return "paid"
    if is_overdue(row.due_on, today, rest):
        return "overdue"
    return "partly_paid" if row.paid else "issued"
