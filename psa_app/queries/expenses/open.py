"""Approved expenses that a client can be billed now."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import bindparam, func, or_, select
from sqlmodel import Session

from psa_app.prepared import Prepared
from psa_app.queries.expenses.tables import BILLED_EXPENSE, CATEGORY, EXPENSE
from psa_app.queries.invoices.tables import PERSON, PROJECT, SOW_LINE, of_projects, one_of


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
    statement = _spent(account_id is not None, sow_id is not None, lock)
    rows = statement.all(session, {"account_id": account_id, "sow_id": sow_id, "until": until})
    return tuple(OpenExpense(*row) for row in rows)


@cache
def _spent(of_client: bool, of_one_sow: bool, lock: bool) -> Prepared:
    taken = select(BILLED_EXPENSE.c.expense_id).where(BILLED_EXPENSE.c.released_at.is_(None))
    of_sow = func.coalesce(SOW_LINE.c.sow_id, PROJECT.c.sow_id).label("sow_id")
    statement = (
        select(
            EXPENSE.c.id,
            EXPENSE.c.value_minor,
            EXPENSE.c.contract_currency,
            EXPENSE.c.spent_on,
            EXPENSE.c.description,
            CATEGORY.c.name.label("category"),
            CATEGORY.c.id.label("category_id"),
            PERSON.c.name.label("person"),
            EXPENSE.c.project_id,
            PROJECT.c.name.label("project"),
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
            of_projects(EXPENSE.c.project_id, of_client=of_client),
            EXPENSE.c.status == "approved",
            EXPENSE.c.is_billable,
            EXPENSE.c.value_minor > 0,
            EXPENSE.c.spent_on <= bindparam("until"),
            EXPENSE.c.id.not_in(taken),
        )
        .order_by(EXPENSE.c.spent_on, EXPENSE.c.id)
    )
    if of_one_sow:
        of_project = SOW_LINE.c.id.is_(None) & (PROJECT.c.sow_id == bindparam("sow_id"))
        statement = statement.where(or_(SOW_LINE.c.sow_id == bindparam("sow_id"), of_project))
    return Prepared(statement.with_for_update(of=EXPENSE) if lock else statement)


def waiting_expenses(session: Session, account_id: int, until: date) -> int:
    """How many billable expenses of a client up to a day are not approved yet."""
    return int(_WAITING.first(session, {"account_id": account_id, "until": until}).many)


_WAITING = Prepared(
    select(func.count().label("many"))
    .select_from(EXPENSE)
    .join(PROJECT, PROJECT.c.id == EXPENSE.c.project_id)
    .where(
        of_projects(EXPENSE.c.project_id),
        one_of(EXPENSE.c.status, ("draft", "submitted")),
        EXPENSE.c.is_billable,
        EXPENSE.c.spent_on <= bindparam("until"),
    )
)
