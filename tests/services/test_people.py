"""People: taken on in one act, with dated hours and costs; deputies."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from psa_app import db
from psa_app.access import Actor
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, Problems
from psa_app.models import CostRate, Deputy, History, Outbox, Person, TimeEntry, User, WorkPattern
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.people.dated import delete_cost, delete_hours
from psa_app.services.people.deputies import end_deputy, name_deputy
from psa_app.services.people.onboard import Hours, onboard_person
from psa_app.services.records import change_record, create_record
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.log import log_time
from psa_app.services.time.submit import submit_week
from tests.services.time_world import MON, TUE, WEEK, World, do, entry, make_world
from tests.support.prepared import prepared

FULL = Hours(480, 480, 480, 480, 480)
START = date(2026, 12, 1)


world = prepared(make_world)


def onboard(world: World, who: str = "Olga", **inputs: Any) -> Person:
    given = {
        "name": "Pia Neu",
        "email": "Pia@Example.com",
        "role_id": world.roles["Junior"],
        "hired_on": START,
        "hours": FULL,
        "cost": Money(4200, "EUR"),
    } | inputs
    return do(onboard_person, world[who], **given)  # type: ignore[no-any-return]


def rows(model: Any, **where: Any) -> list[Any]:
    with db.reading() as session:
        return list(session.exec(select(model).filter_by(**where).order_by(col(model.id))).all())


def make(world: World, who: str, kind: str, **values: Any) -> Any:
    return do(create_record, world[who], RESOURCES[kind], values)


def change(world: World, who: str, kind: str, record_id: int, **values: Any) -> Any:
    return do(change_record, world[who], RESOURCES[kind], record_id, values, version=None)


def test_a_colleague_comes_with_hours_cost_and_an_invitation(world: World) -> None:
    person = onboard(world, invite_as="lead", target_percent=60, employment="contractor")
    assert (person.name, person.email, person.calendar, person.time_zone) == (
        "Pia Neu",
        "pia@example.com",
        "AT",
        "Europe/Vienna",
    )
    (hours,), (cost,) = rows(WorkPattern, person_id=person.id), rows(CostRate, person_id=person.id)
    assert (hours.valid_from, hours.mon, hours.sat) == (START, 480, 0)
    assert (cost.valid_from, cost.amount_minor) == (START, 4200)
    (user,) = rows(User, person_id=person.id)
    assert (user.role, user.email) == ("lead", "pia@example.com")
    assert len([one for one in rows(Outbox) if '"invitation"' in one.payload]) == 1


def test_what_a_colleague_costs_is_in_no_history(world: World) -> None:
    onboard(world, cost=Money(98_765, "EUR"))
    cost = make(
        world,
        "Fred",
        "cost_rates",
        person_id=world.people["Ann"],
        valid_from="2026-12-01",
        amount_minor="777.77",
    )
    change(world, "Fred", "cost_rates", cost.id, amount_minor="888.88")
    do(delete_cost, world["Fred"], cost.id)
    told = "".join(row.before + row.after for row in rows(History))
    assert not any(figure in told for figure in ("98765", "77777", "88888"))


def test_who_signs_in_already_becomes_the_person(world: World) -> None:
    with db.unit_of_work() as session:
        session.add(User(email="boss@example.com", name="Boss", role="owner"))
    person = onboard(world, email="boss@example.com", name="Boss", invite_as="owner")
    (user,) = rows(User, email="boss@example.com")
    assert (user.person_id, rows(Outbox)) == (person.id, [])


def test_without_an_invitation_nobody_is_mailed(world: World) -> None:
    person = onboard(world, cost=None)
    assert rows(User, person_id=person.id) == rows(Outbox) == rows(CostRate, person_id=person.id) == []


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "pia"}, "email"),
        ({"email": "ann@example.com"}, "email"),
        ({"role_id": 999_999}, "role_id"),
        ({"hired_on": date(1900, 1, 1)}, "hired_on"),
        ({"hours": Hours(mon=1441)}, "mon"),
        ({"hours": Hours(sun=-1)}, "sun"),
        ({"cost": Money(4200, "USD")}, "cost"),
        ({"cost": Money(-1, "EUR")}, "cost"),
        ({"calendar": "Austria"}, "calendar"),
        ({"time_zone": "Vienna"}, "time_zone"),
        ({"target_percent": 101}, "target_percent"),
        ({"email": "olga@example.com", "invite_as": "lead"}, "email"),
    ],
)
def test_a_wrong_colleague_leaves_nothing_behind(world: World, inputs: dict[str, Any], field: str) -> None:
    before = len(rows(Person)), len(rows(WorkPattern)), len(rows(User)), len(rows(History))
    with pytest.raises((Invalid, Conflict)) as caught:
        onboard(world, **inputs)
    assert caught.value.field == field
    assert (len(rows(Person)), len(rows(WorkPattern)), len(rows(User)), len(rows(History))) == before


def test_all_that_is_wrong_with_a_colleague_is_told_at_once(world: World) -> None:
    with pytest.raises(Problems) as caught:
        onboard(world, name="", email="x", hours=Hours(tue=9999), calendar="??")
    assert set(caught.value.fields) == {"name", "email", "tue", "calendar"}


@pytest.mark.parametrize("who", ["Fred", "Lea", "Ann"])
def test_only_the_owner_takes_people_on(world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        onboard(world, who)


def test_hours_are_dated_and_one_row_a_day(world: World) -> None:
    ann = world.people["Ann"]
    make(world, "Olga", "work_patterns", person_id=ann, valid_from="2027-01-01", mon="6:00", tue="6:00")
    with pytest.raises(Problems) as caught:
        make(world, "Olga", "work_patterns", person_id=ann, valid_from="2027-01-01", mon="7:00")
    assert list(caught.value.fields) == ["valid_from"]
    with pytest.raises(Problems) as caught:
        make(world, "Olga", "work_patterns", person_id=ann, valid_from="2027-02-01", mon="25:00")
    assert list(caught.value.fields) == ["mon"]
    assert [row.valid_from for row in rows(WorkPattern, person_id=ann)] == [
        date(2024, 1, 1),
        date(2027, 1, 1),
    ]


def test_dated_hours_can_be_taken_back_but_not_the_last(world: World) -> None:
    ann = world.people["Ann"]
    later = make(world, "Olga", "work_patterns", person_id=ann, valid_from="2027-01-01", mon="6:00")
    do(delete_hours, world["Olga"], later.id)
    (only,) = rows(WorkPattern, person_id=ann)
    with pytest.raises(Conflict, match="only hours"):
        do(delete_hours, world["Olga"], only.id)
    with pytest.raises(NotFound):
        do(delete_hours, world["Olga"], later.id)


@pytest.mark.parametrize("who", ["Lea", "Ann"])
def test_costs_are_for_owner_and_finance(world: World, who: str) -> None:
    (cost, *_) = rows(CostRate, person_id=world.people["Ann"])
    with pytest.raises(Forbidden):
        make(
            world,
            who,
            "cost_rates",
            person_id=world.people["Ann"],
            valid_from="2026-12-01",
            amount_minor="1.00",
        )
    with pytest.raises(Forbidden):
        do(delete_cost, world[who], cost.id)


def approved(world: World, day: date) -> int:
    entry_id = int(do(log_time, world["Ann"], task_id=world.tasks["Build"], work_date=day, seconds=3600).id)
    do(submit_week, world["Ann"], week=WEEK)
    do(approve_entries, world["Lea"], entry_ids=(entry_id,))
    return entry_id


def test_a_new_cost_reaches_unapproved_time_only(world: World) -> None:
    done = approved(world, MON)
    opened = int(do(log_time, world["Ann"], task_id=world.tasks["Build"], work_date=TUE, seconds=3600).id)
    cost = make(
        world,
        "Fred",
        "cost_rates",
        person_id=world.people["Ann"],
        valid_from=MON.isoformat(),
        amount_minor="61.00",
    )
    assert (entry(done).cost_rate_minor, entry(opened).cost_rate_minor) == (5500, 6100)
    change(world, "Fred", "cost_rates", cost.id, amount_minor="62.00")
    assert (entry(done).cost_rate_minor, entry(opened).cost_rate_minor) == (5500, 6200)
    do(delete_cost, world["Fred"], cost.id)
    assert (entry(done).cost_rate_minor, entry(opened).cost_rate_minor) == (5500, 5500)


def test_another_role_prices_unapproved_time_anew(world: World) -> None:
    done = approved(world, MON)
    opened = int(do(log_time, world["Ann"], task_id=world.tasks["Build"], work_date=TUE, seconds=3600).id)
    change(world, "Olga", "people", world.people["Ann"], role_id=world.roles["Junior"])
    assert (entry(done).bill_rate_minor, entry(opened).bill_rate_minor) == (15000, 9000)


def test_an_address_belongs_to_one_person(world: World) -> None:
    with pytest.raises(Problems) as caught:
        change(world, "Olga", "people", world.people["Ann"], email="BEN@example.com")
    assert caught.value.fields == {"email": "Ben Test already has this address."}


def deputize(world: World, who: str, deputy: str, **days: date) -> Deputy:
    given = {"starts_on": date(2026, 12, 1), "ends_on": date(2026, 12, 24)} | days
    return do(name_deputy, world[who], deputy_id=world[deputy].user_id, **given)  # type: ignore[no-any-return]


def test_a_deputy_may_approve_and_is_named_once_for_a_day(world: World) -> None:
    deputize(world, "Lea", "Fred")
    with pytest.raises(Conflict, match="on some of these days"):
        deputize(world, "Lea", "Fred", starts_on=date(2026, 12, 24), ends_on=date(2026, 12, 31))
    deputize(world, "Lea", "Olga")
    for deputy in ("Lea", "Ann"):
        with pytest.raises(Invalid) as caught:
            deputize(world, "Lea", deputy)
        assert caught.value.field == "deputy_id"
    for days in ({"ends_on": date(2026, 11, 1)}, {"ends_on": START + timedelta(days=400)}):
        with pytest.raises(Invalid) as caught:
            deputize(world, "Lea", "Fred", **days)
        assert caught.value.field == "ends_on"


def test_who_named_a_deputy_ends_it_or_the_owner(world: World) -> None:
    row = deputize(world, "Lea", "Fred")
    with pytest.raises(Forbidden):
        do(end_deputy, world["Fred"], row.id)
    do(end_deputy, world["Lea"], row.id)
    row = deputize(world, "Lea", "Fred")
    do(end_deputy, world["Olga"], row.id)
    assert rows(Deputy) == []


def test_a_member_names_no_deputy(world: World) -> None:
    with pytest.raises(Forbidden):
        deputize(world, "Ann", "Lea")
    with pytest.raises(Forbidden):
        do(name_deputy, Actor("Token", "lead"), deputy_id=1, starts_on=START, ends_on=START)


def test_a_person_without_a_cost_costs_what_the_role_does(world: World) -> None:
    person = onboard(world, cost=None, hired_on=date(2026, 1, 1))
    actor = replace(world["Ann"], person_id=person.id, user_id=None)
    with db.unit_of_work() as session:
        from psa_app.models import ProjectMember

        session.add(ProjectMember(project_id=world.projects["Checkout"], person_id=int(person.id or 0)))
    entry_id = int(do(log_time, actor, task_id=world.tasks["Build"], work_date=MON, seconds=3600).id)
    assert entry(entry_id).cost_rate_minor == 4000
    change(world, "Olga", "roles", world.roles["Junior"], standard_cost_minor="45.00")
    assert entry(entry_id).cost_rate_minor == 4500
    assert len(rows(TimeEntry)) == 1
