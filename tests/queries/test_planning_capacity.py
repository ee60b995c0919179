"""Capacity: contract hours less holidays, leave and days outside employment, read for everyone at once."""

from datetime import date

from psa_app.access import system
from psa_app.models import Person
from psa_app.queries.capacity import net_by_month, net_by_week, person_days
from psa_app.resources import RESOURCES
from psa_app.services.people.leave import approve_leave, request_leave
from psa_app.services.records import create_record
from tests.support.world import FRI, MON, TUE, World, ask, do

SUNDAY = date(2026, 11, 22)


def days(world: World, who: str = "Ann", start: date = MON, end: date = SUNDAY, by: str = "Olga"):
    return ask(person_days, world[by], start, end).get(world.people[who])


def add(kind: str, **values) -> None:
    do(create_record, system("Set-up", via="cli"), RESOURCES[kind], values)


def leave(
    world: World, first: date, last: date, *, minutes: int | None = None, approved: bool = True
) -> None:
    asked = do(request_leave, world["Ann"], starts_on=first, ends_on=last, minutes_per_day=minutes)
    if approved:
        do(approve_leave, world["Olga"], asked.id)


def test_a_full_week_is_forty_hours(world):
    assert days(world).between(MON, SUNDAY) == 2400


def test_a_holiday_takes_a_contract_day_from_gross_and_net_and_is_named(world):
    add("holidays", calendar="AT", day=TUE, name="Saint Martin")
    week = days(world)
    assert (week.gross[TUE], week.net[TUE], week.off[TUE]) == (0, 0, "Saint Martin")
    assert week.between(MON, SUNDAY) == 1920


def test_a_holiday_of_another_country_takes_nothing(world):
    add("holidays", calendar="DE", day=TUE, name="Repentance Day")
    assert days(world).between(MON, SUNDAY) == 2400


def test_approved_leave_lowers_net_and_not_gross(world):
    leave(world, TUE, FRI)
    week = days(world)
    assert (sum(week.gross.values()), sum(week.net.values())) == (2400, 480)
    assert week.off[TUE] == "Vacation"


def test_leave_that_is_not_decided_takes_nothing(world):
    leave(world, TUE, FRI, approved=False)
    assert sum(days(world).net.values()) == 2400


def test_half_a_day_of_leave_leaves_the_other_half(world):
    leave(world, TUE, TUE, minutes=240)
    assert days(world).net[TUE] == 240


def test_leave_beyond_the_period_counts_only_within_it(world):
    leave(world, date(2026, 11, 12), date(2026, 12, 4))
    assert sum(days(world).net.values()) == 0


def test_nobody_has_capacity_before_their_first_and_after_their_last_day(world):
    with_dates(world, hired_on=TUE, left_on=date(2026, 11, 19))
    assert sum(days(world).net.values()) == 3 * 480


def with_dates(world: World, **dates: date) -> None:
    from psa_app import db

    with db.unit_of_work() as session:
        for name, day in dates.items():
            setattr(session.get_one(Person, world.people["Ann"]), name, day)


def test_new_hours_count_from_their_day_on(world):
    short = dict.fromkeys(("mon", "tue", "wed", "thu"), 360)
    add("work_patterns", person_id=world.people["Ann"], valid_from=date(2026, 11, 18), **short)
    assert sum(days(world).net.values()) == 2 * 480 + 2 * 360


def test_those_who_work_the_same_hours_still_have_leave_of_their_own(world):
    leave(world, MON, FRI)
    assert sum(days(world, "Ann").net.values()) == 0
    assert sum(days(world, "Ben").net.values()) == 2400


def test_minutes_are_summed_by_week_and_by_month(world):
    found = days(world, start=date(2026, 10, 26), end=date(2026, 11, 8))
    assert net_by_month(found) == {202610: 5 * 480, 202611: 5 * 480}
    assert net_by_week(found) == {202644: 2400, 202645: 2400}


def test_a_member_sees_their_own_hours_and_nobody_elses(world):
    assert days(world, "Ann", by="Ann").between(MON, SUNDAY) == 2400
    assert days(world, "Ben", by="Ann") is None
