"""Billable utilization: billable time worked ÷ net capacity, of everyone together and of each person."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import func, select
from sqlmodel import Session

from psa_app.access import Actor, require, visible
from psa_app.models import Person
from psa_app.queries.capacity import net_by_month, person_days
from psa_app.queries.projects.tables import ENTRY, PERSON
from psa_app.rules import weeks
from psa_app.rules.capacity import utilization

MONTHS = 13


@dataclass(frozen=True, slots=True)
class MonthUse:
    """A month (yyyymm) of the firm: billable and net capacity minutes; this month's end today."""

    month: int
    billable: int
    capacity: int

    @property
    def share(self) -> Fraction | None:
        """Billable ÷ net capacity; None without capacity."""
        return utilization(self.billable, self.capacity)


@dataclass(frozen=True, slots=True)
class PersonUse:
    """A person in this month up to today; `target` in percent, None is the firm's."""

    person_id: int
    name: str
    billable: int
    capacity: int
    target: int | None

    @property
    def share(self) -> Fraction | None:
        """Billable ÷ net capacity; None without capacity."""
        return utilization(self.billable, self.capacity)


@dataclass(frozen=True, slots=True)
class Use:
    """Thirteen months of the firm, oldest first, and the people of the last."""

    months: tuple[MonthUse, ...]
    people: tuple[PersonUse, ...]


def use(session: Session, actor: Actor, today: date) -> Use:
    """Utilization by month up to today and by person this month. Needs "reports.firm"."""
    require(actor, "reports.firm")
    months = list(_months(today))
    capacity = _capacity(session, actor, weeks.month_days(months[0])[0], today)
    billable = _billable(session, months, today)
    totals = [
        MonthUse(
            month,
            sum(minutes for (_, of), minutes in billable.items() if of == month),
            sum(of.get(month, 0) for of in capacity.values()),
        )
        for month in months
    ]
    return Use(tuple(totals), tuple(_people(session, actor, capacity, billable, months[-1])))


def _months(today: date) -> Iterable[int]:
    first = today.replace(day=1)
    for back in range(MONTHS - 1, -1, -1):
        index = first.year * 12 + first.month - 1 - back
        yield index // 12 * 100 + index % 12 + 1


def _capacity(session: Session, actor: Actor, start: date, today: date) -> dict[int, dict[int, int]]:
    days = person_days(session, actor, start, today)
    return {person_id: net_by_month(of) for person_id, of in days.items()}


def _billable(session: Session, months: list[int], today: date) -> dict[tuple[int, int], int]:
    """Billable minutes by person and month. Whole months come from an index alone."""
    seconds = func.sum(ENTRY.c.seconds)
    whole = (
        select(ENTRY.c.person_id, ENTRY.c.month, seconds)
        .where(ENTRY.c.month.between(months[0], months[-2]), ENTRY.c.is_billable)
        .group_by(ENTRY.c.person_id, ENTRY.c.month)
    )
    this = (
        select(ENTRY.c.person_id, ENTRY.c.month, seconds)
        .where(ENTRY.c.work_date.between(today.replace(day=1), today), ENTRY.c.is_billable)
        .group_by(ENTRY.c.person_id, ENTRY.c.month)
    )
    found: dict[tuple[int, int], int] = defaultdict(int)
    for statement in (whole, this):
        for person_id, month, total in session.connection().execute(statement):
            found[person_id, month] = int(total) // 60
    return found


def _people(
    session: Session,
    actor: Actor,
    capacity: dict[int, dict[int, int]],
    billable: dict[tuple[int, int], int],
    month: int,
) -> Iterable[PersonUse]:
    statement = select(PERSON.c.id, PERSON.c.name, PERSON.c.target_percent).where(visible(actor, Person))
    for person_id, name, target in session.connection().execute(statement.order_by(PERSON.c.name)):
        mine, worked = capacity.get(person_id, {}).get(month, 0), billable.get((person_id, month), 0)
        if mine or worked:
            yield PersonUse(person_id, name, worked, mine, target)


def month_label(month: int) -> date:
    """The first day of a month, for its name."""
    return weeks.month_days(month)[0]
