"""Time entries, page by page: as quick on the last page of 250,000 as on the first."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session

from psa_app.access import Actor, may, require, visible
from psa_app.db import among_ids, as_ids
from psa_app.errors import Invalid
from psa_app.models import TimeEntry
from psa_app.prepared import Prepared
from psa_app.queries.time.tables import ACCOUNT, ENTRY, LINE, MODIFIER, PERSON, PROJECT, TASK
from psa_app.queries.time.with_client import IS_WAITING, waiting_entries

PAGE = 80
MOST = 200
STATUSES = ("draft", "submitted", "approved", "with_client", "invoiced")


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What to keep; None and "" keep everything. Days are inclusive."""

    person_id: int | None = None
    project_id: int | None = None
    account_id: int | None = None
    status: str = ""
    first: date | None = None
    last: date | None = None
    is_billable: bool | None = None
    unpriced: bool = False
    is_out: bool = False  # of scope


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry with names; `rate` (minor units an hour) is None without a price or the right to see it."""

    id: int
    day: date
    person_id: int
    task_id: int
    person: str
    project: str
    client: str
    task: str
    note: str
    seconds: int
    status: str
    is_billable: bool
    rate: int | None
    currency: str
    version: int
    is_out: bool  # of scope
    modifier_id: int | None = None
    modifier: str = ""  # its name
    with_client: bool = False  # approved by its lead, and not yet by the client


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Rows in order; `next_cursor` continues after the last one."""

    rows: tuple[EntryRow, ...]
    next_cursor: str | None


def entry_page(
    session: Session,
    actor: Actor,
    keep: EntryFilter,
    *,
    oldest_first: bool = False,
    cursor: str | None = None,
    limit: int = PAGE,
) -> EntryPage:
    """A page of entries by day (the newest first), within what the actor may see.

    Raises `Invalid` for a state that is none and for a cursor that is not ours.
    """
    require(actor, "time.read")
    limit = max(1, min(limit, MOST))
    where = [visible(actor, TimeEntry), *_kept(keep)]
    if cursor:
        where.append(_after(_decode(cursor), oldest_first))
    ids = _ids(session, where, oldest_first, limit + 1)
    shown = ids[:limit]
    by_id = {row.id: row for row in _ROWS.all(session, {"ids": as_ids(session, shown)})}
    shows_money = may(actor, "rates.read")
    rows = tuple(_row(by_id[one], shows_money) for one in shown)
    return EntryPage(rows, _encode(by_id[shown[-1]]) if len(ids) > limit else None)


def _kept(keep: EntryFilter) -> list[ColumnElement[bool]]:
    if keep.status and keep.status not in STATUSES:
        raise Invalid("Choose a state from the list.", "status")
    column, clauses = ENTRY.c, []
    for found, value in (
        (column.person_id, keep.person_id),
        (column.project_id, keep.project_id),
        (column.status, "approved" if keep.status == "with_client" else keep.status or None),
        (column.is_billable, keep.is_billable),
    ):
        if value is not None:
            clauses.append(found == value)
    if keep.account_id is not None:
        of_account = select(PROJECT.c.id).where(PROJECT.c.account_id == keep.account_id)
        clauses.append(column.project_id.in_(of_account))
    if keep.first is not None:
        clauses.append(column.work_date >= keep.first)
    if keep.last is not None:
        clauses.append(column.work_date <= keep.last)
    if keep.status == "with_client":
        clauses.append(column.id.in_(waiting_entries(column.id)))
    if keep.is_out:
        clauses.append(column.out_of_scope)
    if keep.unpriced:
        clauses += [column.is_billable, column.bill_rate_minor.is_(None)]
    return clauses


def _ids(session: Session, where: list[ColumnElement[bool]], oldest_first: bool, limit: int) -> Sequence[int]:
    """The entries of one page in their order, from indexes alone where they cover what is asked."""
    order = (ENTRY.c.work_date, ENTRY.c.id)
    statement = select(ENTRY.c.id).where(*where).limit(limit)
    directed = order if oldest_first else tuple(column.desc() for column in order)
    found: Sequence[int] = session.connection().execute(statement.order_by(*directed)).scalars().all()
    return found


_ROWS = Prepared(
    lambda sqlite: (
        select(
            ENTRY.c.id,
            ENTRY.c.work_date,
            ENTRY.c.person_id,
            ENTRY.c.project_id,
            ENTRY.c.task_id,
            ENTRY.c.note,
            ENTRY.c.seconds,
            ENTRY.c.status,
            ENTRY.c.is_billable,
            ENTRY.c.bill_rate_minor,
            ENTRY.c.bill_currency,
            ENTRY.c.version,
            ENTRY.c.out_of_scope,
            ENTRY.c.modifier_id,
            MODIFIER.c.name.label("modifier"),
            PERSON.c.name.label("person"),
            PROJECT.c.name.label("project"),
            ACCOUNT.c.name.label("client"),
            TASK.c.name.label("task"),
            IS_WAITING.label("with_client"),
        )
        .select_from(ENTRY)
        .join(PERSON, PERSON.c.id == ENTRY.c.person_id)
        .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .outerjoin(LINE, LINE.c.id == TASK.c.sow_line_id)
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .outerjoin(MODIFIER, MODIFIER.c.id == ENTRY.c.modifier_id)
        .where(among_ids(ENTRY.c.id, "ids", sqlite=sqlite))
    )
)


def _row(row: Any, shows_money: bool) -> EntryRow:
    return EntryRow(
        row.id,
        row.work_date,
        row.person_id,
        row.task_id,
        row.person,
        row.project,
        row.client or "",
        row.task,
        row.note,
        row.seconds,
        row.status,
        row.is_billable,
        row.bill_rate_minor if shows_money else None,
        row.bill_currency if shows_money else "",
        row.version,
        row.out_of_scope,
        row.modifier_id,
        row.modifier or "",
        bool(row.with_client),
    )


def _after(mark: tuple[date, int], oldest_first: bool) -> ColumnElement[bool]:
    day, entry_id = mark
    # The second half says it all; the first lets the index begin there.
    if oldest_first:
        return and_(ENTRY.c.work_date >= day, or_(ENTRY.c.work_date > day, ENTRY.c.id > entry_id))
    return and_(ENTRY.c.work_date <= day, or_(ENTRY.c.work_date < day, ENTRY.c.id < entry_id))


def _encode(row: Any) -> str:
    return (
        base64.urlsafe_b64encode(json.dumps([row.work_date.isoformat(), row.id]).encode())
        .decode()
        .rstrip("=")
    )


def _decode(cursor: str) -> tuple[date, int]:
    try:
        day, entry_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(entry_id, int):
            raise ValueError
        return date.fromisoformat(day), entry_id
    except (ValueError, TypeError, binascii.Error):
        raise Invalid("This place in the list is not known. Start again from the top.", "cursor") from None
