"""Drafts that the app begins by itself: on acceptance, at a period's end, each once, where wanted."""

from dataclasses import fields
from datetime import date
from typing import Any

from psa_app import db
from psa_app.access import system
from psa_app.models import Account, BillingPart, BillingRun, Firm, Invoice, Sow
from psa_app.services.firm.profile import Profile
from psa_app.services.firm.setup import change_firm
from psa_app.services.invoices.draft import discard_draft
from psa_app.services.invoices.itself import begin_due
from psa_app.services.invoices.run_work import next_run, work_run
from tests.support.books import check_books
from tests.support.prepared import prepared
from tests.support.world import FRI, MON, TUE, World, do, make_world, rows

world = prepared(make_world, only_sqlite=True)


def wanted(world: World) -> None:
    firm: Firm = rows(Firm)[0]
    now = {one.name: getattr(firm, one.name) for one in fields(Profile)}
    profile = Profile(**(now | {"drafts_itself": True}))
    do(change_firm, world["Olga"], version=firm.version, profile=profile)


def drafted() -> list[tuple[date, int]]:
    """What the app drafts when its time has come."""
    before = {one.id for one in rows(Invoice)}
    do(begin_due, system())
    while run_id := next_run():
        work_run(run_id)
    return [(one.cutoff, one.net_minor) for one in rows(Invoice) if one.id not in before]


def test_nothing_is_drafted_by_itself_unless_the_firm_wants_it(world: World) -> None:
    world.accept("Prototype")
    assert (drafted(), rows(BillingRun)) == ([], [])


def test_an_accepted_milestone_is_drafted_once(world: World) -> None:
    wanted(world)
    world.worked("Ann", "Build", MON, 60)
    world.accept("Prototype")
    assert drafted() == [(date(2026, 11, 23), 300_000)]
    assert drafted() == []
    do(discard_draft, world["Fred"], rows(Invoice)[0].id)
    assert drafted() == []  # somebody did not want it
    world.accept("Release")
    assert [amount for _, amount in drafted()] == [500_000]
    check_books()


def test_the_months_time_is_drafted_when_it_has_ended_and_is_approved(world: World, clock: Any) -> None:
    wanted(world)
    world.worked("Ann", "Build", MON, 60)
    world.log("Ann", "Build", FRI, 60)
    assert drafted() == []  # November is not over
    clock.forward(days=8)
    assert drafted() == []  # time waits for its approval
    clock.forward(days=5)
    assert drafted() == [(date(2026, 11, 30), 12_000)]
    assert drafted() == []
    check_books()


def test_several_things_of_a_scope_come_on_one_draft(world: World) -> None:
    wanted(world)
    world.accept("Prototype")
    world.accept("Release")
    assert [amount for _, amount in drafted()] == [500_000]
    assert sorted(one.state for one in rows(BillingPart)) == ["drafted", "nothing"]
    assert {one.source for one in rows(BillingRun)} == {"itself"}


def with_threshold(world: World, **values: Any) -> None:
    with db.unit_of_work() as session:
        scope = session.get_one(Sow, world.sows["Northwind"])
        for name, value in values.items():
            setattr(scope, name, value)


def test_work_that_comes_to_a_threshold_is_drafted_once_and_says_why(world: World) -> None:
    wanted(world)
    with_threshold(world, bill_at_minutes=120)
    world.worked("Ann", "Build", MON, 90)
    assert drafted() == []
    world.worked("Ann", "Build", FRI, 30)
    assert drafted() == [(date(2026, 11, 23), 24_000)]
    reasons = rows(BillingPart)[0].reasons
    assert reasons[0]["sentence"] == "SOW-001: 2:00 h of approved work have come to the threshold of 2:00 h."
    assert drafted() == []
    do(discard_draft, world["Fred"], rows(Invoice)[0].id)
    assert drafted() == []  # somebody did not want it
    check_books()


def test_what_comes_after_a_threshold_counts_anew(world: World) -> None:
    wanted(world)
    with_threshold(world, bill_at_minor=10_000)
    world.worked("Ann", "Build", MON, 60)
    assert [amount for _, amount in drafted()] == [12_000]
    world.worked("Ann", "Build", TUE, 30)
    assert drafted() == []
    world.worked("Ann", "Build", FRI, 30)
    assert [amount for _, amount in drafted()] == [12_000]


def test_a_clients_threshold_counts_for_each_of_its_scopes(world: World) -> None:
    wanted(world)
    with db.unit_of_work() as session:
        session.get_one(Account, world.clients["Northwind"]).bill_at_minutes = 60
    world.worked("Ann", "Build", MON, 60)
    world.worked("Ann", "Advise", MON, 600)  # of another client
    assert [amount for _, amount in drafted()] == [12_000]
    with_threshold(world, bill_at_minutes=600)  # the scope's own counts before it
    world.worked("Ann", "Build", TUE, 300)
    assert drafted() == []


def test_a_deposit_is_drafted_when_the_scope_is_signed(world: World) -> None:
    wanted(world)
    with_threshold(world, deposit_minor=150_000)
    world.accept("Prototype")
    assert sorted(amount for _, amount in drafted()) == [150_000, 300_000]  # on invoices of their own
    assert drafted() == []
    assert {one.cause for one in rows(BillingPart)} == {"deposit 1", "milestone 1"}
    check_books()
