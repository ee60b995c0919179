"""Which clients a billing run has to look at."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlmodel import Session

from psa_app.queries.expenses.tables import EXPENSE
from psa_app.queries.invoices.deposits import due_deposits
from psa_app.queries.invoices.open_parts import due_parts
from psa_app.queries.invoices.tables import ENTRY, INVOICE, PROJECT, SOW


def clients_to_bill(session: Session, until: date) -> Sequence[int]:
    """The ids of clients with anything that is open, waits or is drafted up to a day, by id."""
    of_project = select(PROJECT.c.account_id).where(PROJECT.c.account_id.is_not(None)).distinct()
    working = of_project.join(ENTRY, ENTRY.c.project_id == PROJECT.c.id).where(
        ENTRY.c.status != "invoiced", ENTRY.c.is_billable, ENTRY.c.work_date <= until
    )
    spending = of_project.join(EXPENSE, EXPENSE.c.project_id == PROJECT.c.id).where(
        EXPENSE.c.status.in_(("draft", "submitted", "approved")),
        EXPENSE.c.is_billable,
        EXPENSE.c.spent_on <= until,
    )
    drafted = select(INVOICE.c.account_id).where(INVOICE.c.status == "draft").distinct()
    connection = session.connection()
    found = {one for asked in (working, spending, drafted) for one in connection.execute(asked).scalars()}
    scopes = {part.sow_id for part in due_parts(session, None, until, None)}
    if scopes:
        of_scopes = select(SOW.c.id, SOW.c.account_id)
        found |= {row.account_id for row in connection.execute(of_scopes) if row.id in scopes}
    found |= {one.account_id for one in due_deposits(session)}
    return sorted(found)
