"""How much time people have: contract hours less holidays, leave and days outside employment.

The rules are in `rules/capacity.py`; here the rows are read once for all people and any period.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from psa_app.access import Actor, once_alike, require, visible
from psa_app.db import among_ids, as_ids
from psa_app.models import Leave, Person, WorkPattern
from psa_app.prepared import Prepared
from psa_app.queries.projects.tables import HOLIDAY, LEAVE, PATTERN, PERSON
from psa_app.rules import weeks
from psa_app.rules.capacity import DAY_MINUTES, Pattern, gross_by_day

_HOLIDAYS = Prepared(
    select(HOLIDAY.c.day, HOLIDAY.c.name).where(
        HOLIDAY.c.calendar == bindparam("calendar"),
        HOLIDAY.c.day.between(bindparam("start"), bindparam("end")),
    )
)
LEAVE_WORDS = {"vacation": "Vacation", "sick": "Sick leave", "other": "Leave"}


@dataclass(frozen=True, slots=True)
class PersonDays:
    """A person's days of a period: minutes without leave (`gross`) and with it (`net`).

    `off` says in words why a contract day is free or short: "New Year's Day", "Vacation".
    """

    person_id: int
    gross: Mapping[date, int]
    net: Mapping[date, int]
    off: Mapping[date, str] = field(default_factory=dict)

    def between(self, start: date, end: date) -> int:
        """Net minutes from a day to a day, both included."""
        return sum(self.net.get(start + timedelta(offset), 0) for offset in range((end - start).days + 1))


def person_days(
    session: Session, actor: Actor, start: date, end: date, person_ids: Collection[int] | None = None
) -> dict[int, PersonDays]:
    """The days of people from `start` to `end`, both included; only those whose hours the actor may see."""
    require(actor, "bookings.read")
    people = _people(session, actor, person_ids)
    ids = [person.id for person in people]
    patterns, absences = _patterns(session, actor, ids), _absences(session, actor, ids, start, end)
    holidays = _holidays(session, {person.calendar for person in people}, start, end)
    alike: dict[tuple[Any, ...], dict[date, int]] = {}  # most people work the same hours
    found: dict[int, PersonDays] = {}
    for person in people:
        if person.id in patterns:
            free = holidays[person.calendar]
            key = (person.calendar, *patterns[person.id])
            if key not in alike:
                alike[key] = gross_by_day(patterns[person.id], free, start, end)
            gross = _employed(alike[key], person, start, end)
            found[person.id] = _days(person.id, gross, free, absences.get(person.id, ()), start, end)
    return found


def net_by_month(days: PersonDays) -> dict[int, int]:
    """Net minutes summed by month (yyyymm)."""
    summed: dict[int, int] = defaultdict(int)
    for day, minutes in days.net.items():
        if minutes:
            summed[day.year * 100 + day.month] += minutes
    return summed


def net_by_week(days: PersonDays) -> dict[int, int]:
    """Net minutes summed by ISO week (yyyyww)."""
    summed: dict[int, int] = defaultdict(int)
    for day, minutes in days.net.items():
        if minutes:
            summed[weeks.week_of(day)] += minutes
    return summed


def _employed(gross: dict[date, int], person: Any, start: date, end: date) -> dict[date, int]:
    first, last = person.hired_on, person.left_on or date.max
    if first <= start and last >= end:
        return gross
    return {day: minutes if first <= day <= last else 0 for day, minutes in gross.items()}


def _days(
    person_id: int,
    gross: dict[date, int],
    holidays: Mapping[date, str],
    absences: Iterable[Any],
    start: date,
    end: date,
) -> PersonDays:
    net, off = dict(gross), dict(holidays)
    for leave in absences:
        taken = DAY_MINUTES if leave.minutes_per_day is None else leave.minutes_per_day
        for day in _each(max(leave.starts_on, start), min(leave.ends_on, end)):
            if gross[day]:
                net[day] = max(net[day] - taken, 0)
                off[day] = LEAVE_WORDS.get(leave.kind, "Leave")
    return PersonDays(person_id, gross, net, off)


def _each(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(offset) for offset in range((last - first).days + 1))


def _people(session: Session, actor: Actor, person_ids: Collection[int] | None) -> list[Any]:
    if person_ids is None:
        return _everyone(actor).all(session, {})
    return _some(actor).all(session, {"ids": as_ids(session, list(person_ids))})


@once_alike
def _everyone(actor: Actor) -> Prepared:
    return Prepared(_visible_people(actor))


@once_alike
def _some(actor: Actor) -> Prepared:
    return Prepared(lambda sqlite: _visible_people(actor).where(among_ids(PERSON.c.id, "ids", sqlite=sqlite)))


def _visible_people(actor: Actor) -> Any:
    statement = select(PERSON.c.id, PERSON.c.calendar, PERSON.c.hired_on, PERSON.c.left_on)
    return statement.where(visible(actor, Person)).order_by(PERSON.c.id)


def _patterns(session: Session, actor: Actor, ids: list[int]) -> dict[int, list[Pattern]]:
    found: dict[int, list[Pattern]] = defaultdict(list)
    for person_id, valid_from, *minutes in _patterns_of(actor).all(session, {"ids": as_ids(session, ids)}):
        found[person_id].append(Pattern(valid_from, tuple(minutes)))
    return found


@once_alike
def _patterns_of(actor: Actor) -> Prepared:
    week = (PATTERN.c[name] for name in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    statement = select(PATTERN.c.person_id, PATTERN.c.valid_from, *week).where(visible(actor, WorkPattern))
    return Prepared(lambda sqlite: statement.where(among_ids(PATTERN.c.person_id, "ids", sqlite=sqlite)))


def _absences(
    session: Session, actor: Actor, ids: list[int], start: date, end: date
) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in _absences_of(actor).all(session, {"ids": as_ids(session, ids), "start": start, "end": end}):
        found[row.person_id].append(row)
    return found


@once_alike
def _absences_of(actor: Actor) -> Prepared:
    statement = select(
        LEAVE.c.person_id, LEAVE.c.starts_on, LEAVE.c.ends_on, LEAVE.c.kind, LEAVE.c.minutes_per_day
    ).where(
        LEAVE.c.status == "approved",
        LEAVE.c.starts_on <= bindparam("end"),
        LEAVE.c.ends_on >= bindparam("start"),
        visible(actor, Leave),
    )
    return Prepared(lambda sqlite: statement.where(among_ids(LEAVE.c.person_id, "ids", sqlite=sqlite)))


def _holidays(
    session: Session, calendars: Collection[str], start: date, end: date
) -> dict[str, dict[date, str]]:
    found: dict[str, dict[date, str]] = {}
    for calendar in calendars:
        days = _HOLIDAYS.all(session, {"calendar": calendar, "start": start, "end": end})
        found[calendar] = {row.day: row.name for row in days}
    return found
