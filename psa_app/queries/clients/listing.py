"""The list of clients: searched, filtered, sorted and paged by the database."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from psa_app.access import Actor, may, require, visible
from psa_app.models import Account, Allocation, Contact, Invoice, Person, Project

PAGE = 25


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One client. `owed` is what is open in `currency` (minor units), None for who may not see invoices."""

    id: int
    name: str
    city: str
    country: str
    kind: str
    tier: str
    owner: str
    currency: str
    contact: str
    projects: int
    owed: int | None
    is_archived: bool


@dataclass(frozen=True, slots=True)
class ClientPage:
    """Rows of one page and how many there are in all."""

    rows: tuple[ClientRow, ...]
    total: int
    page: int
    pages: int


def client_page(
    session: Session,
    actor: Actor,
    *,
    search: str = "",
    kind: str = "",
    tier: str = "",
    owner_id: int | None = None,
    archived: bool = False,
    sort: str = "name",
    descending: bool = False,
    page: int = 1,
) -> ClientPage:
    """One page of 25 clients. An unknown sort is by name."""
    require(actor, "accounts.read")
    where = [*_where(actor, search, kind, archived), *_narrowed(tier, owner_id)]
    connection = session.connection()
    total = int(
        connection.execute(select_columns(func.count()).select_from(Account).where(*where)).scalar_one()
    )
    pages = max(1, -(-total // PAGE))
    page = max(1, min(page, pages))
    owed = _owed() if may(actor, "invoices.read") else None
    key = _keys(owed).get(sort, func.lower(Account.name))
    found = connection.execute(
        select_columns(*_columns(owed))
        .where(*where)
        .order_by(key.desc() if descending else key, col(Account.id))
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    rows = tuple(
        ClientRow(
            row.id,
            row.name,
            row.city,
            row.country,
            row.kind,
            row.tier,
            row.owner or "",
            row.currency,
            row.contact or "",
            row.projects,
            int(row.owed) if owed is not None else None,
            row.is_archived,
        )
        for row in found
    )
    return ClientPage(rows, total, page, pages)


def _columns(owed: Any) -> list[Any]:
    columns: list[Any] = [
        Account.id,
        Account.name,
        Account.city,
        Account.country,
        Account.kind,
        Account.tier,
        _owner().label("owner"),
        Account.currency,
        _contact().label("contact"),
        _projects().label("projects"),
        Account.is_archived,
    ]
    return columns if owed is None else [*columns, owed.label("owed")]


def _keys(owed: Any) -> dict[str, Any]:
    """By what the list can be sorted; clients without a tier or an owner come last."""
    keys: dict[str, Any] = {
        "name": func.lower(Account.name),
        "city": func.lower(Account.city),
        "kind": Account.kind,
        "tier": func.coalesce(func.nullif(Account.tier, ""), "z"),
        "owner": func.coalesce(func.lower(_owner()), "zzzz"),
        "currency": Account.currency,
        "projects": _projects(),
    }
    return keys if owed is None else keys | {"owed": owed}


def _where(actor: Actor, search: str, kind: str, archived: bool) -> list[ColumnElement[bool]]:
    where = [visible(actor, Account), col(Account.is_archived).is_(archived)]
    fields = (Account.name, Account.legal_name, Account.city, Account.email)
    where += [
        or_(*(col(field).icontains(word, autoescape=True) for field in fields)) for word in search.split()[:6]
    ]
    if kind:
        where.append(col(Account.kind) == kind)
    return where


def _narrowed(tier: str, owner_id: int | None) -> list[ColumnElement[bool]]:
    of_tier = [col(Account.tier) == tier] if tier else []
    return of_tier if owner_id is None else [*of_tier, col(Account.owner_id) == owner_id]


def _owner() -> Any:
    return (
        select_columns(col(Person.name))
        .where(col(Person.id) == col(Account.owner_id))
        .correlate(Account)
        .scalar_subquery()
    )


def _contact() -> Any:
    return (
        select_columns(func.min(Contact.name))
        .where(col(Contact.account_id) == col(Account.id), ~col(Contact.is_archived))
        .correlate(Account)
        .scalar_subquery()
    )


def _projects() -> Any:
    return (
        select_columns(func.count())
        .select_from(Project)
        .where(col(Project.account_id) == col(Account.id), col(Project.status) == "active")
        .correlate(Account)
        .scalar_subquery()
    )


def _owed() -> Any:
    """Issued and unpaid, in the client's own currency."""
    paid = (
        select_columns(func.coalesce(func.sum(Allocation.amount_minor), 0))
        .join(Invoice, col(Invoice.id) == col(Allocation.invoice_id))
        .where(
            col(Invoice.account_id) == col(Account.id),
            col(Invoice.status) == "issued",
            col(Invoice.currency) == col(Account.currency),
        )
        .correlate(Account)
        .scalar_subquery()
    )
    issued = (
        select_columns(func.coalesce(func.sum(Invoice.total_minor), 0))
        .where(
            col(Invoice.account_id) == col(Account.id),
            col(Invoice.kind) == "invoice",
            col(Invoice.status) == "issued",
            col(Invoice.currency) == col(Account.currency),
        )
        .correlate(Account)
        .scalar_subquery()
    )
    return issued - paid
