"""The expenses behind an invoice, for its page and for the client's."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from psa_app.access import Actor, fetch, require, visible
from psa_app.models import Attachment, Invoice
from psa_app.queries.expenses.receipts import Receipt, receipts_of
from psa_app.queries.expenses.tables import BILLED_EXPENSE, CATEGORY, EXPENSE
from psa_app.queries.invoices.tables import INVOICE_LINE, PERSON, PROJECT


@dataclass(frozen=True, slots=True)
class ExpenseBehind:
    """One expense on a line; `amount` is what the client pays, in the invoice's currency.

    What was spent (`cost` in its own `currency`) is the firm's to see. `receipts` are those that the
    reader may open.
    """

    id: int
    line_id: int
    day: date
    person: str
    project: str
    category: str
    description: str
    amount: int
    cost: int
    currency: str
    receipts: tuple[Receipt, ...]


def expenses_behind(session: Session, actor: Actor, invoice_id: int) -> list[ExpenseBehind]:
    """The expenses of an invoice by day. `NotFound` for another's."""
    require(actor, "invoices.read")
    fetch(session, actor, Invoice, invoice_id)
    statement = (
        select(
            EXPENSE.c.id,
            BILLED_EXPENSE.c.line_id,
            EXPENSE.c.spent_on,
            PERSON.c.name.label("person"),
            PROJECT.c.name.label("project"),
            CATEGORY.c.name.label("category"),
            EXPENSE.c.description,
            BILLED_EXPENSE.c.amount_minor.label("amount"),
            EXPENSE.c.amount_minor.label("cost"),
            EXPENSE.c.currency,
        )
        .select_from(BILLED_EXPENSE)
        .join(INVOICE_LINE, INVOICE_LINE.c.id == BILLED_EXPENSE.c.line_id)
        .join(EXPENSE, EXPENSE.c.id == BILLED_EXPENSE.c.expense_id)
        .join(CATEGORY, CATEGORY.c.id == EXPENSE.c.category_id)
        .join(PROJECT, PROJECT.c.id == EXPENSE.c.project_id)
        .join(PERSON, PERSON.c.id == EXPENSE.c.person_id)
        .where(INVOICE_LINE.c.invoice_id == invoice_id, BILLED_EXPENSE.c.released_at.is_(None))
        .order_by(EXPENSE.c.spent_on, EXPENSE.c.id)
    )
    rows: list[Any] = list(session.connection().execute(statement))
    files = receipts_of(session, [row.id for row in rows])
    beside = [one.id for found in files.values() for one in found]
    may_open = set(
        session.scalars(
            select(col(Attachment.id)).where(col(Attachment.id).in_(beside), visible(actor, Attachment))
        )
    )
    return [_behind(row, tuple(one for one in files.get(row.id, ()) if one.id in may_open)) for row in rows]


def _behind(row: Any, files: tuple[Receipt, ...]) -> ExpenseBehind:
    return ExpenseBehind(
        row.id,
        row.line_id,
        row.spent_on,
        row.person,
        row.project,
        row.category,
        row.description,
        row.amount,
        row.cost,
        row.currency,
        files,
    )
