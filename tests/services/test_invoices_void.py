"""Voiding frees everything, and only what is untouched may be voided."""

from datetime import date

import pytest

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid
from psa_app.models import (
    BilledFee,
    BilledTime,
    FeePart,
    Firm,
    Invoice,
    InvoiceLine,
    Outbox,
    PortalLink,
    SowLine,
    TimeEntry,
)
from psa_app.rules.money import Money
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.void import void_invoice
from psa_app.services.payments.record import record_payment, reverse_payment
from psa_app.services.time.reject import unapprove_entries
from tests.support.world import MON, TUE, World, do, make_world, past, row, rows

TODAY = date(2026, 11, 23)


def issued(world: World) -> Invoice:
    invoice = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    return do(issue_invoice, world["Fred"], invoice.id)


def void(world: World, invoice: Invoice, reason: str = "Wrong address") -> Invoice:
    return do(void_invoice, world["Fred"], invoice.id, reason=reason)


def test_a_voided_invoice_frees_its_hours_and_milestones(world):
    entry = world.worked("Ann", "Build", MON, 60)
    world.accept("Prototype")
    first = issued(world)
    gone = void(world, first)
    assert (gone.status, gone.number, gone.void_reason) == ("void", "INV-2026-0001", "Wrong address")
    assert row(TimeEntry, entry).status == "approved"
    assert past("time_entry", entry)[-2:] == ["invoiced", "freed"]
    second = issued(world)
    assert (second.number, second.total_minor) == ("INV-2026-0002", first.total_minor)


def test_a_voided_invoice_frees_the_parts_of_a_fee_and_bills_none_twice(world):
    with db.unit_of_work() as session:
        sow_id = session.get_one(SowLine, world.lines["Engineering"]).sow_id
        line = SowLine(sow_id=sow_id, title="Concept", model="fixed", value_minor=100_000, rhythm="schedule")
        session.add(line)
        session.flush()
        for place in (1, 2):
            session.add(FeePart(sow_line_id=line.id, position=place, due_on=MON, share_ppm=500_000))
    first = issued(world)
    assert [one.net_minor for one in rows(InvoiceLine, invoice_id=first.id)] == [50_000, 50_000]
    with pytest.raises(Conflict, match=r"Nothing|nothing|no "):
        issued(world)
    void(world, first)
    second = issued(world)
    assert second.total_minor == first.total_minor
    assert [one.released_at is not None for one in rows(BilledFee)] == [True, True, False, False]


def test_what_stood_on_a_void_invoice_stays_as_evidence(world):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    void(world, invoice)
    assert [line.net_minor for line in rows(InvoiceLine, invoice_id=invoice.id)] == [12_000]
    assert [part.released_at is not None for part in rows(BilledTime)] == [True]


def test_freed_time_can_be_unapproved_again(world):
    entry = world.worked("Ann", "Build", MON, 60)
    void(world, issued(world))
    do(unapprove_entries, world["Olga"], entry_ids=(entry,))
    assert row(TimeEntry, entry).status == "submitted"


def test_links_in_mails_stop_and_the_paper_is_marked(world):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    void(world, invoice)
    assert [link.revoked_at is not None for link in rows(PortalLink, document="invoice")] == [True]
    keys = [one.key for one in rows(Outbox, kind="invoice_pdf")]
    assert keys == [f"invoice-pdf-{invoice.id}", f"invoice-void-pdf-{invoice.id}"]


def test_voiding_twice_is_refused(world):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    void(world, invoice)
    with pytest.raises(Conflict, match="already void"):
        void(world, invoice)


def test_a_draft_is_discarded_not_voided(world):
    world.worked("Ann", "Build", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    with pytest.raises(Conflict, match="Discard it instead"):
        void(world, draft)


def test_an_invoice_with_payments_is_not_voided_until_they_are_taken_back(world):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    payment = do(record_payment, world["Fred"], invoice.id, amount=Money(5_000, "EUR"), received_on=TODAY)
    with pytest.raises(Conflict, match=r"€50\.00 came for INV-2026-0001"):
        void(world, invoice)
    do(reverse_payment, world["Fred"], payment.id, reason="Bounced")
    assert void(world, invoice).status == "void"


def test_an_invoice_of_a_closed_period_is_not_voided(world):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    with db.unit_of_work() as session:
        session.get_one(Firm, 1).books_closed_through = TODAY
    with pytest.raises(Conflict, match="locked"):
        void(world, invoice)


def test_a_reason_is_needed(world):
    world.worked("Ann", "Build", MON, 60)
    with pytest.raises(Invalid):
        void(world, issued(world), reason=" ")


def test_the_first_part_of_a_cut_entry_can_be_voided_while_the_second_stays(database, clock):
    """The freed part lies before the other one, and is billed again exactly there."""
    world = make_world(cap=10_000)
    entry = world.worked("Ann", "Build", MON, 60)
    first = issued(world)
    with db.unit_of_work() as session:
        session.get_one(SowLine, world.lines["Engineering"]).cap_minor = 100_000
    second = issued(world)
    assert row(TimeEntry, entry).status == "invoiced"
    void(world, first)
    assert row(TimeEntry, entry).status == "approved"
    third = issued(world)
    assert (third.net_minor, row(TimeEntry, entry).status) == (first.net_minor, "invoiced")
    kept = [part for part in rows(BilledTime) if part.released_at is None]
    assert sorted((part.offset_seconds, part.seconds) for part in kept) == [(0, 3_000), (3_000, 600)]
    assert second.net_minor + third.net_minor == 12_000


def test_voiding_gives_the_cap_back(database, clock):
    world = make_world(cap=12_000)
    world.worked("Ann", "Build", MON, 60)
    void(world, issued(world))
    world.worked("Ann", "Build", TUE, 60)
    assert issued(world).net_minor == 12_000


@pytest.mark.parametrize("who", ["Lea", "Ann", "Nina"])
def test_only_owner_and_finance_void(world, who):
    world.worked("Ann", "Build", MON, 60)
    with pytest.raises(Forbidden):
        do(void_invoice, world[who], issued(world).id, reason="x")
