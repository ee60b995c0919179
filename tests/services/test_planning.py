"""Bookings: whole minutes of plan for a person or an open role, never refused for being too many."""

from datetime import date

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from psa_app.models import Booking, Person, ProjectMember
from psa_app.services.planning.book import change_booking, create_booking, delete_booking
from psa_app.services.projects.make import set_project_status
from tests.services.time_world import World, do, make_world, past
from tests.support.prepared import prepared

FIRST, LAST = date(2026, 11, 30), date(2026, 12, 11)


world = prepared(make_world)


def book(world: World, who: str = "Lea", **given) -> Booking:
    inputs = {"project_id": world.projects["Platform"], "starts_on": FIRST, "ends_on": LAST} | given
    if "role_id" not in inputs:
        inputs.setdefault("person_id", world.people["Ben"])
    return do(create_booking, world[who], **inputs)


def bookings() -> list[Booking]:
    with db.reading() as session:
        return list(session.exec(select(Booking)).all())


def is_on(world: World, name: str, project: str) -> bool:
    with db.reading() as session:
        return (
            session.exec(
                select(ProjectMember.id).where(
                    ProjectMember.project_id == world.projects[project],
                    ProjectMember.person_id == world.people[name],
                )
            ).first()
            is not None
        )


def test_who_is_booked_may_log_time_on_the_project(world):
    book(world, percent=60)
    assert is_on(world, "Ben", "Platform")


def test_a_tentative_booking_lets_nobody_on_the_project_until_it_is_confirmed(world):
    booking = book(world, is_tentative=True)
    assert not is_on(world, "Ben", "Platform")
    do(change_booking, world["Lea"], booking.id, version=booking.version, is_tentative=False)
    assert is_on(world, "Ben", "Platform")


def test_an_open_role_is_handed_to_a_person_and_back(world):
    booking = book(world, role_id=world.roles["Engineer"])
    assert booking.person_id is None
    taken = do(
        change_booking, world["Lea"], booking.id, version=booking.version, person_id=world.people["Ben"]
    )
    assert (taken.person_id, taken.role_id) == (world.people["Ben"], None)
    opened = do(
        change_booking, world["Lea"], booking.id, version=taken.version, role_id=world.roles["Junior"]
    )
    assert (opened.person_id, opened.role_id) == (None, world.roles["Junior"])


def test_overbooking_is_written_down_and_never_refused(world):
    for _ in range(3):
        book(world, percent=100)
    assert len(bookings()) == 3


def test_moving_and_stretching_keep_what_is_not_given(world):
    booking = book(world, percent=60, note="Sprint 4")
    moved = do(
        change_booking,
        world["Lea"],
        booking.id,
        version=booking.version,
        starts_on=date(2026, 12, 7),
        ends_on=date(2026, 12, 24),
    )
    assert (moved.starts_on, moved.ends_on) == (date(2026, 12, 7), date(2026, 12, 24))
    assert (moved.percent, moved.note, moved.person_id) == (60, "Sprint 4", world.people["Ben"])
    assert past(booking.id, "booking") == ["created", "changed"]


def test_a_task_can_be_named_and_taken_off_again(world):
    booking = book(world)
    named = do(change_booking, world["Lea"], booking.id, version=booking.version, task_id=world.tasks["Data"])
    assert named.task_id == world.tasks["Data"]
    freed = do(change_booking, world["Lea"], booking.id, version=named.version, task_id=0)
    assert freed.task_id is None


def test_a_change_that_changes_nothing_is_not_written_down(world):
    booking = book(world, percent=60)
    same = do(change_booking, world["Lea"], booking.id, version=booking.version, percent=60)
    assert same.version == booking.version
    assert past(booking.id, "booking") == ["created"]


def test_two_who_drag_the_same_bar_do_not_overwrite_each_other(world):
    booking = book(world)
    do(change_booking, world["Lea"], booking.id, version=booking.version, percent=50)
    with pytest.raises(Stale):
        do(change_booking, world["Olga"], booking.id, version=booking.version, percent=80)


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"person_id": None}, "person_id"),
        ({"ends_on": date(2026, 11, 29)}, "ends_on"),
        ({"ends_on": date(2030, 1, 1)}, "ends_on"),
        ({"percent": 0}, "percent"),
        ({"percent": 101}, "percent"),
        ({"mode": "hours_per_day"}, "minutes_per_day"),
        ({"mode": "hours_per_day", "minutes_per_day": 1441}, "minutes_per_day"),
        ({"mode": "total"}, "total_minutes"),
        ({"mode": "total", "total_minutes": 10**9}, "total_minutes"),
        ({"minutes_per_day": -5}, "minutes_per_day"),
        ({"mode": "sometimes"}, "mode"),
    ],
)
def test_what_makes_no_plan_is_refused_beside_its_field(world, inputs, field):
    with pytest.raises(Invalid) as refused:
        book(world, **inputs)
    assert refused.value.field == field
    assert bookings() == []


def test_a_person_and_a_role_at_once_are_refused(world):
    with pytest.raises(Invalid, match="a person, or a role"):
        book(world, person_id=world.people["Ben"], role_id=world.roles["Engineer"])


def test_an_unknown_role_or_another_projects_task_is_refused(world):
    with pytest.raises(Invalid, match="role from the list"):
        book(world, role_id=4711)
    with pytest.raises(Invalid, match="task of this project"):
        book(world, task_id=world.tasks["Build"])


def test_nobody_is_booked_after_their_last_day_or_before_their_first(world):
    with db.unit_of_work() as session:
        session.get_one(Person, world.people["Ben"]).left_on = date(2026, 11, 15)
        session.get_one(Person, world.people["Ann"]).hired_on = date(2027, 1, 1)
    with pytest.raises(Invalid, match="left on 2026-11-15"):
        book(world)
    with pytest.raises(Invalid, match="starts on 2027-01-01"):
        book(world, person_id=world.people["Ann"])


def test_a_closed_project_takes_no_bookings(world):
    booking = book(world)
    do(set_project_status, world["Lea"], world.projects["Platform"], status="closed")
    with pytest.raises(Conflict, match="Platform is closed"):
        book(world)
    with pytest.raises(Conflict, match="Platform is closed"):
        do(change_booking, world["Lea"], booking.id, version=booking.version, percent=10)


def test_a_member_plans_nobody(world):
    booking = book(world)
    for act, inputs in (
        (change_booking, {"version": booking.version, "percent": 10}),
        (delete_booking, {}),
    ):
        with pytest.raises(Forbidden):
            do(act, world["Ben"], booking.id, **inputs)
    with pytest.raises(Forbidden):
        book(world, "Ben")


def test_a_booking_that_is_taken_away_is_gone_and_remembered(world):
    booking = book(world)
    do(delete_booking, world["Lea"], booking.id)
    assert bookings() == []
    assert past(booking.id, "booking") == ["created", "deleted"]
    with pytest.raises(NotFound):
        do(delete_booking, world["Lea"], booking.id)


def test_work_for_the_firm_itself_is_never_planned_as_billable(world):
    assert not book(world, project_id=world.projects["Internal"]).is_billable
    assert book(world).is_billable
