"""What a client contact reaches: the papers and the approved time of their own account."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import SQLModel, col, select

from psa_app.access.actor import Actor
from psa_app.models import (
    Account,
    Allocation,
    Attachment,
    Autopay,
    BilledExpense,
    BilledTime,
    ChangeOrder,
    ChangeQuestion,
    Contact,
    Deliverable,
    EInvoice,
    Expense,
    ExpenseCategory,
    FeePart,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    LoginSession,
    Milestone,
    Payment,
    Project,
    Quote,
    QuoteLine,
    QuoteQuestion,
    Refund,
    SavedMethod,
    Sow,
    SowLine,
    TimeEntry,
    TimeRequest,
    TimeRequestLine,
    User,
)

Rule = Callable[[Actor], ColumnElement[bool]]


def _client_sows(actor: Actor) -> Any:
    return select(Sow.id).where(Sow.account_id == actor.account_id, col(Sow.status) != "draft")


def _client_lines(actor: Actor) -> Any:
    return select(SowLine.id).where(col(SowLine.sow_id).in_(_client_sows(actor)))


def _client_projects(actor: Actor) -> Any:
    return select(Project.id).where(Project.account_id == actor.account_id)


def _client_invoices(actor: Actor) -> Any:
    return select(Invoice.id).where(
        Invoice.account_id == actor.account_id, col(Invoice.status).in_(("issued", "void", "written_off"))
    )


def _client_invoice_lines(actor: Actor) -> Any:
    return select(InvoiceLine.id).where(col(InvoiceLine.invoice_id).in_(_client_invoices(actor)))


def _client_quotes(actor: Actor) -> Any:
    return select(Quote.id).where(Quote.account_id == actor.account_id, col(Quote.status) != "draft")


def _client_orders(actor: Actor) -> Any:
    return select(ChangeOrder.id).where(
        col(ChangeOrder.sow_id).in_(_client_sows(actor)),
        col(ChangeOrder.status).not_in(("draft", "withdrawn")),
    )


def _client_requests(actor: Actor) -> Any:
    return select(TimeRequest.id).where(TimeRequest.account_id == actor.account_id)


def shared_receipts(expenses: Any) -> ColumnElement[bool]:
    """The receipts of some billed expenses, where their category shows them to clients."""
    seen = select(Expense.id).where(
        col(Expense.id).in_(expenses),
        col(Expense.category_id).in_(select(ExpenseCategory.id).where(col(ExpenseCategory.shares_receipt))),
    )
    return and_(col(Attachment.kind) == "expense", col(Attachment.record_id).in_(seen))


def _client_expenses(actor: Actor) -> Any:
    return select(BilledExpense.expense_id).where(
        col(BilledExpense.line_id).in_(_client_invoice_lines(actor)), col(BilledExpense.released_at).is_(None)
    )


CLIENT: dict[type[SQLModel], Rule] = {
    Account: lambda a: col(Account.id) == a.account_id,
    Contact: lambda a: col(Contact.account_id) == a.account_id,
    Sow: lambda a: col(Sow.id).in_(_client_sows(a)),
    SowLine: lambda a: col(SowLine.id).in_(_client_lines(a)),
    Milestone: lambda a: col(Milestone.sow_line_id).in_(_client_lines(a)),
    Deliverable: lambda a: col(Deliverable.sow_id).in_(_client_sows(a)),
    FeePart: lambda a: col(FeePart.sow_line_id).in_(_client_lines(a)),
    Attachment: lambda a: or_(
        (col(Attachment.kind) == "sow")
        & col(Attachment.for_client)
        & col(Attachment.record_id).in_(_client_sows(a)),
        shared_receipts(_client_expenses(a)),
    ),
    ChangeOrder: lambda a: col(ChangeOrder.id).in_(_client_orders(a)),
    ChangeQuestion: lambda a: col(ChangeQuestion.change_order_id).in_(_client_orders(a)),
    Quote: lambda a: col(Quote.id).in_(_client_quotes(a)),
    QuoteLine: lambda a: col(QuoteLine.quote_id).in_(_client_quotes(a)),
    QuoteQuestion: lambda a: col(QuoteQuestion.quote_id).in_(_client_quotes(a)),
    Project: lambda a: col(Project.id).in_(_client_projects(a)),
    TimeEntry: lambda a: (
        col(TimeEntry.project_id).in_(_client_projects(a))
        & col(TimeEntry.status).in_(("approved", "invoiced"))
    ),
    TimeRequest: lambda a: col(TimeRequest.id).in_(_client_requests(a)),
    TimeRequestLine: lambda a: col(TimeRequestLine.request_id).in_(_client_requests(a)),
    Invoice: lambda a: col(Invoice.id).in_(_client_invoices(a)),
    InvoiceLine: lambda a: col(InvoiceLine.invoice_id).in_(_client_invoices(a)),
    InvoiceTax: lambda a: col(InvoiceTax.invoice_id).in_(_client_invoices(a)),
    EInvoice: lambda a: col(EInvoice.invoice_id).in_(_client_invoices(a)),
    BilledTime: lambda a: col(BilledTime.line_id).in_(_client_invoice_lines(a)),
    BilledExpense: lambda a: col(BilledExpense.line_id).in_(_client_invoice_lines(a)),
    Expense: lambda a: col(Expense.id).in_(_client_expenses(a)),
    Payment: lambda a: col(Payment.account_id) == a.account_id,
    Refund: lambda a: col(Refund.account_id) == a.account_id,
    SavedMethod: lambda a: col(SavedMethod.account_id) == a.account_id,
    Autopay: lambda a: col(Autopay.account_id) == a.account_id,
    Allocation: lambda a: col(Allocation.invoice_id).in_(_client_invoices(a)),
    User: lambda a: col(User.id) == a.user_id,
    LoginSession: lambda a: col(LoginSession.user_id) == a.user_id,
}
