"""The people of the firm as they are today: hours a week, target, and for some what an hour costs."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from psa_app.access import Actor, may, require, visible
from psa_app.models import CostRate, Leave, Person, Role, WorkPattern

MOST = 500


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person on a day. `week_minutes` are contract minutes of a week, None where none are known;
    `cost` is an hour in the base currency, None also for who may not see it."""

    id: int
    name: str
    email: str
    role: str
    employment: str
    hired_on: date
    left_on: date | None
    target_percent: int | None
    week_minutes: int | None
    cost: int | None
    away_until: date | None


def people_on(
    session: Session, actor: Actor, today: date, *, search: str = "", former: bool = False
) -> list[PersonRow]:
    """Who works here on a day (or does no more), by name."""
    require(actor, "people.read")
    gone = and_(col(Person.left_on).is_not(None), col(Person.left_on) < today)
    where: list[ColumnElement[bool]] = [visible(actor, Person), gone if former else ~gone]
    where += [
        or_(
            *(col(field).icontains(word, autoescape=True) for field in (Person.name, Person.email, Role.name))
        )
        for word in search.split()[:6]
    ]
    columns: list[Any] = [
        Person.id,
        Person.name,
        Person.email,
        col(Role.name).label("role"),
        Person.employment,
        Person.hired_on,
        Person.left_on,
        Person.target_percent,
        _week(today).label("week"),
        _away(today).label("away"),
    ]
    if may(actor, "cost.read"):
        columns.append(_cost(today).label("cost"))
    statement = (
        select_columns(*columns)
        .join(Role, col(Role.id) == col(Person.role_id))
        .where(*where)
        .order_by(Person.name, col(Person.id))
        .limit(MOST)
    )
    return [
        PersonRow(
            row.id,
            row.name,
            row.email,
            row.role,
            row.employment,
            row.hired_on,
            row.left_on,
            row.target_percent,
            row.week,
            getattr(row, "cost", None),
            row.away,
        )
        for row in session.connection().execute(statement)
    ]


def _week(today: date) -> Any:
    """Contract minutes of a week by the hours that hold on a day, else by those still to come."""
    days = (WorkPattern.mon, WorkPattern.tue, WorkPattern.wed, WorkPattern.thu, WorkPattern.fri)
    total: Any = sum((col(day) for day in days), start=col(WorkPattern.sat) + col(WorkPattern.sun))
    return (
        select_columns(total)
        .where(col(WorkPattern.person_id) == col(Person.id))
        .order_by((col(WorkPattern.valid_from) > today), col(WorkPattern.valid_from).desc())
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )


def _cost(today: date) -> Any:
    return (
        select_columns(col(CostRate.amount_minor))
        .where(col(CostRate.person_id) == col(Person.id), col(CostRate.valid_from) <= today)
        .order_by(col(CostRate.valid_from).desc())
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )


def _away(today: date) -> Any:
    return (
        select_columns(col(Leave.ends_on))
        .where(
            col(Leave.person_id) == col(Person.id),
            col(Leave.status) == "approved",
            col(Leave.starts_on) <= today,
            col(Leave.ends_on) >= today,
            col(Leave.minutes_per_day).is_(None),
        )
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )
