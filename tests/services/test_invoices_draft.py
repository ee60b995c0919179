"""Drafting: what is taken, what it is worth, what is left, and what stops it."""

from datetime import date

import pytest

from psa_app.errors import Conflict, Forbidden, Invalid, NotFound
from psa_app.models import Account, BilledMilestone, BilledTime, Invoice, InvoiceLine, InvoiceTax, SowLine
from psa_app.services.invoices.draft import Unpriced, discard_draft, draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.projects.make import create_project
from psa_app.services.projects.tasks import create_task
from psa_app.services.projects.team import add_member
from psa_app.services.time.reject import unapprove_entries
from tests.support.world import FRI, MON, THU, TUE, WED, World, do, make_world, past, row, rows

TODAY = date(2026, 11, 23)


def draft(world: World, client: str = "Northwind", **inputs):
    return do(
        draft_invoice, world["Fred"], **({"account_id": world.clients[client], "until": TODAY} | inputs)
    )


def printed(invoice) -> list[tuple]:
    lines = sorted(rows(InvoiceLine, invoice_id=invoice.id), key=lambda line: line.position)
    return [(line.description, line.minutes, line.rate_minor, line.net_minor) for line in lines]


def test_approved_time_and_accepted_milestones_become_lines(world):
    world.worked("Ann", "Build", MON, 90)
    world.worked("Ann", "Design", TUE, 30)
    world.worked("Ben", "Design", WED, 10)
    world.accept("Prototype")
    invoice = draft(world)
    assert printed(invoice) == [
        ("Engineer", 120, 12_000, 24_000),
        ("Designer", 10, 10_000, 1_667),
        ("Prototype", None, 300_000, 300_000),
    ]
    assert (invoice.net_minor, invoice.tax_minor, invoice.total_minor) == (325_667, 65_133, 390_800)
    assert [(tax.kind, tax.rate_ppm, tax.base_minor, tax.tax_minor) for tax in rows(InvoiceTax)] == [
        ("standard", 200_000, 325_667, 65_133)
    ]
    assert (invoice.service_from, invoice.service_to) == (MON, TODAY)
    assert (invoice.sow_id, invoice.payment_days, invoice.status) == (world.sows["Northwind"], 30, "draft")


def test_only_work_that_is_approved_billable_and_in_time_is_taken(world):
    world.log("Ann", "Build", MON, 60)
    world.worked("Ann", "Travel", TUE, 60)
    world.worked("Ann", "Fixed", TUE, 60)
    world.worked("Ann", "Advise", TUE, 60)
    world.worked("Ann", "Build", FRI, 60)
    taken = world.worked("Ann", "Build", THU, 60)
    draft(world, until=THU)
    assert [part.entry_id for part in rows(BilledTime)] == [taken]


def test_a_draft_made_twice_bills_nothing_twice(world):
    world.worked("Ann", "Build", MON, 60)
    first = draft(world)
    with pytest.raises(Conflict, match=f"already on draft {first.id}"):
        draft(world)
    assert len(rows(Invoice)) == 1


def test_nothing_open_is_told(world):
    with pytest.raises(Conflict, match="Nothing is open up to 2026-11-23"):
        draft(world)


def test_an_accepted_milestone_counts_on_the_day_of_its_acceptance(world):
    world.accept("Prototype")
    with pytest.raises(Conflict, match="Nothing is open"):
        draft(world, until=FRI)
    assert printed(draft(world, until=TODAY)) == [("Prototype", None, 300_000, 300_000)]
    assert len(rows(BilledMilestone)) == 1


def test_time_that_comes_later_goes_on_the_next_invoice(world):
    world.worked("Ann", "Build", MON, 60)
    do(issue_invoice, world["Fred"], draft(world).id)
    world.worked("Ann", "Build", TUE, 30)
    assert printed(draft(world)) == [("Engineer", 30, 12_000, 6_000)]


def test_unpriced_time_stops_the_draft_and_is_named(world):
    project = do(create_project, world["Lea"], name="No rates", account_id=world.clients["Northwind"])
    task = do(create_task, world["Lea"], project_id=project.id, name="Talk")
    do(add_member, world["Lea"], project.id, person_id=world.people["Ann"])
    world.tasks["Talk"] = task.id
    world.worked("Ann", "Build", MON, 60)
    first, second = (world.worked("Ann", "Talk", day, 60) for day in (MON, TUE))
    with pytest.raises(Unpriced, match=f"2 entries have no rate \\({first}, {second}\\)") as caught:
        draft(world)
    assert caught.value.entry_ids == (first, second)
    assert rows(Invoice) == []


def test_unpriced_time_of_another_scope_does_not_stop_the_draft_of_one(world):
    project = do(create_project, world["Lea"], name="No rates", account_id=world.clients["Northwind"])
    task = do(create_task, world["Lea"], project_id=project.id, name="Talk")
    do(add_member, world["Lea"], project.id, person_id=world.people["Ann"])
    world.tasks["Talk"] = task.id
    world.worked("Ann", "Talk", MON, 60)
    world.worked("Ann", "Build", MON, 60)
    assert len(printed(draft(world, sow_id=world.sows["Northwind"]))) == 1


@pytest.mark.parametrize(
    ("grouping", "lines"),
    [
        ("person", [("Ann Test", 60), ("Ben Test", 30)]),
        ("task", [("Build", 60), ("Design", 30)]),
        ("role", [("Engineer", 60), ("Designer", 30)]),
        ("day", [("16 Nov 2026", 60), ("17 Nov 2026", 30)]),
        ("none", [("Engineering", 30), ("Engineering", 60)]),
    ],
)
def test_lines_are_grouped_as_asked(world, grouping, lines):
    world.worked("Ann", "Build", MON, 60)
    world.worked("Ben", "Design", TUE, 30)
    assert [(line[0], line[1]) for line in printed(draft(world, grouping=grouping))] == lines


def test_each_client_is_billed_in_its_own_currency_and_tax(world):
    world.worked("Ann", "Build", MON, 60)
    world.worked("Ann", "Advise", TUE, 60)
    kestrel = draft(world, "Kestrel")
    assert (kestrel.currency, kestrel.net_minor, kestrel.tax_minor) == ("USD", 20_000, 0)
    assert printed(draft(world)) == [("Engineer", 60, 12_000, 12_000)]


def test_work_in_another_currency_is_pointed_to(world):
    world.worked("Ann", "Build", MON, 60)
    with pytest.raises(Conflict, match="Nothing is open in USD, but there is work in EUR"):
        draft(world, currency="USD")
    with pytest.raises(Invalid, match="not a currency"):
        draft(world, currency="XXX")


def test_the_bank_account_in_the_invoices_currency_is_chosen(world):
    world.worked("Ann", "Advise", MON, 60)
    from psa_app.models import BankAccount

    assert row(BankAccount, draft(world, "Kestrel").bank_account_id).currency == "USD"


def test_the_scope_brings_order_number_days_to_pay_and_tax(database, clock):
    from psa_app.models import TaxRate

    world = make_world(head={"purchase_order": "PO 88-310", "payment_days": 14})
    reverse = next(tax for tax in rows(TaxRate) if tax.kind == "reverse_charge")
    with_tax(world, reverse.id)
    world.worked("Ann", "Build", MON, 60)
    invoice = draft(world)
    assert (invoice.purchase_order, invoice.payment_days, invoice.tax_minor) == ("PO 88-310", 14, 0)
    assert [(tax.kind, tax.note) for tax in rows(InvoiceTax)] == [("reverse_charge", reverse.note)]


def with_tax(world: World, rate_id: int) -> None:
    from psa_app import db

    with db.unit_of_work() as session:
        session.get_one(Account, world.clients["Northwind"]).tax_rate_id = rate_id


def test_billing_stops_at_the_cap_and_the_crossing_entry_is_cut(database, clock):
    world = make_world(cap=15_000)
    world.worked("Ann", "Build", MON, 60)
    cut = world.worked("Ann", "Build", TUE, 60)
    world.worked("Ann", "Build", WED, 60)
    assert printed(draft(world)) == [("Engineer", 75, 12_000, 15_000)]
    parts = [part for part in rows(BilledTime) if part.entry_id == cut]
    assert [(part.offset_seconds, part.seconds, part.minutes, part.amount_minor) for part in parts] == [
        (0, 900, 15, 3_000)
    ]
    with pytest.raises(Conflict, match="The cap is used up"):
        draft(world, grouping="day")


def test_a_raised_cap_opens_the_rest_of_a_cut_entry(database, clock):
    """40 minutes at 60 up are 60: 50 of them fit under the first cap, 10 are left for the next."""
    world = make_world(cap=10_000, rounding={"increment": 60})
    entry = world.worked("Ann", "Build", MON, 40)
    do(issue_invoice, world["Fred"], draft(world).id)
    raise_cap(world, 100_000)
    second = draft(world)
    assert printed(second) == [("Engineer", 10, 12_000, 2_000)]
    do(issue_invoice, world["Fred"], second.id)
    parts = sorted((p.offset_seconds, p.seconds, p.minutes) for p in rows(BilledTime, entry_id=entry))
    assert parts == [(0, 2_000, 50), (2_000, 400, 10)]


def raise_cap(world: World, cap: int) -> None:
    from psa_app import db

    with db.unit_of_work() as session:
        session.get_one(SowLine, world.lines["Engineering"]).cap_minor = cap


def test_the_policy_of_the_scope_rounds_each_entry_up(database, clock):
    world = make_world(rounding={"increment": 15, "mode": "up"})
    for day in (MON, TUE):
        world.worked("Ann", "Build", day, 7)
    assert printed(draft(world)) == [("Engineer", 30, 12_000, 6_000)]


def test_the_policy_of_the_scope_rounds_a_day_on_a_task_together(database, clock):
    world = make_world(rounding={"increment": 15, "mode": "up", "per": "day_task"})
    for note in ("one", "two"):
        world.worked("Ann", "Build", MON, 7, note)
    do(issue_invoice, world["Fred"], draft(world).id)
    world.worked("Ann", "Build", MON, 1, "late")
    with pytest.raises(Conflict, match="rounds to 0:00"):
        draft(world)
    world.worked("Ann", "Build", MON, 1, "later")
    assert printed(draft(world)) == [("Engineer", 15, 12_000, 3_000)]


def test_time_that_rounds_to_nothing_waits(database, clock):
    world = make_world(rounding={"increment": 15, "mode": "nearest"})
    world.worked("Ann", "Build", MON, 7)
    with pytest.raises(Conflict, match="rounds to 0:00"):
        draft(world)
    world.worked("Ann", "Build", TUE, 8)
    assert printed(draft(world)) == [("Engineer", 15, 12_000, 3_000)]
    assert len(rows(BilledTime)) == 2


def test_time_on_a_draft_cannot_be_unapproved_until_it_is_discarded(world):
    entry = world.worked("Ann", "Build", MON, 60)
    invoice = draft(world)
    with pytest.raises(Conflict, match="on an invoice"):
        do(unapprove_entries, world["Olga"], entry_ids=(entry,))
    do(discard_draft, world["Fred"], invoice.id)
    do(unapprove_entries, world["Olga"], entry_ids=(entry,))
    assert rows(Invoice) == rows(InvoiceLine) == rows(InvoiceTax) == rows(BilledTime) == []
    assert past("invoice", invoice.id) == ["drafted", "discarded"]


def test_a_discarded_drafts_work_is_open_again(world):
    world.worked("Ann", "Build", MON, 60)
    world.accept("Prototype")
    first = draft(world)
    do(discard_draft, world["Fred"], first.id)
    second = draft(world)
    assert second.total_minor == first.total_minor
    assert second.id != first.id


def test_a_draft_may_begin_empty_for_lines_by_hand(world):
    world.worked("Ann", "Build", MON, 60)
    assert draft(world, include=()).total_minor == 0
    assert rows(InvoiceLine) == []


def test_time_or_milestones_alone_can_be_asked_for(world):
    world.worked("Ann", "Build", MON, 60)
    world.accept("Prototype")
    assert printed(draft(world, include=("milestones",))) == [("Prototype", None, 300_000, 300_000)]
    assert printed(draft(world, include=("time",))) == [("Engineer", 60, 12_000, 12_000)]


@pytest.mark.parametrize("until", [date(1, 1, 1), date(1999, 12, 31), date(2100, 1, 1), date(9999, 12, 31)])
def test_a_day_that_no_calendar_holds_is_refused(world, until):
    with pytest.raises(Invalid, match="between 2000 and 2100"):
        draft(world, until=until)


def test_a_scope_of_another_client_is_refused(world):
    with pytest.raises(Invalid, match="another client"):
        draft(world, sow_id=world.sows["Kestrel"])
    with pytest.raises(NotFound):
        draft(world, account_id=99_999)


@pytest.mark.parametrize("who", ["Lea", "Ann", "Nina"])
def test_only_owner_and_finance_draft(world, who):
    with pytest.raises(Forbidden):
        do(draft_invoice, world[who], account_id=world.clients["Northwind"], until=TODAY)
