"""Copying last week's hours into this week's empty cells."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, act
from psa_app.errors import Conflict, PsaError
from psa_app.models import Holiday, Leave, Person
from psa_app.queries.time.tables import ENTRY
from psa_app.rules import hours, weeks
from psa_app.services.time import checks, facts, modifiers, pricing
from psa_app.services.time.entries import insert_entry, new_values


@dataclass(frozen=True, slots=True)
class Copied:
    """The entries that were made, and how many cells were left out and why, in sentences."""

    entry_ids: tuple[int, ...]
    seconds: int
    left_out: tuple[str, ...]


@act("timesheets", "copy_last_week", right="time.log")
def copy_last_week(session: Session, actor: Actor, *, week: int, person_id: int | None = None) -> Copied:
    """Fills empty cells of `week` with the same weekday's hours of the week before, as drafts.

    Left out are days still to come, holidays, leave, locked days, and tasks that are closed.
    Whole minutes are copied with their modifier (left out where it does not count any more), without
    notes. Raises `Conflict` when there is nothing to copy.
    """
    person = facts.locked_person(session, facts.whose(actor, person_id))
    source = _cells(session, person.id, weeks.previous_week(week))
    if not source:
        raise Conflict("There is no time in the week before.", "week")
    taken = {(task_id, day) for task_id, day, _ in _cells(session, person.id, week)}
    today = clock.today(person.time_zone)
    away = _away(session, person.id, week)
    made: list[tuple[int, int]] = []
    left_out: dict[str, None] = {}
    for (task_id, day, modifier_id), seconds in source.items():
        then = day + timedelta(days=7)
        if (task_id, then) in taken or then > today or then in away:
            continue
        try:
            made.append(_copy(session, actor, person, Source(task_id, then, seconds, modifier_id)))
        except PsaError as error:
            left_out[error.sentence] = None
    return Copied(tuple(one for one, _ in made), sum(seconds for _, seconds in made), tuple(left_out))


def _cells(session: Session, person_id: int, week: int) -> dict[tuple[int, date, int | None], int]:
    """Seconds by task, day and modifier."""
    days = weeks.days(week)
    cells: dict[tuple[int, date, int | None], int] = defaultdict(int)
    rows = session.connection().execute(
        select(ENTRY.c.task_id, ENTRY.c.work_date, ENTRY.c.modifier_id, ENTRY.c.seconds)
        .where(ENTRY.c.person_id == person_id, ENTRY.c.work_date.between(days[0], days[6]))
        .order_by(ENTRY.c.work_date, ENTRY.c.id)
    )
    for task_id, day, modifier_id, seconds in rows:
        cells[task_id, day, modifier_id] += seconds
    return cells


def _away(session: Session, person_id: int, week: int) -> set[date]:
    """Holidays of the person's calendar, and days of approved leave."""
    days = weeks.days(week)
    calendar = session.get_one(Person, person_id).calendar
    connection = session.connection()
    holiday: Any = Holiday.__table__  # type: ignore[attr-defined]
    leave: Any = Leave.__table__  # type: ignore[attr-defined]
    found = connection.execute(
        select(holiday.c.day).where(holiday.c.calendar == calendar, holiday.c.day.between(days[0], days[6]))
    )
    away = {day for (day,) in found}
    leaves = connection.execute(
        select(leave.c.starts_on, leave.c.ends_on).where(
            leave.c.person_id == person_id,
            leave.c.status == "approved",
            leave.c.minutes_per_day.is_(None),
            leave.c.starts_on <= days[6],
            leave.c.ends_on >= days[0],
        )
    )
    for first, last in leaves:
        away |= {day for day in days if first <= day <= last}
    return away


@dataclass(frozen=True, slots=True)
class Source:
    """What a new entry is made of: task, its day in the new week, and the old one's time."""

    task_id: int
    day: date
    seconds: int
    modifier_id: int | None


def _copy(session: Session, actor: Actor, person: Any, source: Source) -> tuple[int, int]:
    day = source.day
    task = facts.task_for(session, actor, person, source.task_id, day)
    checks.check_open(task.locked_through, day, actor)
    checks.check_employed(person, day, clock.today(person.time_zone))
    checks.check_task(task, person)
    whole = max(60, (source.seconds + 30) // 60 * 60)
    hours.check_day(task.day_seconds + whole)
    modifier = modifiers.chosen(session, actor, source.modifier_id, task, day)
    price = pricing.price_one(session, person, task, day, modifier=modifier)
    values = new_values(person, task, day, whole, price, modifier_id=source.modifier_id)
    return insert_entry(session, actor, values), whole
