"""Approved expenses that a client can be billed now."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session

from psa_app.queries.expenses.tables import BILLED_EXPENSE, CATEGORY, EXPENSE
from psa_app.queries.invoices.tables import PERSON, PROJECT, SOW_LINE


@dataclass(frozen=True, slots=True)
class OpenExpense:
    """An approved expense that no invoice bills yet; `value` in minor units of `currency`, the contract's.

    `sow_id` is the scope that it is billed under, None for work outside any.
    """

    id: int
    value: int
    currency: str
    spent_on: date
    description: str
    category: str
    category_id: int
    person: str
    project_id: int
    project: str
    sow_id: int | None
    sow_line_id: int | None
    tax_kind: str


def open_expenses(
    session: Session,
    account_id: int | None,
    until: date,
    sow_id: int | None = None,
    *,
    lock: bool = False,
) -> tuple[OpenExpense, ...]:
    """The approved billable expenses of a client (None: of all), or of one SOW, up to a day, in order."""
    taken = select(BILLED_EXPENSE.c.expense_id).where(BILLED_EXPENSE.c.released_at.is_(None))
    of_sow = func.coalesce(SOW_LINE.c.sow_id, PROJECT.c.sow_id).label("sow_id")
    statement = (
        select(
            EXPENSE.c.id,
            EXPENSE.c.value_minor,
            EXPENSE.c.contract_currency,
            EXPENSE.c.spent_on,
            EXPENSE.c.description,
            CATEGORY.c.name,
            CATEGORY.c.id,
            PERSON.c.name,
            EXPENSE.c.project_id,
            PROJECT.c.name,
            of_sow,
            EXPENSE.c.sow_line_id,
            EXPENSE.c.tax_kind,
        )
        .select_from(EXPENSE)
        .join(PROJECT, PROJECT.c.id == EXPENSE.c.project_id)
        .join(CATEGORY, CATEGORY.c.id == EXPENSE.c.category_id)
        .join(PERSON, PERSON.c.id == EXPENSE.c.person_id)
        .outerjoin(SOW_LINE, SOW_LINE.c.id == EXPENSE.c.sow_line_id)
        .where(
            PROJECT.c.account_id.is_not(None) if account_id is None else PROJECT.c.account_id == account_id,
            EXPENSE.c.status == "approved",
            EXPENSE.c.is_billable,
            EXPENSE.c.value_minor > 0,
            EXPENSE.c.spent_on <= until,
            EXPENSE.c.id.not_in(taken),
        )
        .order_by(EXPENSE.c.spent_on, EXPENSE.c.id)
    )
    if sow_id is not None:
        statement = statement.where(
            or_(SOW_LINE.c.sow_id == sow_id, SOW_LINE.c.id.is_(None) & (PROJECT.c.sow_id == sow_id))
        )
    if lock:
        statement = statement.with_for_update(of=EXPENSE)
    rows: Any = session.connection().execute(statement)
    return tuple(OpenExpense(*row) for row in rows)


def waiting_expenses(session: Session, account_id: int, until: date) -> int:
    """How many billable expenses of a client up to a day are not approved yet."""
    statement = (
        select(func.count())
        .select_from(EXPENSE)
        .join(PROJECT, PROJECT.c.id == EXPENSE.c.project_id)
        .where(
            PROJECT.c.account_id == account_id,
            EXPENSE.c.status.in_(("draft", "submitted")),
            EXPENSE.c.is_billable,
            EXPENSE.c.spent_on <= until,
        )
    )
    return int(session.connection().execute(statement).scalar() or 0)
