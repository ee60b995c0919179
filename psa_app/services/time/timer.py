"""The one running timer of a person: started, moved, stopped (split at midnight) or discarded."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, act
from psa_app.errors import Conflict, Invalid, NotFound, PsaError
from psa_app.models import Timer
from psa_app.queries import rates
from psa_app.rules import hours, weeks
from psa_app.services import history
from psa_app.services.time import checks, facts, modifiers, pricing
from psa_app.services.time.entries import insert_entry, new_values
from psa_app.services.time.log import Logged

WAY_OUT = "The timer still runs: choose another day or time for it, or discard it."
NONE_RUNS = "No timer is running."


@act("timers", "start", right="timer.run")
def start_timer(
    session: Session, actor: Actor, *, task_id: int, note: str = "", modifier_id: int | None = None
) -> tuple[Logged, ...]:
    """Starts the timer on a task; one that runs is stopped and its entries are returned.

    Refuses what `log_time` refuses for today; nothing is stopped then.
    """
    person = facts.locked_person(session, facts.whose(actor, None))
    now, today = clock.now(), clock.today(person.time_zone)
    task = facts.task_for(session, actor, person, task_id, today)
    checks.check_task(task, person)
    checks.check_employed(person, today, today)
    modifier = modifiers.chosen(session, actor, modifier_id, task, today)
    stopped: tuple[Logged, ...] = ()
    running = _running(session, person.id)
    if running is not None:
        stopped = _stop(session, actor, person, running, ended_at=now, day=None)
    session.add(
        Timer(
            person_id=person.id,
            task_id=task.id,
            note=checks.clean_note(note),
            started_at=now,
            time_zone=person.time_zone,
            modifier_id=modifier.id if modifier else None,
        )
    )
    session.flush()
    return stopped


@act("timers", "stop", right="timer.run")
def stop_timer(
    session: Session, actor: Actor, *, ended_at: datetime | None = None, day: date | None = None
) -> tuple[Logged, ...]:
    """Stops the timer and logs its time, one entry for each day that it ran in the person's zone.

    `ended_at` corrects a timer that was forgotten; `day` puts all of it on another day. Refused
    (the timer runs on) where the time cannot be logged: a locked period, more than 24 h in a day,
    a task that is done meanwhile. A timer of less than a second leaves no entry.
    """
    person = facts.locked_person(session, facts.whose(actor, None))
    timer = _the_running(session, person.id)
    end = clock.now() if ended_at is None else _given_end(ended_at, timer)
    return _stop(session, actor, person, timer, ended_at=end, day=day)


@act("timers", "change", right="timer.run")
def change_timer(
    session: Session,
    actor: Actor,
    *,
    task_id: int | None = None,
    note: str | None = None,
    started_at: datetime | None = None,
    modifier_id: int | None = None,
) -> None:
    """Changes task, note, beginning or modifier (0 takes it off) of the running timer.

    A modifier that does not count for another task goes with the old one.
    """
    person = facts.locked_person(session, facts.whose(actor, None))
    timer = _the_running(session, person.id)
    if task_id is not None:
        _move(session, actor, person, timer, task_id)
    if modifier_id is not None:
        today = clock.today(person.time_zone)
        task = facts.task_for(session, actor, person, timer.task_id, today)
        modifier = modifiers.chosen(session, actor, modifier_id, task, today)
        timer.modifier_id = modifier.id if modifier else None
    if note is not None:
        timer.note = checks.clean_note(note)
    if started_at is not None:
        if started_at.tzinfo is None or not timedelta(0) <= clock.now() - started_at <= timedelta(days=7):
            raise Invalid("Give a beginning within the last seven days.", "started_at")
        timer.started_at = started_at
    session.add(timer)
    session.flush()


def _move(session: Session, actor: Actor, person: Any, timer: Timer, task_id: int) -> None:
    today = clock.today(person.time_zone)
    task = facts.task_for(session, actor, person, task_id, today)
    checks.check_task(task, person)
    timer.task_id = task.id
    try:
        modifiers.chosen(session, actor, timer.modifier_id, task, today)
    except (Invalid, NotFound):
        timer.modifier_id = None


@act("timers", "discard", right="timer.run")
def discard_timer(session: Session, actor: Actor) -> None:
    """Ends the timer without logging its time; history keeps how long it ran."""
    person = facts.locked_person(session, facts.whose(actor, None))
    timer = _the_running(session, person.id)
    seconds = max(0, int((clock.now() - timer.started_at).total_seconds()))
    before = {"task_id": timer.task_id, "note": timer.note, "seconds": seconds}
    history.note(session, actor, "person", person.id, "timer discarded", before, {})
    session.delete(timer)
    session.flush()


def _running(session: Session, person_id: int) -> Timer | None:
    return session.exec(select(Timer).where(Timer.person_id == person_id)).first()


def _the_running(session: Session, person_id: int) -> Timer:
    timer = _running(session, person_id)
    if timer is None:
        raise Conflict(NONE_RUNS)
    return timer


def _given_end(ended_at: datetime, timer: Timer) -> datetime:
    if ended_at.tzinfo is None or not timer.started_at <= ended_at <= clock.now():
        raise Invalid("Give an end between the timer's start and now.", "ended_at")
    return ended_at


def _stop(
    session: Session, actor: Actor, person: Any, timer: Timer, *, ended_at: datetime, day: date | None
) -> tuple[Logged, ...]:
    pieces = [
        piece for piece in weeks.split_at_midnight(timer.started_at, ended_at, timer.time_zone) if piece[1]
    ]
    if day is not None:
        whole = sum(seconds for _, seconds, _, _ in pieces)
        pieces = [(day, whole, timer.started_at, ended_at)] if whole else []
    try:
        logged = tuple(_log(session, actor, person, timer, piece, on_its_day=day is None) for piece in pieces)
    except PsaError as error:
        raise Conflict(f"{error.sentence} {WAY_OUT}", "timer") from error
    session.delete(timer)
    session.flush()
    return logged


def _log(
    session: Session, actor: Actor, person: Any, timer: Timer, piece: weeks.Piece, *, on_its_day: bool
) -> Logged:
    day, seconds, started, ended = piece
    task = facts.task_for(session, actor, person, timer.task_id, day)
    checks.check_open(task.locked_through, day, actor)
    checks.check_employed(person, day, clock.today(person.time_zone))
    checks.check_task(task, person)
    hours.check_day(task.day_seconds + seconds, "timer")
    modifier = rates.modifiers(session)[timer.modifier_id] if timer.modifier_id else None
    price = pricing.price_one(session, person, task, day, modifier=modifier)
    clock_times = (started, ended) if on_its_day else (None, None)
    values = new_values(
        person,
        task,
        day,
        seconds,
        price,
        note=timer.note,
        source="timer",
        started_at=clock_times[0],
        ended_at=clock_times[1],
        modifier_id=timer.modifier_id,
    )
    warnings = hours.warn_entry(seconds, day, clock.today(person.time_zone))
    return Logged(insert_entry(session, actor, values), seconds, tuple(warnings))
