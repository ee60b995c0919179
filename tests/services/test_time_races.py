"""People who act at the same moment: on both databases exactly one of them wins."""

import json
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Conflict, PsaError
from psa_app.models import History
from psa_app.rules.money import Money
from psa_app.services.rates import create_rate
from psa_app.services.time.approve import approve_entries, approve_timesheet
from psa_app.services.time.lock import lock_time
from psa_app.services.time.log import log_time
from psa_app.services.time.reject import reject_entries
from psa_app.services.time.submit import Submitted, recall_week, submit_week
from tests.services.time_world import (
    FRI,
    MON,
    TUE,
    WED,
    WEEK,
    World,
    do,
    entries,
    entry,
    make_world,
    past,
    race,
)

HOUR = 3600


def log(world: World, task: str = "Build", day: date = MON, who: str = "Ann", seconds: int = HOUR) -> int:
    return int(do(log_time, world[who], task_id=world.tasks[task], work_date=day, seconds=seconds).id)


def submit(world: World) -> Submitted:
    found: Submitted = do(submit_week, world["Ann"], week=WEEK)
    return found


def approve(world: World, *ids: int, by: str = "Lea") -> Any:
    return do(approve_entries, world[by], entry_ids=ids)


def test_of_two_approvals_at_once_exactly_one_wins(own_database: Any, clock: Any) -> None:
    world = do(make_world)
    ids = [log(world, day=day) for day in (MON, TUE, WED)]
    sheet = submit(world)
    results = race(
        lambda: approve(world, *ids), lambda: do(approve_timesheet, world["Fred"], sheet.timesheet_id)
    )
    assert sorted(isinstance(one, Conflict) for one in results) == [False, True]
    assert all(past(one).count("approved") == 1 for one in ids)


def test_approval_and_rejection_at_once_leave_one_decision(own_database: Any, clock: Any) -> None:
    world = do(make_world)
    one = log(world)
    submit(world)
    results = race(
        lambda: approve(world, one),
        lambda: do(reject_entries, world["Fred"], entry_ids=(one,), reason="No"),
        lambda: do(recall_week, world["Ann"], entry(one).timesheet_id),
    )
    assert sum(isinstance(result, PsaError) for result in results) == 2
    assert len(past(one)) == 3


def test_two_writers_never_fill_a_day_beyond_24_hours(own_database: Any, clock: Any) -> None:
    world = do(make_world)
    race(*(lambda: log(world, seconds=7 * HOUR) for _ in range(6)))
    assert sum(row.seconds for row in entries()) == 21 * HOUR


def test_locking_waits_for_who_writes_and_then_nothing_more_is_written(own_database: Any, clock: Any) -> None:
    world = do(make_world)
    lock = partial(do, lock_time, world["Fred"], through=FRI)
    results = race(lock, *(partial(log, world, who=who) for who in ("Ann", "Ben")))
    assert results[0] == FRI
    with pytest.raises(Conflict):
        log(world)
    logged = [one for one in results[1:] if isinstance(one, int)]
    assert sorted(row.id or 0 for row in entries()) == sorted(logged)


def test_a_rate_change_never_moves_a_price_that_is_being_approved(own_database: Any, clock: Any) -> None:
    world = do(make_world)
    one = log(world, "Data")
    submit(world)
    race(
        lambda: approve(world, one, by="Olga"),
        lambda: do(
            create_rate,
            world["Fred"],
            level="project",
            rate=Money(30000, "USD"),
            valid_from=MON,
            project_id=world.projects["Platform"],
        ),
    )
    row = entry(one)
    with db.reading() as session:
        approval = session.exec(
            select(History).where(History.record_id == one, History.verb == "approved")
        ).one()
    assert row.status == "approved"
    assert json.loads(approval.after)["rate"] == row.bill_rate_minor
    assert past(one)[-1] == "approved"
