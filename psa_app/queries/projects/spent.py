"""What expenses cost and bring in, by contract: a pass-through stands on both sides.

An expense counts once it is approved, on the day the money was spent.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import Session

from psa_app.queries.exchange import Exchange
from psa_app.queries.expenses.tables import BILLED_EXPENSE, EXPENSE
from psa_app.queries.projects.billed import contract_key
from psa_app.queries.projects.periods import THIS, Periods
from psa_app.queries.projects.tables import INVOICE, INVOICE_LINE, LINE, PROJECT


@dataclass(slots=True)
class Spent:
    """Amounts in the base currency by period; `ready` is on no invoice yet, `ready_before` its older part."""

    cost: list[int] = field(default_factory=lambda: [0, 0, 0])
    value: list[int] = field(default_factory=lambda: [0, 0, 0])
    ready: int = 0
    ready_before: int = 0


def spent(session: Session, at: Periods, fx: Exchange, project_of_sow: Mapping[int, int]) -> dict[int, Spent]:
    """Cost and value of approved expenses for clients by `contract_key`."""
    found: dict[int, Spent] = defaultdict(Spent)
    ends = at.ends()
    for row in session.connection().execute(_APPROVED.where(EXPENSE.c.spent_on <= at.today)):
        sow_id = row.sow_id
        key = row.project_id if sow_id is None else contract_key(project_of_sow.get(sow_id), sow_id)
        book, period = found[key], at.of(row.spent_on)
        book.cost[period] += row.cost_minor or 0
        value = _base(fx, row, ends[period])
        book.value[period] += value
        if row.invoice_status is None:
            book.ready += value
            book.ready_before += value if period != THIS else 0
    return found


def _base(fx: Exchange, row: Any, end: Any) -> int:
    """As its invoice froze it, a draft's at its cut-off day, else at the rate of the period's last day."""
    value = row.value_minor or 0
    if row.invoice_status is None:
        return fx.to_base(value, row.contract_currency, end)
    if row.invoice_status == "draft":
        return fx.to_base(value, row.contract_currency, row.cutoff)
    return fx.at(value, row.contract_currency, row.base_rate_nano)


_APPROVED = (
    select(
        EXPENSE.c.project_id,
        EXPENSE.c.spent_on,
        EXPENSE.c.cost_minor,
        EXPENSE.c.value_minor,
        EXPENSE.c.contract_currency,
        LINE.c.sow_id,
        INVOICE.c.status.label("invoice_status"),
        INVOICE.c.cutoff,
        INVOICE.c.base_rate_nano,
    )
    .select_from(EXPENSE)
    .join(PROJECT, PROJECT.c.id == EXPENSE.c.project_id)
    .outerjoin(LINE, LINE.c.id == EXPENSE.c.sow_line_id)
    .outerjoin(
        BILLED_EXPENSE,
        and_(BILLED_EXPENSE.c.expense_id == EXPENSE.c.id, BILLED_EXPENSE.c.released_at.is_(None)),
    )
    .outerjoin(INVOICE_LINE, INVOICE_LINE.c.id == BILLED_EXPENSE.c.line_id)
    .outerjoin(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
    .where(PROJECT.c.account_id.is_not(None), EXPENSE.c.status.in_(("approved", "invoiced")))
)
