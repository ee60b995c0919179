"""Time worked on projects and what it cost, summed by task and period."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlmodel import Session

from psa_app.queries.projects.periods import BEFORE, LAST, THIS, Periods
from psa_app.queries.projects.tables import ENTRY, PERSON, PROJECT, ROLE
from psa_app.rules import money

_OPEN = and_(ENTRY.c.is_billable, ENTRY.c.status.in_(("draft", "submitted")))


@dataclass(frozen=True, slots=True)
class Worked:
    """Seconds and cost (base currency) of a task in a period.

    `open_cost` and `open_seconds` are the billable part that is not approved yet; `uncosted` seconds
    have no cost rate; `unpriced` counts billable entries without a rate.
    """

    task_id: int
    project_id: int
    period: int
    seconds: int
    open_seconds: int
    cost: int
    open_cost: int
    uncosted: int
    unpriced: int


def worked(
    session: Session, at: Periods, *where: ColumnElement[bool], standard: bool = False
) -> list[Worked]:
    """Client work up to today by task and period; `where` narrows it by columns of `project`.

    With `standard` an hour costs what its role costs as a standard, never what a person costs.
    """
    rows = session.connection().execute(_statement(at, standard).where(*where))
    return [
        Worked(
            row.task_id,
            row.project_id,
            row.period,
            int(row.seconds),
            int(row.open_seconds),
            _cost(row.cost),
            _cost(row.open_cost),
            int(row.uncosted),
            int(row.unpriced),
        )
        for row in rows
    ]


def _statement(at: Periods, standard: bool) -> Select[tuple[int, ...]]:
    period = case((ENTRY.c.month < at.last_month, BEFORE), (ENTRY.c.month == at.last_month, LAST), else_=THIS)
    rate = func.nullif(ROLE.c.standard_cost_minor, 0) if standard else ENTRY.c.cost_rate_minor
    cost = ENTRY.c.seconds * func.coalesce(rate, 0)
    unpriced = and_(ENTRY.c.is_billable, ENTRY.c.bill_rate_minor.is_(None))
    statement = (
        select(
            ENTRY.c.task_id,
            ENTRY.c.project_id,
            period.label("period"),
            func.sum(ENTRY.c.seconds).label("seconds"),
            func.sum(case((_OPEN, ENTRY.c.seconds), else_=0)).label("open_seconds"),
            func.sum(cost).label("cost"),
            func.sum(case((_OPEN, cost), else_=0)).label("open_cost"),
            func.sum(case((rate.is_(None), ENTRY.c.seconds), else_=0)).label("uncosted"),
            func.sum(case((unpriced, 1), else_=0)).label("unpriced"),
        )
        .select_from(ENTRY)
        .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .where(PROJECT.c.account_id.is_not(None), ENTRY.c.work_date <= at.today)
        .group_by(ENTRY.c.task_id, ENTRY.c.project_id, period)
    )
    if standard:
        statement = statement.join(PERSON, PERSON.c.id == ENTRY.c.person_id).join(
            ROLE, ROLE.c.id == func.coalesce(ENTRY.c.role_id, PERSON.c.role_id)
        )
    return statement


def _cost(second_rates: int) -> int:
    """Seconds × cost an hour, summed, as an amount."""
    return money.divide(int(second_rates), 3600)
