"""The one running timer of a person."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Conflict, Invalid, NotFound
from psa_app.models import Task, Timer
from psa_app.services.time.lock import lock_time
from psa_app.services.time.log import log_time
from psa_app.services.time.timer import change_timer, discard_timer, start_timer, stop_timer
from tests.services.time_world import MON, TODAY, TUE, World, at, do, entries, entry, make_world, past
from tests.support.prepared import prepared

HOUR = 3600


world = prepared(make_world)


def start(world: World, task: str = "Build", **more: Any) -> Any:
    return do(start_timer, world["Ann"], task_id=world.tasks[task], **more)


def running() -> Timer | None:
    with db.reading() as session:
        return session.exec(select(Timer)).first()


def test_a_stopped_timer_is_an_entry_to_the_second(world: World, clock: Any) -> None:
    start(world, note="Review")
    clock.forward(minutes=83, seconds=7)
    (logged,) = do(stop_timer, world["Ann"])
    row = entry(logged.id)
    assert (row.seconds, row.note, row.source, row.work_date) == (83 * 60 + 7, "Review", "timer", TODAY)
    assert row.ended_at is not None
    assert row.started_at is not None
    assert row.ended_at - row.started_at == timedelta(seconds=row.seconds)
    assert (row.bill_rate_minor, running(), past(row.id or 0)) == (15000, None, ["logged"])


def test_starting_again_stops_the_one_that_runs(world: World, clock: Any) -> None:
    start(world)
    clock.forward(minutes=5)
    assert [one.seconds for one in start(world, "Hiring")] == [300]
    assert running().task_id == world.tasks["Hiring"]  # type: ignore[union-attr]
    assert len(entries()) == 1


def test_a_timer_over_midnight_is_split_where_the_person_lives(world: World, clock: Any) -> None:
    clock.set(at(MON, 22, 30))
    start(world)
    clock.set(at(TUE, 1, 15))
    do(stop_timer, world["Ann"])
    assert [(row.work_date, row.seconds) for row in entries()] == [(MON, 90 * 60), (TUE, 75 * 60)]


def test_less_than_a_second_leaves_no_entry(world: World, clock: Any) -> None:
    start(world)
    clock.forward(seconds=0.4)
    assert do(stop_timer, world["Ann"]) == ()
    assert (entries(), running()) == ([], None)


def test_a_forgotten_timer_is_stopped_at_the_time_it_should_have(world: World, clock: Any) -> None:
    start(world)
    begun = clock.at
    clock.forward(hours=30)
    with pytest.raises(Invalid):
        do(stop_timer, world["Ann"], ended_at=clock.at + timedelta(seconds=1))
    (logged,) = do(stop_timer, world["Ann"], ended_at=begun + timedelta(hours=2))
    assert logged.seconds == 2 * HOUR


def test_a_locked_period_refuses_the_stop_and_offers_ways_out(world: World, clock: Any) -> None:
    clock.set(at(MON, 9))
    start(world)
    clock.set(at(TUE, 9))
    clock.set(at(TODAY, 9))
    do(lock_time, world["Fred"], through=TUE)
    with pytest.raises(
        Conflict, match=r"2026-11-17 is locked.*choose another day or time for it, or discard"
    ):
        do(stop_timer, world["Ann"], ended_at=at(MON, 11))
    assert (entries(), running() is not None) == ([], True)
    (logged,) = do(stop_timer, world["Ann"], ended_at=at(MON, 11), day=TODAY)
    row = entry(logged.id)
    assert (row.work_date, row.seconds, row.started_at) == (TODAY, 2 * HOUR, None)


def test_a_refused_stop_also_refuses_the_next_start_and_loses_nothing(world: World, clock: Any) -> None:
    start(world)
    clock.forward(hours=2)
    do(log_time, world["Ann"], task_id=world.tasks["Hiring"], work_date=TODAY, seconds=23 * HOUR)
    with pytest.raises(Conflict, match=r"24:00.*still runs"):
        start(world, "Travel")
    assert running().task_id == world.tasks["Build"]  # type: ignore[union-attr]


def test_a_task_that_is_done_meanwhile_is_changed_on_the_running_timer(world: World, clock: Any) -> None:
    start(world)
    clock.forward(minutes=10)
    with db.unit_of_work() as session:
        session.get_one(Task, world.tasks["Build"]).status = "done"
    with pytest.raises(Conflict, match="Build is done"):
        do(stop_timer, world["Ann"])
    do(change_timer, world["Ann"], task_id=world.tasks["Review"], note="Elsewhere")
    (logged,) = do(stop_timer, world["Ann"])
    assert (entry(logged.id).task_id, entry(logged.id).note) == (world.tasks["Review"], "Elsewhere")


def test_a_discarded_timer_logs_nothing_but_is_remembered(world: World, clock: Any) -> None:
    start(world)
    clock.forward(minutes=10)
    do(discard_timer, world["Ann"])
    assert (entries(), running()) == ([], None)
    assert past(world.people["Ann"], "person") == ["timer discarded"]
    with pytest.raises(Conflict, match="No timer"):
        do(stop_timer, world["Ann"])


def test_one_runs_no_timer_on_work_that_is_not_ones_own(world: World) -> None:
    with pytest.raises(NotFound):
        do(start_timer, world["Ben"], task_id=world.tasks["Data"])


def test_the_beginning_moves_within_a_week_and_never_ahead(world: World, clock: Any) -> None:
    start(world)
    for wrong in (clock.at + timedelta(minutes=1), clock.at - timedelta(days=8)):
        with pytest.raises(Invalid):
            do(change_timer, world["Ann"], started_at=wrong)
    do(change_timer, world["Ann"], started_at=clock.at - timedelta(minutes=30))
    (logged,) = do(stop_timer, world["Ann"])
    assert logged.seconds == 30 * 60
