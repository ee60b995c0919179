"""One invoice for its page: the paper, what stands behind each line, payments, what happened."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch, may, require
from psa_app.errors import NotFound
from psa_app.gateways.pdf.papers import InvoicePaper
from psa_app.models import (
    Account,
    Allocation,
    BankAccount,
    History,
    Invoice,
    InvoiceLine,
    Payment,
    Person,
    Project,
    Sow,
    SowLine,
    Task,
)
from psa_app.queries.invoices.credit import client_credit
from psa_app.queries.invoices.credited import NoteRow, notes_on, work_on
from psa_app.queries.invoices.einvoice import profile_of
from psa_app.queries.invoices.listing import mark_on_invoice
from psa_app.queries.invoices.open_work import billed_on_lines, rounding_of
from psa_app.queries.invoices.paper import invoice_paper, printed_lines
from psa_app.queries.invoices.payments import sum_of
from psa_app.queries.invoices.ready import Lack, before_issue, tax_hint
from psa_app.queries.invoices.refunds import RefundRow, refunds_of
from psa_app.queries.invoices.tables import BILLED_TIME, ENTRY, FACT, INVOICE_LINE, PROJECT, TASK
from psa_app.rules.hours import Rounding


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment on the invoice, minor units: `received` came and stayed, `amount` of it settles this one."""

    id: int
    received_on: date | None
    method: str
    reference: str
    provider: str
    status: str
    received: int
    amount: int
    failure: str


@dataclass(frozen=True, slots=True)
class Cap:
    """How much of a line's cap is billed, minor units."""

    title: str
    billed: int
    cap: int


@dataclass(frozen=True, slots=True)
class Event:
    """A line of history about the invoice or a payment of it; `readers` got it by mail."""

    at: datetime
    actor: str
    kind: str
    verb: str
    reason: str
    amount: int | None
    readers: int


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """Everything that the page of an invoice, or of a credit note on `credits`, shows."""

    invoice: Invoice
    client: str
    paper: InvoicePaper
    lines: tuple[InvoiceLine, ...]
    entries_by_line: dict[int, int]
    people: int
    raw_seconds: int
    billed_minutes: int
    levels: tuple[str, ...]
    roundings: tuple[Rounding, ...]
    caps: tuple[Cap, ...]
    payments: tuple[PaymentRow, ...]
    refunds: tuple[RefundRow, ...]
    mark: str
    notes: tuple[NoteRow, ...]
    credits: Invoice | None
    open: int
    credit: int
    lacks: tuple[Lack, ...]
    tax_hint: str  # what to look at before the tax is asked, "" for nothing
    events: tuple[Event, ...]
    banks: tuple[tuple[int, str], ...]
    einvoice: str


@dataclass(frozen=True, slots=True)
class EntryBehind:
    """Time behind a line: raw seconds, billed minutes and amount; `level` says where the rate came from."""

    id: int
    day: date
    person: str
    project: str
    task: str
    note: str
    seconds: int
    minutes: int
    amount: int
    rate: int
    level: str


def find_invoice(session: Session, actor: Actor, word: str) -> int:
    """The id behind an address: a number of digits, or the invoice's own number."""
    require(actor, "invoices.read")
    if word.isdecimal() and len(word) < 16:
        return int(fetch(session, actor, Invoice, int(word)).id or 0)
    found = session.exec(select(Invoice.id).where(Invoice.number == word, Invoice.number != "")).first()
    if found is None:
        raise NotFound()
    return int(fetch(session, actor, Invoice, found).id or 0)


def one_invoice(session: Session, actor: Actor, invoice_id: int) -> InvoiceView:
    """The invoice with all that its page shows. `NotFound` outside the actor's scope."""
    require(actor, "invoices.read")
    invoice = fetch(session, actor, Invoice, invoice_id)
    lines = tuple(printed_lines(session, invoice))
    counts, people, seconds, minutes = _behind(session, invoice)
    payments, notes = _payments(session, invoice_id), notes_on(session, actor, invoice_id)
    is_draft = invoice.status == "draft"
    settled = sum(one.amount for one in payments) + sum(one.total for one in notes)
    is_open = invoice.status == "issued" and invoice.kind == "invoice"
    banks = session.exec(select(BankAccount).order_by(col(BankAccount.id))).all() if is_draft else []
    return InvoiceView(
        invoice=invoice,
        client=session.get_one(Account, invoice.account_id).name,
        paper=invoice_paper(session, invoice),
        lines=lines,
        entries_by_line=counts,
        people=people,
        raw_seconds=seconds,
        billed_minutes=minutes,
        levels=_levels(session, invoice),
        roundings=_roundings(session, invoice),
        caps=_caps(session, lines),
        payments=payments,
        refunds=refunds_of(session, [one.id for one in payments]),
        mark=session.exec(select(mark_on_invoice()).where(col(Invoice.id) == invoice_id)).one(),
        notes=notes,
        credits=session.get_one(Invoice, invoice.credits_id) if invoice.credits_id else None,
        open=invoice.total_minor - settled if is_open else 0,
        credit=_credit(session, actor, invoice),
        lacks=tuple(before_issue(session, actor, invoice_id))
        if is_draft and may(actor, "invoices.issue")
        else (),
        tax_hint=tax_hint(session, invoice) if is_draft else "",
        events=_events(session, invoice_id, [one.id for one in payments])
        if may(actor, "history.read")
        else (),
        banks=tuple((int(bank.id or 0), f"{bank.label} ({bank.currency})") for bank in banks),
        einvoice=profile_of(session, invoice),
    )


def entries_behind(
    session: Session, actor: Actor, invoice_id: int, line_id: int | None = None
) -> list[EntryBehind]:
    """The time behind a line, or behind all of them, by day. Empty for a line of another invoice."""
    require(actor, "invoices.read")
    invoice = fetch(session, actor, Invoice, invoice_id)
    of_line = INVOICE_LINE.c.invoice_id == invoice_id
    if line_id is not None:
        of_line = and_(of_line, INVOICE_LINE.c.id == line_id)
    rows = session.connection().execute(
        select_columns(
            ENTRY.c.id,
            ENTRY.c.work_date,
            col(Person.name).label("person"),
            PROJECT.c.name.label("project"),
            TASK.c.name.label("task"),
            ENTRY.c.note,
            BILLED_TIME.c.seconds,
            BILLED_TIME.c.minutes,
            BILLED_TIME.c.amount_minor,
            ENTRY.c.bill_rate_minor,
            ENTRY.c.bill_level,
        )
        .join(BILLED_TIME, BILLED_TIME.c.entry_id == ENTRY.c.id)
        .join(INVOICE_LINE, INVOICE_LINE.c.id == work_on(invoice))
        .join(Person, col(Person.id) == ENTRY.c.person_id)
        .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .where(of_line)
        .order_by(ENTRY.c.work_date, ENTRY.c.id, BILLED_TIME.c.offset_seconds)
    )
    return [EntryBehind(*row) for row in rows]


def _behind(session: Session, invoice: Invoice) -> tuple[dict[int, int], int, int, int]:
    rows = session.connection().execute(
        select_columns(
            work_on(invoice),
            func.count(),
            func.sum(BILLED_TIME.c.seconds),
            func.sum(BILLED_TIME.c.minutes),
        )
        .join(INVOICE_LINE, INVOICE_LINE.c.id == work_on(invoice))
        .where(INVOICE_LINE.c.invoice_id == invoice.id)
        .group_by(work_on(invoice))
    )
    found = [(line, int(n), int(seconds), int(minutes)) for line, n, seconds, minutes in rows]
    people = session.connection().execute(
        select_columns(func.count(func.distinct(ENTRY.c.person_id)))
        .join(BILLED_TIME, BILLED_TIME.c.entry_id == ENTRY.c.id)
        .join(INVOICE_LINE, INVOICE_LINE.c.id == work_on(invoice))
        .where(INVOICE_LINE.c.invoice_id == invoice.id)
    )
    return (
        {line: n for line, n, _, _ in found},
        int(people.scalar_one()),
        sum(seconds for _, _, seconds, _ in found),
        sum(minutes for _, _, _, minutes in found),
    )


def _levels(session: Session, invoice: Invoice) -> tuple[str, ...]:
    """Where the rates of the time came from."""
    rows = session.connection().execute(
        _of_invoice(select_columns(ENTRY.c.bill_level).distinct(), invoice).order_by(ENTRY.c.bill_level)
    )
    return tuple(rows.scalars())


def _roundings(session: Session, invoice: Invoice) -> tuple[Rounding, ...]:
    """The policies by which the time was rounded, each once."""
    tasks = _of_invoice(select_columns(ENTRY.c.task_id), invoice)
    found = session.exec(
        select(Project, Sow)
        .join(Task, col(Task.project_id) == col(Project.id))
        .outerjoin(SowLine, col(SowLine.id) == col(Task.sow_line_id))
        .outerjoin(Sow, col(Sow.id) == func.coalesce(col(SowLine.sow_id), col(Project.sow_id)))
        .where(col(Task.id).in_(tasks))
        .distinct()
    ).all()
    return tuple(dict.fromkeys(rounding_of(sow or project) for project, sow in found))


def _of_invoice(statement: Any, invoice: Invoice) -> Any:
    return (
        statement.join(BILLED_TIME, BILLED_TIME.c.entry_id == ENTRY.c.id)
        .join(INVOICE_LINE, INVOICE_LINE.c.id == work_on(invoice))
        .where(INVOICE_LINE.c.invoice_id == invoice.id)
    )


def _caps(session: Session, lines: tuple[InvoiceLine, ...]) -> tuple[Cap, ...]:
    ids = sorted({line.sow_line_id for line in lines if line.sow_line_id is not None})
    capped = session.exec(
        select(SowLine).where(col(SowLine.id).in_(ids), col(SowLine.cap_minor).is_not(None))
    ).all()
    billed = billed_on_lines(session, [int(one.id or 0) for one in capped]) if capped else {}
    return tuple(Cap(one.title, billed.get(int(one.id or 0), 0), one.cap_minor or 0) for one in capped)


def _credit(session: Session, actor: Actor, invoice: Invoice) -> int:
    """The client's money on account that could pay this invoice."""
    if invoice.status != "issued" or invoice.kind != "invoice" or not may(actor, "payments.record"):
        return 0
    known = client_credit(session, actor, invoice.account_id, is_test=invoice.is_sandbox)
    return next((one.amount for one in known if one.currency == invoice.currency), 0)


def _payments(session: Session, invoice_id: int) -> tuple[PaymentRow, ...]:
    settled = (
        select(col(Allocation.payment_id), func.sum(Allocation.amount_minor).label("amount"))
        .where(Allocation.invoice_id == invoice_id)
        .group_by(col(Allocation.payment_id))
        .subquery()
    )
    amount = func.coalesce(settled.c.amount, 0).label("amount")
    columns: list[Any] = [*_payment_columns(), amount, col(Payment.failure)]
    rows = session.connection().execute(
        select_columns(*columns)
        .outerjoin(settled, settled.c.payment_id == col(Payment.id))
        .where(or_(col(Payment.invoice_id) == invoice_id, settled.c.amount.is_not(None)))
        .order_by(col(Payment.id))
    )
    return tuple(
        PaymentRow(**{**row._asdict(), "received": int(row.received), "amount": int(row.amount)})
        for row in rows
    )


def _payment_columns() -> list[Any]:
    return [
        col(Payment.id),
        col(Payment.received_on),
        col(Payment.method),
        col(Payment.reference),
        col(Payment.provider),
        col(Payment.status),
        sum_of(FACT).label("received"),
    ]


def _events(session: Session, invoice_id: int, payment_ids: list[int]) -> tuple[Event, ...]:
    rows = session.exec(
        select(History)
        .where(
            or_(
                and_(col(History.kind) == "invoice", col(History.record_id) == invoice_id),
                and_(col(History.kind) == "payment", col(History.record_id).in_(payment_ids)),
            )
        )
        .order_by(col(History.id).desc())
        .limit(40)
    ).all()
    return tuple(_event(row) for row in rows)


def _event(row: History) -> Event:
    after = json.loads(row.after)
    amount, readers = after.get("amount_minor"), int(after.get("mailed_to", 0))
    return Event(row.at, row.actor, row.kind, row.verb, row.reason, amount, readers)
