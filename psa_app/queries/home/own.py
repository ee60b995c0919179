"""A person's own Home: the week, what is planned, what came back, what to work on. Never a price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, case, func, literal_column, select
from sqlmodel import Session

from psa_app.access import Actor, once_alike, require, visible
from psa_app.db import among_ids, as_ids
from psa_app.models import Project, Task
from psa_app.prepared import Prepared
from psa_app.queries.capacity import PersonDays, person_days
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.queries.planning.booked import bookings_of, placed
from psa_app.queries.projects.tables import ACCOUNT, ENTRY, PROJECT, TASK
from psa_app.queries.time.tables import SHEET
from psa_app.rules import weeks

AHEAD_WEEKS = 4
TASKS = 8
RETURNED = 20


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day of the week: seconds logged, minutes there are to work, and why it is off."""

    day: date
    seconds: int
    capacity: int
    off: str


@dataclass(frozen=True, slots=True)
class OwnWeek:
    """A week (yyyyww). `state`: open | submitted | partly_approved | approved, from its entries."""

    week: int
    days: tuple[OwnDay, ...]
    state: str

    @property
    def seconds(self) -> int:
        """All that is logged."""
        return sum(day.seconds for day in self.days)

    @property
    def capacity(self) -> int:
        """All that there is to work, in minutes."""
        return sum(day.capacity for day in self.days)


@dataclass(frozen=True, slots=True)
class Returned:
    """An entry that came back with a reason."""

    id: int
    day: date
    project: str
    task: str
    seconds: int
    reason: str


@dataclass(frozen=True, slots=True)
class OwnBooking:
    """A project on which the person is planned: minutes in each of the next weeks."""

    project_id: int
    project: str
    account: str
    color: int
    starts_on: date
    ends_on: date
    is_tentative: bool
    minutes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OwnTask:
    """An open task, with the person's own seconds on it in this week and in all."""

    id: int
    name: str
    project_id: int
    project: str
    account: str
    color: int
    week_seconds: int
    seconds: int


@dataclass(frozen=True, slots=True)
class OwnHome:
    """`weeks` are those of `bookings`; `capacity` the net minutes of each."""

    facts: FirmFacts
    this_week: OwnWeek
    last_week: OwnWeek
    returned: tuple[Returned, ...]
    weeks: tuple[int, ...]
    capacity: tuple[int, ...]
    bookings: tuple[OwnBooking, ...]
    tasks: tuple[OwnTask, ...]


def own_home(session: Session, actor: Actor) -> OwnHome:
    """The actor's own figures; all empty for a user who is no person."""
    require(actor, "home.read")
    facts = firm_facts(session)
    mine = actor.person_id or 0
    this = weeks.week_of(facts.today)
    ahead = _ahead(this)
    start, end = weeks.monday(weeks.previous_week(this)), weeks.days(ahead[-1])[6]
    days = person_days(session, actor, start, end, [mine]).get(mine) or PersonDays(mine, {}, {})
    return OwnHome(
        facts,
        _week(session, mine, this, days),
        _week(session, mine, weeks.previous_week(this), days),
        tuple(_returned(session, mine)),
        ahead,
        tuple(days.between(weeks.days(week)[0], weeks.days(week)[6]) for week in ahead),
        tuple(_bookings(session, actor, mine, ahead)),
        tuple(_tasks(session, actor, mine, this)),
    )


def _ahead(this: int) -> tuple[int, ...]:
    found = [this]
    while len(found) < AHEAD_WEEKS:
        found.append(weeks.next_week(found[-1]))
    return tuple(found)


def _week(session: Session, person_id: int, week: int, days: PersonDays) -> OwnWeek:
    days_of_week = weeks.days(week)
    values = {"whose": person_id, "first": days_of_week[0], "last": days_of_week[6]}
    rows = _WORKED.all(session, values)
    worked: dict[date, int] = {}
    for row in rows:
        worked[row.work_date] = worked.get(row.work_date, 0) + int(row.seconds)
    state = _state(session, person_id, week, {row.status for row in rows})
    listed = tuple(
        OwnDay(day, worked.get(day, 0), days.net.get(day, 0), days.off.get(day, "")) for day in days_of_week
    )
    return OwnWeek(week, listed, state)


_WORKED = Prepared(
    select(ENTRY.c.work_date, ENTRY.c.status, func.sum(ENTRY.c.seconds).label("seconds"))
    .where(
        ENTRY.c.person_id == bindparam("whose"),
        ENTRY.c.work_date.between(bindparam("first"), bindparam("last")),
    )
    .group_by(ENTRY.c.work_date, ENTRY.c.status)
)


def _state(session: Session, person_id: int, week: int, statuses: set[str]) -> str:
    if "draft" in statuses:
        return "open"
    if "submitted" in statuses:
        return "partly_approved" if statuses & {"approved", "invoiced"} else "submitted"
    if statuses:
        return "approved"
    return "submitted" if _HANDED_IN.first(session, {"whose": person_id, "week": week}) else "open"


_HANDED_IN = Prepared(
    select(SHEET.c.id).where(
        SHEET.c.person_id == bindparam("whose"),
        SHEET.c.week == bindparam("week"),
        SHEET.c.recalled_at.is_(None),
    )
)


def _returned(session: Session, person_id: int) -> Sequence[Returned]:
    return [Returned(*row) for row in _CAME_BACK.all(session, {"whose": person_id})]


_CAME_BACK = Prepared(
    select(
        ENTRY.c.id,
        ENTRY.c.work_date,
        PROJECT.c.name.label("project"),
        TASK.c.name.label("task"),
        ENTRY.c.seconds,
        ENTRY.c.reject_reason,
    )
    .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
    .join(TASK, TASK.c.id == ENTRY.c.task_id)
    .where(
        ENTRY.c.person_id == bindparam("whose"),
        ENTRY.c.reject_reason != literal_column("''"),  # as the index of them says it
        # Drafts, said so that SQLite looks among the person's entries, not among all drafts of the firm.
        *(ENTRY.c.status != other for other in ("submitted", "approved", "invoiced")),
    )
    .order_by(ENTRY.c.work_date, ENTRY.c.id)
    .limit(RETURNED)
)


def _bookings(session: Session, actor: Actor, person_id: int, ahead: Sequence[int]) -> Sequence[OwnBooking]:
    start, end = weeks.monday(ahead[0]), weeks.days(ahead[-1])[6]
    rows = bookings_of(session, actor, person_id, start, end)
    where = placed(session, actor, rows, start, end)
    named = _projects(session, {row.project_id for row in rows})
    found = []
    for row in rows:
        of = named[row.project_id]
        minutes = [sum(where[row.id].minutes.get(day, 0) for day in weeks.days(week)) for week in ahead]
        found.append(
            OwnBooking(
                row.project_id,
                of.name,
                of.account or "",
                of.color,
                row.starts_on,
                row.ends_on,
                row.is_tentative,
                tuple(minutes),
            )
        )
    return found


def _projects(session: Session, ids: set[int]) -> dict[int, Any]:
    if not ids:
        return {}
    return {row.id: row for row in _NAMED.all(session, {"ids": as_ids(session, list(ids))})}


_NAMED = Prepared(
    lambda sqlite: (
        select(PROJECT.c.id, PROJECT.c.name, PROJECT.c.color, ACCOUNT.c.name.label("account"))
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .where(among_ids(PROJECT.c.id, "ids", sqlite=sqlite))
    )
)


def _tasks(session: Session, actor: Actor, person_id: int, week: int) -> Sequence[OwnTask]:
    """Open tasks of running projects on which the person worked in the last eight weeks, the latest first."""
    first = weeks.monday(week)
    values = {"whose": person_id, "first": first, "since": first - timedelta(8 * 7)}
    return [
        OwnTask(
            row.id,
            row.name,
            row.project_id,
            row.project,
            row.account or "",
            row.color,
            int(row.week_seconds or 0),
            int(row.seconds or 0),
        )
        for row in _latest_tasks(actor).all(session, values)
    ]


@once_alike
def _latest_tasks(actor: Actor) -> Prepared:
    in_week = case((ENTRY.c.work_date >= bindparam("first"), ENTRY.c.seconds), else_=0)
    mine = (
        select(
            ENTRY.c.task_id,
            func.max(ENTRY.c.work_date).label("last"),
            func.sum(ENTRY.c.seconds).label("seconds"),
            func.sum(in_week).label("week_seconds"),
        )
        .where(ENTRY.c.person_id == bindparam("whose"), ENTRY.c.work_date >= bindparam("since"))
        .group_by(ENTRY.c.task_id)
        .subquery()
    )
    return Prepared(
        select(
            TASK.c.id,
            TASK.c.name,
            TASK.c.project_id,
            PROJECT.c.name.label("project"),
            PROJECT.c.color,
            ACCOUNT.c.name.label("account"),
            mine.c.week_seconds,
            mine.c.seconds,
        )
        .join(PROJECT, PROJECT.c.id == TASK.c.project_id)
        .join(mine, mine.c.task_id == TASK.c.id)
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .where(
            TASK.c.status == "open",
            PROJECT.c.status == "active",
            visible(actor, Task),
            visible(actor, Project),
        )
        .order_by(mine.c.last.desc(), mine.c.seconds.desc(), TASK.c.id)
        .limit(TASKS)
    )
