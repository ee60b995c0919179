"""Logging time by hand: one entry, its change and removal, and a cell of the week grid.

A cell of the grid is *set*, never added to: setting it twice is harmless. What the timer, an
import or a handed-in entry put into the cell stays; only the grid's own draft takes the difference.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Forbidden, Invalid, Stale
from psa_app.models import TimeEntry
from psa_app.queries.time.tables import CELL
from psa_app.rules import hours, weeks
from psa_app.rules.modifiers import ModifierRow
from psa_app.services import history
from psa_app.services.time import checks, facts, modifiers, pricing
from psa_app.services.time.entries import change_values, insert_entry, new_values, remove_entry
from psa_app.services.time.facts import DayEntry

EDITABLE = ("task_id", "work_date", "seconds", "note", "started_at", "ended_at", "modifier_id")


@dataclass(frozen=True, slots=True)
class Logged:
    """A written entry, and sentences on what looks wrong but is allowed."""

    id: int
    seconds: int
    warnings: tuple[str, ...] = ()


@act("entries", "create", right="time.log")
def log_time(
    session: Session,
    actor: Actor,
    *,
    task_id: int,
    work_date: date,
    seconds: int,
    note: str = "",
    person_id: int | None = None,
    modifier_id: int | None = None,
    past_lock_reason: str = "",
) -> Logged:
    """Logs whole seconds on a task and day, as a draft.

    Refuses (`Invalid`, `Conflict`) no or negative time, more than 24 h in the day over all
    entries, a task that is done or not one's own, days outside employment or in a locked
    period (`past_lock_reason` with the right "time.override" passes it), a modifier that does not
    count there.
    """
    person = facts.locked_person(session, facts.whose(actor, person_id))
    checks.check_seconds(seconds)
    task = facts.task_for(session, actor, person, task_id, work_date)
    today = _check_day(actor, person, task.locked_through, work_date, past_lock_reason)
    checks.check_task(task, person)
    hours.check_day(task.day_seconds + seconds, "seconds")
    modifier = modifiers.chosen(session, actor, modifier_id, task, work_date)
    price = pricing.price_one(session, person, task, work_date, modifier=modifier)
    values = new_values(
        person,
        task,
        work_date,
        seconds,
        price,
        note=checks.clean_note(note),
        source="api" if actor.via == "api" else "grid",
        modifier_id=modifier.id if modifier else None,
    )
    entry_id = insert_entry(session, actor, values, reason=past_lock_reason)
    return Logged(entry_id, seconds, tuple(hours.warn_entry(seconds, work_date, today)))


@act("entries", "change", right="time.log")
def change_entry(
    session: Session,
    actor: Actor,
    entry_id: int,
    *,
    version: int,
    task_id: int | None = None,
    work_date: date | None = None,
    seconds: int | None = None,
    note: str | None = None,
    modifier_id: int | None = None,
    past_lock_reason: str = "",
) -> Logged:
    """Changes what is given of a draft; the rest stays, and `modifier_id` 0 takes it off. The price follows.

    Raises `Stale` when someone saved in between, `Conflict` for time that is handed in.
    """
    person, entry = _own_draft(session, actor, entry_id)
    if entry.version != version:
        raise Stale()
    new_seconds = entry.seconds if seconds is None else seconds
    day = work_date or entry.work_date
    checks.check_seconds(new_seconds)
    task = facts.task_for(session, actor, person, task_id or entry.task_id, day)
    today = _check_day(actor, person, task.locked_through, day, past_lock_reason)
    checks.check_open(task.locked_through, entry.work_date, actor, past_lock_reason)
    if task.id != entry.task_id or day != entry.work_date or new_seconds > entry.seconds:
        checks.check_task(task, person)
    others = task.day_seconds - (entry.seconds if day == entry.work_date else 0)
    hours.check_day(others + new_seconds, "seconds")
    before = history.values_of(entry, EDITABLE)
    wanted = entry.modifier_id if modifier_id is None else modifier_id
    modifier = modifiers.chosen(session, actor, wanted, task, day)
    values = _changed_values(session, person, task, entry, day, new_seconds, modifier)
    values["note"] = entry.note if note is None else checks.clean_note(note)
    change_values(session, actor, entry_id, before, values, reason=past_lock_reason)
    session.expire(entry)
    return Logged(entry_id, new_seconds, tuple(hours.warn_entry(new_seconds, day, today)))


@act("entries", "delete", right="time.log")
def delete_entry(session: Session, actor: Actor, entry_id: int, *, past_lock_reason: str = "") -> None:
    """Removes a draft; its history stays."""
    _, entry = _own_draft(session, actor, entry_id)
    checks.check_open(facts.locked_through(session), entry.work_date, actor, past_lock_reason)
    before = history.values_of(entry, EDITABLE)
    session.expunge(entry)
    remove_entry(session, actor, entry_id, before, reason=past_lock_reason)


def _own_draft(session: Session, actor: Actor, entry_id: int) -> tuple[Any, TimeEntry]:
    """The locked person and their entry, which must be a draft that the actor may write."""
    entry = fetch(session, actor, TimeEntry, entry_id)
    if entry.person_id != actor.person_id and facts.whose(actor, entry.person_id) != entry.person_id:
        raise Forbidden("You may change your own time only.")
    person = facts.locked_person(session, entry.person_id)
    entry = fetch(session, actor, TimeEntry, entry_id, lock=True)
    checks.check_draft(entry.status)
    return person, entry


def _changed_values(
    session: Session,
    person: Any,
    task: Any,
    entry: TimeEntry,
    day: date,
    seconds: int,
    modifier: ModifierRow | None,
) -> dict[str, Any]:
    price = pricing.price_one(
        session,
        person,
        task,
        day,
        no_charge_reason=entry.no_charge_reason,
        override=entry.override_minor,
        modifier=modifier,
    )
    started, ended = entry.started_at, entry.ended_at
    if started is not None and day != entry.work_date:
        started = ended = None
    elif started is not None and seconds != entry.seconds:
        ended = started + timedelta(seconds=seconds)
    return {
        "task_id": task.id,
        "project_id": task.project_id,
        "work_date": day,
        "week": weeks.week_of(day),
        "month": weeks.month_of(day),
        "seconds": seconds,
        "started_at": started,
        "ended_at": ended,
        "timesheet_id": entry.timesheet_id if weeks.week_of(day) == entry.week else None,
        "modifier_id": modifier.id if modifier else None,
        **price.values(),
    }


def _check_day(actor: Actor, person: Any, locked_through: date | None, day: date, reason: str = "") -> date:
    """Checks lock and employment; returns the person's today."""
    today = clock.today(person.time_zone)
    checks.check_open(locked_through, day, actor, reason)
    checks.check_employed(person, day, today)
    return today


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the grid as it stands now: all its seconds, and the grid's own entry in it."""

    task_id: int
    day: date
    seconds: int
    entry_id: int | None
    seq: int
    warnings: tuple[str, ...] = ()


@act("entries", "set_cell", right="time.log")
def set_cell(
    session: Session,
    actor: Actor,
    *,
    task_id: int,
    day: date,
    minutes: int,
    seq: int,
    note: str | None = None,
    person_id: int | None = None,
) -> Cell:
    """Makes the cell of a task and day hold `minutes` in all; 0 empties it.

    `seq` grows with every keystroke that is sent: an older one than the cell's last changes
    nothing. Refuses what `log_time` refuses, and less than the cell's other entries hold.
    """
    person = facts.locked_person(session, facts.whose(actor, person_id))
    if isinstance(minutes, bool) or not 0 <= minutes <= 1440:
        raise Invalid("Type between 0:00 and 24:00.", "minutes")
    task = facts.task_for(session, actor, person, task_id, day)
    is_new = _take_number(session, person.id, task.id, day, seq)
    entries = facts.day_entries(session, person.id, day)
    cell = [one for one in entries if one.task_id == task.id]
    own = next((one for one in cell if _is_grids_own(one)), None)
    if not is_new:
        return _cell(task.id, day, cell, own, seq)
    fixed = sum(one.seconds for one in cell if one is not own)
    seconds = (minutes - _shown(fixed)) * 60
    if seconds < 0:
        raise Invalid(_held(cell, own, fixed), "minutes")
    if own is not None and seconds == own.seconds and note in (None, own.note):
        return _cell(task.id, day, cell, own, seq)
    today = _check_day(actor, person, task.locked_through, day)
    written = _write_own(session, actor, person, task, day, own, seconds, note)
    warnings = hours.warn_entry(seconds, day, today) if seconds else []
    return Cell(task.id, day, fixed + seconds, written, seq, tuple(warnings))


@act("entries", "set_note", right="time.log")
def set_note(
    session: Session, actor: Actor, *, task_id: int, day: date, note: str, person_id: int | None = None
) -> int:
    """Gives the cell's own draft, else its only draft, a note; returns the entry's id.

    Raises `Invalid` for an empty cell, and where the entries have notes of their own.
    """
    person = facts.locked_person(session, facts.whose(actor, person_id))
    task = facts.task_for(session, actor, person, task_id, day)
    checks.check_open(task.locked_through, day, actor)
    cell = [one for one in facts.day_entries(session, person.id, day) if one.task_id == task.id]
    drafts = [one for one in cell if one.status == "draft"]
    own = next((one for one in drafts if _is_grids_own(one)), drafts[0] if len(drafts) == 1 else None)
    if not cell:
        raise Invalid("Type the hours first, then the note.", "note")
    if own is None:
        checks.check_draft(cell[0].status)
        raise Invalid("This cell holds several entries with notes of their own.", "note")
    change_values(session, actor, own.id, {"note": own.note}, {"note": checks.clean_note(note)})
    return own.id


def _is_grids_own(entry: DayEntry) -> bool:
    return entry.status == "draft" and entry.source == "grid" and not entry.has_clock


def _shown(seconds: int) -> int:
    """The minutes that a cell shows for seconds: half a minute up."""
    return (seconds + 30) // 60


def _cell(task_id: int, day: date, cell: list[DayEntry], own: DayEntry | None, seq: int) -> Cell:
    return Cell(task_id, day, sum(one.seconds for one in cell), own.id if own else None, seq)


def _held(cell: list[DayEntry], own: DayEntry | None, fixed: int) -> str:
    """Why a cell cannot hold less."""
    sent = [one for one in cell if one is not own and one.status != "draft"]
    if sent:
        word = {"submitted": "handed in", "approved": "approved", "invoiced": "on an invoice"}[sent[0].status]
        part = hours.h_mm_seconds(sum(one.seconds for one in sent))
        return f"{part} of this cell is {word} and stays. Type that much or more."
    return f"{hours.h_mm_seconds(fixed)} of this cell has entries of its own. Open the cell to change them."


def _write_own(
    session: Session,
    actor: Actor,
    person: Any,
    task: Any,
    day: date,
    own: DayEntry | None,
    seconds: int,
    note: str | None,
) -> int | None:
    """Makes, changes or removes the grid's own entry; returns its id while there is one."""
    if seconds == 0:
        if own is not None:
            remove_entry(session, actor, own.id, {"seconds": own.seconds, "note": own.note, "work_date": day})
        return None
    if own is None or seconds > own.seconds:
        checks.check_task(task, person)
        hours.check_day(task.day_seconds - (own.seconds if own else 0) + seconds, "seconds")
    text = checks.clean_note(note) if note is not None else (own.note if own else "")
    if own is None:
        price = pricing.price_one(session, person, task, day)
        return insert_entry(session, actor, new_values(person, task, day, seconds, price, note=text))
    before = {"seconds": own.seconds, "note": own.note}
    change_values(session, actor, own.id, before, {"seconds": seconds, "note": text})
    return own.id


_OF_CELL = (
    CELL.c.person_id == bindparam("of_person"),
    CELL.c.task_id == bindparam("of_task"),
    CELL.c.work_date == bindparam("of_day"),
)
_LAST_NUMBER = select(CELL.c.seq).where(*_OF_CELL)
_SET_NUMBER = update(CELL).where(*_OF_CELL).values(seq=bindparam("new_seq"))
_ADD_NUMBER = insert(CELL)


def _take_number(session: Session, person_id: int, task_id: int, day: date, seq: int) -> bool:
    """Keeps `seq` as the cell's last and returns True; False for one that is not newer."""
    if isinstance(seq, bool) or not 0 <= seq < 2**53:
        raise Invalid("The number of this change is out of range. Reload the page.", "seq")
    connection = session.connection()
    of = {"of_person": person_id, "of_task": task_id, "of_day": day}
    last = connection.execute(_LAST_NUMBER, of).scalar()
    if last is None:
        connection.execute(
            _ADD_NUMBER, {"person_id": person_id, "task_id": task_id, "work_date": day, "seq": seq}
        )
    elif seq <= last:
        return False
    else:
        connection.execute(_SET_NUMBER, of | {"new_seq": seq})
    return True
