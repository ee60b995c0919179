"""The list of scopes: searched, filtered, sorted and paged by the database."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from psa_app.access import Actor, require, visible
from psa_app.models import Account, Project, Sow
from psa_app.queries.contracts.worth import ENDLESS, WORTH

PAGE = 25
OPEN = ("draft", "sent", "declined")


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """One scope. `value` is what it is worth today, minor units; `has_end` false: a line has no cap or
    no last period."""

    id: int
    number: str
    title: str
    account_id: int
    account: str
    status: str
    currency: str
    value: int
    has_end: bool
    starts_on: date
    ends_on: date | None
    valid_until: date | None
    project_id: int | None


@dataclass(frozen=True, slots=True)
class ScopePage:
    """Rows of one page, how many there are in all, and how many by state."""

    rows: tuple[ScopeRow, ...]
    total: int
    page: int
    pages: int
    by_status: dict[str, int]


def scope_page(
    session: Session,
    actor: Actor,
    *,
    search: str = "",
    status: str = "",
    account_id: int | None = None,
    sort: str = "-number",
    page: int = 1,
    limit: int = PAGE,
) -> ScopePage:
    """One page of scopes; `sort` is number, title, client, value, starts, state, with "-" for descending."""
    require(actor, "sows.read")
    connection = session.connection()
    where = _where(actor, search, account_id)
    states = (
        select_columns(col(Sow.status), func.count()).join(Account).where(*where).group_by(col(Sow.status))
    )
    by_status = {name: int(count) for name, count in connection.execute(states)}
    if status:
        where.append(col(Sow.status) == status)
    total = by_status.get(status, 0) if status else sum(by_status.values())
    pages = max(1, -(-total // limit))
    page = max(1, min(page, pages))
    found = connection.execute(_rows(where, sort).limit(limit).offset((page - 1) * limit))
    return ScopePage(tuple(_row(row) for row in found), total, page, pages, by_status)


def _where(actor: Actor, search: str, account_id: int | None) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [visible(actor, Sow), col(Account.id) == col(Sow.account_id)]
    if account_id is not None:
        where.append(col(Sow.account_id) == account_id)
    fields = (Sow.number, Sow.title, Account.name)
    where += [
        or_(*(col(field).icontains(word, autoescape=True) for field in fields)) for word in search.split()[:6]
    ]
    return where


_PROJECT = select_columns(func.min(Project.id)).where(col(Project.sow_id) == col(Sow.id)).scalar_subquery()
_KEYS: dict[str, Any] = {
    "number": col(Sow.id),
    "title": func.lower(Sow.title),
    "client": func.lower(Account.name),
    "value": WORTH,
    "starts": col(Sow.starts_on),
    "state": col(Sow.status),
}


_COLUMNS: tuple[Any, ...] = (
    Sow.id,
    Sow.number,
    Sow.title,
    Sow.account_id,
    col(Account.name).label("account"),
    Sow.status,
    Sow.currency,
    WORTH.label("value"),
    ENDLESS.label("endless"),
    Sow.starts_on,
    Sow.ends_on,
    Sow.valid_until,
    _PROJECT.label("project_id"),
)


def _rows(where: list[ColumnElement[bool]], sort: str) -> Any:
    key = _KEYS.get(sort.removeprefix("-"), _KEYS["number"])
    order = key.desc() if sort.startswith("-") else key
    return (
        select_columns(*_COLUMNS)
        .join(Account, col(Account.id) == col(Sow.account_id))
        .where(*where)
        .order_by(order, col(Sow.id).desc())
    )


def _row(row: Any) -> ScopeRow:
    return ScopeRow(
        row.id,
        row.number,
        row.title,
        row.account_id,
        row.account,
        row.status,
        row.currency,
        int(row.value),
        not row.endless,
        row.starts_on,
        row.ends_on,
        row.valid_until,
        row.project_id,
    )
