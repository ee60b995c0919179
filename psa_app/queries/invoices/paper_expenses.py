"""The expenses behind an invoice as they stand on paper."""

from sqlalchemy import bindparam, select
from sqlmodel import Session

from psa_app.formats import languages, words
from psa_app.gateways.pdf.papers import ExpenseAnnex, ExpenseRow, Total
from psa_app.models import Invoice
from psa_app.prepared import Prepared
from psa_app.queries.expenses.tables import BILLED_EXPENSE, CATEGORY, EXPENSE
from psa_app.queries.invoices.tables import INVOICE_LINE, PROJECT

_SPENT = Prepared(
    select(
        EXPENSE.c.spent_on,
        CATEGORY.c.name.label("category"),
        PROJECT.c.name.label("project"),
        EXPENSE.c.description,
        BILLED_EXPENSE.c.amount_minor,
    )
    .select_from(BILLED_EXPENSE)
    .join(EXPENSE, EXPENSE.c.id == BILLED_EXPENSE.c.expense_id)
    .join(CATEGORY, CATEGORY.c.id == EXPENSE.c.category_id)
    .join(PROJECT, PROJECT.c.id == EXPENSE.c.project_id)
    .join(INVOICE_LINE, INVOICE_LINE.c.id == BILLED_EXPENSE.c.line_id)
    .where(INVOICE_LINE.c.invoice_id == bindparam("invoice_id"))
    .order_by(EXPENSE.c.spent_on, EXPENSE.c.id)
)


def expense_annex(session: Session, invoice: Invoice, locale: str) -> ExpenseAnnex | None:
    """Each expense by day, with what the client pays for it; None where there is none."""
    rows = _SPENT.all(session, {"invoice_id": invoice.id})
    if not rows:
        return None
    total, labels = sum(row.amount_minor for row in rows), languages.of(locale)
    return ExpenseAnnex(
        heading=labels.expenses,
        columns=labels.expense_columns,
        rows=tuple(
            ExpenseRow(
                words.day(row.spent_on, locale),
                row.category,
                row.project,
                row.description,
                words.money(row.amount_minor, invoice.currency, locale),
            )
            for row in rows
        ),
        total=Total(labels.total, words.money(total, invoice.currency, locale), strong=True),
    )
