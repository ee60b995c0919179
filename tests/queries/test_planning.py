"""The planner: load of people over weeks, open roles, overbooking; a member sees the own row only."""

from datetime import date
from fractions import Fraction

import pytest

from psa_app.errors import Forbidden
from psa_app.queries.planning.board import board
from psa_app.queries.planning.choices import bookable_projects, open_tasks
from psa_app.queries.projects.choices import people
from psa_app.services.people.leave import approve_leave, request_leave
from psa_app.services.planning.book import create_booking
from psa_app.services.projects.make import set_project_status
from tests.support.world import World, ask, do

FIRST = date(2026, 11, 23)
NEXT = date(2026, 11, 30)


def plan(world: World, by: str = "Lea", count: int = 3, **inputs):
    return ask(board, world[by], FIRST, count, **inputs)


def book(world: World, who: str | None, first: date, last: date, project: str = "Checkout", **inputs):
    whose = {"person_id": world.people[who]} if who else {"role_id": world.roles["Designer"]}
    return do(
        create_booking,
        world["Lea"],
        project_id=world.projects[project],
        starts_on=first,
        ends_on=last,
        **(whose | inputs),
    )


def loads(found, name: str) -> list:
    return [load.share() for load in next(row for row in found.rows if row.name == name).loads]


def test_load_is_what_is_booked_by_net_capacity_week_by_week(world):
    book(world, "Ann", FIRST, date(2026, 12, 4), percent=60)
    assert loads(plan(world), "Ann Test") == [Fraction(3, 5), Fraction(3, 5), 0]


def test_weeks_begin_on_their_monday_whatever_day_is_asked_for(world):
    assert ask(board, world["Lea"], date(2026, 11, 26), 2).weeks == (202648, 202649)


def test_hours_a_day_skip_leave_and_a_total_moves_around_it(world):
    asked = do(request_leave, world["Ann"], starts_on=NEXT, ends_on=date(2026, 12, 4))
    do(approve_leave, world["Olga"], asked.id)
    book(world, "Ann", FIRST, date(2026, 12, 4), mode="hours_per_day", minutes_per_day=240)
    total = book(world, "Ann", FIRST, date(2026, 12, 11), mode="total", total_minutes=2000)
    found = plan(world)
    ann = next(row for row in found.rows if row.name == "Ann Test")
    assert [(load.net, load.confirmed) for load in ann.loads] == [(2400, 1200 + 1000), (0, 0), (2400, 1000)]
    assert ann.loads[1].off == ("Vacation",)
    assert ann.loads[1].share() is None
    bar = next(bar for bar in found.bars if bar.id == total.id)
    assert (bar.minutes, bar.unplaced) == (2000, 0)


def test_a_total_that_finds_no_working_day_says_how_much_is_lost(world):
    saturday = date(2026, 11, 28)
    booking = book(world, "Ann", saturday, saturday, mode="total", total_minutes=300)
    bar = next(bar for bar in plan(world).bars if bar.id == booking.id)
    assert (bar.minutes, bar.unplaced) == (0, 300)


def test_a_total_falls_alike_into_a_week_whatever_weeks_are_shown(world):
    book(world, "Ann", FIRST, date(2026, 12, 11), mode="total", total_minutes=3000)
    assert loads(plan(world, count=1), "Ann Test") == loads(plan(world, count=3), "Ann Test")[:1]


def test_more_than_there_is_time_for_is_overbooked_and_exactly_full_is_not(world):
    book(world, "Ann", FIRST, date(2026, 11, 27), percent=100)
    assert plan(world).conflicts() == []
    book(world, "Ann", FIRST, date(2026, 11, 27), percent=25, project="Data")
    ((row, load),) = plan(world).conflicts()
    assert (row.name, load.week, load.share()) == ("Ann Test", 202648, Fraction(5, 4))


def test_tentative_bookings_count_only_where_asked_for(world):
    book(world, "Ann", FIRST, date(2026, 11, 27), percent=100)
    book(world, "Ann", FIRST, date(2026, 11, 27), percent=50, is_tentative=True)
    found = plan(world)
    assert found.conflicts() == []
    ((_, load),) = found.conflicts(with_tentative=True)
    assert (load.share(), load.share(with_tentative=True)) == (1, Fraction(3, 2))


def test_open_roles_stand_on_top_and_are_never_overbooked(world):
    for _ in range(2):
        book(world, None, NEXT, date(2026, 12, 4), percent=100)
    found = plan(world)
    first = found.rows[0]
    assert (first.name, first.person_id, first.key) == ("Designer", None, f"r{world.roles['Designer']}")
    assert [load.confirmed for load in first.loads] == [0, 4800, 0]
    assert found.conflicts() == []
    assert [bar.row for bar in found.bars] == [first.key, first.key]


def test_people_are_narrowed_by_project_role_and_name(world):
    book(world, "Ann", FIRST, NEXT)
    book(world, "Ben", FIRST, NEXT, project="Data")
    names = {
        "project": [row.name for row in plan(world, project_id=world.projects["Data"]).rows],
        "role": [row.name for row in plan(world, role_id=world.roles["Designer"]).rows],
        "text": [row.name for row in plan(world, text="ann").rows],
        "signs": [row.name for row in plan(world, text="%").rows],
    }
    assert names == {"project": ["Ben Test"], "role": ["Ben Test"], "text": ["Ann Test"], "signs": []}


def test_who_has_left_is_not_planned_any_more(world):
    from psa_app import db
    from psa_app.models import Person

    with db.unit_of_work() as session:
        session.get_one(Person, world.people["Ben"]).left_on = date(2026, 11, 20)
    assert "Ben Test" not in [row.name for row in plan(world).rows]


def test_a_member_sees_the_own_row_and_bookings_only(world):
    book(world, "Ann", FIRST, NEXT)
    book(world, "Ben", FIRST, NEXT)
    book(world, None, FIRST, NEXT)
    found = plan(world, "Ann")
    assert [row.name for row in found.rows] == ["Ann Test"]
    assert len(found.bars) == 1


def test_a_client_has_no_plan(world):
    with pytest.raises(Forbidden):
        plan(world, "Nina")


def test_the_number_of_weeks_is_held_within_reason(world):
    assert len(plan(world, count=0).weeks) == 1
    assert len(plan(world, count=10_000).weeks) == 26


def test_closed_projects_cannot_be_chosen_for_a_booking(world):
    do(set_project_status, world["Lea"], world.projects["Data"], status="closed")
    assert [(name, client) for _, name, client in ask(bookable_projects, world["Lea"])] == [
        ("Checkout", "Northwind")
    ]


def test_the_form_offers_who_is_still_here_and_a_projects_open_tasks(world):
    from psa_app import db
    from psa_app.models import Person
    from psa_app.services.projects.tasks import set_task_status

    with db.unit_of_work() as session:
        session.get_one(Person, world.people["Ben"]).left_on = date(2026, 11, 20)
    do(set_task_status, world["Lea"], world.tasks["Travel"], status="done")
    names = [name for _, name, _ in ask(people, world["Lea"])]
    assert names == ["Ann Test", "Fred Test", "Lea Test", "Olga Test"]
    tasks = [name for _, name in ask(open_tasks, world["Lea"], world.projects["Checkout"])]
    assert tasks == ["Build", "Fixed", "Design"]
    with pytest.raises(Forbidden):
        ask(people, world["Ann"])
