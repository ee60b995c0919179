"""Rates: made, changed, ended; seen beforehand; and what they leave alone."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, PsaError, Stale
from psa_app.models import Rate
from psa_app.queries.rates import explain_entry
from psa_app.rules.money import Money
from psa_app.services.rates import (
    change_rate,
    create_rate,
    delete_rate,
    end_rate,
    preview_rate,
    replace_rate,
)
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.log import log_time
from psa_app.services.time.submit import submit_week
from tests.services.time_world import (
    FRI,
    MON,
    TODAY,
    TUE,
    WED,
    WEEK,
    World,
    ask,
    do,
    entries,
    entry,
    make_world,
    past,
    race,
)
from tests.support.prepared import prepared

HOUR = 3600
EUR = partial(Money, currency="EUR")


world = prepared(make_world)


def make(world: World, by: str = "Fred", **inputs: Any) -> Rate:
    usual: dict[str, Any] = {
        "level": "account",
        "rate": Money(10000, "EUR"),
        "valid_from": MON,
        "account_id": world.accounts["Northwind"],
    }
    rate: Rate = do(create_rate, world[by], **(usual | inputs))
    return rate


def log(world: World, task: str = "Data", day: date = MON, seconds: int = HOUR) -> int:
    return int(do(log_time, world["Ann"], task_id=world.tasks[task], work_date=day, seconds=seconds).id)


def kestrel(world: World) -> Rate:
    with db.reading() as session:
        return session.exec(select(Rate).where(Rate.account_id == world.accounts["Kestrel"])).one()


def test_two_rates_that_overlap_at_one_level_are_refused(world: World) -> None:
    make(world, valid_to=FRI)
    for first, last in ((TUE, WED), (FRI, None), (date(2026, 1, 1), MON), (date(2026, 1, 1), None)):
        with pytest.raises(Invalid, match=r"100\.00 EUR counts from 2026-11-16") as refused:
            make(world, valid_from=first, valid_to=last)
        assert refused.value.field == "valid_from"
    make(world, valid_from=FRI + timedelta(days=1))
    make(world, level="account_role", role_id=world.roles["Engineer"])
    make(world, rate=Money(1, "CHF"))


def test_two_people_cannot_save_overlapping_rates_at_once(own_database: Any, clock: Any) -> None:
    world = do(make_world)
    results = race(*(partial(make, world, by=who) for who in ("Fred", "Olga")))
    assert sorted(isinstance(one, Invalid) for one in results) == [False, True]


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"rate": Money(-1, "EUR")}, "amount"),
        ({"rate": Money(10**13, "EUR")}, "rate"),
        ({"rate": Money(1, "XXX")}, "currency"),
        ({"valid_to": MON - timedelta(days=1)}, "valid_to"),
        ({"valid_from": date(1, 1, 1)}, "valid_from"),
        ({"account_id": None}, "account_id"),
        ({"role_id": 1}, "role_id"),
        ({"level": "override"}, "level"),
        ({"level": "sow_line"}, "level"),
    ],
)
def test_a_wrong_rate_is_refused_beside_its_field(world: World, inputs: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        make(world, **inputs)
    assert refused.value.field == field


def test_a_rate_for_what_is_not_there_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        make(world, account_id=10**6)


@pytest.mark.parametrize("who", ["Lea", "Ann"])
def test_only_owner_and_finance_touch_rates(world: World, who: str) -> None:
    rate = kestrel(world)
    acts = [
        partial(make, world, by=who),
        partial(do, change_rate, world[who], rate.id, version=1, rate=EUR(1), valid_from=MON),
        partial(do, end_rate, world[who], rate.id, version=1, last_day=FRI),
        partial(do, replace_rate, world[who], rate.id, version=1, rate=EUR(1), valid_from=FRI),
        partial(do, delete_rate, world[who], rate.id, version=1),
        partial(ask, preview_rate, world[who], rate_id=rate.id),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act()


def test_unapproved_time_follows_a_change_and_approved_time_does_not(world: World) -> None:
    frozen, follows, before = log(world), log(world, day=TUE), log(world, day=MON - timedelta(days=7))
    do(submit_week, world["Ann"], week=WEEK)
    do(approve_entries, world["Fred"], entry_ids=(frozen,))
    rate = kestrel(world)
    do(replace_rate, world["Fred"], rate.id, version=1, rate=Money(25000, "USD"), valid_from=MON)
    assert [entry(one).bill_rate_minor for one in (frozen, follows, before)] == [20000, 25000, 20000]
    assert past(follows)[-1] == "priced"
    with pytest.raises(Stale):
        do(end_rate, world["Fred"], rate.id, version=1, last_day=FRI)


def test_an_ended_rate_leaves_later_time_unpriced(world: World) -> None:
    one, later = log(world), log(world, day=FRI)
    do(end_rate, world["Fred"], kestrel(world).id, version=1, last_day=TUE)
    assert [entry(one).bill_rate_minor, entry(later).bill_rate_minor] == [20000, None]
    assert entry(later).bill_level == ""


def test_a_rate_that_priced_approved_time_is_ended_never_deleted(world: World) -> None:
    rate = kestrel(world)
    one = log(world)
    do(submit_week, world["Ann"], week=WEEK)
    do(approve_entries, world["Fred"], entry_ids=(one,))
    with pytest.raises(Conflict, match="End it instead"):
        do(delete_rate, world["Fred"], rate.id, version=1)
    unused = make(world)
    do(delete_rate, world["Fred"], unused.id, version=1)
    assert past(unused.id or 0, "rate") == ["created", "deleted"]


def test_a_sows_rate_is_changed_with_the_sow_only(world: World) -> None:
    with db.reading() as session:
        rate = session.exec(select(Rate).where(Rate.level == "sow_line")).first()
    assert rate is not None
    with pytest.raises(Conflict, match="belongs to a SOW"):
        do(change_rate, world["Fred"], rate.id, version=1, rate=EUR(1), valid_from=MON)


def test_the_preview_says_what_the_change_then_does(world: World) -> None:
    log(world, seconds=HOUR), log(world, day=TUE, seconds=90 * 60), log(world, "Build")
    rate = kestrel(world)
    new = Money(30000, "USD")
    seen = ask(preview_rate, world["Fred"], rate_id=rate.id, rate=new, valid_from=TUE)
    assert (seen.entries, seen.seconds) == (2, HOUR + 90 * 60)
    assert (seen.before, seen.after) == ({"USD": 50000}, {"USD": 45000})
    assert (seen.unpriced_before, seen.unpriced_after) == (0, 1)
    assert {one.bill_rate_minor for one in entries(project_id=world.projects["Platform"])} == {20000}
    do(change_rate, world["Fred"], rate.id, version=1, rate=new, valid_from=TUE)
    assert [one.bill_rate_minor for one in entries()] == [None, 30000, 15000]


def test_a_new_rate_and_a_removal_are_seen_beforehand(world: World) -> None:
    log(world)
    seen = ask(
        preview_rate,
        world["Fred"],
        level="project",
        rate=Money(1000, "USD"),
        valid_from=MON,
        project_id=world.projects["Platform"],
    )
    assert (seen.entries, seen.before, seen.after) == (1, {"USD": 20000}, {"USD": 1000})
    gone = ask(preview_rate, world["Fred"], rate_id=kestrel(world).id)
    assert (gone.entries, gone.after, gone.unpriced_after) == (1, {}, 1)
    for nothing in ({}, {"level": "nonsense", "rate": Money(1, "USD"), "valid_from": MON}):
        with pytest.raises(PsaError):
            ask(preview_rate, world["Fred"], **nothing)


def test_an_entrys_rate_is_explained_level_by_level(world: World) -> None:
    one = log(world, "Build")
    told = ask(explain_entry, world["Lea"], one)
    winner = [step for step in told.steps if step.won]
    assert [(step.level, step.amount) for step in winner] == [("sow_line", 15000)]
    assert (told.amount, told.currency, told.level, told.is_frozen) == (15000, "EUR", "sow_line", False)
    assert (told.person, told.project, told.task, told.role) == ("Ann Test", "Checkout", "Build", "Engineer")
    with pytest.raises(Forbidden):
        ask(explain_entry, world["Ann"], one)
    with pytest.raises(NotFound):
        ask(explain_entry, world["Lea"], log(world, day=TODAY))


def test_what_was_frozen_is_told_even_when_the_ladder_has_moved_on(world: World) -> None:
    one = log(world)
    do(submit_week, world["Ann"], week=WEEK)
    do(approve_entries, world["Fred"], entry_ids=(one,))
    do(change_rate, world["Fred"], kestrel(world).id, version=1, rate=Money(1, "USD"), valid_from=MON)
    told = ask(explain_entry, world["Fred"], one)
    assert (told.is_frozen, told.amount, told.role) == (True, 20000, "Junior")
    assert [step.amount for step in told.steps if step.won] == [1]
