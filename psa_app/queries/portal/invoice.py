"""An invoice as the client sees it: the paper, the hours behind it, how to pay. Nothing internal."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select as select_columns
from sqlalchemy import true
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, fetch, may, require, visible
from psa_app.gateways.pdf.papers import InvoicePaper
from psa_app.models import Firm, Invoice, Payment, Person
from psa_app.queries.expenses.behind import ExpenseBehind, expenses_behind
from psa_app.queries.invoices.credited import work_on
from psa_app.queries.invoices.einvoice import profile_of
from psa_app.queries.invoices.listing import credited_on_invoice, mark_on_invoice, paid_on_invoice
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.queries.invoices.paper import invoice_paper, printed_lines, qr_code
from psa_app.queries.invoices.tables import BILLED_TIME, ENTRY, INVOICE_LINE, TASK


@dataclass(frozen=True, slots=True)
class PortalInvoiceRow:
    """One line of the client's list; amounts in minor units."""

    id: int
    number: str
    status: str
    currency: str
    total: int
    open: int
    issued_on: date | None
    due_on: date | None
    credited: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """Time behind the invoice, as billed: whole minutes."""

    day: date
    person: str
    task: str
    note: str
    minutes: int


@dataclass(frozen=True, slots=True)
class PortalInvoice:
    """What the client's page shows; of `total` credit notes took `credited`.

    `can_pay`: a payment page can be opened; `qr`: an SVG text or "".
    """

    id: int
    number: str
    status: str
    currency: str
    open: int
    total: int
    credited: int
    due_on: date | None
    paper: InvoicePaper
    line_ids: tuple[int, ...]
    hours: tuple[Hours, ...]
    expenses: tuple[ExpenseBehind, ...]
    on_its_way: bool
    can_pay: bool
    qr: str
    today: date
    firm_mark: str
    has_xml: bool
    mark: str = ""


def portal_invoices(session: Session, actor: Actor) -> list[PortalInvoiceRow]:
    """The client's invoices, the latest first."""
    require(actor, "invoices.read")
    rows = session.exec(
        select(Invoice, paid_on_invoice(), credited_on_invoice(), mark_on_invoice())
        .where(visible(actor, Invoice))
        .order_by(col(Invoice.id).desc())
        .limit(200)
    ).all()
    return [_row(invoice, int(amount), int(credited), mark) for invoice, amount, credited, mark in rows]


def portal_invoice(session: Session, actor: Actor, invoice_id: int) -> PortalInvoice:
    """One invoice of the client. `NotFound` for another's."""
    require(actor, "invoices.read")
    invoice = fetch(session, actor, Invoice, invoice_id)
    paid, credited, mark = session.execute(
        select_columns(paid_on_invoice(), credited_on_invoice(), mark_on_invoice()).where(
            col(Invoice.id) == invoice_id
        )
    ).one()
    rest = _rest(invoice, int(paid))
    firm = session.exec(select(Firm)).one()
    under_way = session.exec(
        select(Payment.id).where(Payment.invoice_id == invoice_id, Payment.status == "processing")
    ).first()
    return PortalInvoice(
        id=invoice_id,
        number=invoice.number,
        status="credit_note" if invoice.kind == "credit_note" else invoice.status,
        currency=invoice.currency,
        open=rest,
        total=invoice.total_minor,
        credited=int(credited),
        due_on=invoice.due_on,
        paper=invoice_paper(session, invoice),
        line_ids=tuple(int(line.id or 0) for line in printed_lines(session, invoice)),
        hours=_hours(session, invoice),
        expenses=tuple(expenses_behind(session, actor, invoice_id)),
        on_its_way=under_way is not None,
        can_pay=_is_collected(invoice, firm, rest) and may(actor, "payments.start") and under_way is None,
        qr=qr_code(invoice, invoice.bank, rest),
        today=clock.today(firm.time_zone),
        firm_mark=firm.name[:1].upper(),
        has_xml=bool(profile_of(session, invoice)),
        mark=mark,
    )


def _is_collected(invoice: Invoice, firm: Firm, rest: int) -> bool:
    """Something is open, and the firm's payment service takes this kind of money."""
    return rest > 0 and firm.payment_provider != "manual" and invoice.is_sandbox == takes_test_money(firm)


def _rest(invoice: Invoice, settled: int) -> int:
    """What is still to be paid: only an issued invoice owes anything."""
    is_owed = invoice.status == "issued" and invoice.kind == "invoice"
    return invoice.total_minor - settled if is_owed else 0


def _row(invoice: Invoice, paid: int, credited: int, mark: str) -> PortalInvoiceRow:
    is_credit = invoice.kind == "credit_note"
    return PortalInvoiceRow(
        int(invoice.id or 0),
        invoice.number,
        "credit_note" if is_credit else invoice.status,
        invoice.currency,
        -invoice.total_minor if is_credit else invoice.total_minor,
        _rest(invoice, paid),
        invoice.issued_on,
        invoice.due_on,
        credited,
        mark,
    )


def _hours(session: Session, invoice: Invoice) -> tuple[Hours, ...]:
    """The time on it; what credit notes gave back stands on them and no longer here."""
    is_credit = invoice.kind == "credit_note"
    stays = true() if is_credit else BILLED_TIME.c.credit_line_id.is_(None)
    live = true() if is_credit else BILLED_TIME.c.released_at.is_(None)
    columns: list[Any] = [
        ENTRY.c.work_date,
        col(Person.name),
        TASK.c.name,
        ENTRY.c.note,
        BILLED_TIME.c.minutes,
    ]
    rows = session.connection().execute(
        select_columns(*columns)
        .select_from(BILLED_TIME)
        .join(INVOICE_LINE, INVOICE_LINE.c.id == work_on(invoice))
        .join(ENTRY, ENTRY.c.id == BILLED_TIME.c.entry_id)
        .join(Person, col(Person.id) == ENTRY.c.person_id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .where(INVOICE_LINE.c.invoice_id == invoice.id, stays, live)
        .order_by(ENTRY.c.work_date, ENTRY.c.id)
    )
    return tuple(Hours(*row) for row in rows)
