"""The planner: people and open roles over weeks, their bookings, and their load against net capacity."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session

from psa_app.access import Actor, require, visible
from psa_app.models import Person
from psa_app.queries.capacity import PersonDays, person_days
from psa_app.queries.planning.booked import Placed, bookings, placed
from psa_app.queries.projects.tables import ACCOUNT, BOOKING, PERSON, PROJECT, ROLE, TASK
from psa_app.rules import weeks
from psa_app.rules.capacity import overbooked, utilization

WEEKS = 12
MOST_WEEKS = 26


@dataclass(frozen=True, slots=True)
class WeekLoad:
    """A person's week (yyyyww): net capacity, booked minutes, and the words of its days off."""

    week: int
    net: int
    confirmed: int
    tentative: int
    off: tuple[str, ...] = ()

    def share(self, *, with_tentative: bool = False) -> Fraction | None:
        """Booked ÷ net capacity; None without capacity."""
        booked = self.confirmed + (self.tentative if with_tentative else 0)
        return utilization(booked, self.net)

    def is_over(self, *, with_tentative: bool = False) -> bool:
        """More is booked than there is time."""
        return overbooked(self.confirmed + (self.tentative if with_tentative else 0), self.net)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A person (`person_id`) or an open role (`role_id`), with a load for each week."""

    person_id: int | None
    role_id: int | None
    name: str
    role: str
    loads: tuple[WeekLoad, ...]

    @property
    def key(self) -> str:
        """p7 for a person, r3 for an open role."""
        return f"p{self.person_id}" if self.person_id is not None else f"r{self.role_id}"


@dataclass(frozen=True, slots=True)
class BoardBar:
    """A booking; `minutes` fall into the weeks shown. `unplaced` are minutes of a total that found no day."""

    id: int
    version: int
    row: str
    project_id: int
    project: str
    account: str
    task_id: int | None
    task: str
    color: int
    starts_on: date
    ends_on: date
    mode: str
    minutes_per_day: int
    percent: int
    total_minutes: int
    is_tentative: bool
    is_billable: bool
    note: str
    minutes: int
    unplaced: int


@dataclass(frozen=True, slots=True)
class Board:
    """`weeks` from the first shown; rows with open roles first; bars by row and start."""

    weeks: tuple[int, ...]
    rows: tuple[BoardRow, ...]
    bars: tuple[BoardBar, ...]

    def conflicts(self, *, with_tentative: bool = False) -> list[tuple[BoardRow, WeekLoad]]:
        """Who is overbooked, in which week."""
        return [
            (row, load)
            for row in self.rows
            if row.person_id is not None
            for load in row.loads
            if load.is_over(with_tentative=with_tentative)
        ]


def board(
    session: Session,
    actor: Actor,
    first: date,
    count: int = WEEKS,
    *,
    project_id: int | None = None,
    role_id: int | None = None,
    text: str = "",
) -> Board:
    """The plan of `count` weeks from the week of `first`; people are narrowed by project, role or name.

    A member sees the own row only.
    """
    require(actor, "bookings.read")
    shown = _weeks(first, max(1, min(count, MOST_WEEKS)))
    start, end = weeks.monday(shown[0]), weeks.days(shown[-1])[6]
    rows = bookings(session, actor, start, end)
    where = placed(session, actor, rows, start, end)
    days = person_days(session, actor, start, end)
    people = _people(session, actor, start, end, project_id, role_id, text)
    own = [_person_row(person, days[person.id], rows, where, shown) for person in people if person.id in days]
    opened = _open_rows(session, rows, where, shown, project_id, role_id, text)
    listed = (*opened, *own)
    keys = {row.key for row in listed}
    bars = tuple(bar for bar in _bars(session, rows, where) if bar.row in keys)
    return Board(shown, listed, bars)


def _weeks(first: date, count: int) -> tuple[int, ...]:
    monday = first - timedelta(first.weekday())
    return tuple(weeks.week_of(monday + timedelta(7 * number)) for number in range(count))


def _people(
    session: Session,
    actor: Actor,
    start: date,
    end: date,
    project_id: int | None,
    role_id: int | None,
    text: str,
) -> Sequence[Any]:
    statement = (
        select(PERSON.c.id, PERSON.c.name, ROLE.c.name.label("role"))
        .join(ROLE, ROLE.c.id == PERSON.c.role_id)
        .where(
            visible(actor, Person),
            PERSON.c.hired_on <= end,
            or_(PERSON.c.left_on.is_(None), PERSON.c.left_on >= start),
        )
        .order_by(PERSON.c.name, PERSON.c.id)
    )
    if role_id is not None:
        statement = statement.where(PERSON.c.role_id == role_id)
    if project_id is not None:
        booked = select(BOOKING.c.person_id).where(
            BOOKING.c.project_id == project_id, BOOKING.c.starts_on <= end, BOOKING.c.ends_on >= start
        )
        statement = statement.where(PERSON.c.id.in_(booked))
    if text.strip():
        statement = statement.where(func.lower(PERSON.c.name).contains(text.strip().lower(), autoescape=True))
    return session.connection().execute(statement).all()


def _person_row(
    person: Any, days: PersonDays, rows: Sequence[Any], where: Mapping[int, Placed], shown: Sequence[int]
) -> BoardRow:
    mine = [row for row in rows if row.person_id == person.id]
    return BoardRow(person.id, None, person.name, person.role, _loads(mine, where, shown, days))


def _loads(
    mine: Sequence[Any], where: Mapping[int, Placed], shown: Sequence[int], days: PersonDays | None
) -> tuple[WeekLoad, ...]:
    booked: dict[tuple[int, bool], int] = defaultdict(int)
    for row in mine:
        for day, amount in where[row.id].minutes.items():
            booked[weeks.week_of(day), row.is_tentative] += amount
    return tuple(
        WeekLoad(
            week,
            days.between(weeks.days(week)[0], weeks.days(week)[6]) if days else 0,
            booked[week, False],
            booked[week, True],
            _off(days, week) if days else (),
        )
        for week in shown
    )


def _off(days: PersonDays, week: int) -> tuple[str, ...]:
    words = (days.off[day] for day in weeks.days(week)[:5] if day in days.off)
    return tuple(dict.fromkeys(words))


def _open_rows(
    session: Session,
    rows: Sequence[Any],
    where: Mapping[int, Placed],
    shown: Sequence[int],
    project_id: int | None,
    role_id: int | None,
    text: str,
) -> Iterable[BoardRow]:
    wanted = [row for row in rows if row.person_id is None and (project_id in (None, row.project_id))]
    ids = {row.role_id for row in wanted if role_id in (None, row.role_id)}
    names = session.connection().execute(
        select(ROLE.c.id, ROLE.c.name).where(ROLE.c.id.in_(ids)).order_by(ROLE.c.name)
    )
    for one, name in names:
        if text.strip().lower() in name.lower():
            mine = [row for row in wanted if row.role_id == one]
            yield BoardRow(None, one, name, "", _loads(mine, where, shown, None))


def _bars(session: Session, rows: Sequence[Any], where: Mapping[int, Placed]) -> Iterable[BoardBar]:
    projects = _named(session, {row.project_id for row in rows})
    tasks = _tasks(session, {row.task_id for row in rows if row.task_id is not None})
    for row in rows:
        project = projects[row.project_id]
        yield BoardBar(
            row.id,
            row.version,
            f"p{row.person_id}" if row.person_id is not None else f"r{row.role_id}",
            row.project_id,
            project.name,
            project.account or "",
            row.task_id,
            tasks.get(row.task_id, ""),
            project.color,
            row.starts_on,
            row.ends_on,
            row.mode,
            row.minutes_per_day,
            row.percent,
            row.total_minutes,
            row.is_tentative,
            row.is_billable,
            row.note,
            sum(where[row.id].minutes.values()),
            where[row.id].unplaced,
        )


def _named(session: Session, ids: set[int]) -> dict[int, Any]:
    statement = (
        select(PROJECT.c.id, PROJECT.c.name, PROJECT.c.color, ACCOUNT.c.name.label("account"))
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .where(PROJECT.c.id.in_(ids))
    )
    return {row.id: row for row in session.connection().execute(statement)}


def _tasks(session: Session, ids: set[int]) -> dict[int, str]:
    found = session.connection().execute(select(TASK.c.id, TASK.c.name).where(TASK.c.id.in_(ids)))
    return {row.id: row.name for row in found}
