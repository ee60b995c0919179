"""Time as the screens read it: week, approvals, lists, report."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from psa_app import db
from psa_app.access import Actor
from psa_app.errors import Forbidden, Invalid, NotFound
from psa_app.models import Holiday, Leave, Project, ProjectMember, Rate, Task, TimeEntry
from psa_app.queries.time.approvals import approval_queue
from psa_app.queries.time.choices import task_choices
from psa_app.queries.time.entries import EntryFilter, entry_page
from psa_app.queries.time.report import person_months
from psa_app.queries.time.week import week_view
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.cells import set_cell, set_note
from psa_app.services.time.lock import lock_time
from psa_app.services.time.log import log_time
from psa_app.services.time.reject import reject_entries
from psa_app.services.time.submit import submit_week
from psa_app.services.time.timer import start_timer, stop_timer
from tests.services.time_world import (
    FRI,
    MON,
    SAT,
    THU,
    TODAY,
    TUE,
    WED,
    WEEK,
    World,
    ask,
    do,
    entries,
    make_world,
)
from tests.support.prepared import prepared

HOUR = 3600


world = prepared(make_world)


def log(
    world: World, task: str = "Build", day: date = MON, seconds: int = HOUR, who: str = "Ann", note: str = ""
) -> int:
    logged = do(log_time, world[who], task_id=world.tasks[task], work_date=day, seconds=seconds, note=note)
    return int(logged.id)


def submit(world: World, who: str = "Ann", week: int = WEEK) -> int:
    return int(do(submit_week, world[who], week=week).timesheet_id)


def view(world: World, who: str = "Ann", week: int = WEEK, **more: Any) -> Any:
    return ask(week_view, world[who], week, **more)


# The week.


def test_a_week_shows_its_tasks_with_seconds_by_day_and_capacity(world: World) -> None:
    (
        log(world, seconds=90 * 60, note="One"),
        log(world, seconds=30 * 60, note="Two"),
        log(world, "Hiring", FRI),
    )
    week = view(world)
    assert [(row.project, row.client, row.task) for row in week.rows] == [
        ("Checkout", "Northwind", "Build"),
        ("Internal", "", "Hiring"),
    ]
    assert [cell.seconds for cell in week.rows[0].cells] == [2 * HOUR, 0, 0, 0, 0, 0, 0]
    assert week.rows[0].cells[0].note == "One; Two"
    assert [day.capacity for day in week.days] == [480] * 5 + [0, 0]
    assert (week.seconds, week.billable, week.capacity, week.state) == (3 * HOUR, 2 * HOUR, 2400, "draft")


def test_holidays_and_leave_lower_the_weeks_capacity_in_words(world: World) -> None:
    with db.unit_of_work() as session:
        session.add(Holiday(calendar="AT", day=TUE, name="Founders' Day"))
        session.add(
            Leave(
                person_id=world.people["Ann"],
                starts_on=WED,
                ends_on=WED,
                minutes_per_day=240,
                status="approved",
            )
        )
    week = view(world)
    assert [(day.capacity, day.off) for day in week.days][:3] == [
        (480, ""),
        (0, "Founders' Day"),
        (240, "Vacation"),
    ]


def test_cells_tell_what_became_of_their_time(world: World) -> None:
    back, good = log(world), log(world, day=TUE)
    sheet = submit(world)
    do(approve_entries, world["Lea"], entry_ids=(good,))
    do(reject_entries, world["Lea"], entry_ids=(back,), reason="Wrong day")
    log(world, day=WED)
    week = view(world)
    cells = week.rows[0].cells
    assert [cell.state for cell in cells[:3]] == ["rejected", "approved", ""]
    assert (cells[0].reason, cells[1].fixed, cells[2].fixed) == ("Wrong day", HOUR, 0)
    assert (week.state, week.unsent) == ("returned", 2)
    assert [(one.id, one.state, one.waiting) for one in week.sheets] == [(sheet, "returned", 0)]


def test_the_states_of_a_week_from_draft_to_approved_and_late(world: World) -> None:
    seen = [view(world).state]
    one = log(world)
    seen.append(view(world).state)
    submit(world)
    seen.append(view(world).state)
    do(approve_entries, world["Lea"], entry_ids=(one,))
    seen.append(view(world).state)
    log(world, day=FRI)
    seen.append(view(world).state)
    assert seen == ["open", "draft", "submitted", "approved", "late"]


def test_last_weeks_tasks_stand_ready_while_they_are_open(world: World) -> None:
    log(world), log(world, "Review"), log(world, "Hiring")
    with db.unit_of_work() as session:
        session.get_one(Task, world.tasks["Review"]).status = "done"
    week = view(world, week=202648)
    assert [row.task for row in week.rows] == ["Build", "Hiring"]
    assert (week.seconds, week.last_week_seconds) == (0, 3 * HOUR)
    more = view(world, week=202648, more_tasks=[world.tasks["Data"], world.tasks["Review"]])
    assert [row.task for row in more.rows] == ["Build", "Hiring", "Data"]


def test_a_locked_period_and_the_running_timer_show(world: World, clock: Any) -> None:
    do(lock_time, world["Fred"], through=TUE)
    do(start_timer, world["Ann"], task_id=world.tasks["Data"])
    week = view(world)
    assert [day.is_locked for day in week.days][:3] == [True, True, False]
    assert (week.timer_task_id, [row.is_running for row in week.rows]) == (world.tasks["Data"], [True])
    assert view(world, who="Fred", person_id=world.people["Ann"]).timer_task_id is None


def test_a_lead_sees_of_others_weeks_only_the_lines_of_own_projects(world: World) -> None:
    log(world), log(world, "Data", TUE)
    week = view(world, who="Lea", person_id=world.people["Ann"])
    assert ([row.task for row in week.rows], week.seconds, week.may_write) == (["Build"], HOUR, False)
    assert view(world, who="Ben", person_id=world.people["Ann"]).rows == ()
    with pytest.raises(NotFound):
        view(world, person_id=10**6)
    with pytest.raises(Invalid):
        view(world, week=202699)


def test_someone_who_left_a_project_still_sees_their_time(world: World) -> None:
    log(world)
    with db.unit_of_work() as session:
        member = session.exec(
            select(ProjectMember).where(
                ProjectMember.person_id == world.people["Ann"],
                ProjectMember.project_id == world.projects["Checkout"],
            )
        ).one()
        session.delete(member)
    (row,) = view(world).rows
    assert (row.task, row.is_open, row.cells[0].seconds) == ("Build", False, HOUR)


def test_a_note_goes_to_the_cells_own_draft(world: World, clock: Any) -> None:
    cell = {"task_id": world.tasks["Build"], "day": MON}
    with pytest.raises(Invalid, match="hours first"):
        do(set_note, world["Ann"], **cell, note="Too early")
    do(set_cell, world["Ann"], **cell, minutes=60, seq=1)
    do(set_note, world["Ann"], **cell, note="Checkout flow")
    assert view(world).rows[0].cells[0].note == "Checkout flow"
    do(start_timer, world["Ann"], task_id=world.tasks["Review"])
    clock.forward(minutes=5)
    do(stop_timer, world["Ann"])
    do(set_note, world["Ann"], task_id=world.tasks["Review"], day=TODAY, note="From the timer")
    assert [one.note for one in entries()] == ["Checkout flow", "From the timer"]


def test_tasks_to_choose_from_are_the_persons_own_and_open(world: World) -> None:
    def choices(who: str, text: str = "") -> list[str]:
        return [one.task for one in ask(task_choices, world[who], text)]

    assert choices("Ann") == ["Build", "Review", "Travel", "Hiring", "Data"]
    assert choices("Ben") == ["Build", "Review", "Travel", "Hiring"]
    assert choices("Ann", "north rev") == ["Review"]
    assert choices("Ann", "100%_") == []
    with db.unit_of_work() as session:
        session.get_one(Project, world.projects["Checkout"]).status = "closed"
    assert choices("Ben") == ["Hiring"]


# The approvals queue.


def test_exceptions_stand_first_and_the_rest_goes_in_one_act(world: World) -> None:
    log(world), log(world, day=TUE, seconds=11 * HOUR), log(world, day=SAT)
    submit(world)
    log(world, day=WED, who="Ben")
    submit(world, "Ben")
    log(world, day=FRI)
    submit(world)
    queue = ask(approval_queue, world["Lea"])
    told = [(sheet.person, sheet.number, [line.exceptions for line in sheet.lines]) for sheet in queue.sheets]
    assert told == [
        ("Ann Test", 0, [("long_day",), ("weekend",), ()]),
        ("Ann Test", 1, [("supplement",)]),
        ("Ben Test", 0, [()]),
    ]
    assert (queue.entries, queue.exceptional) == (5, 3)
    rest = tuple(one for sheet in queue.sheets for one in sheet.usual_ids)
    do(approve_entries, world["Lea"], entry_ids=rest)
    assert [one.exceptional for one in (ask(approval_queue, world["Lea"]),)] == [3]


def test_unpriced_and_over_budget_lines_are_exceptions(world: World) -> None:
    with db.unit_of_work() as session:
        session.get_one(Project, world.projects["Checkout"]).budget_minutes = 60
        session.delete(session.exec(select(Rate).where(Rate.level == "account")).one())
    log(world, seconds=2 * HOUR), log(world, "Data", TUE)
    submit(world)
    (sheet,) = ask(approval_queue, world["Fred"]).sheets
    assert [(line.task, line.exceptions, line.value) for line in sheet.lines] == [
        ("Build", ("over_budget",), 30000),
        ("Data", ("unpriced",), None),
    ]


def test_the_queue_holds_what_one_may_decide_on_and_counts_the_others(world: World) -> None:
    log(world), log(world, "Hiring", TUE), log(world, who="Lea")
    submit(world), submit(world, "Lea")
    (leads,) = ask(approval_queue, world["Lea"]).sheets
    assert ([line.task for line in leads.lines], leads.person) == (["Build"], "Ann Test")
    fred = ask(approval_queue, world["Fred"])
    assert sorted((sheet.person, len(sheet.lines)) for sheet in fred.sheets) == [
        ("Ann Test", 2),
        ("Lea Test", 1),
    ]
    with pytest.raises(Forbidden):
        ask(approval_queue, world["Ann"])


# Lists and the report.


def test_pages_follow_each_other_without_gap_or_double(world: World) -> None:
    for number in range(23):
        log(world, "Hiring", MON + timedelta(days=number % 4), 60)
    for oldest_first in (False, True):
        seen: list[int] = []
        cursor: str | None = None
        while True:
            page = ask(
                entry_page, world["Ann"], EntryFilter(), cursor=cursor, limit=5, oldest_first=oldest_first
            )
            seen += [row.id for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
        days = {one.id: one.work_date for one in entries()}
        wanted = sorted(days, key=lambda one: (days[one], one), reverse=not oldest_first)
        assert seen == wanted


def test_a_list_keeps_what_was_asked_for_and_what_one_may_see(world: World) -> None:
    build, data, travel = log(world), log(world, "Data", TUE), log(world, "Travel", WED)
    bens = log(world, who="Ben", day=THU)

    def ids(who: str, **keep: Any) -> set[int]:
        return {row.id for row in ask(entry_page, world[who], EntryFilter(**keep)).rows}

    assert ids("Ann") == {build, data, travel}
    assert ids("Lea") == {build, travel, bens}
    assert ids("Fred") == {build, data, travel, bens}
    assert ids("Fred", account_id=world.accounts["Kestrel"]) == {data}
    assert ids("Fred", person_id=world.people["Ben"]) == {bens}
    assert ids("Fred", project_id=world.projects["Checkout"], is_billable=False) == {travel}
    assert ids("Fred", first=TUE, last=WED) == {data, travel}
    assert ids("Fred", status="approved") == set()
    assert ids("Fred", unpriced=True) == set()
    for wrong in ({"status": "'; DROP TABLE"},):
        with pytest.raises(Invalid):
            ids("Fred", **wrong)
    with pytest.raises(Invalid):
        ask(entry_page, world["Fred"], EntryFilter(), cursor="WyJ4IiwgMV0")


def test_members_see_no_rates_in_lists(world: World) -> None:
    log(world)
    assert [row.rate for row in ask(entry_page, world["Ann"], EntryFilter()).rows] == [None]
    assert [row.rate for row in ask(entry_page, world["Lea"], EntryFilter()).rows] == [15000]


def test_the_report_adds_up_hours_and_value_by_person_month_and_currency(world: World) -> None:
    log(world, seconds=100), log(world, seconds=50), log(world, "Data", TUE), log(world, "Hiring", WED)
    log(world, day=date(2026, 10, 30))
    ann = world.people["Ann"]
    rows = ask(person_months, world["Fred"], 202601, 202612)
    assert sorted((r.person_id, r.month, r.currency, r.is_billable, r.seconds, r.value) for r in rows) == [
        (ann, 202610, "EUR", True, HOUR, 15000),
        (ann, 202611, "", False, HOUR, 0),
        (ann, 202611, "EUR", True, 150, 625),
        (ann, 202611, "USD", True, HOUR, 20000),
    ]
    assert not any(row.is_unpriced for row in rows)
    assert ask(person_months, world["Ben"], 202601, 202612) == []
    assert {row.value for row in ask(person_months, world["Ann"], 202601, 202612)} == {0}
    with pytest.raises(Invalid):
        ask(person_months, world["Fred"], 202613, 202614)
    with pytest.raises(Forbidden):
        ask(person_months, Actor("Client", "nobody"), 202601, 202612)


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.sampled_from(["Ann", "Ben"]), st.integers(0, 6), st.integers(1, 9000)), max_size=12)
)
def test_the_report_loses_no_second(sqlite_database: Any, found: list[tuple[str, int, int]]) -> None:
    with db.unit_of_work() as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for table in reversed(TimeEntry.metadata.sorted_tables):
            session.connection().execute(table.delete())
    world = do(make_world)
    for who, day, seconds in found:
        log(world, who=who, day=MON + timedelta(days=day), seconds=seconds)
    rows = ask(person_months, world["Fred"], 202611, 202611)
    assert sum(row.seconds for row in rows) == sum(seconds for _, _, seconds in found)
