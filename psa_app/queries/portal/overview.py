"""The client's first page: what waits for them, their projects, their documents."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, require, visible
from psa_app.models import (
    Account,
    Allocation,
    ChangeOrder,
    Contact,
    Firm,
    Invoice,
    Milestone,
    Person,
    Project,
    Quote,
    Sow,
    SowLine,
)


@dataclass(frozen=True, slots=True)
class OpenScope:
    """A scope or a change order that waits for an answer; `is_over` when its day has passed."""

    id: int
    number: str
    title: str
    valid_until: date | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class OpenQuote:
    """A quote that waits for an answer; `net` as proposed, minor units; `is_over`: its day has passed."""

    id: int
    number: str
    title: str
    net: int
    currency: str
    valid_until: date | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class ReadyMilestone:
    """A milestone that waits to be accepted; its value in minor units."""

    id: int
    title: str
    scope: str
    project_id: int | None
    sow_id: int
    value: int
    currency: str


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice with something left to pay, minor units."""

    id: int
    number: str
    open: int
    currency: str
    due_on: date | None
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A milestone of a project, in order."""

    title: str
    status: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """A project with its milestones; `lead` is whom to ask."""

    id: int
    name: str
    status: str
    starts_on: date | None
    ends_on: date | None
    lead: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A scope or a change order that was answered."""

    id: int
    number: str
    title: str
    status: str
    signed_at: datetime | None
    kind: str = "sow"  # sow | change_order


@dataclass(frozen=True, slots=True)
class Overview:
    """All of the page. `may_sign` tells whether the reader may accept scopes and milestones."""

    account: str
    locale: str
    time_zone: str
    may_sign: bool
    quotes: tuple[OpenQuote, ...]
    scopes: tuple[OpenScope, ...]
    orders: tuple[OpenScope, ...]
    milestones: tuple[ReadyMilestone, ...]
    invoices: tuple[OpenInvoice, ...]
    projects: tuple[ProjectCard, ...]
    documents: tuple[Document, ...]


def overview(session: Session, actor: Actor) -> Overview:
    """The client's own page; everything on it is within their scope."""
    require(actor, "portal.read")
    account = session.exec(select(Account).where(visible(actor, Account))).first()
    zone = session.exec(select(Firm.time_zone)).one()
    today = clock.today(zone)
    return Overview(
        account.name if account else "",
        account.locale if account else "en",
        zone,
        may_sign(session, actor),
        _quotes(session, actor, today),
        _scopes(session, actor, today),
        _orders(session, actor, today),
        _milestones(session, actor),
        _invoices(session, actor, today),
        _projects(session, actor),
        (*_signed_orders(session, actor), *_documents(session, actor)),
    )


def may_sign(session: Session, actor: Actor) -> bool:
    """Whether the reader is a contact who may accept scopes and milestones."""
    contact = session.get(Contact, actor.contact_id) if actor.contact_id else None
    return contact is not None and contact.is_approver and not contact.is_archived


def _quotes(session: Session, actor: Actor, today: date) -> tuple[OpenQuote, ...]:
    statement = (
        select(Quote).where(visible(actor, Quote), Quote.status == "sent").order_by(col(Quote.sent_at))
    )
    return tuple(
        OpenQuote(
            int(one.id or 0),
            one.number,
            one.title,
            one.net_minor,
            one.currency,
            one.valid_until,
            bool(one.valid_until and one.valid_until < today),
        )
        for one in session.exec(statement)
    )


def _scopes(session: Session, actor: Actor, today: date) -> tuple[OpenScope, ...]:
    statement = select(Sow).where(visible(actor, Sow), Sow.status == "sent").order_by(col(Sow.sent_at))
    return tuple(
        OpenScope(
            int(one.id or 0),
            one.number,
            one.title,
            one.valid_until,
            bool(one.valid_until and one.valid_until < today),
        )
        for one in session.exec(statement)
    )


def _orders(session: Session, actor: Actor, today: date) -> tuple[OpenScope, ...]:
    statement = (
        select(ChangeOrder)
        .where(visible(actor, ChangeOrder), ChangeOrder.status == "sent")
        .order_by(col(ChangeOrder.sent_at))
    )
    return tuple(
        OpenScope(
            int(one.id or 0),
            one.number,
            one.title,
            one.valid_until,
            bool(one.valid_until and one.valid_until < today),
        )
        for one in session.exec(statement)
    )


def _signed_orders(session: Session, actor: Actor) -> tuple[Document, ...]:
    statement = (
        select(ChangeOrder)
        .where(visible(actor, ChangeOrder), col(ChangeOrder.status).in_(("signed", "declined")))
        .order_by(col(ChangeOrder.id).desc())
        .limit(50)
    )
    return tuple(
        Document(int(one.id or 0), one.number, one.title, one.status, one.signed_at, "change_order")
        for one in session.exec(statement)
    )


def _milestones(session: Session, actor: Actor) -> tuple[ReadyMilestone, ...]:
    project = select_columns(func.min(Project.id)).where(col(Project.sow_id) == col(Sow.id)).scalar_subquery()
    statement = (
        select(Milestone, Sow, project)
        .join(SowLine, col(SowLine.id) == col(Milestone.sow_line_id))
        .join(Sow, col(Sow.id) == col(SowLine.sow_id))
        .where(visible(actor, Milestone), Milestone.status == "ready", Sow.status == "signed")
        .order_by(col(Milestone.ready_at))
    )
    return tuple(
        ReadyMilestone(
            int(one.id or 0),
            one.title,
            f"{sow.number} {sow.title}",
            project_id,
            int(sow.id or 0),
            one.value_minor,
            sow.currency,
        )
        for one, sow, project_id in session.exec(statement)
    )


def _invoices(session: Session, actor: Actor, today: date) -> tuple[OpenInvoice, ...]:
    paid = (
        select_columns(func.coalesce(func.sum(Allocation.amount_minor), 0))
        .where(col(Allocation.invoice_id) == col(Invoice.id))
        .scalar_subquery()
    )
    statement = (
        select(Invoice, paid)
        .where(visible(actor, Invoice), Invoice.status == "issued", Invoice.kind == "invoice")
        .order_by(col(Invoice.due_on), col(Invoice.id))
    )
    found = ((one, one.total_minor - int(settled)) for one, settled in session.exec(statement))
    return tuple(
        OpenInvoice(
            int(one.id or 0),
            one.number,
            rest,
            one.currency,
            one.due_on,
            bool(one.due_on and one.due_on < today),
        )
        for one, rest in found
        if rest > 0
    )


def _projects(session: Session, actor: Actor) -> tuple[ProjectCard, ...]:
    statement = (
        select(Project, Person.name)
        .outerjoin(Person, col(Person.id) == col(Project.lead_id))
        .where(visible(actor, Project))
        .order_by(Project.status, col(Project.starts_on).desc(), col(Project.id).desc())
        .limit(50)
    )
    rows = list(session.exec(statement))
    parts = _parts(session, actor, [one.sow_id for one, _ in rows if one.sow_id is not None])
    return tuple(
        ProjectCard(
            int(one.id or 0),
            one.name,
            one.status,
            one.starts_on,
            one.ends_on,
            lead or "",
            tuple(parts.get(one.sow_id or 0, ())),
        )
        for one, lead in rows
    )


def _parts(session: Session, actor: Actor, sow_ids: list[int]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = defaultdict(list)
    statement: Any = (
        select(Milestone, SowLine.sow_id)
        .join(SowLine, col(SowLine.id) == col(Milestone.sow_line_id))
        .where(col(SowLine.sow_id).in_(sow_ids), visible(actor, Milestone))
        .order_by(col(SowLine.position), col(Milestone.position))
    )
    for one, sow_id in session.exec(statement):
        found[sow_id].append(Part(one.title, one.status, one.due_on))
    return found


def _documents(session: Session, actor: Actor) -> tuple[Document, ...]:
    statement = (
        select(Sow)
        .where(visible(actor, Sow), col(Sow.status).in_(("signed", "closed", "declined")))
        .order_by(col(Sow.id).desc())
        .limit(50)
    )
    return tuple(
        Document(int(one.id or 0), one.number, one.title, one.status, one.signed_at)
        for one in session.exec(statement)
    )
