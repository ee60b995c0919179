"""Time entries, page by page: as quick on the last page of 250,000 as on the first."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, UnaryExpression, and_, bindparam, or_, select
from sqlalchemy.sql.operators import custom_op
from sqlmodel import Session

from psa_app.access import Actor, may, once_alike, require, visible
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
    values, asked = _asked(keep)
    if cursor:
        values["day"], values["after"] = _decode(cursor)
    if oldest_first:
        asked |= {"oldest"}
    found = _page(actor, asked.union(values)).all(session, {**values, "limit": limit + 1})
    shown = [row.id for row in found[:limit]]
    by_id = {row.id: row for row in _ROWS.all(session, {"ids": as_ids(session, shown)})}
    shows_money = may(actor, "rates.read")
    rows = tuple(_row(by_id[one], shows_money) for one in shown)
    return EntryPage(rows, _encode(by_id[shown[-1]]) if len(found) > limit else None)


def _asked(keep: EntryFilter) -> tuple[dict[str, Any], frozenset[str]]:
    """What to keep, as values by name, and as names alone."""
    if keep.status and keep.status not in STATUSES:
        raise Invalid("Choose a state from the list.", "status")
    waits = keep.status == "with_client"
    given = {
        "person": keep.person_id,
        "project": keep.project_id,
        "account": keep.account_id,
        "status": "approved" if waits else keep.status or None,
        "first": keep.first,
        "last": keep.last,
    }
    flags = {
        "waits": waits,
        "billable": keep.is_billable is True,
        "unbillable": keep.is_billable is False,
        "unpriced": keep.unpriced,
        "out": keep.is_out,
    }
    values = {name: value for name, value in given.items() if value is not None}
    return values, frozenset(name for name, is_set in flags.items() if is_set)


@once_alike
def _page(actor: Actor, asked: frozenset[str]) -> Prepared:
    """The entries of one page in their order, from indexes alone where they cover what is asked."""
    return Prepared(lambda sqlite: _page_statement(actor, asked, sqlite))


def _page_statement(actor: Actor, asked: frozenset[str], sqlite: bool) -> Any:
    project, status = ENTRY.c.project_id, ENTRY.c.status
    has_person = "person" in asked or actor.role == "member"
    if sqlite and has_person and len(asked & {"project", "status"}) == 1:
        # SQLite knows no numbers of ours and would look among all time of the project, or in that state.
        project, status = _plain(project), _plain(status)
    column = ENTRY.c
    clauses = {
        "person": column.person_id == bindparam("person"),
        "project": project == bindparam("project"),
        "account": column.project_id.in_(
            select(PROJECT.c.id).where(PROJECT.c.account_id == bindparam("account"))
        ),
        "status": status == bindparam("status"),
        "first": column.work_date >= bindparam("first"),
        "last": column.work_date <= bindparam("last"),
        "waits": column.id.in_(waiting_entries(column.id)),
        "billable": column.is_billable,
        "unbillable": ~column.is_billable,
        "unpriced": and_(column.is_billable, column.bill_rate_minor.is_(None)),
        "out": column.out_of_scope,
        "after": _after("oldest" in asked),
    }
    where = [clause for name, clause in clauses.items() if name in asked]
    order = (column.work_date, column.id)
    directed = order if "oldest" in asked else tuple(one.desc() for one in order)
    statement = select(column.id).where(visible(actor, TimeEntry), *where).order_by(*directed)
    return statement.limit(bindparam("limit", type_=Integer()))


def _plain(column: Any) -> Any:
    """A column that no index is looked up by."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)


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


def _after(oldest_first: bool) -> ColumnElement[bool]:
    day: Any = bindparam("day")
    entry_id: Any = bindparam("after")
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
