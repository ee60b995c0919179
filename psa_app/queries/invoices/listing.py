"""The list of invoices: searched, filtered and paged by the database, with what is open on each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlmodel import Session, col
from sqlmodel import select as select_models

from psa_app import clock
from psa_app.access import Actor, require, visible
from psa_app.errors import Invalid
from psa_app.models import Account, Allocation, Dispute, Firm, Invoice, Refund
from psa_app.queries.exports import MAX_ROWS, ExportTable
from psa_app.queries.filtering import plain_text
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.rules.money import plain

PAGE = 25
VIEWS = ("all", "draft", "open", "overdue", "paid", "credit", "void", "other")


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice; amounts in minor units of `currency`, `open` is what is still to be paid.

    `credited` is what credit notes took off it, `mark` is "disputed", "refunded" or "".
    The `total` of a credit note is below zero.
    """

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
    kind: str = "invoice"
    credited: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Rows of a page, how many there are, and by currency the sums of all of them.

    `is_test` tells which money the firm takes now; the view "other" holds invoices of the other kind.
    """

    rows: tuple[InvoiceRow, ...]
    total: int
    page: int
    pages: int
    totals: dict[str, int]
    open: dict[str, int]
    counts: dict[str, int]
    is_test: bool


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
    """One page of 25 invoices, drafts first, then the latest; `sort` as "due_on" or "-total".

    Test invoices and real ones never stand in one list.
    """
    is_test = takes_test_money(session.exec(select_models(Firm)).one())
    where = _where(actor, search, client_id)
    chosen = [*where, _view(view, today, is_test)]
    connection = session.connection()
    total = int(
        connection.execute(
            select(func.count()).select_from(Invoice).join(Account, _of_account()).where(*chosen)
        ).scalar_one()
    )
    pages = max(1, -(-total // PAGE))
    page = max(1, min(page, pages))
    found = _rows(session, chosen, sort, PAGE, (page - 1) * PAGE)
    totals, open_ = _sums(connection, chosen)
    counts = _counts(connection, where, today, is_test)
    return InvoicePage(found, total, page, pages, totals, open_, counts, is_test)


def invoice_table(session: Session, actor: Actor, asked: Mapping[str, str]) -> ExportTable:
    """The same list as it goes into a file: all rows of what the page's address `asked` for.

    Raises `Invalid` beyond 100,000 rows.
    """
    firm = session.exec(select_models(Firm)).one()
    client = asked.get("client", "")
    client_id = int(client) if client.isascii() and client.isdecimal() and len(client) < 10 else None
    view = _view(asked.get("view", ""), clock.today(firm.time_zone), takes_test_money(firm))
    where = [*_where(actor, plain_text(asked.get("q", ""), "q"), client_id), view]
    found = _rows(session, where, asked.get("sort", ""), MAX_ROWS + 1)
    if len(found) > MAX_ROWS:
        raise Invalid(f"A file holds {MAX_ROWS:,} rows. Narrow the list by a filter.", "q")
    headers = ["Id", "Number", "Client", "Client id", "Issued", "Due", "Currency", "Total", "Open", "State"]
    rows: list[list[Any]] = [
        [
            one.id,
            one.number,
            one.client,
            one.client_id,
            one.issued_on,
            one.due_on,
            one.currency,
            Decimal(plain(one.total, one.currency)),
            Decimal(plain(one.open, one.currency)),
            _word(one),
        ]
        for one in found
    ]
    return ExportTable(headers, rows)


def _word(one: InvoiceRow) -> str:
    if one.kind == "credit_note":
        return "credit note"
    if one.status == "issued" and one.mark == "disputed":
        return "disputed"
    if one.status == "issued" and one.open <= 0:
        return "credited" if 0 < one.total <= one.credited else "paid"
    return one.status


def _where(actor: Actor, search: str, client_id: int | None) -> list[ColumnElement[bool]]:
    require(actor, "invoices.read")
    of_client = [] if client_id is None else [col(Invoice.account_id) == client_id]
    return [visible(actor, Invoice), *_search(search), *of_client]


def _rows(
    session: Session, where: list[ColumnElement[bool]], sort: str, limit: int, offset: int = 0
) -> tuple[InvoiceRow, ...]:
    rows = session.connection().execute(
        select(*_columns())
        .join(Account, _of_account())
        .where(*where)
        .order_by(*_order(sort))
        .limit(limit)
        .offset(offset)
    )
    numbers = ("total", "open", "credited")
    return tuple(
        InvoiceRow(**{**row._asdict(), **{name: int(getattr(row, name)) for name in numbers}}) for row in rows
    )


def _columns() -> list[Any]:
    return [
        col(Invoice.id),
        col(Invoice.number),
        col(Invoice.account_id).label("client_id"),
        col(Account.name).label("client"),
        col(Invoice.status),
        col(Invoice.currency),
        signed(col(Invoice.total_minor)).label("total"),
        _rest().label("open"),
        col(Invoice.issued_on),
        col(Invoice.due_on),
        col(Invoice.is_sandbox),
        col(Invoice.kind),
        credited_on_invoice().label("credited"),
        mark_on_invoice().label("mark"),
    ]


def signed(amount: Any) -> Any:
    """An amount of an invoice as it stands in a sum: a credit note takes away."""
    return case((col(Invoice.kind) == "credit_note", -amount), else_=amount)


def credited_on_invoice() -> Any:
    """What credit notes took off an invoice, as a scalar subquery in its minor units."""
    return (
        select(func.coalesce(func.sum(Allocation.amount_minor), 0))
        .where(col(Allocation.invoice_id) == col(Invoice.id), col(Allocation.credit_id).is_not(None))
        .correlate(Invoice)
        .scalar_subquery()
    )


def mark_on_invoice() -> Any:
    """ "disputed" while a payer's bank asks money back, "refunded" once some was given back, else ""."""
    disputed = exists().where(col(Dispute.invoice_id) == col(Invoice.id), col(Dispute.closed_at).is_(None))
    back = col(Refund.status).in_(("pending", "succeeded"))
    refunded = exists().where(col(Refund.invoice_id) == col(Invoice.id), back)
    return case(
        (disputed.correlate(Invoice), "disputed"), (refunded.correlate(Invoice), "refunded"), else_=""
    )


def paid_on_invoice() -> Any:
    """What payments and credit notes settle of an invoice, as a scalar subquery in its minor units."""
    return (
        select(func.coalesce(func.sum(Allocation.amount_minor), 0))
        .where(col(Allocation.invoice_id) == col(Invoice.id))
        .correlate(Invoice)
        .scalar_subquery()
    )


def _rest() -> Any:
    """What is open: only an issued invoice owes anything."""
    return case((owes(), col(Invoice.total_minor) - paid_on_invoice()), else_=0)


def owes() -> ColumnElement[bool]:
    """An issued invoice; a credit note owes nothing."""
    return and_(col(Invoice.status) == "issued", col(Invoice.kind) == "invoice")


def _of_account() -> ColumnElement[bool]:
    return col(Account.id) == col(Invoice.account_id)


def _search(text: str) -> list[ColumnElement[bool]]:
    fields = (Invoice.number, Invoice.purchase_order, Account.name)
    return [
        or_(*(col(field).icontains(word, autoescape=True) for field in fields)) for word in text.split()[:6]
    ]


def _view(view: str, today: date, is_test: bool) -> ColumnElement[bool]:
    if view == "other":
        return col(Invoice.is_sandbox).is_(not is_test)
    return and_(col(Invoice.is_sandbox).is_(is_test), _state(view, today))


def _state(view: str, today: date) -> ColumnElement[bool]:
    is_open = and_(owes(), _rest() > 0)
    clauses: dict[str, ColumnElement[bool]] = {
        "draft": col(Invoice.status) == "draft",
        "open": is_open,
        "overdue": and_(is_open, col(Invoice.due_on) < today),
        "paid": and_(owes(), _rest() <= 0),
        "credit": col(Invoice.kind) == "credit_note",
        "void": col(Invoice.status).in_(("void", "written_off")),
    }
    return clauses.get(view, col(Invoice.id).is_not(None))


def _order(sort: str) -> list[Any]:
    keys: dict[str, Any] = {
        "number": Invoice.number,
        "client": func.lower(Account.name),
        "issued_on": Invoice.issued_on,
        "due_on": Invoice.due_on,
        "total": signed(col(Invoice.total_minor)),
        "open": _rest(),
    }
    key = keys.get(sort.removeprefix("-"))
    if key is None:
        return [case((col(Invoice.status) == "draft", 0), else_=1), col(Invoice.id).desc()]
    return [key.desc() if sort.startswith("-") else key.asc(), col(Invoice.id).desc()]


def _sums(connection: Any, where: list[ColumnElement[bool]]) -> tuple[dict[str, int], dict[str, int]]:
    """What invoices are for, less credits, and what of it is open, by currency; a void one is for nothing."""
    counted = case((col(Invoice.status) != "void", signed(col(Invoice.total_minor))), else_=0)
    rows = connection.execute(
        select(col(Invoice.currency), func.sum(counted), func.sum(_rest()))
        .join(Account, _of_account())
        .where(*where)
        .group_by(col(Invoice.currency))
        .order_by(col(Invoice.currency))
    ).all()
    totals = {currency: int(total) for currency, total, _ in rows if total}
    return totals, {currency: int(rest) for currency, _, rest in rows if rest}


def _counts(connection: Any, where: list[ColumnElement[bool]], today: date, is_test: bool) -> dict[str, int]:
    columns = [func.sum(case((_view(view, today, is_test), 1), else_=0)) for view in VIEWS]
    row = connection.execute(
        select(*columns).select_from(Invoice).join(Account, _of_account()).where(*where)
    ).one()
    return {view: int(count or 0) for view, count in zip(VIEWS, row, strict=True)}
