"""Hours and value by person and month.

Value is what the time as worked is worth at its entries' rates: seconds × rate ÷ 3600, summed
exactly and rounded once, half up. It is no invoiced amount: billed time is rounded by each SOW.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlmodel import Session

from psa_app.access import Actor, may, require, visible
from psa_app.models import TimeEntry
from psa_app.queries.time.tables import ENTRY
from psa_app.rules import money, weeks


@dataclass(frozen=True, slots=True)
class PersonMonth:
    """A person's month (yyyymm), billable or not, in one currency ("" for time without a price).

    `value` is in minor units. Billable time without a currency is unpriced.
    """

    person_id: int
    month: int
    currency: str
    is_billable: bool
    seconds: int
    value: int

    @property
    def is_unpriced(self) -> bool:
        """Whether this is time that is to be billed and has no rate yet."""
        return self.is_billable and not self.currency


def person_months(
    session: Session, actor: Actor, first: int, last: int, *, person_ids: Collection[int] | None = None
) -> list[PersonMonth]:
    """All time from a month to a month (yyyymm, both included) by person, month, currency and billable.

    Without the right "rates.read" no currency and no value is told.
    """
    require(actor, "time.read")
    for month in (first, last):
        weeks.month_days(month)
    scope = visible(actor, TimeEntry)
    where = [ENTRY.c.month.between(first, last)]
    if not scope.compare(true()):
        where.append(scope)
    if person_ids is not None:
        where.append(ENTRY.c.person_id.in_(list(person_ids)))
    rows = session.connection().execute(_sums(*where)).all()
    shows_money = may(actor, "rates.read")
    return [_row(shows_money, *row) for row in rows]


_GROUPS = (ENTRY.c.month, ENTRY.c.person_id, ENTRY.c.bill_currency, ENTRY.c.is_billable)


def _sums(*where: ColumnElement[bool]) -> Any:
    """The time of each group at each rate comes first, in the order of ix_entry_report: it is read from
    the index alone, grouped as it comes, and multiplied once per rate, not once per entry.
    """
    by_rate = (*_GROUPS, ENTRY.c.bill_rate_minor)
    rated = (
        select(*by_rate, func.sum(ENTRY.c.seconds).label("seconds"))
        .where(*where)
        .group_by(*by_rate)
        .subquery()
    )
    groups = [rated.c[name] for name in ("person_id", "month", "bill_currency", "is_billable")]
    return (
        select(
            *groups,
            func.sum(rated.c.seconds).label("seconds"),
            func.sum(rated.c.seconds * rated.c.bill_rate_minor).label("value"),
        )
        .group_by(*groups)
        .order_by(*groups)
    )


def _row(
    shows_money: bool, person_id: int, month: int, currency: str, is_billable: bool, seconds: Any, value: Any
) -> PersonMonth:
    """A row as it may be shown. PostgreSQL's sums come as decimals."""
    told = (currency, money.divide(int(value or 0), 3600)) if shows_money else ("", 0)
    return PersonMonth(person_id, month, told[0], is_billable, int(seconds), told[1])
