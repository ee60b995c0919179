"""Logged time is the sum of its buckets, each opening its rows."""

from datetime import date

import pytest
from sqlalchemy import text

from psa_app import db
from psa_app.errors import Forbidden
from psa_app.queries.conservation import Line, conservation, conservation_rows
from psa_app.rules.buckets import Bucket
from psa_app.services.invoices.draft import discard_draft, draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.void import void_invoice
from psa_app.services.projects.make import create_project
from psa_app.services.projects.tasks import create_task
from tests.support.world import FRI, MON, THU, TUE, WED, World, ask, do, make_world

TODAY = date(2026, 11, 23)
HOUR = 3600


def line(world: World, client: str | None = "Northwind", month: int = 202611) -> Line:
    account_id = world.clients[client] if client else None
    found = ask(conservation, world["Fred"])
    (one,) = [x for x in found if (x.account_id, x.month) == (account_id, month)]
    return one


def hours(found: Line) -> dict[str, float]:
    assert sum(found.buckets.values()) == found.logged
    assert found.off == 0
    return {bucket.value: seconds / HOUR for bucket, seconds in found.buckets.items() if seconds}


def draft(world: World, until: date = TODAY) -> int:
    made = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=until)
    return int(made.id)


def test_every_hour_lies_in_one_bucket(database, clock):
    world = make_world(cap=30_000)
    world.log("Ann", "Build", MON, 30)
    world.worked("Ann", "Travel", MON, 60)
    world.worked("Ann", "Fixed", TUE, 60)
    world.worked("Ann", "Build", TUE, 60)
    do(issue_invoice, world["Fred"], draft(world, TUE))
    world.worked("Ann", "Build", WED, 60)
    draft(world, WED)
    world.worked("Ann", "Build", THU, 60)
    world.worked("Ann", "Build", FRI, 60)
    assert hours(line(world)) == {
        "not_billable": 1,
        "fee": 1,
        "invoiced": 1,
        "drafted": 1,
        "over_cap": 1.5,
        "unbilled": 1.0,
    }


def test_the_firms_own_work_is_not_billable(world):
    project = do(create_project, world["Lea"], name="Inside")
    world.tasks["Hire"] = do(create_task, world["Lea"], project_id=project.id, name="Hire").id
    world.worked("Ann", "Hire", MON, 60)
    assert hours(line(world, None)) == {"not_billable": 1}


def test_voiding_and_discarding_bring_hours_back(world):
    world.worked("Ann", "Build", MON, 60)
    first = draft(world)
    assert hours(line(world)) == {"drafted": 1}
    do(discard_draft, world["Fred"], first)
    assert hours(line(world)) == {"unbilled": 1}
    second = draft(world)
    do(issue_invoice, world["Fred"], second)
    assert hours(line(world)) == {"invoiced": 1}
    do(void_invoice, world["Fred"], second, reason="x")
    assert hours(line(world)) == {"unbilled": 1}


def test_clients_and_months_stand_apart_the_newest_first(world):
    world.worked("Ann", "Build", MON, 60)
    world.worked("Ann", "Advise", TUE, 120)
    world.worked("Ann", "Build", date(2026, 10, 30), 180)
    found = ask(conservation, world["Fred"])
    assert [(x.account, x.month, x.logged // HOUR) for x in found] == [
        ("Kestrel", 202611, 2),
        ("Northwind", 202611, 1),
        ("Northwind", 202610, 3),
    ]
    only = ask(conservation, world["Fred"], account_id=world.clients["Northwind"], to_month=202610)
    assert [(x.account, x.month) for x in only] == [("Northwind", 202610)]


def test_a_figure_opens_its_rows(database, clock):
    world = make_world(cap=6_000)
    entry = world.worked("Ann", "Build", MON, 60, "The cut one")
    number = do(issue_invoice, world["Fred"], draft(world)).number
    where = {"account_id": world.clients["Northwind"], "month": 202611}
    (billed,) = ask(conservation_rows, world["Fred"], bucket=Bucket.invoiced, **where)
    (over,) = ask(conservation_rows, world["Fred"], bucket=Bucket.over_cap, **where)
    assert (billed.entry_id, billed.seconds, billed.invoice) == (entry, 1_800, number)
    assert (over.entry_id, over.seconds, over.invoice, over.note) == (entry, 1_800, "", "The cut one")
    assert ask(conservation_rows, world["Fred"], bucket=Bucket.unbilled, **where) == ()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE billed_time SET seconds = seconds + 600",
        "UPDATE billed_time SET released_at = '2026-11-23 09:00:00'",
        "UPDATE time_entry SET seconds = seconds - 600",
    ],
)
def test_books_that_do_not_add_up_are_shown(world, damage):
    world.worked("Ann", "Build", MON, 60)
    do(issue_invoice, world["Fred"], draft(world))
    assert line(world).off == 0
    with db.unit_of_work() as session:
        session.connection().execute(text(damage))
    assert line(world).off >= 600


@pytest.mark.parametrize("who", ["Lea", "Ann", "Nina"])
def test_only_owner_and_finance_see_the_report(world, who):
    with pytest.raises(Forbidden):
        ask(conservation, world[who])
    with pytest.raises(Forbidden):
        ask(conservation_rows, world[who], account_id=None, month=202611, bucket=Bucket.unbilled)
