"""Drafts that the app begins by itself: on acceptance, at a period's end, each once, where wanted."""

from dataclasses import fields
from datetime import date
from typing import Any

from psa_app.access import system
from psa_app.models import BillingPart, BillingRun, Firm, Invoice
from psa_app.services.firm.profile import Profile
from psa_app.services.firm.setup import change_firm
from psa_app.services.invoices.draft import discard_draft
from psa_app.services.invoices.itself import begin_due
from psa_app.services.invoices.run_work import next_run, work_run
from tests.support.books import check_books
from tests.support.prepared import prepared
from tests.support.world import FRI, MON, World, do, make_world, rows

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
