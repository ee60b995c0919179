"""A client's work that can be billed now: approved time not billed yet, and accepted milestones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session
from sqlmodel import select as select_models

from psa_app.models import Firm, Project, Sow, SowLine
from psa_app.queries.invoices.tables import (
    BILLED_MILESTONE,
    BILLED_TIME,
    ENTRY,
    INVOICE_LINE,
    MILESTONE,
    PROJECT,
    SOW,
    SOW_LINE,
    TASK,
)
from psa_app.rules.billing import BillableEntry, Billed, Key, LineTerms, open_parts
from psa_app.rules.hours import Rounding

CHUNK = 5000


@dataclass(frozen=True, slots=True)
class OpenMilestone:
    """An accepted milestone that no invoice bills yet; `value` in minor units of `currency`."""

    id: int
    title: str
    value: int
    currency: str
    accepted_on: date  # in the firm's zone
    sow_id: int
    sow_line_id: int
    line_title: str


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What a client can be billed, by currency. `terms` are keyed by `terms_key`.

    `unpriced` are the ids of approved entries without a rate: they stop a draft.
    """

    time: dict[str, list[BillableEntry]] = field(default_factory=dict)
    terms: dict[int, LineTerms] = field(default_factory=dict)
    milestones: tuple[OpenMilestone, ...] = ()
    unpriced: tuple[int, ...] = ()

    def currencies(self) -> list[str]:
        """The currencies in which something is open."""
        return sorted({*self.time, *(milestone.currency for milestone in self.milestones)})


def open_work(
    session: Session,
    account_id: int | None,
    until: date,
    sow_id: int | None = None,
    *,
    include: Sequence[str] = ("time", "milestones"),
    lock: bool = False,
) -> OpenWork:
    """The open work of a client (None: of all), or of one SOW, up to a day, by work date and id.

    An entry of which a part is billed comes with the parts that are not. With `lock` the entries
    stay as they are until the commit, so that none is un-approved while it is put on a draft.
    """
    milestones = _milestones(session, account_id, until, sow_id) if "milestones" in include else ()
    if "time" not in include:
        return OpenWork(milestones=milestones)
    rows = _rows(session, account_id, until, sow_id, lock)
    unpriced = tuple(row.id for row in rows if row.bill_rate_minor is None)
    time: dict[str, list[BillableEntry]] = {}
    for currency, entry in _entries(session, [row for row in rows if row.bill_rate_minor is not None]):
        time.setdefault(currency, []).append(entry)
    return OpenWork(time, _terms(session, rows), milestones, unpriced)


def terms_key(sow_line_id: int | None, project_id: int) -> int:
    """What an entry's terms hang on: its SOW line, or (as a negative number) its project."""
    return sow_line_id if sow_line_id is not None else -project_id


def _rows(
    session: Session, account_id: int | None, until: date, sow_id: int | None, lock: bool
) -> Sequence[Any]:
    billed = (
        select(func.sum(BILLED_TIME.c.seconds))
        .where(BILLED_TIME.c.entry_id == ENTRY.c.id, BILLED_TIME.c.released_at.is_(None))
        .scalar_subquery()
        .label("billed")
    )
    statement = (
        select(
            ENTRY.c.id, ENTRY.c.person_id, ENTRY.c.task_id, ENTRY.c.project_id, ENTRY.c.role_id,
            ENTRY.c.work_date, ENTRY.c.seconds, ENTRY.c.bill_rate_minor, ENTRY.c.bill_currency,
            TASK.c.sow_line_id, billed,
        )
        .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .outerjoin(SOW_LINE, SOW_LINE.c.id == TASK.c.sow_line_id)
        .where(
            PROJECT.c.account_id.is_not(None) if account_id is None else PROJECT.c.account_id == account_id,
            ENTRY.c.status == "approved",
            ENTRY.c.is_billable,
            ENTRY.c.work_date <= until,
            or_(SOW_LINE.c.id.is_(None), SOW_LINE.c.model == "time_and_materials"),
        )
        .order_by(ENTRY.c.work_date, ENTRY.c.id)
    )  # fmt: skip
    if sow_id is not None:
        of_project = and_(SOW_LINE.c.id.is_(None), PROJECT.c.sow_id == sow_id)
        statement = statement.where(or_(SOW_LINE.c.sow_id == sow_id, of_project))
    if lock:
        statement = statement.with_for_update(of=ENTRY)
    found = session.connection().execute(statement).all()
    return [row for row in found if (row.billed or 0) < row.seconds]


def _entries(session: Session, rows: Sequence[Any]) -> Iterable[tuple[str, BillableEntry]]:
    billed = _billed_parts(session, [row.id for row in rows if row.billed])
    for row in rows:
        key = terms_key(row.sow_line_id, row.project_id)
        parts = open_parts(row.seconds, billed[row.id]) if row.billed else ((0, row.seconds),)
        for offset, seconds in parts:
            yield (
                row.bill_currency,
                BillableEntry(
                    row.id, row.person_id, row.task_id, row.role_id, key, row.work_date, seconds,
                    row.bill_rate_minor, offset,
                ),
            )  # fmt: skip


def _billed_parts(session: Session, entry_ids: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    parts: dict[int, list[tuple[int, int]]] = {}
    for start in range(0, len(entry_ids), CHUNK):
        found = session.connection().execute(
            select(BILLED_TIME.c.entry_id, BILLED_TIME.c.offset_seconds, BILLED_TIME.c.seconds).where(
                BILLED_TIME.c.entry_id.in_(entry_ids[start : start + CHUNK]),
                BILLED_TIME.c.released_at.is_(None),
            )
        )
        for entry_id, offset, seconds in found:
            parts.setdefault(entry_id, []).append((offset, seconds))
    return parts


def _terms(session: Session, rows: Sequence[Any]) -> dict[int, LineTerms]:
    by_key: dict[int, list[Any]] = {}
    for row in rows:
        by_key.setdefault(terms_key(row.sow_line_id, row.project_id), []).append(row)
    lines = select_models(SowLine, Sow).join(Sow).where(SOW_LINE.c.id.in_([key for key in by_key if key > 0]))
    amounts = billed_on_lines(session, [key for key in by_key if key > 0])
    terms: dict[int, LineTerms] = {}
    for line, sow in session.exec(lines).all():
        key, rounding = int(line.id or 0), rounding_of(sow)
        groups = _billed_groups(session, by_key[key], rounding)
        terms[key] = LineTerms(key, rounding, line.cap_minor, amounts.get(key, 0), groups)
    projects = (
        select_models(Project, Sow)
        .outerjoin(Sow, SOW.c.id == PROJECT.c.sow_id)
        .where(PROJECT.c.id.in_([-key for key in by_key if key < 0]))
    )
    for project, of in session.exec(projects).all():
        key, rounding = -int(project.id or 0), rounding_of(of or project)
        terms[key] = LineTerms(key, rounding, None, 0, _billed_groups(session, by_key[key], rounding))
    return terms


def _billed_groups(session: Session, rows: Sequence[Any], rounding: Rounding) -> dict[Key, Billed]:
    """What is billed already of the entries, or of the days and tasks, that still have open time."""
    per_entry = rounding.per == "entry"
    ids = {row.id for row in rows if row.billed} if per_entry else {row.task_id for row in rows}
    if not ids:
        return {}
    group = (ENTRY.c.id,) if per_entry else (ENTRY.c.person_id, ENTRY.c.work_date, ENTRY.c.task_id)
    statement = (
        select(*group, func.sum(BILLED_TIME.c.seconds), func.sum(BILLED_TIME.c.minutes))
        .join(BILLED_TIME, BILLED_TIME.c.entry_id == ENTRY.c.id)
        .where(group[-1].in_(ids), BILLED_TIME.c.released_at.is_(None))
        .group_by(*group)
    )
    if not per_entry:
        days = [row.work_date for row in rows]
        statement = statement.where(ENTRY.c.work_date.between(min(days), max(days)))
    return {
        tuple(key): Billed(int(seconds), int(minutes))
        for *key, seconds, minutes in session.connection().execute(statement)
    }


def billed_on_lines(session: Session, sow_line_ids: Sequence[int]) -> dict[int, int]:
    """The net amount of time billed by SOW line, on drafts and issued invoices, in minor units."""
    rows = session.connection().execute(
        select(INVOICE_LINE.c.sow_line_id, func.sum(BILLED_TIME.c.amount_minor))
        .join(BILLED_TIME, BILLED_TIME.c.line_id == INVOICE_LINE.c.id)
        .where(INVOICE_LINE.c.sow_line_id.in_(sow_line_ids), BILLED_TIME.c.released_at.is_(None))
        .group_by(INVOICE_LINE.c.sow_line_id)
    )
    return {line_id: int(amount) for line_id, amount in rows}


def rounding_of(terms: Sow | Project) -> Rounding:
    """The rounding policy of a SOW, or of a project without one."""
    return Rounding(terms.round_increment, terms.round_mode, terms.round_minimum, terms.round_per)  # type: ignore[arg-type]


def _milestones(
    session: Session, account_id: int | None, until: date, sow_id: int | None
) -> tuple[OpenMilestone, ...]:
    zone = ZoneInfo(session.exec(select_models(Firm.time_zone)).one())
    taken = select(BILLED_MILESTONE.c.milestone_id).where(BILLED_MILESTONE.c.released_at.is_(None))
    statement = (
        select(
            MILESTONE.c.id, MILESTONE.c.title, MILESTONE.c.value_minor, SOW.c.currency,
            MILESTONE.c.accepted_at, SOW.c.id.label("sow_id"), SOW_LINE.c.id.label("line_id"),
            SOW_LINE.c.title.label("line_title"),
        )
        .join(SOW_LINE, SOW_LINE.c.id == MILESTONE.c.sow_line_id)
        .join(SOW, SOW.c.id == SOW_LINE.c.sow_id)
        .where(
            SOW.c.account_id.is_not(None) if account_id is None else SOW.c.account_id == account_id,
            MILESTONE.c.status == "accepted",
            MILESTONE.c.accepted_at < datetime.combine(until + timedelta(days=1), time.min, zone),
            MILESTONE.c.id.not_in(taken),
        )
        .order_by(MILESTONE.c.accepted_at, MILESTONE.c.id)
    )  # fmt: skip
    if sow_id is not None:
        statement = statement.where(SOW.c.id == sow_id)
    return tuple(
        OpenMilestone(
            row.id, row.title, row.value_minor, row.currency, row.accepted_at.astimezone(zone).date(),
            row.sow_id, row.line_id, row.line_title,
        )
        for row in session.connection().execute(statement)
    )  # fmt: skip
