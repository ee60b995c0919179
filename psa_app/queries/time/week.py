"""A person's week: rows of project and task, a cell for each day, capacity, and what became of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, as_id, may, once_alike, require, visible
from psa_app.db import among_ids, as_ids
from psa_app.errors import NotFound
from psa_app.models import Person, Task, TimeEntry
from psa_app.prepared import Prepared
from psa_app.queries.capacity import PersonDays, person_days
from psa_app.queries.time.choices import belongs
from psa_app.queries.time.modifiers import ModifierChoice, modifier_choices
from psa_app.queries.time.tables import ACCOUNT, ENTRY, FIRM, LINE, MODIFIER, PERSON, PROJECT, TASK, TIMER
from psa_app.queries.time.week_sheets import SheetView, sheets_of
from psa_app.queries.time.with_client import IS_WAITING
from psa_app.rules import weeks
from psa_app.rules.timesheets import HandedIn, Week, week_state


@dataclass(frozen=True, slots=True)
class CellView:
    """A task on a day: all its seconds, of which `fixed` are not the grid's own draft.

    `state` is the furthest that any of its entries is: "" (draft), rejected, submitted, with_client,
    approved or invoiced; `reason` says why it was sent back. `parts` are the seconds at a modifier, by
    its id, with its name.
    """

    seconds: int = 0
    fixed: int = 0
    note: str = ""
    state: str = ""
    reason: str = ""
    entry_ids: tuple[int, ...] = ()
    parts: tuple[tuple[int, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RowView:
    """A task with its seven cells. `is_open` tells whether more time may be logged on it."""

    task_id: int
    project_id: int
    project: str
    client: str
    task: str
    color: int
    is_billable: bool
    is_open: bool
    cells: tuple[CellView, ...]
    is_running: bool = False
    modifiers: tuple[ModifierChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class DayView:
    """A day: net capacity in minutes, in words why it is off or short, whether it is locked."""

    day: date
    capacity: int
    off: str
    is_locked: bool
    is_today: bool
    seconds: int


@dataclass(frozen=True, slots=True)
class WeekView:
    """A whole week. Seconds are as worked; capacity is net, in minutes."""

    person_id: int
    person: str
    time_zone: str
    week: int
    state: str
    days: tuple[DayView, ...]
    rows: tuple[RowView, ...]
    sheets: tuple[SheetView, ...]
    seconds: int
    billable: int
    unsent: int
    capacity: int
    locked_through: date | None
    is_own: bool
    may_write: bool
    timer_task_id: int | None
    last_week_seconds: int


def week_view(
    session: Session,
    actor: Actor,
    week: int | None = None,
    *,
    person_id: int | None = None,
    more_tasks: Collection[int] = (),
) -> WeekView:
    """The week (the present one by default) of a person (the actor), within what the actor may see.

    Rows are the tasks with time in this week, in the last one (until this is handed in), and
    `more_tasks`. Raises `NotFound`
    for a person that is not there, `Invalid` for a week that is none.
    """
    require(actor, "time.read")
    person = _person(session, actor, person_id or actor.person_id or 0)
    week = week or weeks.week_of(clock.today(person.time_zone))
    days = weeks.days(week)
    whose = int(person.id)
    found = _entries(session, actor, whose, weeks.monday(weeks.previous_week(week)), days[6])
    entries = [entry for entry in found if entry.work_date >= days[0]]
    last_week = [entry for entry in found if entry.work_date < days[0]]
    firm = _FIRM.all(session, {})[0]
    locked = firm.locked_through
    timer = _timer_task(session, actor, whose)
    sheets = sheets_of(session, actor, whose, week, entries)
    state = _state(sheets, entries)
    ready = _tasks_of(last_week) if state in ("open", "draft") else {}
    rows = _rows(session, actor, whose, days, entries, [*ready, *more_tasks], timer)
    if firm.has_modifiers and may(actor, "time.log"):
        rows = _with_modifiers(session, actor, rows, days)
    view_days = _days(session, actor, person, days, entries, locked)
    return WeekView(
        person_id=whose,
        person=person.name,
        time_zone=person.time_zone,
        week=week,
        state=state,
        days=view_days,
        rows=rows,
        sheets=tuple(sheet for sheet, _ in sheets),
        seconds=sum(entry.seconds for entry in entries),
        billable=sum(entry.seconds for entry in entries if entry.is_billable),
        unsent=sum(entry.status == "draft" for entry in entries),
        capacity=sum(day.capacity for day in view_days),
        locked_through=locked,
        is_own=whose == actor.person_id,
        may_write=whose == actor.person_id or may(actor, "time.import"),
        timer_task_id=timer,
        last_week_seconds=sum(entry.seconds for entry in last_week),
    )


def _person(session: Session, actor: Actor, person_id: int) -> Any:
    """As by `fetch`, of the columns that a week needs."""
    found = _whose(actor).first(session, {"row_id": as_id(person_id)})
    if found is None:
        raise NotFound()
    return found


@once_alike
def _whose(actor: Actor) -> Prepared:
    columns = (PERSON.c.id, PERSON.c.name, PERSON.c.time_zone)
    return Prepared(select(*columns).where(PERSON.c.id == bindparam("row_id"), visible(actor, Person)))


_ANY_MODIFIER = select(MODIFIER.c.id).exists()
_FIRM = Prepared(select(FIRM.c.locked_through, _ANY_MODIFIER.label("has_modifiers")))
_TIMER = Prepared(select(TIMER.c.task_id).where(TIMER.c.person_id == bindparam("whose")))


def _entries(session: Session, actor: Actor, person_id: int, first: date, last: date) -> list[Any]:
    values = {"whose": person_id, "first": first, "last": last}
    return _entries_between(actor).all(session, values)


@once_alike
def _entries_between(actor: Actor) -> Prepared:
    return Prepared(
        select(
            ENTRY.c.id,
            ENTRY.c.task_id,
            ENTRY.c.work_date,
            ENTRY.c.seconds,
            ENTRY.c.note,
            ENTRY.c.status,
            ENTRY.c.source,
            ENTRY.c.started_at.is_not(None).label("is_timed"),
            ENTRY.c.is_billable,
            ENTRY.c.reject_reason,
            ENTRY.c.timesheet_id,
            ENTRY.c.modifier_id,
            MODIFIER.c.name.label("modifier"),
            IS_WAITING.label("with_client"),
        )
        .select_from(ENTRY)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .outerjoin(LINE, LINE.c.id == TASK.c.sow_line_id)
        .outerjoin(MODIFIER, MODIFIER.c.id == ENTRY.c.modifier_id)
        .where(
            ENTRY.c.person_id == bindparam("whose"),
            ENTRY.c.work_date.between(bindparam("first"), bindparam("last")),
            visible(actor, TimeEntry),
        )
        .order_by(ENTRY.c.id)
    )


def _tasks_of(entries: Iterable[Any]) -> dict[int, None]:
    return dict.fromkeys(entry.task_id for entry in entries)


def _timer_task(session: Session, actor: Actor, person_id: int) -> int | None:
    if person_id != actor.person_id:
        return None
    found = _TIMER.first(session, {"whose": person_id})
    return found.task_id if found else None


def _rows(
    session: Session,
    actor: Actor,
    person_id: int,
    days: Sequence[date],
    entries: Sequence[Any],
    more: Collection[int],
    timer: int | None,
) -> tuple[RowView, ...]:
    by_cell: dict[tuple[int, date], list[Any]] = defaultdict(list)
    for entry in entries:
        by_cell[entry.task_id, entry.work_date].append(entry)
    logged = _tasks_of(entries)
    wanted = {*logged, *more, *([timer] if timer else [])}
    rows = []
    for task in _tasks(session, actor, person_id, wanted):
        if not task.is_open and task.id not in logged:
            continue
        cells = NOTHING
        if task.id in logged:
            found = (by_cell.get((task.id, day)) for day in days)
            cells = tuple(_cell(entries_of) if entries_of else EMPTY for entries_of in found)
        rows.append(
            RowView(
                task.id,
                task.project_id,
                task.project,
                task.client or "",
                task.name,
                task.color,
                task.is_billable,
                task.is_open,
                cells,
                task.id == timer,
            )
        )
    return tuple(rows)


def _with_modifiers(
    session: Session, actor: Actor, rows: Sequence[RowView], days: Sequence[date]
) -> tuple[RowView, ...]:
    """The rows with what may be chosen in each on a day of the week."""
    found: dict[int, list[ModifierChoice]] = defaultdict(list)
    ids = [row.task_id for row in rows if row.is_billable]
    for one in modifier_choices(session, actor, ids, days[0], days[-1]):
        found[one.task_id].append(one)
    return tuple(
        replace(row, modifiers=tuple(found[row.task_id])) if row.task_id in found else row for row in rows
    )


def _tasks(session: Session, actor: Actor, person_id: int, ids: Collection[int]) -> list[Any]:
    return _tasks_among(actor).all(session, {"ids": as_ids(session, list(ids)), "whose": person_id})


@once_alike
def _tasks_among(actor: Actor) -> Prepared:
    return Prepared(lambda sqlite: _tasks_statement(actor, sqlite))


def _tasks_statement(actor: Actor, sqlite: bool) -> Any:
    is_open = and_(TASK.c.status == "open", PROJECT.c.status == "active", belongs(bindparam("whose")))
    return (
        select(
            TASK.c.id,
            TASK.c.project_id,
            TASK.c.name,
            PROJECT.c.name.label("project"),
            PROJECT.c.color,
            ACCOUNT.c.name.label("client"),
            and_(TASK.c.is_billable, PROJECT.c.account_id.is_not(None)).label("is_billable"),
            is_open.label("is_open"),
        )
        .select_from(TASK)
        .join(PROJECT, PROJECT.c.id == TASK.c.project_id)
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .where(among_ids(TASK.c.id, "ids", sqlite=sqlite), or_(visible(actor, Task), _has_time(actor)))
        .order_by(func.lower(PROJECT.c.name), PROJECT.c.id, TASK.c.position, TASK.c.name, TASK.c.id)
    )


def _has_time(actor: Actor) -> Any:
    """Someone who left a project still sees the tasks of their time."""
    return TASK.c.id.in_(select(ENTRY.c.task_id).where(ENTRY.c.person_id == (actor.person_id or 0)))


_RANK = {"": 0, "rejected": 1, "submitted": 2, "with_client": 3, "approved": 4, "invoiced": 5}


def _cell(entries: Sequence[Any]) -> CellView:
    if len(entries) == 1:
        return _single(entries[0])
    own = next((e for e in entries if _is_own(e)), None)
    states = [_entry_state(entry) for entry in entries]
    return CellView(
        seconds=sum(e.seconds for e in entries),
        fixed=sum(e.seconds for e in entries if e is not own),
        note="; ".join(dict.fromkeys(e.note for e in entries if e.note)),
        state=max(states, key=_RANK.__getitem__) if "rejected" not in states else "rejected",
        reason=next((e.reject_reason for e in entries if e.status == "draft" and e.reject_reason), ""),
        entry_ids=tuple(e.id for e in entries),
        parts=_parts(entries),
    )


def _single(entry: Any) -> CellView:
    """What most cells are."""
    return CellView(
        entry.seconds,
        0 if _is_own(entry) else entry.seconds,
        entry.note,
        _entry_state(entry),
        entry.reject_reason if entry.status == "draft" else "",
        (entry.id,),
        _parts((entry,)) if entry.modifier_id is not None else (),
    )


def _is_own(entry: Any) -> bool:
    """Whether it is the grid's own draft."""
    return entry.status == "draft" and entry.source == "grid" and not entry.is_timed


def _parts(entries: Sequence[Any]) -> tuple[tuple[int, str, int], ...]:
    seconds: dict[tuple[int, str], int] = defaultdict(int)
    for entry in entries:
        if entry.modifier_id is not None:
            seconds[entry.modifier_id, entry.modifier] += entry.seconds
    return tuple((*key, value) for key, value in seconds.items())


def _entry_state(entry: Any) -> str:
    if entry.status == "draft":
        return "rejected" if entry.reject_reason else ""
    return "with_client" if entry.with_client else str(entry.status)


EMPTY = CellView()
NOTHING: tuple[CellView, ...] = (EMPTY,) * 7


def _state(sheets: Sequence[tuple[SheetView, HandedIn]], entries: Sequence[Any]) -> str:
    unsent = any(entry.status == "draft" and entry.timesheet_id is None for entry in entries)
    found: Week = week_state((state for _, state in sheets), unsent)
    return found.value


def _days(
    session: Session,
    actor: Actor,
    person: Any,
    days: Sequence[date],
    entries: Sequence[Any],
    locked: date | None,
) -> tuple[DayView, ...]:
    whose = int(person.id)
    nothing = PersonDays(whose, {}, {})
    capacity = person_days(session, actor, days[0], days[6], [whose]).get(whose, nothing)
    today = clock.today(person.time_zone)
    logged: dict[date, int] = defaultdict(int)
    for entry in entries:
        logged[entry.work_date] += entry.seconds
    return tuple(
        DayView(
            day,
            capacity.net.get(day, 0),
            capacity.off.get(day, ""),
            locked is not None and day <= locked,
            day == today,
            logged[day],
        )
        for day in days
    )
