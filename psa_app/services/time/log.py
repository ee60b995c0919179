"""Logging time by hand: one entry, its change and its removal."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Forbidden, Stale
from psa_app.models import TimeEntry
from psa_app.rules import hours, weeks
from psa_app.rules.modifiers import ModifierRow
from psa_app.services import history
from psa_app.services.time import checks, facts, modifiers, pricing
from psa_app.services.time.entries import change_values, insert_entry, new_values, remove_entry

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
