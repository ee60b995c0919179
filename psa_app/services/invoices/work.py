"""The work of a client that can be billed now: approved, priced time and accepted milestones."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from psa_app.errors import Conflict
from psa_app.models import (
    BilledMilestone,
    BilledTime,
    Firm,
    InvoiceLine,
    Milestone,
    Project,
    Sow,
    SowLine,
    Task,
    TimeEntry,
)
from psa_app.rules.billing import BillableEntry, LineTerms
from psa_app.rules.hours import Rounding


@dataclass(frozen=True, slots=True)
class OpenTime:
    """Approved billable entries not billed yet, with the terms they are billed on.

    `terms` are keyed by `terms_key`; an entry that a cap cut begins at its open part.
    """

    entries: tuple[BillableEntry, ...]
    terms: dict[int, LineTerms]


def open_time(
    session: Session, account_id: int, until: date, currency: str, sow_id: int | None = None
) -> OpenTime:
    """The open time of a client up to a day, in one currency. Raises `Conflict` for unpriced entries."""
    rows = _rows(session, account_id, until, sow_id)
    unpriced = sum(1 for row in rows if row.bill_rate_minor is None)
    if unpriced:
        what = "1 entry has" if unpriced == 1 else f"{unpriced} entries have"
        raise Conflict(
            f"{what} no rate. Give a rate or mark the time as not billable, then draft again.", "until"
        )
    mine = [row for row in rows if row.bill_currency == currency]
    billed = _billed_seconds(session, [row.id for row in mine])
    entries = tuple(_entry(row, billed.get(row.id, 0)) for row in mine if billed.get(row.id, 0) < row.seconds)
    return OpenTime(entries, _terms(session, mine))


def open_milestones(
    session: Session, account_id: int, until: date, sow_id: int | None = None
) -> Sequence[Any]:
    """Accepted milestones of signed SOWs not billed yet: (milestone, line, sow), oldest first."""
    zone = session.exec(select(Firm.time_zone)).one()
    taken = select(BilledMilestone.milestone_id).where(col(BilledMilestone.released_at).is_(None))
    statement = (
        select(Milestone, SowLine, Sow)
        .join(SowLine, col(SowLine.id) == col(Milestone.sow_line_id))
        .join(Sow, col(Sow.id) == col(SowLine.sow_id))
        .where(
            Sow.account_id == account_id,
            Milestone.status == "accepted",
            col(Milestone.accepted_at)
            < datetime.combine(until + timedelta(days=1), time.min, ZoneInfo(zone)),
            col(Milestone.id).not_in(taken),
        )
        .order_by(col(Milestone.accepted_at), col(Milestone.id))
    )
    if sow_id is not None:
        statement = statement.where(Sow.id == sow_id)
    return session.exec(statement).all()


def terms_key(sow_line_id: int | None, project_id: int) -> int:
    """What an entry's terms hang on: its SOW line, or (as a negative number) its project."""
    return sow_line_id if sow_line_id is not None else -project_id


def _rows(session: Session, account_id: int, until: date, sow_id: int | None) -> Sequence[Any]:
    statement = (
        select_columns(
            TimeEntry.id,
            TimeEntry.person_id,
            TimeEntry.task_id,
            TimeEntry.project_id,
            TimeEntry.role_id,
            TimeEntry.work_date,
            TimeEntry.seconds,
            TimeEntry.bill_rate_minor,
            TimeEntry.bill_currency,
            Task.sow_line_id,
        )
        .join(Project, col(Project.id) == col(TimeEntry.project_id))
        .join(Task, col(Task.id) == col(TimeEntry.task_id))
        .outerjoin(SowLine, col(SowLine.id) == col(Task.sow_line_id))
        .where(
            Project.account_id == account_id,
            TimeEntry.status == "approved",
            col(TimeEntry.is_billable),
            TimeEntry.work_date <= until,
            or_(col(SowLine.id).is_(None), SowLine.model == "time_and_materials"),
        )
        .order_by(col(TimeEntry.work_date), col(TimeEntry.id))
    )
    if sow_id is not None:
        statement = statement.where(
            or_(SowLine.sow_id == sow_id, and_(col(SowLine.id).is_(None), Project.sow_id == sow_id))
        )
    return session.connection().execute(statement).all()


def _entry(row: Any, billed: int) -> BillableEntry:
    return BillableEntry(
        id=row.id,
        person_id=row.person_id,
        task_id=row.task_id,
        role_id=row.role_id or 0,
        sow_line_id=terms_key(row.sow_line_id, row.project_id),
        day=row.work_date,
        seconds=row.seconds - billed,
        rate=row.bill_rate_minor,
        offset_seconds=billed,
    )


def _billed_seconds(session: Session, entry_ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for start in range(0, len(entry_ids), 5000):
        part = entry_ids[start : start + 5000]
        rows = session.connection().execute(
            select(BilledTime.entry_id, func.sum(BilledTime.seconds))
            .where(col(BilledTime.entry_id).in_(part), col(BilledTime.released_at).is_(None))
            .group_by(col(BilledTime.entry_id))
        )
        found.update({entry_id: int(seconds) for entry_id, seconds in rows})
    return found


def _terms(session: Session, rows: Sequence[Any]) -> dict[int, LineTerms]:
    terms: dict[int, LineTerms] = {}
    line_ids = {row.sow_line_id for row in rows if row.sow_line_id is not None}
    project_ids = {row.project_id for row in rows if row.sow_line_id is None}
    billed = billed_on_lines(session, line_ids)
    lines = (
        select(SowLine, Sow)
        .join(Sow, col(Sow.id) == col(SowLine.sow_id))
        .where(col(SowLine.id).in_(line_ids))
    )
    for line, sow in session.exec(lines).all():
        terms[int(line.id)] = LineTerms(
            int(line.id), rounding_of(sow), line.cap_minor, billed.get(int(line.id), 0)
        )
    projects = (
        select(Project, Sow)
        .outerjoin(Sow, col(Sow.id) == col(Project.sow_id))
        .where(col(Project.id).in_(project_ids))
    )
    for project, sow in session.exec(projects).all():
        terms[-project.id] = LineTerms(-project.id, rounding_of(sow or project), None, 0)
    return terms


def billed_on_lines(session: Session, line_ids: set[int]) -> dict[int, int]:
    """The amount of time billed so far by SOW line, on drafts and issued invoices."""
    rows = session.connection().execute(
        select(InvoiceLine.sow_line_id, func.sum(BilledTime.amount_minor))
        .join(BilledTime, col(BilledTime.line_id) == col(InvoiceLine.id))
        .where(col(InvoiceLine.sow_line_id).in_(line_ids), col(BilledTime.released_at).is_(None))
        .group_by(col(InvoiceLine.sow_line_id))
    )
    totals: dict[int, int] = defaultdict(int)
    for line_id, amount in rows:
        totals[line_id] = int(amount)
    return totals


def rounding_of(terms: Any) -> Rounding:
    """The rounding policy of a SOW or project row."""
    return Rounding(terms.round_increment, terms.round_mode, terms.round_minimum, terms.round_per)
