"""One client: facts, contacts, scopes, projects, invoices, and what happened."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch, may, require, visible
from psa_app.models import Account, Allocation, Contact, History, Invoice, Project, Sow, TaxRate, User

MOST = 30


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact; `signs_in` tells of a user behind it, `is_invited` of one without a password yet."""

    id: int
    name: str
    email: str
    phone: str
    title: str
    is_approver: bool
    is_billing: bool
    signs_in: bool
    is_invited: bool


@dataclass(frozen=True, slots=True)
class SowRow:
    """A scope of the client."""

    id: int
    number: str
    title: str
    status: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project of the client."""

    id: int
    name: str
    status: str
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice with what is still open, minor units."""

    id: int
    number: str
    status: str
    currency: str
    total: int
    open: int
    issued_on: date | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of history."""

    at: datetime
    actor: str
    kind: str
    record_id: int
    verb: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Client:
    """Everything that the actor may see of a client."""

    account: Account
    tax: str
    contacts: tuple[ContactRow, ...]
    sows: tuple[SowRow, ...]
    projects: tuple[ProjectRow, ...]
    invoices: tuple[InvoiceRow, ...]
    history: tuple[Line, ...]


def one_client(session: Session, actor: Actor, client_id: int) -> Client:
    """The client with its parts; parts that the actor has no right to are empty."""
    require(actor, "accounts.read")
    account = fetch(session, actor, Account, client_id)
    tax = session.get(TaxRate, account.tax_rate_id) if account.tax_rate_id else None
    return Client(
        account,
        tax.name if tax else "",
        _contacts(session, actor, client_id),
        _sows(session, actor, client_id),
        _projects(session, actor, client_id),
        _invoices(session, actor, client_id),
        _history(session, actor, client_id),
    )


def _contacts(session: Session, actor: Actor, client_id: int) -> tuple[ContactRow, ...]:
    if not may(actor, "contacts.read"):
        return ()
    rows = session.exec(
        select(Contact, User)
        .outerjoin(User, and_(col(User.contact_id) == col(Contact.id), col(User.is_active)))
        .where(Contact.account_id == client_id, ~col(Contact.is_archived), visible(actor, Contact))
        .order_by(col(Contact.name))
    ).all()
    return tuple(
        ContactRow(
            int(one.id or 0), one.name, one.email, one.phone, one.title, one.is_approver, one.is_billing,
            user is not None, user is not None and not user.password_hash,
        )
        for one, user in rows
    )  # fmt: skip


def _sows(session: Session, actor: Actor, client_id: int) -> tuple[SowRow, ...]:
    if not may(actor, "sows.read"):
        return ()
    rows = session.exec(
        select(Sow)
        .where(Sow.account_id == client_id, visible(actor, Sow))
        .order_by(col(Sow.id).desc())
        .limit(MOST)
    ).all()
    return tuple(SowRow(int(s.id or 0), s.number, s.title, s.status, s.starts_on, s.ends_on) for s in rows)


def _projects(session: Session, actor: Actor, client_id: int) -> tuple[ProjectRow, ...]:
    rows = session.exec(
        select(Project)
        .where(Project.account_id == client_id, visible(actor, Project))
        .order_by(col(Project.status), col(Project.id).desc())
        .limit(MOST)
    ).all()
    return tuple(ProjectRow(int(p.id or 0), p.name, p.status, p.ends_on) for p in rows)


def _invoices(session: Session, actor: Actor, client_id: int) -> tuple[InvoiceRow, ...]:
    if not may(actor, "invoices.read"):
        return ()
    paid = (
        select(func.coalesce(func.sum(Allocation.amount_minor), 0))
        .where(Allocation.invoice_id == Invoice.id)
        .correlate(Invoice)
        .scalar_subquery()
    )
    rows = session.exec(
        select(Invoice, paid)
        .where(Invoice.account_id == client_id, visible(actor, Invoice))
        .order_by(col(Invoice.id).desc())
        .limit(MOST)
    ).all()
    return tuple(
        InvoiceRow(
            int(i.id or 0), i.number, i.status, i.currency, i.total_minor,
            i.total_minor - int(got) if i.status == "issued" else 0, i.issued_on, i.due_on,
        )
        for i, got in rows
    )  # fmt: skip


def _history(session: Session, actor: Actor, client_id: int) -> tuple[Line, ...]:
    if not may(actor, "history.read"):
        return ()
    about = [and_(col(History.kind) == "account", col(History.record_id) == client_id)]
    parts = [("sow", Sow), ("project", Project), ("contact", Contact)]
    if may(actor, "invoices.read"):
        parts.append(("invoice", Invoice))
    for kind, model in parts:
        ids = select(model.id).where(model.account_id == client_id)  # type: ignore[attr-defined]
        about.append(and_(col(History.kind) == kind, col(History.record_id).in_(ids)))
    rows = session.exec(
        select(History)
        .where(or_(*about), visible(actor, History))
        .order_by(col(History.id).desc())
        .limit(MOST)
    ).all()
    return tuple(Line(r.at, r.actor, r.kind, r.record_id, r.verb, _what(r.after), r.reason) for r in rows)


def _what(after: str) -> str:
    """The name in what was written, if it has one."""
    values = json.loads(after)
    return str(values.get("number") or values.get("title") or values.get("name") or "")
