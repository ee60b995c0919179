"""The list of invoices: searched, filtered and paged by the database, with what is open on each."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import Session, col

from psa_app.access import Actor, require, visible
from psa_app.models import Account, Allocation, Invoice

PAGE = 25
VIEWS = ("all", "draft", "open", "overdue", "paid", "void")


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice; amounts in minor units of `currency`, `open` is what is still to be paid."""

    id: int
    number: str
    client_id: int
    client: str
    status: str
    currency: str
    total: int
    open: int
    issued_on: date | None
    due_on: date | None
    is_sandbox: bool


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Rows of a page, how many there are, and by currency what is open in all of them."""

    rows: tuple[InvoiceRow, ...]
    total: int
    page: int
    pages: int
    open_by_currency: dict[str, int]
    counts: dict[str, int]


def invoice_page(
    session: Session,
    actor: Actor,
    *,
    today: date,
    view: str = "all",
    search: str = "",
    client_id: int | None = None,
    sort: str = "",
    page: int = 1,
) -> InvoicePage:
    """One page of 25 invoices, drafts first, then the latest; `sort` as "due_on" or "-total"."""
    require(actor, "invoices.read")
    where = [visible(actor, Invoice), *_search(search)]
    if client_id is not None:
        where.append(col(Invoice.account_id) == client_id)
    chosen = [*where, _view(view, today)]
    connection = session.connection()
    total = int(
        connection.execute(
            select(func.count()).select_from(Invoice).join(Account, _of_account()).where(*chosen)
        ).scalar_one()
    )
    pages = max(1, -(-total // PAGE))
    page = max(1, min(page, pages))
    rows = connection.execute(
        select(*_columns())
        .join(Account, _of_account())
        .where(*chosen)
        .order_by(*_order(sort))
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    found = tuple(InvoiceRow(**{**row._asdict(), "open": int(row.open)}) for row in rows)
    return InvoicePage(
        found, total, page, pages, _open_sums(connection, chosen), _counts(connection, where, today)
    )


def _columns() -> list[Any]:
    return [
        col(Invoice.id),
        col(Invoice.number),
        col(Invoice.account_id).label("client_id"),
        col(Account.name).label("client"),
        col(Invoice.status),
        col(Invoice.currency),
        col(Invoice.total_minor).label("total"),
        _rest().label("open"),
        col(Invoice.issued_on),
        col(Invoice.due_on),
        col(Invoice.is_sandbox),
    ]


def paid_on_invoice() -> Any:
    """What is allocated to an invoice, as a scalar subquery in its minor units."""
    return (
        select(func.coalesce(func.sum(Allocation.amount_minor), 0))
        .where(col(Allocation.invoice_id) == col(Invoice.id))
        .correlate(Invoice)
        .scalar_subquery()
    )


def _rest() -> Any:
    """What is open: only an issued invoice owes anything."""
    return case((col(Invoice.status) == "issued", col(Invoice.total_minor) - paid_on_invoice()), else_=0)


def _of_account() -> ColumnElement[bool]:
    return col(Account.id) == col(Invoice.account_id)


def _search(text: str) -> list[ColumnElement[bool]]:
    fields = (Invoice.number, Invoice.purchase_order, Account.name)
    return [
        or_(*(col(field).icontains(word, autoescape=True) for field in fields)) for word in text.split()[:6]
    ]


def _view(view: str, today: date) -> ColumnElement[bool]:
    issued = col(Invoice.status) == "issued"
    is_open = and_(issued, _rest() > 0)
    clauses: dict[str, ColumnElement[bool]] = {
        "draft": col(Invoice.status) == "draft",
        "open": is_open,
        "overdue": and_(is_open, col(Invoice.due_on) < today),
        "paid": and_(issued, _rest() <= 0),
        "void": col(Invoice.status).in_(("void", "written_off")),
    }
    return clauses.get(view, col(Invoice.id).is_not(None))


def _order(sort: str) -> list[Any]:
    keys: dict[str, Any] = {
        "number": Invoice.number,
        "client": func.lower(Account.name),
        "issued_on": Invoice.issued_on,
        "due_on": Invoice.due_on,
        "total": Invoice.total_minor,
        "open": _rest(),
    }
    key = keys.get(sort.removeprefix("-"))
    if key is None:
        return [case((col(Invoice.status) == "draft", 0), else_=1), col(Invoice.id).desc()]
    return [key.desc() if sort.startswith("-") else key.asc(), col(Invoice.id).desc()]


def _open_sums(connection: Any, where: list[ColumnElement[bool]]) -> dict[str, int]:
    rows = connection.execute(
        select(col(Invoice.currency), func.sum(_rest()))
        .join(Account, _of_account())
        .where(*where)
        .group_by(col(Invoice.currency))
    )
    return {currency: int(amount) for currency, amount in rows if amount}


def _counts(connection: Any, where: list[ColumnElement[bool]], today: date) -> dict[str, int]:
    columns = [func.sum(case((_view(view, today), 1), else_=0)) for view in VIEWS]
    row = connection.execute(
        select(*columns).select_from(Invoice).join(Account, _of_account()).where(*where)
    ).one()
    return {view: int(count or 0) for view, count in zip(VIEWS, row, strict=True)}
