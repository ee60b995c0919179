"""A client's work that can be billed now: approved time and expenses, accepted milestones, fees due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Literal

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlmodel import Session
from sqlmodel import select as select_models

from psa_app.db import among, among_ids, as_ids
from psa_app.models import Project, Sow, SowLine
from psa_app.prepared import Prepared
from psa_app.queries.expenses.open import OpenExpense, open_expenses
from psa_app.queries.invoices.later import due_now, put_off, spent_now
from psa_app.queries.invoices.open_parts import OpenMilestone, due_parts
from psa_app.queries.invoices.tables import (
    BILLED_TIME,
    ENTRY,
    INVOICE_LINE,
    PROJECT,
    SOW,
    SOW_LINE,
    TASK,
    of_projects,
)
from psa_app.queries.retainers.beyond import (
    beyond_retainers,
    drawn_minutes,
    is_beyond_retainer,
    within,
)
from psa_app.rules import money
from psa_app.rules.billing import BillableEntry, Billed, Key, LineTerms, open_parts
from psa_app.rules.hours import Rounding
from psa_app.rules.scopes import RETAINER

Held = Literal["with", "without", "only"]  # what waits for the client's approval: all, all but it, only it


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What a client can be billed, by currency. `terms` are keyed by `terms_key`.

    `unpriced` are the ids of approved entries without a rate: they stop a draft.
    """

    time: dict[str, list[BillableEntry]] = field(default_factory=dict)
    terms: dict[int, LineTerms] = field(default_factory=dict)
    milestones: tuple[OpenMilestone, ...] = ()
    expenses: tuple[OpenExpense, ...] = ()
    unpriced: tuple[int, ...] = ()

    def currencies(self) -> list[str]:
        """The currencies in which something is open."""
        fixed = {milestone.currency for milestone in self.milestones}
        return sorted({*self.time, *fixed, *(expense.currency for expense in self.expenses)})


def open_work(
    session: Session,
    account_id: int | None,
    until: date,
    sow_id: int | None = None,
    *,
    include: Sequence[str] = ("time", "milestones", "expenses"),
    lock: bool = False,
    held: Held = "with",
) -> OpenWork:
    """The open work of a client (None: of all), or of one SOW, up to a day, by work date and id.

    Time out of scope is not in it: nobody has agreed to pay for it yet. Nor is work that was moved to a
    later invoice, before its day. Of a retainer's time it is what lies beyond the lots of a closed period.

    An entry of which a part is billed comes with the parts that are not. With `lock` the entries
    stay as they are until the commit, so that none is un-approved while it is put on a draft.
    `held` says what becomes of time that still waits for the client's own approval.
    """
    session.flush()  # what is read below goes past the session
    waits = put_off(session, account_id)
    milestones = due_parts(session, account_id, until, sow_id) if "milestones" in include else ()
    expenses = open_expenses(session, account_id, until, sow_id, lock=lock) if "expenses" in include else ()
    milestones, expenses = due_now(milestones, waits), spent_now(expenses, waits)
    if "time" not in include:
        return OpenWork(milestones=milestones, expenses=expenses)
    rows = _rows(session, account_id, until, sow_id, lock, held)
    parts = _billed_parts(session, [row[0] for row in rows if row[-1]])
    time: dict[str, list[BillableEntry]] = {}
    groups: dict[int, _Group] = {}
    unpriced: list[int] = []
    beyond = beyond_retainers(session, [row[0] for row in rows if row[-2] == RETAINER])
    for entry_id, person, task, project, role, day, seconds, rate, currency, *place, model, billed in rows:
        line, phase = place
        opened = open_parts(seconds, parts[entry_id]) if billed else ((0, seconds),)
        if model == RETAINER:
            opened = within(beyond[entry_id], opened)
        if not opened or ("time", entry_id, 0) in waits:
            continue
        if rate is None:
            unpriced.append(entry_id)
            continue
        key = terms_key(line, project)
        group = groups.get(key) or groups.setdefault(key, _Group())
        group.add(entry_id if billed or model == RETAINER else None, task, day)
        mine = time.get(currency) or time.setdefault(currency, [])
        for offset, length in opened:
            mine.append(BillableEntry(entry_id, person, task, role, key, day, length, rate, offset, phase))
    return OpenWork(time, _terms(session, groups), milestones, expenses, tuple(unpriced))


class _Group:
    """The open entries that share their terms: those that are cut, and all tasks and days."""

    __slots__ = ("cut", "days", "tasks")

    def __init__(self) -> None:
        self.cut: list[int] = []
        self.tasks: set[int] = set()
        self.days: set[date] = set()

    def add(self, cut_id: int | None, task_id: int, day: date) -> None:
        if cut_id is not None:
            self.cut.append(cut_id)
        self.tasks.add(task_id)
        self.days.add(day)


def chosen_currency(work: OpenWork, asked: str | None, of_scope: str | None, of_client: str) -> str:
    """The currency of a draft: as asked, else the scope's, else the only one in which work is open.

    Raises `Invalid` (field "currency") for one that does not exist.
    """
    if asked is not None:
        money.exponent(asked)
        return asked
    if of_scope is not None:
        return of_scope
    found = work.currencies()
    return found[0] if len(found) == 1 else of_client


def terms_key(sow_line_id: int | None, project_id: int) -> int:
    """What an entry's terms hang on: its SOW line, or (as a negative number) its project."""
    return sow_line_id if sow_line_id is not None else -project_id


_WITH_CLIENT = and_(SOW_LINE.c.approval == "client", ENTRY.c.client_approved_at.is_(None))
_PASSED = (SOW_LINE.c.id.is_(None), SOW_LINE.c.approval != "client", ENTRY.c.client_approved_at.is_not(None))


def _rows(
    session: Session, account_id: int | None, until: date, sow_id: int | None, lock: bool, held: Held
) -> Sequence[Any]:
    statement = _open_entries(account_id is not None, sow_id is not None, lock, held)
    return statement.all(session, {"account_id": account_id, "sow_id": sow_id, "until": until})


@cache
def _open_entries(of_client: bool, of_sow: bool, lock: bool, held: Held) -> Prepared:
    billed = (
        select(func.sum(BILLED_TIME.c.seconds))
        .where(BILLED_TIME.c.entry_id == ENTRY.c.id, BILLED_TIME.c.released_at.is_(None))
        .scalar_subquery()
        .label("billed")
    )
    statement = (
        select(
            ENTRY.c.id,
            ENTRY.c.person_id,
            ENTRY.c.task_id,
            ENTRY.c.project_id,
            ENTRY.c.role_id,
            ENTRY.c.work_date,
            ENTRY.c.seconds,
            ENTRY.c.bill_rate_minor,
            ENTRY.c.bill_currency,
            TASK.c.sow_line_id,
            TASK.c.phase_id,
            SOW_LINE.c.model,
            billed,
        )
        .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .outerjoin(SOW_LINE, SOW_LINE.c.id == TASK.c.sow_line_id)
        .where(
            of_projects(ENTRY.c.project_id, of_client=of_client),
            ENTRY.c.status == "approved",
            ENTRY.c.is_billable,
            ~ENTRY.c.out_of_scope,
            ENTRY.c.work_date <= bindparam("until"),
            or_(
                SOW_LINE.c.id.is_(None),
                SOW_LINE.c.model == "time_and_materials",
                and_(SOW_LINE.c.model == RETAINER, is_beyond_retainer(ENTRY.c.id)),
            ),
        )
        .order_by(ENTRY.c.work_date, ENTRY.c.id)
    )
    if of_sow:
        of_project = and_(SOW_LINE.c.id.is_(None), PROJECT.c.sow_id == bindparam("sow_id"))
        statement = statement.where(or_(SOW_LINE.c.sow_id == bindparam("sow_id"), of_project))
    if held != "with":
        statement = statement.where(_WITH_CLIENT if held == "only" else or_(*_PASSED))
    return Prepared(statement.with_for_update(of=ENTRY) if lock else statement)


def _billed_parts(session: Session, entry_ids: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    parts: dict[int, list[tuple[int, int]]] = {}
    if not entry_ids:
        return parts
    found = session.connection().execute(
        select(BILLED_TIME.c.entry_id, BILLED_TIME.c.offset_seconds, BILLED_TIME.c.seconds).where(
            among(session, BILLED_TIME.c.entry_id, entry_ids), BILLED_TIME.c.released_at.is_(None)
        )
    )
    for entry_id, offset, seconds in found:
        parts.setdefault(entry_id, []).append((offset, seconds))
    return parts


def _terms(session: Session, groups: Mapping[int, _Group]) -> dict[int, LineTerms]:
    line_ids = [key for key in groups if key > 0]
    project_ids = [-key for key in groups if key < 0]
    amounts = billed_on_lines(session, line_ids)
    terms: dict[int, LineTerms] = {}
    for line, sow in session.exec(_LINES, params={"ids": line_ids}).all() if line_ids else ():
        key, rounding = int(line.id or 0), rounding_on(line, sow)
        billed = _billed_groups(session, groups[key], rounding)
        terms[key] = LineTerms(key, rounding, line.cap_minor, amounts.get(key, 0), billed)
    for project, of in session.exec(_PROJECTS, params={"ids": project_ids}).all() if project_ids else ():
        key, rounding = -int(project.id or 0), rounding_of(of or project)
        terms[key] = LineTerms(key, rounding, None, 0, _billed_groups(session, groups[key], rounding))
    return terms


_IDS: Any = bindparam("ids", expanding=True)
_LINES = select_models(SowLine, Sow).join(Sow).where(SOW_LINE.c.id.in_(_IDS))
_PROJECTS = (
    select_models(Project, Sow).outerjoin(Sow, SOW.c.id == PROJECT.c.sow_id).where(PROJECT.c.id.in_(_IDS))
)


def _billed_groups(session: Session, group: _Group, rounding: Rounding) -> dict[Key, Billed]:
    """What is billed already of the entries, or of the days and tasks, that still have open time."""
    per_entry = rounding.per == "entry"
    if per_entry and not group.cut:
        return {}
    columns = (ENTRY.c.id,) if per_entry else (ENTRY.c.person_id, ENTRY.c.work_date, ENTRY.c.task_id)
    statement = (
        select(*columns, func.sum(BILLED_TIME.c.seconds), func.sum(BILLED_TIME.c.minutes))
        .join(BILLED_TIME, BILLED_TIME.c.entry_id == ENTRY.c.id)
        .where(BILLED_TIME.c.released_at.is_(None))
        .group_by(*columns)
    )
    of_days = ENTRY.c.work_date.between(min(group.days), max(group.days))
    mine = (
        (among(session, ENTRY.c.id, group.cut),) if per_entry else (ENTRY.c.task_id.in_(group.tasks), of_days)
    )
    found: dict[Key, Billed] = {}
    for rows in (statement.where(*mine), drawn_minutes(columns).where(*mine)):
        for *key, seconds, minutes in session.connection().execute(rows):
            before = found.get(tuple(key), Billed(0, 0))
            found[tuple(key)] = Billed(before.seconds + int(seconds), before.minutes + int(minutes))
    return found


def billed_on_lines(session: Session, sow_line_ids: Sequence[int]) -> dict[int, int]:
    """The net amount of time billed by SOW line, on drafts and issued invoices, credits given back."""
    if not sow_line_ids:
        return {}
    rows = _BILLED_ON.all(session, {"ids": as_ids(session, sow_line_ids)})
    return {line_id: int(amount) for line_id, amount in rows}


def _billed_on(sqlite: bool) -> Select[Any]:
    return (
        select(INVOICE_LINE.c.sow_line_id, func.sum(BILLED_TIME.c.amount_minor))
        .join(BILLED_TIME, BILLED_TIME.c.line_id == INVOICE_LINE.c.id)
        .where(
            among_ids(INVOICE_LINE.c.sow_line_id, "ids", sqlite=sqlite),
            BILLED_TIME.c.released_at.is_(None),
            BILLED_TIME.c.credit_line_id.is_(None),
        )
        .group_by(INVOICE_LINE.c.sow_line_id)
    )


_BILLED_ON = Prepared(_billed_on)


def rounding_on(line: SowLine, sow: Sow) -> Rounding:
    """The line's own rounding policy, else that of its scope."""
    if line.round_increment is None:
        return rounding_of(sow)
    return Rounding(line.round_increment, line.round_mode, line.round_minimum or 0, line.round_per)  # type: ignore[arg-type]


def rounding_of(terms: Sow | Project) -> Rounding:
    """The rounding policy of a SOW, or of a project without one."""
    return Rounding(terms.round_increment, terms.round_mode, terms.round_minimum, terms.round_per)  # type: ignore[arg-type]
