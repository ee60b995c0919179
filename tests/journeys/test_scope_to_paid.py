"""The path of the firm's trade: scope, project, bookings, time, approval, invoice, payment."""

from datetime import date, timedelta
from typing import Any

import pytest

from psa_app.errors import Conflict, Invalid
from psa_app.models import Invoice, Outbox, Signature, Sow, TimeEntry
from psa_app.queries.home.firm import firm_home
from psa_app.rules.money import Money
from psa_app.rules.weeks import week_of
from psa_app.services.contracts.accept import accept_sow
from psa_app.services.contracts.inputs import Head, LineInput, MilestoneInput, RateInput
from psa_app.services.contracts.milestones import accept_milestone, ready_milestone
from psa_app.services.contracts.send import send_sow
from psa_app.services.contracts.write import change_sow, create_sow
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.edit import change_draft
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.record import record_payment
from psa_app.services.planning.book import create_booking
from psa_app.services.projects.make import make_project_from_sow
from psa_app.services.time.approve import approve_timesheet
from psa_app.services.time.cells import set_cell
from psa_app.services.time.log import change_entry
from psa_app.services.time.reject import reject_entries
from psa_app.services.time.submit import submit_week
from tests.support.world import World, ask, do, row, rows

pytestmark = pytest.mark.journey
MONDAY = date(2026, 11, 16)


def test_a_scope_is_signed_staffed_worked_approved_billed_and_paid(world: World, clock: Any) -> None:
    sow = write_scope(world)
    agree(world, sow)
    project = staff(world, sow)
    work_a_week(world, task_of(project, "Redesign"))
    accept_the_concept(world, sow)
    invoice = bill(world)
    assert len(ask(firm_home, world["Olga"]).owed) == 1
    pay_in_two_parts(world, invoice)
    clock.forward(days=60)
    home = ask(firm_home, world["Olga"])
    assert (home.owed, home.overdue) == ((), ())


def agree(world: World, sow: int) -> None:
    do(send_sow, world["Olga"], sow)
    text_hash = row(Sow, sow).text_hash
    assert [mail for mail in rows(Outbox) if f"sow-sent-{sow}" in mail.key]
    do(
        accept_sow,
        world["Nina"],
        sow,
        text_hash=text_hash,
        name="Nina Client",
        title="Head of web",
        agrees=True,
    )
    client_side = [one for one in rows(Signature, document="sow", document_id=sow) if one.side == "client"]
    assert [(one.name, one.text_hash) for one in client_side] == [("Nina Client", text_hash)]
    version = row(Sow, sow).version
    with pytest.raises(Conflict):
        do(change_sow, world["Olga"], sow, version=version, head=Head("Other", MONDAY), lines=())


def staff(world: World, sow: int) -> int:
    project = do(make_project_from_sow, world["Lea"], sow, lead_id=world.people["Lea"])
    for who, percent in (("Ann", 60), ("Ben", 40), ("Lea", 20)):
        do(
            create_booking,
            world["Lea"],
            project_id=project.id,
            person_id=world.people[who],
            starts_on=MONDAY,
            ends_on=MONDAY + timedelta(days=25),
            percent=percent,
        )
    return int(project.id or 0)


def work_a_week(world: World, task: int) -> None:
    """Both log and hand in; one is approved, the other sent back, corrected and approved."""
    lea, ben = world["Lea"], world["Ben"]
    for who, minutes in (("Ann", 450), ("Ben", 425)):
        for offset in range(5):
            day = MONDAY + timedelta(days=offset)
            do(set_cell, world[who], task_id=task, day=day, minutes=minutes, seq=offset + 1)
    sheets = {who: do(submit_week, world[who], week=week_of(MONDAY)) for who in ("Ann", "Ben")}
    do(approve_timesheet, lea, sheets["Ann"].timesheet_id)
    waiting = rows(TimeEntry, person_id=world.people["Ben"], status="submitted")
    do(reject_entries, lea, entry_ids=(int(waiting[0].id),), reason="Please say what this was for.")
    sent_back = row(TimeEntry, waiting[0].id)
    assert (sent_back.status, sent_back.reject_reason) == ("draft", "Please say what this was for.")
    do(change_entry, ben, int(sent_back.id), version=sent_back.version, note="Usability tests")
    do(submit_week, ben, week=week_of(MONDAY))
    do(approve_timesheet, lea, sheets["Ben"].timesheet_id)
    assert {one.bill_rate_minor for one in rows(TimeEntry, status="approved")} == {14_000, 11_000}


def accept_the_concept(world: World, sow: int) -> None:
    milestone, nina = milestone_of(sow, "Concept"), world["Nina"]
    do(ready_milestone, world["Lea"], milestone)
    do(accept_milestone, nina, milestone, name="Nina Client")
    with pytest.raises((Conflict, Invalid)):
        do(accept_milestone, nina, milestone, name="Nina Client")


def bill(world: World) -> int:
    """37:30 h at 140.00 and five days of 7:05, 15 minutes up = 36:15 h, at 110.00; the concept 2,500.00."""
    fred = world["Fred"]
    invoice = do(draft_invoice, fred, account_id=world.clients["Northwind"], until=date(2026, 11, 23))
    assert invoice.net_minor == 525_000 + 398_750 + 250_000
    draft = int(invoice.id or 0)
    do(
        change_draft,
        fred,
        draft,
        version=row(Invoice, draft).version,
        purchase_order="PO 88-310",
        service_from=MONDAY,
        service_to=MONDAY + timedelta(days=6),
        payment_days=30,
        bank_account_id=row(Invoice, draft).bank_account_id,
    )
    assert do(issue_invoice, fred, draft).number.endswith("0001")
    return draft


def pay_in_two_parts(world: World, invoice: int) -> None:
    fred, today = world["Fred"], date(2026, 11, 23)
    first = Money(500_000, "EUR")
    rest = Money(row(Invoice, invoice).total_minor - first.amount, "EUR")
    for amount, reference in ((first, "part 1"), (rest, "part 2")):
        do(record_payment, fred, invoice, amount=amount, received_on=today, reference=reference)
    with pytest.raises(Conflict):
        do(record_payment, fred, invoice, amount=rest, received_on=today, reference="part 3")


def write_scope(world: World) -> int:
    time = LineInput(
        "Redesign",
        "time_and_materials",
        cap=Money(6_000_000, "EUR"),
        rates=(
            RateInput(Money(14_000, "EUR"), world.roles["Engineer"]),
            RateInput(Money(11_000, "EUR"), world.roles["Designer"]),
        ),
    )
    fixed = LineInput(
        "Concept and launch",
        "fixed",
        milestones=(
            MilestoneInput("Concept", Money(250_000, "EUR"), "Shown to the board."),
            MilestoneInput("Launch day", Money(450_000, "EUR")),
        ),
    )
    head = Head("Shop redesign", MONDAY, round_increment=15)
    made = do(
        create_sow, world["Olga"], account_id=world.clients["Northwind"], head=head, lines=(time, fixed)
    )
    return int(made.id or 0)


def task_of(project_id: int, name: str) -> int:
    from psa_app.models import Task

    return int(rows(Task, project_id=project_id, name=name)[0].id)


def milestone_of(sow_id: int, title: str) -> int:
    from psa_app.models import Milestone, SowLine

    lines = {line.id for line in rows(SowLine, sow_id=sow_id)}
    return next(int(one.id) for one in rows(Milestone, title=title) if one.sow_line_id in lines)
