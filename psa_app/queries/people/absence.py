"""Who is away when: a month of days for each person."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from psa_app.access import Actor, may, require, visible
from psa_app.models import Holiday, Leave, Person
from psa_app.rules.weeks import month_days


@dataclass(frozen=True, slots=True)
class Away:
    """Leave of a person; `kind` is "" for who may not know it, `minutes_per_day` None for whole days."""

    starts_on: date
    ends_on: date
    status: str
    kind: str
    minutes_per_day: int | None


@dataclass(frozen=True, slots=True)
class PersonMonth:
    """A person with their leave and the holidays of their calendar (name by day)."""

    person_id: int
    name: str
    leave: tuple[Away, ...]
    holidays: dict[date, str]


def month_of_leave(session: Session, actor: Actor, month: int) -> list[PersonMonth]:
    """A month (yyyymm) of everyone whose leave the actor may see and who works here then, by name."""
    require(actor, "leave.read")
    first, last = month_days(month)
    people = _people(session, actor, first, last)
    leave = _leave(session, actor, [int(one.id or 0) for one in people], first, last)
    holidays = _holidays(session, {one.calendar for one in people}, first, last)
    return [
        PersonMonth(int(one.id or 0), one.name, tuple(leave[int(one.id or 0)]), holidays[one.calendar])
        for one in people
    ]


def _people(session: Session, actor: Actor, first: date, last: date) -> list[Person]:
    """Everyone for who sees all leave; oneself for who sees only one's own."""
    statement = select(Person).where(
        visible(actor, Person),
        Person.hired_on <= last,
        col(Person.left_on).is_(None) | (col(Person.left_on) >= first),
    )
    if not may(actor, "people.read"):
        statement = statement.where(Person.id == actor.person_id)
    return list(session.exec(statement.order_by(Person.name, col(Person.id)).limit(500)).all())


def _leave(session: Session, actor: Actor, ids: list[int], first: date, last: date) -> dict[int, list[Away]]:
    found: dict[int, list[Away]] = defaultdict(list)
    knows = may(actor, "leave.decide")
    statement = (
        select(Leave)
        .where(
            visible(actor, Leave),
            col(Leave.person_id).in_(ids),
            col(Leave.status).in_(("requested", "approved")),
            Leave.starts_on <= last,
            Leave.ends_on >= first,
        )
        .order_by(col(Leave.starts_on))
    )
    for one in session.exec(statement):
        kind = one.kind if knows or one.person_id == actor.person_id else ""
        found[one.person_id].append(Away(one.starts_on, one.ends_on, one.status, kind, one.minutes_per_day))
    return found


def _holidays(session: Session, calendars: set[str], first: date, last: date) -> dict[str, dict[date, str]]:
    found: dict[str, dict[date, str]] = {calendar: {} for calendar in calendars}
    statement = select(Holiday).where(
        col(Holiday.calendar).in_(calendars), Holiday.day >= first, Holiday.day <= last
    )
    for one in session.exec(statement):
        found[one.calendar][one.day] = one.name
    return found
