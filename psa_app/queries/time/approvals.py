"""What waits for an approver: the lines they may decide on, week by week, exceptions first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from psa_app.access import Actor, may, require, visible
from psa_app.db import among
from psa_app.models import Leave, TimeEntry
from psa_app.queries.approvers import approver
from psa_app.queries.time.tables import ACCOUNT, ENTRY, PERSON, PROJECT, SHEET, TASK
from psa_app.rules import money
from psa_app.rules.timesheets import Approver, Decision, Exceptional, Line, Waiting, exceptions, may_decide

MOST = 5000
YES = (Decision.yes, Decision.own_alone)


@dataclass(frozen=True, slots=True)
class LineView:
    """One entry that waits. `value` is seconds × rate in minor units, None while it is unpriced."""

    entry_id: int
    day: date
    project: str
    client: str
    task: str
    note: str
    seconds: int
    is_billable: bool
    rate: int | None
    currency: str
    value: int | None
    exceptions: tuple[Exceptional, ...]


@dataclass(frozen=True, slots=True)
class SheetQueue:
    """The lines of one handing-in that wait for the actor, the unusual ones first."""

    timesheet_id: int
    person_id: int
    person: str
    week: int
    number: int
    submitted_at: datetime
    seconds: int
    billable: int
    lines: tuple[LineView, ...]
    others: int  # lines that wait for someone else

    @property
    def usual_ids(self) -> tuple[int, ...]:
        """Entries without anything unusual: the rest, approved in one act."""
        return tuple(line.entry_id for line in self.lines if not line.exceptions)


@dataclass(frozen=True, slots=True)
class Queue:
    """All that waits for the actor. `entries` counts lines, `is_cut` says that there are more."""

    sheets: tuple[SheetQueue, ...]
    entries: int
    seconds: int
    exceptional: int
    is_cut: bool


def approval_queue(session: Session, actor: Actor, *, timesheet_id: int | None = None) -> Queue:
    """The lines that wait for the actor's decision, the weeks with exceptions first, then the oldest.

    Needs "time.approve". Leads see rates and values of their lines, never costs.
    """
    require(actor, "time.approve")
    rows = _waiting(session, actor, timesheet_id)
    by = approver(session, actor)
    mine = [row for row in rows if may_decide(by, Line(row.person_id, row.lead_id)) in YES]
    return _queue(session, actor, by, rows, mine)


def _queue(session: Session, actor: Actor, by: Approver, rows: Sequence[Any], mine: Sequence[Any]) -> Queue:
    day_seconds = _day_seconds(session, mine)
    over = _over_budget(session, {row.project_id for row in mine})
    shows_money = may(actor, "rates.read")
    by_sheet: dict[int, list[tuple[Any, LineView]]] = defaultdict(list)
    for row in mine:
        found = exceptions(
            Waiting(
                row.work_date,
                day_seconds[row.person_id, row.work_date],
                row.is_billable,
                row.bill_rate_minor is not None,
                row.project_id in over,
                row.number,
            )
        )
        by_sheet[row.timesheet_id].append((row, _line(row, found, shows_money)))
    others: dict[int, int] = defaultdict(int)
    for row in rows:
        if may_decide(by, Line(row.person_id, row.lead_id)) not in YES:
            others[row.timesheet_id] += 1
    sheets = [_sheet(lines, others[sheet_id]) for sheet_id, lines in by_sheet.items()]
    sheets.sort(key=lambda sheet: (not _unusual(sheet), sheet.submitted_at, sheet.timesheet_id))
    return Queue(
        tuple(sheets),
        len(mine),
        sum(row.seconds for row in mine),
        sum(map(_unusual, sheets)),
        len(rows) >= MOST,
    )


def _unusual(sheet: SheetQueue) -> int:
    return sum(bool(line.exceptions) for line in sheet.lines)


def _waiting(session: Session, actor: Actor, timesheet_id: int | None) -> list[Any]:
    statement = (
        select(
            ENTRY.c.id,
            ENTRY.c.person_id,
            ENTRY.c.project_id,
            ENTRY.c.work_date,
            ENTRY.c.seconds,
            ENTRY.c.note,
            ENTRY.c.is_billable,
            ENTRY.c.bill_rate_minor,
            ENTRY.c.bill_currency,
            ENTRY.c.timesheet_id,
            PERSON.c.name.label("person"),
            PROJECT.c.name.label("project"),
            PROJECT.c.lead_id,
            ACCOUNT.c.name.label("client"),
            TASK.c.name.label("task"),
            SHEET.c.week,
            SHEET.c.number,
            SHEET.c.submitted_at,
        )
        .select_from(ENTRY)
        .join(SHEET, SHEET.c.id == ENTRY.c.timesheet_id)
        .join(PERSON, PERSON.c.id == ENTRY.c.person_id)
        .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .where(ENTRY.c.status == "submitted", visible(actor, TimeEntry))
        .order_by(ENTRY.c.work_date, ENTRY.c.id)
        .limit(MOST)
    )
    if timesheet_id is not None:
        statement = statement.where(ENTRY.c.timesheet_id == timesheet_id)
    return list(session.connection().execute(statement))


def _day_seconds(session: Session, rows: Sequence[Any]) -> dict[tuple[int, date], int]:
    """What people logged in all on the days of these lines, also on other projects."""
    if not rows:
        return {}
    people = sorted({row.person_id for row in rows})
    days = [row.work_date for row in rows]
    found = session.connection().execute(
        select(ENTRY.c.person_id, ENTRY.c.work_date, func.sum(ENTRY.c.seconds))
        .where(among(session, ENTRY.c.person_id, people), ENTRY.c.work_date.between(min(days), max(days)))
        .group_by(ENTRY.c.person_id, ENTRY.c.work_date)
    )
    return {(person_id, day): int(seconds) for person_id, day, seconds in found}


def _over_budget(session: Session, project_ids: Iterable[int]) -> set[int]:
    """Projects whose logged time, waiting lines included, is beyond their planned hours."""
    found = session.connection().execute(
        select(PROJECT.c.id)
        .join(ENTRY, ENTRY.c.project_id == PROJECT.c.id)
        .where(among(session, PROJECT.c.id, sorted(project_ids)), PROJECT.c.budget_minutes > 0)
        .group_by(PROJECT.c.id, PROJECT.c.budget_minutes)
        .having(func.sum(ENTRY.c.seconds) > PROJECT.c.budget_minutes * 60)
    )
    return {project_id for (project_id,) in found}


def _line(row: Any, found: tuple[Exceptional, ...], shows_money: bool) -> LineView:
    rate = row.bill_rate_minor if shows_money else None
    value = money.divide(row.seconds * rate, 3600) if rate is not None else None
    return LineView(
        row.id,
        row.work_date,
        row.project,
        row.client or "",
        row.task,
        row.note,
        row.seconds,
        row.is_billable,
        rate,
        row.bill_currency if shows_money else "",
        value,
        found,
    )


def _sheet(lines: Sequence[tuple[Any, LineView]], others: int) -> SheetQueue:
    row = lines[0][0]
    views = sorted(
        (view for _, view in lines), key=lambda view: (not view.exceptions, view.day, view.entry_id)
    )
    return SheetQueue(
        row.timesheet_id,
        row.person_id,
        row.person,
        row.week,
        row.number,
        row.submitted_at,
        sum(view.seconds for view in views),
        sum(view.seconds for view in views if view.is_billable),
        tuple(views),
        others,
    )


def waiting_leave(session: Session, actor: Actor) -> int:
    """How many leave requests of others wait for who decides on leave."""
    require(actor, "leave.decide")
    of_others = [col(Leave.status) == "requested", col(Leave.person_id) != (actor.person_id or 0)]
    found = select(func.count()).select_from(Leave).where(*of_others, visible(actor, Leave))
    return int(session.connection().execute(found).scalar_one())
