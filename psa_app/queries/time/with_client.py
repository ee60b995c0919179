"""Time that its lead has approved and that waits for the client's own approval."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, select
from sqlmodel import Session

from psa_app.queries.time.tables import ACCOUNT, ASKED, ENTRY, LINE, PROJECT, TASK
from psa_app.rules import money

WAITS = and_(
    ENTRY.c.status == "approved",
    ENTRY.c.is_billable,
    ~ENTRY.c.out_of_scope,
    ENTRY.c.client_approved_at.is_(None),
    LINE.c.approval == "client",
)
IS_WAITING = func.coalesce(WAITS, false())
IS_ASKED: ColumnElement[bool] = exists(
    select(ASKED.c.id).where(ASKED.c.entry_id == ENTRY.c.id, ASKED.c.status == "open")
)


@dataclass(frozen=True, slots=True)
class WithClient:
    """What waits of one client, or one project of it, in one currency: `worth` in minor units before
    rounding, `asked` of the `entries` lie before the client."""

    account_id: int
    account: str
    project_id: int
    project: str
    seconds: int
    entries: int
    asked: int
    worth: int
    currency: str
    since: date


def waiting_entries(*columns: Any) -> Select[Any]:
    """These columns of the entries that wait, with their task, scope line and project."""
    return (
        select(*columns)
        .select_from(ENTRY)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .join(LINE, LINE.c.id == TASK.c.sow_line_id)
        .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .where(WAITS)
    )


def with_client(session: Session, *where: ColumnElement[bool]) -> list[WithClient]:
    """What waits, by project and currency."""
    keys = (
        ACCOUNT.c.id.label("account_id"),
        ACCOUNT.c.name.label("account"),
        PROJECT.c.id.label("project_id"),
        PROJECT.c.name.label("project"),
        ENTRY.c.bill_currency.label("currency"),
        ENTRY.c.bill_rate_minor.label("rate"),
        IS_ASKED.label("is_asked"),
    )
    rows = (
        waiting_entries(
            *keys,
            func.sum(ENTRY.c.seconds).label("seconds"),
            func.count().label("entries"),
            func.min(ENTRY.c.work_date).label("since"),
        )
        .join(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .where(*where)
        .group_by(*keys)
        .order_by(ACCOUNT.c.name, PROJECT.c.name)
    )
    found: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for row in session.connection().execute(rows):
        found[row.project_id, row.currency].append(row)
    return [_sum(rows) for rows in found.values()]


def _sum(rows: list[Any]) -> WithClient:
    first = rows[0]
    return WithClient(
        first.account_id,
        first.account,
        first.project_id,
        first.project,
        _total(row.seconds for row in rows),
        _total(row.entries for row in rows),
        _total(row.entries for row in rows if row.is_asked),
        _total(money.divide(int(row.seconds) * (row.rate or 0), 3600) for row in rows),
        first.currency,
        min(row.since for row in rows),
    )


def _total(numbers: Iterable[Any]) -> int:
    return sum(int(one) for one in numbers)
