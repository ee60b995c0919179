"""What the holder of a mail's link reaches: one document with what is printed on it, nothing beside it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, false
from sqlmodel import SQLModel, col, select

from psa_app.access.actor import Actor
from psa_app.access.client_scope import shared_receipts
from psa_app.models import (
    Account,
    Allocation,
    Attachment,
    BilledExpense,
    BilledTime,
    ChangeOrder,
    ChangeQuestion,
    Contact,
    EInvoice,
    Expense,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    Milestone,
    Payment,
    Quote,
    QuoteLine,
    QuoteQuestion,
    Sow,
    SowLine,
    TimeEntry,
    TimeRequest,
    TimeRequestLine,
)

Rule = Callable[[Actor, int], ColumnElement[bool]]


def _sow(actor: Actor, document_id: int) -> ColumnElement[bool]:
    own = and_(col(Sow.account_id) == actor.account_id, col(Sow.status) != "draft")
    return and_(col(Sow.id) == document_id, own)


def _of_sow(actor: Actor, document_id: int) -> ColumnElement[bool]:
    own = select(Sow.id).where(_sow(actor, document_id))
    return and_(col(Attachment.kind) == "sow", col(Attachment.for_client), col(Attachment.record_id).in_(own))


def _quote(actor: Actor, document_id: int) -> ColumnElement[bool]:
    own = and_(col(Quote.account_id) == actor.account_id, col(Quote.status) != "draft")
    return and_(col(Quote.id) == document_id, own)


def _quotes(actor: Actor, document_id: int) -> Any:
    return select(Quote.id).where(_quote(actor, document_id))


def _order(actor: Actor, document_id: int) -> ColumnElement[bool]:
    sows = select(Sow.id).where(col(Sow.account_id) == actor.account_id, col(Sow.status) != "draft")
    shown = and_(col(ChangeOrder.sow_id).in_(sows), col(ChangeOrder.status).not_in(("draft", "withdrawn")))
    return and_(col(ChangeOrder.id) == document_id, shown)


def _orders(actor: Actor, document_id: int) -> Any:
    return select(ChangeOrder.id).where(_order(actor, document_id))


def _invoice(actor: Actor, document_id: int) -> ColumnElement[bool]:
    shown = col(Invoice.status).in_(("issued", "void", "written_off"))
    return and_(col(Invoice.id) == document_id, col(Invoice.account_id) == actor.account_id, shown)


def _invoices(actor: Actor, document_id: int) -> Any:
    return select(Invoice.id).where(_invoice(actor, document_id))


def _request(actor: Actor, document_id: int) -> ColumnElement[bool]:
    return and_(col(TimeRequest.id) == document_id, col(TimeRequest.account_id) == actor.account_id)


def _requests(actor: Actor, document_id: int) -> Any:
    return select(TimeRequest.id).where(_request(actor, document_id))


def _sow_lines(actor: Actor, document_id: int) -> Any:
    sows = select(Sow.id).where(_sow(actor, document_id))
    return select(SowLine.id).where(col(SowLine.sow_id).in_(sows))


def _invoice_lines(actor: Actor, document_id: int) -> Any:
    return select(InvoiceLine.id).where(col(InvoiceLine.invoice_id).in_(_invoices(actor, document_id)))


def _billed_entries(actor: Actor, document_id: int) -> Any:
    lines = _invoice_lines(actor, document_id)
    return select(BilledTime.entry_id).where(col(BilledTime.line_id).in_(lines))


def _payments(actor: Actor, document_id: int) -> Any:
    invoices = _invoices(actor, document_id)
    return select(Allocation.payment_id).where(col(Allocation.invoice_id).in_(invoices))


def _billed_expenses(actor: Actor, document_id: int) -> Any:
    return select(BilledExpense.expense_id).where(
        col(BilledExpense.line_id).in_(_invoice_lines(actor, document_id)),
        col(BilledExpense.released_at).is_(None),
    )


_OWN: dict[type[SQLModel], Rule] = {
    Account: lambda a, _: col(Account.id) == a.account_id,
    Contact: lambda a, _: col(Contact.id) == a.contact_id,
}
_REACHED: dict[str, dict[type[SQLModel], Rule]] = {
    "sow": _OWN
    | {
        Sow: _sow,
        SowLine: lambda a, d: col(SowLine.id).in_(_sow_lines(a, d)),
        Milestone: lambda a, d: col(Milestone.sow_line_id).in_(_sow_lines(a, d)),
        Attachment: _of_sow,
    },
    "quote": _OWN
    | {
        Quote: _quote,
        QuoteLine: lambda a, d: col(QuoteLine.quote_id).in_(_quotes(a, d)),
        QuoteQuestion: lambda a, d: col(QuoteQuestion.quote_id).in_(_quotes(a, d)),
    },
    "change_order": _OWN
    | {
        ChangeOrder: _order,
        ChangeQuestion: lambda a, d: col(ChangeQuestion.change_order_id).in_(_orders(a, d)),
    },
    "time_request": _OWN
    | {
        TimeRequest: _request,
        TimeRequestLine: lambda a, d: col(TimeRequestLine.request_id).in_(_requests(a, d)),
    },
    "invoice": _OWN
    | {
        Invoice: _invoice,
        InvoiceLine: lambda a, d: col(InvoiceLine.invoice_id).in_(_invoices(a, d)),
        InvoiceTax: lambda a, d: col(InvoiceTax.invoice_id).in_(_invoices(a, d)),
        EInvoice: lambda a, d: col(EInvoice.invoice_id).in_(_invoices(a, d)),
        BilledTime: lambda a, d: col(BilledTime.line_id).in_(_invoice_lines(a, d)),
        TimeEntry: lambda a, d: col(TimeEntry.id).in_(_billed_entries(a, d)),
        BilledExpense: lambda a, d: col(BilledExpense.line_id).in_(_invoice_lines(a, d)),
        Expense: lambda a, d: col(Expense.id).in_(_billed_expenses(a, d)),
        Attachment: lambda a, d: shared_receipts(_billed_expenses(a, d)),
        Allocation: lambda a, d: col(Allocation.invoice_id).in_(_invoices(a, d)),
        Payment: lambda a, d: and_(
            col(Payment.account_id) == a.account_id, col(Payment.id).in_(_payments(a, d))
        ),
    },
}


def reached_by_link(actor: Actor, model: type[SQLModel]) -> ColumnElement[bool]:
    """The WHERE clause of what `actor.document` opens of `model`."""
    if actor.document is None:
        return false()
    kind, document_id = actor.document
    rule = _REACHED.get(kind, {}).get(model)
    return rule(actor, document_id) if rule else false()
