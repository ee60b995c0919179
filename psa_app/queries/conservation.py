"""Where every worked second lies: per client and month, logged time is the sum of its buckets."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlmodel import Session

from psa_app.access import Actor, require
from psa_app.db import among
from psa_app.models import Account, Person
from psa_app.queries.invoices.open_work import open_work
from psa_app.queries.invoices.tables import (
    BILLED_TIME,
    ENTRY,
    INVOICE,
    INVOICE_LINE,
    PROJECT,
    SOW_LINE,
    TASK,
)
from psa_app.queries.retainers.tables import DRAW
from psa_app.rules.billing import plan_time_lines
from psa_app.rules.buckets import Bucket, Worked, buckets
from psa_app.rules.scopes import COVERED

ALWAYS = date(2100, 1, 1)
ISSUED = ("issued", "written_off")
_ACCOUNT: Any = Account.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Line:
    """A client's month (yyyymm) in seconds; without `account_id` it is the firm's own work.

    `off` is what does not add up, 0 in sound books: seconds that lie in two buckets, or that are
    marked as invoiced and stand on no invoice.
    """

    account_id: int | None
    account: str
    month: int
    logged: int
    buckets: dict[Bucket, int]
    off: int


@dataclass(frozen=True, slots=True)
class Row:
    """The part of an entry that lies in a bucket. `invoice` is its number, or "draft 7"."""

    entry_id: int
    person_id: int
    person: str
    day: date
    week: int
    project: str
    task: str
    note: str
    status: str
    seconds: int
    invoice_id: int | None
    invoice: str


def conservation(
    session: Session,
    actor: Actor,
    *,
    from_month: int = 0,
    to_month: int = 999_999,
    account_id: int | None = None,
) -> tuple[Line, ...]:
    """Logged seconds and their buckets by client and month, the newest month first."""
    require(actor, "reports.firm")
    where: list[ColumnElement[bool]] = [ENTRY.c.month.between(from_month, to_month)]
    if account_id is not None:
        where.append(PROJECT.c.account_id == account_id)
    over = over_cap_of(session, account_id)
    over_of: dict[tuple[int | None, int], int] = defaultdict(int)
    for entry_id, place in _places(session, list(over)).items():
        over_of[place] += over[entry_id]
    lines: dict[tuple[int | None, int], Line] = {}
    for row in session.connection().execute(_by_month(where)):
        key = (row.account_id, row.month)
        is_time = row.is_billable and not row.is_covered
        _add(lines, key, row, over_of[key] if is_time else 0)
    return tuple(
        sorted(lines.values(), key=lambda line: (-line.month, line.account_id is None, line.account))
    )


def conservation_rows(
    session: Session, actor: Actor, *, account_id: int | None, month: int, bucket: Bucket
) -> tuple[Row, ...]:
    """The entries behind a figure, by day; `account_id` None is the firm's own work."""
    require(actor, "reports.firm")
    of_account = PROJECT.c.account_id.is_(None) if account_id is None else PROJECT.c.account_id == account_id
    over = over_cap_of(session, account_id) if account_id is not None else {}
    found = []
    for row in session.connection().execute(worked_entries([of_account, ENTRY.c.month == month])):
        seconds = buckets(_worked(row, over.get(row.id, 0)))[bucket]
        if seconds:
            found.append((row, seconds))
    invoices = _invoices(session, [row.id for row, _ in found], bucket)
    return tuple(_row(row, seconds, invoices.get(row.id)) for row, seconds in found)


def _billed() -> Any:
    """By entry: the seconds of it on drafts, and on invoices that are issued."""
    seconds = BILLED_TIME.c.seconds
    is_draft, is_issued = INVOICE.c.status == "draft", INVOICE.c.status.in_(ISSUED)
    is_credited = BILLED_TIME.c.credit_line_id.is_not(None)
    return (
        select(
            BILLED_TIME.c.entry_id,
            func.sum(case((is_draft, seconds), else_=0)).label("drafted"),
            func.sum(case((and_(is_issued, ~is_credited), seconds), else_=0)).label("invoiced"),
            func.sum(case((and_(is_issued, is_credited), seconds), else_=0)).label("written_off"),
        )
        .join(INVOICE_LINE, INVOICE_LINE.c.id == BILLED_TIME.c.line_id)
        .join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
        .where(BILLED_TIME.c.released_at.is_(None))
        .group_by(BILLED_TIME.c.entry_id)
        .subquery()
    )


def _drawn() -> Any:
    """By entry: the seconds of it from a retainer's lots, and those beyond them at no cost."""
    kind, seconds = DRAW.c.outcome, DRAW.c.seconds
    return (
        select(
            DRAW.c.entry_id,
            func.sum(case((kind == "drawn", seconds), else_=0)).label("drawn"),
            func.sum(case((kind == "absorbed", seconds), else_=0)).label("absorbed"),
        )
        .group_by(DRAW.c.entry_id)
        .subquery()
    )


def worked_entries(where: list[ColumnElement[bool]]) -> Select[Any]:
    """Entries with what is drafted, invoiced, written off and drawn of each, in their order."""
    billed, drawn = _billed(), _drawn()
    return (
        select(
            ENTRY.c.id,
            ENTRY.c.person_id,
            _PERSON.c.name.label("person"),
            ENTRY.c.work_date,
            ENTRY.c.week,
            ENTRY.c.month,
            ENTRY.c.seconds,
            ENTRY.c.is_billable,
            ENTRY.c.status,
            ENTRY.c.note,
            PROJECT.c.account_id,
            PROJECT.c.name.label("project"),
            TASK.c.name.label("task"),
            SOW_LINE.c.model.in_(COVERED).label("is_covered"),
            func.coalesce(billed.c.drafted, 0).label("drafted"),
            func.coalesce(billed.c.invoiced, 0).label("invoiced"),
            func.coalesce(billed.c.written_off, 0).label("written_off"),
            func.coalesce(drawn.c.drawn, 0).label("drawn"),
            func.coalesce(drawn.c.absorbed, 0).label("absorbed"),
        )
        .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .join(_PERSON, _PERSON.c.id == ENTRY.c.person_id)
        .outerjoin(SOW_LINE, SOW_LINE.c.id == TASK.c.sow_line_id)
        .outerjoin(billed, billed.c.entry_id == ENTRY.c.id)
        .outerjoin(drawn, drawn.c.entry_id == ENTRY.c.id)
        .where(*where)
        .order_by(ENTRY.c.work_date, ENTRY.c.id)
    )


def _by_month(where: list[ColumnElement[bool]]) -> Select[Any]:
    """Sums of entries that are alike, and what of them does not add up."""
    each = worked_entries(where).order_by(None).subquery()
    gone = each.c.invoiced + each.c.written_off
    billed = each.c.drafted + gone + each.c.drawn + each.c.absorbed
    twice = case((billed > each.c.seconds, billed - each.c.seconds), else_=0)
    lost = and_(each.c.status == "invoiced", gone < each.c.seconds)
    covered = func.coalesce(each.c.is_covered, False).label("is_covered")
    return (
        select(
            each.c.account_id,
            _ACCOUNT.c.name.label("account"),
            each.c.month,
            each.c.is_billable,
            covered,
            func.sum(each.c.seconds).label("seconds"),
            func.sum(each.c.drafted).label("drafted"),
            func.sum(each.c.invoiced).label("invoiced"),
            func.sum(each.c.written_off).label("written_off"),
            func.sum(each.c.drawn).label("drawn"),
            func.sum(each.c.absorbed).label("absorbed"),
            func.sum(twice + case((lost, each.c.seconds - gone), else_=0)).label("off"),
        )
        .outerjoin(_ACCOUNT, _ACCOUNT.c.id == each.c.account_id)
        .group_by(each.c.account_id, _ACCOUNT.c.name, each.c.month, each.c.is_billable, covered)
    )


def _add(lines: dict[tuple[int | None, int], Line], key: tuple[int | None, int], row: Any, over: int) -> None:
    before = lines.get(key)
    seconds, off = int(row.seconds), int(row.off)
    worked = _worked(row, over)
    try:
        parts = buckets(worked)
    except ValueError:
        parts = dict.fromkeys(Bucket, 0)
        off = off or seconds
    if before is not None:
        parts = {bucket: parts[bucket] + before.buckets[bucket] for bucket in Bucket}
        seconds, off = seconds + before.logged, off + before.off
    lines[key] = Line(key[0], row.account or "", key[1], seconds, parts, off)


def _worked(row: Any, over: int) -> Worked:
    billed = (int(row.drafted), int(row.invoiced), over, int(row.written_off))
    held = (int(row.drawn), int(row.absorbed))
    return Worked(int(row.seconds), row.is_billable, bool(row.is_covered), *billed, *held)


def over_cap_of(session: Session, account_id: int | None) -> dict[int, int]:
    """Approved seconds by entry that a cap keeps from being billed, as a draft of today would leave them."""
    accounts = select(PROJECT.c.account_id).where(PROJECT.c.account_id.is_not(None)).distinct()
    capped = (
        accounts.join(TASK, TASK.c.project_id == PROJECT.c.id)
        .join(SOW_LINE, SOW_LINE.c.id == TASK.c.sow_line_id)
        .where(SOW_LINE.c.cap_minor.is_not(None))
    )
    if account_id is not None:
        capped = capped.where(PROJECT.c.account_id == account_id)
    over: dict[int, int] = defaultdict(int)
    for found in session.connection().execute(capped).scalars().all():
        work = open_work(session, found, ALWAYS, include=("time",))
        for entries in work.time.values():
            for entry_id, _, seconds in plan_time_lines(entries, work.terms, "none").over_cap:
                over[entry_id] += seconds
    return over


def _places(session: Session, entry_ids: list[int]) -> dict[int, tuple[int | None, int]]:
    """The client and month of entries."""
    statement = (
        select(ENTRY.c.id, PROJECT.c.account_id, ENTRY.c.month)
        .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .where(among(session, ENTRY.c.id, entry_ids))
    )
    return {row.id: (row.account_id, row.month) for row in session.connection().execute(statement)}


def _invoices(session: Session, entry_ids: list[int], bucket: Bucket) -> dict[int, tuple[int, str]]:
    """Where the billed part of each entry stands: the invoice's id and what to call it."""
    is_credited = BILLED_TIME.c.credit_line_id.is_not(None)
    on_issued = (INVOICE.c.status.in_(ISSUED), is_credited if bucket == Bucket.written_off else ~is_credited)
    where = {
        Bucket.drafted: (INVOICE.c.status == "draft",),
        Bucket.invoiced: on_issued,
        Bucket.written_off: on_issued,
    }.get(bucket)
    if where is None or not entry_ids:
        return {}
    statement = (
        select(BILLED_TIME.c.entry_id, INVOICE.c.id, INVOICE.c.number)
        .join(INVOICE_LINE, INVOICE_LINE.c.id == BILLED_TIME.c.line_id)
        .join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
        .where(BILLED_TIME.c.released_at.is_(None), *where)
        .where(among(session, BILLED_TIME.c.entry_id, entry_ids))
    )
    return {
        entry_id: (invoice_id, number or f"draft {invoice_id}")
        for entry_id, invoice_id, number in session.connection().execute(statement)
    }


def _row(row: Any, seconds: int, invoice: tuple[int, str] | None) -> Row:
    invoice_id, number = invoice or (None, "")
    return Row(
        row.id,
        row.person_id,
        row.person,
        row.work_date,
        row.week,
        row.project,
        row.task,
        row.note,
        row.status,
        seconds,
        invoice_id,
        number,
    )
