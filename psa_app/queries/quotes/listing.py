"""The list of quotes: searched, filtered, sorted, added up and paged by the database."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from psa_app.access import Actor, require, visible
from psa_app.models import Account, Quote, QuoteQuestion

PAGE = 25


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """One quote. `net` in minor units; `waiting` is how many questions have no answer yet."""

    id: int
    number: str
    version: int
    title: str
    account_id: int
    account: str
    status: str
    currency: str
    net: int
    valid_until: date | None
    waiting: int


@dataclass(frozen=True, slots=True)
class QuotePage:
    """Rows of one page, how many there are in all and by state, and what they come to by currency;
    versions that were replaced count only where they alone are asked for."""

    rows: tuple[QuoteRow, ...]
    total: int
    page: int
    pages: int
    by_status: dict[str, int]
    sums: tuple[tuple[str, int], ...]


_WAITING = (
    select_columns(func.count())
    .where(col(QuoteQuestion.quote_id) == col(Quote.id), col(QuoteQuestion.answered_at).is_(None))
    .scalar_subquery()
)
_KEYS: dict[str, Any] = {
    "number": col(Quote.id),
    "title": func.lower(Quote.title),
    "client": func.lower(Account.name),
    "net": col(Quote.net_minor),
    "until": col(Quote.valid_until),
    "state": col(Quote.status),
}
SORTS = tuple(_KEYS)


def quote_page(
    session: Session,
    actor: Actor,
    *,
    search: str = "",
    status: str = "",
    account_id: int | None = None,
    sort: str = "-number",
    page: int = 1,
    limit: int = PAGE,
) -> QuotePage:
    """One page of quotes; `sort` is one of `SORTS`, with "-" for descending."""
    require(actor, "accounts.read")
    require(actor, "quotes.read")
    connection = session.connection()
    where = _where(actor, search, account_id)
    states = (
        select_columns(col(Quote.status), func.count())
        .join(Account)
        .where(*where)
        .group_by(col(Quote.status))
    )
    by_status = {name: int(count) for name, count in connection.execute(states)}
    if status:
        where.append(col(Quote.status) == status)
    total = by_status.get(status, 0) if status else sum(by_status.values())
    pages = max(1, -(-total // limit))
    page = max(1, min(page, pages))
    sums = (
        select_columns(col(Quote.currency), func.sum(Quote.net_minor))
        .join(Account)
        .where(*where, *([] if status else [col(Quote.status) != "superseded"]))
        .group_by(col(Quote.currency))
        .order_by(col(Quote.currency))
    )
    found = connection.execute(_rows(where, sort).limit(limit).offset((page - 1) * limit))
    rows = tuple(_row(row) for row in found)
    added = tuple((currency, int(amount)) for currency, amount in connection.execute(sums))
    return QuotePage(rows, total, page, pages, by_status, added)


def _where(actor: Actor, search: str, account_id: int | None) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [visible(actor, Quote), col(Account.id) == col(Quote.account_id)]
    if account_id is not None:
        where.append(col(Quote.account_id) == account_id)
    fields = (Quote.number, Quote.title, Account.name)
    where += [
        or_(*(col(field).icontains(word, autoescape=True) for field in fields)) for word in search.split()[:6]
    ]
    return where


_COLUMNS: tuple[Any, ...] = (
    Quote.id,
    Quote.number,
    Quote.number_of_version,
    Quote.title,
    Quote.account_id,
    col(Account.name).label("account"),
    Quote.status,
    Quote.currency,
    Quote.net_minor,
    Quote.valid_until,
    _WAITING.label("waiting"),
)


def _rows(where: list[ColumnElement[bool]], sort: str) -> Any:
    key = _KEYS.get(sort.removeprefix("-"), _KEYS["number"])
    order = key.desc() if sort.startswith("-") else key
    return (
        select_columns(*_COLUMNS)
        .join(Account, col(Account.id) == col(Quote.account_id))
        .where(*where)
        .order_by(order, col(Quote.id).desc())
    )


def _row(row: Any) -> QuoteRow:
    return QuoteRow(
        row.id,
        row.number,
        row.number_of_version,
        row.title,
        row.account_id,
        row.account,
        row.status,
        row.currency,
        int(row.net_minor),
        row.valid_until,
        int(row.waiting),
    )
