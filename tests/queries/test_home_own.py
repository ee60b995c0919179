"""A member's own Home: the week by day, what came back, bookings, and tasks of late."""

from dataclasses import replace
from datetime import date

from psa_app.access import system
from psa_app.queries.home.own import own_home
from psa_app.resources import RESOURCES
from psa_app.services.planning.book import create_booking
from psa_app.services.records import create_record
from psa_app.services.time.reject import reject_entries
from psa_app.services.time.submit import submit_week
from tests.support.world import FRI, MON, THU, ask, do

TODAY = date(2026, 11, 23)


def test_a_member_sees_the_own_week_by_day_against_what_there_is_to_work(world):
    world.log("Ann", "Build", TODAY, 450)
    world.log("Ben", "Design", TODAY, 60)
    world.log("Ann", "Build", THU, 60)
    found = ask(own_home, world["Ann"])
    assert (found.this_week.seconds, found.this_week.capacity, found.this_week.state) == (
        27_000,
        2400,
        "open",
    )
    assert [day.seconds for day in found.this_week.days] == [27_000, 0, 0, 0, 0, 0, 0]
    assert found.last_week.seconds == 3_600


def test_a_week_says_whether_it_is_handed_in_or_approved(world):
    world.log("Ann", "Build", MON, 60)
    do(submit_week, world["Ann"], week=202647)
    assert ask(own_home, world["Ann"]).last_week.state == "submitted"
    world.worked("Ben", "Design", MON, 60)
    assert ask(own_home, world["Ben"]).last_week.state == "approved"
    assert ask(own_home, world["Lea"]).last_week.state == "open"
    do(submit_week, world["Lea"], week=202647)
    assert ask(own_home, world["Lea"]).last_week.state == "submitted"


def test_time_that_came_back_stands_there_with_its_reason(world):
    entry_id = world.log("Ann", "Build", MON, 60)
    do(submit_week, world["Ann"], week=202647)
    do(reject_entries, world["Lea"], entry_ids=(entry_id,), reason="This was Tuesday")
    returned = ask(own_home, world["Ann"]).returned
    assert [(one.id, one.task, one.reason) for one in returned] == [(entry_id, "Build", "This was Tuesday")]
    assert ask(own_home, world["Ben"]).returned == ()


def test_own_bookings_are_shown_by_week_and_nobody_elses(world):
    for who, percent in (("Ann", 50), ("Ben", 100)):
        do(
            create_booking,
            world["Lea"],
            project_id=world.projects["Checkout"],
            person_id=world.people[who],
            starts_on=date(2026, 11, 23),
            ends_on=date(2026, 12, 1),
            percent=percent,
        )
    found = ask(own_home, world["Ann"])
    assert [(one.project, one.minutes) for one in found.bookings] == [("Checkout", (1200, 480, 0, 0))]
    assert found.capacity == (2400, 2400, 2400, 2400)


def test_tasks_of_late_come_first_and_done_ones_are_gone(world):
    world.log("Ann", "Build", FRI, 60)
    world.log("Ann", "Advise", TODAY, 30)
    tasks = ask(own_home, world["Ann"]).tasks
    assert [(one.name, one.week_seconds, one.seconds) for one in tasks] == [
        ("Advise", 1_800, 1_800),
        ("Build", 0, 3_600),
    ]


def test_a_user_who_is_no_person_has_an_empty_home(world):
    found = ask(own_home, replace(world["Olga"], person_id=None))
    assert (found.this_week.seconds, found.bookings, found.tasks) == (0, (), ())


def test_holidays_of_the_own_week_are_named(world):
    values = {"calendar": "AT", "day": date(2026, 11, 26), "name": "Thanksgiving"}
    do(create_record, system("Set-up", via="cli"), RESOURCES["holidays"], values)
    week = ask(own_home, world["Ann"]).this_week
    assert [(day.capacity, day.off) for day in week.days[3:5]] == [(0, "Thanksgiving"), (480, "")]
