"""Bookings as minutes a day, spread over each person's working days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select
from sqlmodel import Session

from psa_app.access import Actor, once_alike, require, visible
from psa_app.models import Booking
from psa_app.prepared import Prepared
from psa_app.queries.capacity import PersonDays, person_days
from psa_app.queries.projects.tables import BOOKING
from psa_app.rules.capacity import BookingPlan, Pattern, gross_by_day, spread, unplaced

FULL_TIME = Pattern(date.min, (480, 480, 480, 480, 480, 0, 0))
"""What an open role is taken to work until a person is booked."""

Minutes = Mapping[date, int]


def bookings(
    session: Session, actor: Actor, start: date, end: date, *where: ColumnElement[bool]
) -> Sequence[Any]:
    """The rows of `booking` that touch a period and that the actor may see, by start, then id."""
    require(actor, "bookings.read")
    statement = (
        select(BOOKING)
        .where(BOOKING.c.starts_on <= end, BOOKING.c.ends_on >= start, visible(actor, Booking), *where)
        .order_by(BOOKING.c.starts_on, BOOKING.c.id)
    )
    return session.connection().execute(statement).all()


def bookings_of(session: Session, actor: Actor, person_id: int, start: date, end: date) -> Sequence[Any]:
    """The same of one person, by a statement made once."""
    require(actor, "bookings.read")
    return _of_person(actor).all(session, {"whose": person_id, "start": start, "end": end})


@once_alike
def _of_person(actor: Actor) -> Prepared:
    touches = (BOOKING.c.starts_on <= bindparam("end"), BOOKING.c.ends_on >= bindparam("start"))
    return Prepared(
        select(BOOKING)
        .where(*touches, visible(actor, Booking), BOOKING.c.person_id == bindparam("whose"))
        .order_by(BOOKING.c.starts_on, BOOKING.c.id)
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """Minutes by day within a period; `unplaced` are those of a total that found no working day."""

    minutes: Minutes
    unplaced: int = 0


def placed(session: Session, actor: Actor, rows: Sequence[Any], start: date, end: date) -> dict[int, Placed]:
    """Where each booking (by id) falls in the period.

    A total is spread over all of its own days first, so what falls into the period does not
    depend on the period.
    """
    if not rows:
        return {}
    totals = [row for row in rows if row.mode == "total"]
    first = min([start, *(row.starts_on for row in totals)])
    last = max([end, *(row.ends_on for row in totals)])
    people = {row.person_id for row in rows if row.person_id is not None}
    days = person_days(session, actor, first, last, people)
    has_open = any(row.person_id is None for row in rows)
    nobody = gross_by_day([FULL_TIME], (), first, last) if has_open else {}
    return {row.id: _placed(row, _capacity(days, row, nobody), start, end) for row in rows}


def _capacity(days: Mapping[int, PersonDays], row: Any, nobody: Minutes) -> Minutes:
    if row.person_id is None:
        return nobody
    mine = days.get(row.person_id)
    return mine.net if mine else {}


def _placed(row: Any, capacity: Minutes, start: date, end: date) -> Placed:
    is_total = row.mode == "total"
    first, last = (
        (row.starts_on, row.ends_on) if is_total else (max(row.starts_on, start), min(row.ends_on, end))
    )
    if last < first:
        return Placed({})
    plan = BookingPlan(first, last, row.mode, row.minutes_per_day, row.percent, row.total_minutes)
    within = {day: amount for day, amount in spread(plan, capacity).items() if start <= day <= end}
    return Placed(within, unplaced(plan, capacity) if is_total else 0)
