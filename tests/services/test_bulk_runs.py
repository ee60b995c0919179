"""An act on very many records: done part by part as whoever began it, stopped, gone on with, never twice."""

from typing import Any

import pytest

from psa_app import db
from psa_app.errors import Busy, Conflict, NotFound
from psa_app.jobs import bulk as job
from psa_app.models import Account, BulkRun, History, User
from psa_app.queries.bulk_runs import BulkNow, shown_bulk
from psa_app.resources import RESOURCES
from psa_app.rules.bulk import ARCHIVE
from psa_app.services.lowcode import bulk, bulk_runs
from psa_app.services.lowcode.bulk_runs import begin_bulk, go_on_bulk, leave_bulk, next_part, stop_bulk
from psa_app.services.records import create_record
from tests.support.world import World, ask, do, row, rows

MANY = 9
ACCOUNTS = RESOURCES["accounts"]


@pytest.fixture
def ids(world: World, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    monkeypatch.setattr(bulk_runs, "PART", 3)
    monkeypatch.setattr(job, "REST", 0)
    with db.unit_of_work() as session:
        made = [
            create_record(session, world["Olga"], ACCOUNTS, {"name": f"Client {number}"})
            for number in range(MANY)
        ]
        return [int(one.id) for one in made]


def begin(world: World, ids: list[int], who: str = "Fred", city: str = "Graz") -> int:
    run, _ = do(begin_bulk, world[who], ACCOUNTS, "change_field", "Change", ids, {"city": city})
    return int(run.id)


def now(world: World, run_id: int, who: str = "Fred") -> BulkNow:
    found: BulkNow = ask(shown_bulk, world[who], "accounts", run_id)
    return found


def changed(ids: list[int]) -> list[History]:
    """The lines of history of what was done to these accounts."""
    return [
        one
        for one in rows(History)
        if one.kind == "account" and one.verb == "changed" and one.record_id in ids
    ]


def test_the_first_part_is_done_at_once_and_the_worker_does_the_others_as_that_person(
    world: World, ids: list[int]
) -> None:
    run_id = begin(world, ids)
    assert (now(world, run_id).done, now(world, run_id).state) == (3, "waiting")
    assert next_part(run_id, RESOURCES)
    assert (now(world, run_id).done, now(world, run_id).state) == (6, "running")
    assert job.work_bulks(RESOURCES) == 1
    assert (now(world, run_id).done, now(world, run_id).state) == (MANY, "done")
    assert {one.city for one in rows(Account) if one.id in ids} == {"Graz"}
    lines = changed(ids)
    assert [(one.user_id, one.via) for one in lines] == [(world["Fred"].user_id, "page")] * MANY
    assert not next_part(run_id, RESOURCES)


def test_a_few_records_are_no_run_and_two_runs_of_one_kind_are_refused(world: World, ids: list[int]) -> None:
    run, first = do(begin_bulk, world["Fred"], ACCOUNTS, ARCHIVE, "Archive", ids[:2], {})
    assert (run, len(first.ids), rows(BulkRun)) == (None, 2, [])
    run_id = begin(world, ids)
    with pytest.raises(Conflict, match="under way"):
        begin(world, ids, city="Linz")
    do(stop_bulk, world["Fred"], run_id)
    with pytest.raises(Conflict, match="leave the rest"):
        begin(world, ids, city="Linz")
    assert begin(world, ids, "Olga")


def test_what_refuses_is_named_with_its_reason_and_nothing_else_stays_behind(
    world: World, ids: list[int]
) -> None:
    with db.unit_of_work() as session:
        gone = session.get_one(Account, ids[-1])
        session.delete(gone)
    run_id = begin(world, ids)
    job.work_bulks(RESOURCES)
    found = now(world, run_id)
    assert (found.done, found.refused, found.state) == (MANY - 1, 1, "done")
    assert [(one[0], one[1]) for one in found.refusals] == [(ids[-1], f"Client {ids[-1]}")]
    assert found.refusals[0][2]


def test_it_stops_goes_on_and_can_be_left_by_whoever_began_it_alone(world: World, ids: list[int]) -> None:
    run_id = begin(world, ids)
    with pytest.raises(NotFound):
        do(stop_bulk, world["Olga"], run_id)
    do(stop_bulk, world["Fred"], run_id)
    assert (job.work_bulks(RESOURCES), len(changed(ids))) == (0, 3)
    do(go_on_bulk, world["Fred"], run_id)
    assert next_part(run_id, RESOURCES)
    do(stop_bulk, world["Fred"], run_id)
    do(leave_bulk, world["Fred"], run_id)
    with pytest.raises(Conflict, match="not stopped"):
        do(go_on_bulk, world["Fred"], run_id)
    assert (len(changed(ids)), now(world, run_id).state) == (6, "left")


@pytest.mark.parametrize("how", ["role", "gone"])
def test_a_right_that_is_taken_away_stops_it_and_says_so(world: World, ids: list[int], how: str) -> None:
    run_id = begin(world, ids)
    with db.unit_of_work() as session:
        user = session.get_one(User, world["Fred"].user_id)
        user.role, user.is_active = ("member", True) if how == "role" else (user.role, False)
    assert not next_part(run_id, RESOURCES)
    found = row(BulkRun, run_id)
    said = "Your role may not do this." if how == "role" else "may not sign in any more"
    assert (found.state, said in found.problem, len(changed(ids))) == ("stopped", True, 3)


def test_a_part_that_is_cut_off_is_done_again_and_none_twice(
    world: World, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = begin(world, ids)

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(bulk_runs, "_mark", die)  # after the act, before the commit
        with pytest.raises(KeyboardInterrupt):
            next_part(run_id, RESOURCES)
    assert len(changed(ids)) == 3
    job.work_bulks(RESOURCES)
    assert sorted(one.record_id for one in changed(ids)) == ids


def test_one_that_ends_the_program_each_time_is_stopped_and_what_nobody_foresaw_too(
    world: World, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = begin(world, ids)
    for _ in range(bulk_runs.MOST_TRIES + 1):
        bulk_runs.take_up_bulk(run_id)
    assert (row(BulkRun, run_id).state, row(BulkRun, run_id).problem) == ("stopped", bulk_runs.STOPPED_THRICE)
    do(go_on_bulk, world["Fred"], run_id)

    def stumble(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(bulk_runs, "do_to", stumble)
        job.work_bulks(RESOURCES)
    assert (row(BulkRun, run_id).state, row(BulkRun, run_id).problem) == ("stopped", bulk_runs.WENT_WRONG)


def test_while_others_keep_the_database_it_waits(
    world: World, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = begin(world, ids)

    def busy(*_: Any) -> None:
        raise Busy()

    with monkeypatch.context() as patched:
        patched.setattr(bulk_runs, "do_to", busy)
        job._part(run_id, RESOURCES)
    assert now(world, run_id).is_open
    assert job.work_bulks(RESOURCES) > 0
    assert now(world, run_id).state == "done"
