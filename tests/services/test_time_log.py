"""Time logged by hand, and a cell of the week grid."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, PsaError, Stale
from psa_app.models import BilledTime, Firm, Invoice, InvoiceLine, Person, Project, Task, TimeEntry
from psa_app.rules.hours import h_mm_seconds
from psa_app.services.time.cells import set_cell
from psa_app.services.time.lock import lock_time, unlock_time
from psa_app.services.time.log import Logged, change_entry, delete_entry, log_time
from tests.services.time_world import (
    FRI,
    MON,
    TODAY,
    TUE,
    World,
    do,
    entries,
    entry,
    make_world,
    past,
)
from tests.support.prepared import prepared

HOUR = 3600
SEQ = 1_795_000_000_000  # the browser's clock in milliseconds


world = prepared(make_world)


def log(
    world: World, who: str = "Ann", task: str = "Build", day: date = MON, seconds: int = HOUR, **more: Any
) -> Logged:
    return do(log_time, world[who], task_id=world.tasks[task], work_date=day, seconds=seconds, **more)


def test_logged_time_is_a_priced_draft_with_a_line_of_history(world: World) -> None:
    logged = log(world, seconds=5405, note="  First steps ")
    row = entry(logged.id)
    assert (row.seconds, row.status, row.note, row.source) == (5405, "draft", "First steps", "grid")
    assert (row.week, row.month, row.time_zone) == (202647, 202611, "Europe/Vienna")
    assert (row.bill_rate_minor, row.bill_currency, row.bill_level) == (15000, "EUR", "sow_line")
    assert (row.cost_rate_minor, row.is_billable) == (5500, True)
    assert past(logged.id) == ["logged"]


def test_the_role_in_the_project_prices_the_hour_in_the_contracts_currency(world: World) -> None:
    row = entry(log(world, task="Data").id)
    assert (row.role_id, row.bill_rate_minor, row.bill_currency) == (world.roles["Junior"], 20000, "USD")


@pytest.mark.parametrize("task", ["Travel", "Hiring"])
def test_what_is_not_billable_needs_no_price(world: World, task: str) -> None:
    row = entry(log(world, task=task).id)
    assert (row.is_billable, row.bill_rate_minor, row.bill_level, row.cost_rate_minor) == (
        False,
        None,
        "",
        5500,
    )


def test_an_hour_without_a_rate_is_unpriced_and_never_worth_zero(world: World) -> None:
    with db.unit_of_work() as session:
        session.add(
            Project(id=900, name="New", account_id=world.accounts["Northwind"], lead_id=world.people["Ann"])
        )
        session.flush()
        session.add(Task(id=900, project_id=900, name="Start"))
    logged = do(log_time, world["Ann"], task_id=900, work_date=MON, seconds=HOUR)
    row = entry(logged.id)
    assert (row.is_billable, row.bill_rate_minor, row.bill_level) == (True, None, "")


def test_a_person_without_a_cost_rate_costs_what_their_role_does(world: World) -> None:
    row = entry(log(world, day=date(2024, 1, 1)).id)
    assert row.cost_rate_minor == 5500
    with db.unit_of_work() as session:
        session.add(
            Person(
                id=77, name="Contractor", email="c@example.com", role_id=world.roles["Junior"], hired_on=MON
            )
        )
    logged = do(
        log_time, world["Olga"], task_id=world.tasks["Hiring"], work_date=MON, seconds=60, person_id=77
    )
    assert entry(logged.id).cost_rate_minor == 4000


@pytest.mark.parametrize("seconds", [0, -3600, 86401, 10**15, True])
def test_no_time_and_more_than_a_day_are_refused_beside_the_field(world: World, seconds: int) -> None:
    with pytest.raises(Invalid) as refused:
        log(world, seconds=seconds)
    assert refused.value.field == "seconds"
    assert entries() == []


def test_a_day_holds_24_hours_over_all_its_entries(world: World) -> None:
    log(world, seconds=20 * HOUR)
    log(world, task="Hiring", seconds=4 * HOUR)
    with pytest.raises(Invalid, match="24:00"):
        log(world, task="Travel", seconds=60)
    log(world, day=TUE, seconds=60)


def test_future_and_very_long_time_is_taken_with_a_warning(world: World) -> None:
    logged = log(world, day=TODAY + timedelta(days=3), seconds=17 * HOUR)
    assert len(logged.warnings) == 2
    with pytest.raises(Invalid, match="year ahead"):
        log(world, day=TODAY + timedelta(days=400))


def test_time_outside_employment_is_refused(world: World) -> None:
    with pytest.raises(Invalid, match="starts on 2024-01-01"):
        log(world, day=date(2023, 12, 31))
    with db.unit_of_work() as session:
        session.get_one(Person, world.people["Ben"]).left_on = MON
    with pytest.raises(Invalid, match="left on 2026-11-16"):
        log(world, who="Ben", day=TUE)


def test_only_the_team_logs_on_a_clients_project(world: World) -> None:
    with pytest.raises(NotFound):
        log(world, who="Ben", task="Data")
    with pytest.raises(Conflict, match="not on Platform"):
        log(world, who="Lea", task="Data")
    assert log(world, who="Ben", task="Hiring").seconds == HOUR


def test_closed_work_takes_no_time(world: World) -> None:
    with db.unit_of_work() as session:
        session.get_one(Task, world.tasks["Review"]).status = "done"
        session.get_one(Project, world.projects["Platform"]).status = "closed"
    with pytest.raises(Conflict, match="Review is done"):
        log(world, task="Review")
    with pytest.raises(Conflict, match="Platform is closed"):
        log(world, task="Data")


def test_time_is_ones_own_unless_one_may_import(world: World) -> None:
    ann = world.people["Ann"]
    for who in ("Ben", "Lea"):
        with pytest.raises(Forbidden):
            log(world, who=who, person_id=ann)
    for who in ("Fred", "Olga"):
        assert entry(log(world, who=who, person_id=ann).id).person_id == ann


def test_a_locked_period_refuses_every_way_in_and_says_why(world: World) -> None:
    logged = log(world, day=MON)
    do(lock_time, world["Fred"], through=TUE)
    ann = world["Ann"]
    ways = [
        lambda: log(world, day=TUE),
        lambda: do(change_entry, ann, logged.id, version=1, seconds=60),
        lambda: do(delete_entry, ann, logged.id),
        lambda: do(set_cell, ann, task_id=world.tasks["Build"], day=MON, minutes=90, seq=SEQ),
        lambda: do(change_entry, ann, log(world, day=FRI).id, version=1, work_date=MON),
    ]
    for way in ways:
        with pytest.raises(Conflict, match="2026-11-17 is locked"):
            way()
    assert [row.seconds for row in entries(work_date=MON)] == [HOUR]


def test_the_lock_is_passed_with_the_right_and_a_reason_only(world: World) -> None:
    do(lock_time, world["Fred"], through=TUE)
    with pytest.raises(Conflict):
        log(world, who="Ann", past_lock_reason="I forgot")
    logged = log(world, who="Fred", task="Hiring", past_lock_reason="Forgotten at month's end")
    assert entry(logged.id).seconds == HOUR
    with pytest.raises(Conflict, match="Give a reason"):
        log(world, who="Fred", task="Hiring")


def test_unlocking_needs_the_owner_and_a_reason(world: World) -> None:
    do(lock_time, world["Fred"], through=FRI)
    with pytest.raises(Forbidden):
        do(unlock_time, world["Fred"], reason="A correction")
    with pytest.raises(Invalid):
        do(unlock_time, world["Olga"], reason=" ")
    with pytest.raises(Conflict):
        do(lock_time, world["Fred"], through=MON)
    do(unlock_time, world["Olga"], reason="A correction", through=MON)
    log(world, day=TUE)
    with db.reading() as session:
        assert session.get_one(Firm, 1).locked_through == MON


def test_a_change_keeps_what_is_not_given_and_prices_anew(world: World) -> None:
    logged = log(world, note="Kept")
    do(change_entry, world["Ann"], logged.id, version=1, task_id=world.tasks["Data"], seconds=2 * HOUR)
    row = entry(logged.id)
    assert (row.seconds, row.note, row.project_id, row.bill_currency) == (
        2 * HOUR,
        "Kept",
        world.projects["Platform"],
        "USD",
    )
    assert (row.version, past(logged.id)) == (2, ["logged", "changed"])


def test_a_stale_change_is_refused(world: World) -> None:
    logged = log(world)
    do(change_entry, world["Ann"], logged.id, version=1, seconds=60)
    with pytest.raises(Stale):
        do(change_entry, world["Ann"], logged.id, version=1, seconds=120)
    assert entry(logged.id).seconds == 60


def test_anothers_entry_is_not_there(world: World) -> None:
    logged = log(world)
    with pytest.raises(NotFound):
        do(change_entry, world["Ben"], logged.id, version=1, seconds=60)
    with pytest.raises(Forbidden):
        do(delete_entry, world["Lea"], logged.id)
    assert entry(logged.id).seconds == HOUR


def test_a_deleted_entry_leaves_its_history_and_its_id_never_comes_back(world: World) -> None:
    first = log(world)
    do(delete_entry, world["Ann"], first.id)
    assert past(first.id) == ["logged", "deleted"]
    assert log(world).id > first.id


def test_time_that_stood_on_an_invoice_stays_as_evidence(world: World) -> None:
    logged = log(world)
    with db.unit_of_work() as session:
        session.add(Invoice(id=5, account_id=world.accounts["Northwind"], currency="EUR", cutoff=FRI))
        session.flush()
        session.add(InvoiceLine(id=5, invoice_id=5, position=1, kind="time", description="Work", net_minor=0))
        session.flush()
        session.add(
            BilledTime(
                entry_id=logged.id,
                line_id=5,
                seconds=HOUR,
                minutes=60,
                amount_minor=1,
                released_at=db.clock.now(),
            )
        )
    with pytest.raises(Conflict, match="evidence"):
        do(delete_entry, world["Ann"], logged.id)


# The cell of the grid.


def cell(world: World, minutes: int, seq: int, *, who: str = "Ann", task: str = "Build", **more: Any) -> Any:
    return do(
        set_cell, world[who], task_id=world.tasks[task], day=MON, minutes=minutes, seq=SEQ + seq, **more
    )


def test_setting_a_cell_twice_is_harmless(world: World) -> None:
    first = cell(world, 90, 1)
    second = cell(world, 90, 2)
    assert first.entry_id == second.entry_id
    assert [row.seconds for row in entries()] == [90 * 60]
    assert past(first.entry_id) == ["logged"]


def test_a_cell_is_made_changed_and_emptied(world: World) -> None:
    made = cell(world, 60, 1, note="Why")
    cell(world, 45, 2)
    assert [(row.seconds, row.note) for row in entries()] == [(45 * 60, "Why")]
    assert cell(world, 0, 3).entry_id is None
    assert entries() == []
    assert past(made.entry_id) == ["logged", "changed", "deleted"]


def test_what_comes_late_with_an_older_number_changes_nothing(world: World) -> None:
    cell(world, 60, 5)
    assert cell(world, 30, 4).seconds == HOUR
    assert cell(world, 30, 5).seconds == HOUR
    cell(world, 0, 7)
    assert cell(world, 60, 6).seconds == 0
    assert entries() == []


def test_the_grid_takes_only_the_difference_to_what_others_put_into_the_cell(world: World) -> None:
    log(world, seconds=HOUR + 20)
    with db.unit_of_work() as session:
        session.exec(select(TimeEntry)).one().source = "timer"
    assert cell(world, 90, 1).seconds == 90 * 60 + 20
    assert sorted(row.seconds for row in entries()) == [30 * 60, HOUR + 20]
    assert cell(world, 60, 2).seconds == HOUR + 20
    with pytest.raises(Invalid, match="1:00 of this cell has entries"):
        cell(world, 59, 3)
    assert [row.source for row in entries()] == ["timer"]


@pytest.mark.parametrize("minutes", [-1, 1441, 10**12])
def test_a_cell_takes_0_to_24_hours(world: World, minutes: int) -> None:
    with pytest.raises(Invalid):
        cell(world, minutes, 1)
    assert entries() == []


def test_a_cell_is_refused_when_the_day_is_full(world: World) -> None:
    log(world, task="Hiring", seconds=23 * HOUR)
    with pytest.raises(Invalid, match="24:00"):
        cell(world, 61, 1)
    assert cell(world, 60, 2).seconds == HOUR


def test_a_refused_cell_does_not_use_up_its_number(world: World) -> None:
    with pytest.raises(PsaError):
        cell(world, 2000, 9)
    assert cell(world, 60, 9).seconds == HOUR


@settings(max_examples=25)
@given(
    others=st.lists(st.integers(1, 3 * HOUR), max_size=4),
    typed=st.lists(st.integers(0, 1440), min_size=1, max_size=6),
)
def test_a_cell_always_shows_what_was_typed_last_or_a_refusal(
    sqlite_database: Any, others: list[int], typed: list[int]
) -> None:
    with db.unit_of_work() as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for table in reversed(TimeEntry.metadata.sorted_tables):
            session.connection().execute(table.delete())
    world = do(make_world)
    for seconds in others:
        logged = log(world, seconds=seconds)
        with db.unit_of_work() as session:
            session.get_one(TimeEntry, logged.id).source = "timer"
    shown = sum(others)
    for number, minutes in enumerate(typed):
        try:
            shown = cell(world, minutes, number).seconds
            assert h_mm_seconds(shown) == f"{minutes // 60}:{minutes % 60:02}"
        except Invalid:
            assert minutes < (sum(others) + 30) // 60 or minutes * 60 > 24 * HOUR - 60
        assert sum(row.seconds for row in entries()) == shown
        assert sorted(row.seconds for row in entries(source="timer")) == sorted(others)
