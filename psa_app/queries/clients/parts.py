"""What was sold to one client, what is worked on and what was billed, for the tabs of its page."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case
from sqlmodel import Session, col, func, select

from psa_app.access import Actor, may, visible
from psa_app.models import Agreement, Invoice, Payment, Person, Project, Sow
from psa_app.queries.invoices.listing import paid_on_invoice
from psa_app.queries.invoices.payments import sum_of
from psa_app.queries.invoices.tables import FACT
from psa_app.queries.quotes.listing import QuoteRow, quote_page
from psa_app.queries.sales.rows import OPPORTUNITY, STAGE, Chance, chances

MOST = 50


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
class AgreementRow:
    """A governing agreement of the client; `scopes` stand under it."""

    row: Agreement
    scopes: int


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project of the client."""

    id: int
    name: str
    lead: str
    status: str
    starts_on: date | None
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
class PaymentRow:
    """A payment with what of it came and stayed, minor units."""

    id: int
    status: str
    method: str
    reference: str
    currency: str
    amount: int
    received: int
    received_on: date | None
    invoice_id: int | None
    invoice: str


def chances_of(session: Session, actor: Actor, client_id: int) -> list[Chance]:
    """Its opportunities: the open ones first, by when they are expected; those decided, newest first."""
    if not may(actor, "opportunities.read"):
        return []
    order = (
        case((STAGE.c.outcome == "open", 0), else_=1),
        OPPORTUNITY.c.closed_at.desc(),
        OPPORTUNITY.c.expected_on,
        OPPORTUNITY.c.id,
    )
    return chances(session, actor, OPPORTUNITY.c.account_id == client_id, order=order, limit=MOST)


def quotes_of(session: Session, actor: Actor, client_id: int) -> tuple[QuoteRow, ...]:
    """Its quotes, the newest first."""
    if not may(actor, "quotes.read"):
        return ()
    return quote_page(session, actor, account_id=client_id, limit=MOST).rows


def sows_of(session: Session, actor: Actor, client_id: int) -> tuple[SowRow, ...]:
    """Its scopes, the newest first."""
    if not may(actor, "sows.read"):
        return ()
    rows = session.exec(
        select(Sow)
        .where(Sow.account_id == client_id, visible(actor, Sow))
        .order_by(col(Sow.id).desc())
        .limit(MOST)
    ).all()
    return tuple(SowRow(int(s.id or 0), s.number, s.title, s.status, s.starts_on, s.ends_on) for s in rows)


def agreements_of(session: Session, actor: Actor, client_id: int) -> tuple[AgreementRow, ...]:
    """Its governing agreements with how many scopes stand under each, those in use first."""
    if not may(actor, "agreements.read"):
        return ()
    under = select(func.count()).where(Sow.agreement_id == Agreement.id, visible(actor, Sow))
    rows = session.exec(
        select(Agreement, under.scalar_subquery())
        .where(Agreement.account_id == client_id, visible(actor, Agreement))
        .order_by(col(Agreement.is_archived), Agreement.title, col(Agreement.id))
        .limit(MOST)
    ).all()
    return tuple(AgreementRow(one, int(scopes)) for one, scopes in rows)


def projects_of(session: Session, actor: Actor, client_id: int) -> tuple[ProjectRow, ...]:
    """Its projects: those that run first, then the newest."""
    rows = session.exec(
        select(Project, Person.name)
        .outerjoin(Person, col(Person.id) == col(Project.lead_id))
        .where(Project.account_id == client_id, visible(actor, Project))
        .order_by(col(Project.status), col(Project.id).desc())
        .limit(MOST)
    ).all()
    return tuple(
        ProjectRow(int(p.id or 0), p.name, lead or "", p.status, p.starts_on, p.ends_on) for p, lead in rows
    )


def invoices_of(session: Session, actor: Actor, client_id: int) -> tuple[InvoiceRow, ...]:
    """Its invoices, the newest first; none for who may not see any."""
    if not may(actor, "invoices.read"):
        return ()
    rows = session.exec(
        select(Invoice, paid_on_invoice())
        .where(Invoice.account_id == client_id, visible(actor, Invoice))
        .order_by(col(Invoice.id).desc())
        .limit(MOST)
    ).all()
    return tuple(
        InvoiceRow(
            int(i.id or 0),
            i.number,
            i.kind if i.kind == "credit_note" else i.status,
            i.currency,
            -i.total_minor if i.kind == "credit_note" else i.total_minor,
            i.total_minor - int(got) if i.status == "issued" and i.kind == "invoice" else 0,
            i.issued_on,
            i.due_on,
        )
        for i, got in rows
    )


def payments_of(session: Session, actor: Actor, client_id: int) -> tuple[PaymentRow, ...]:
    """Its payments, the newest first; none for who may not see any."""
    if not may(actor, "payments.read"):
        return ()
    received: Any = sum_of(FACT)
    rows = session.exec(
        select(Payment, received, Invoice.number)
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .where(Payment.account_id == client_id, visible(actor, Payment))
        .order_by(col(Payment.id).desc())
        .limit(MOST)
    ).all()
    return tuple(
        PaymentRow(
            int(p.id or 0),
            "refunded" if p.status == "succeeded" and got <= 0 else p.status,
            p.method,
            p.reference,
            p.currency,
            p.amount_minor,
            int(got),
            p.received_on,
            p.invoice_id,
            number or "",
        )
        for p, got, number in rows
    )
