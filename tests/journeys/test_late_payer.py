"""A client who pays late is reminded by their plan until they promise, dispute or pay, and bears the fee."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from psa_app import clock as app_clock
from psa_app import db
from psa_app.errors import Conflict
from psa_app.jobs.outbox import deliver_due
from psa_app.models import BilledReminder, Dispute, Invoice, InvoiceLine, Mail, Outbox, Reminder, ReminderStep
from psa_app.queries.receivables.listing import receivables
from psa_app.rules.money import Money
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.record import record_payment
from psa_app.services.reminders.follow import follow_up
from psa_app.services.reminders.plans import start_reminders
from psa_app.services.reminders.send import remind, send_due
from tests.support.books import check_books
from tests.support.world import MON, TUE, World, ask, do, past, rows

pytestmark = pytest.mark.journey
TODAY = date(2026, 11, 23)


def bill(world: World, until: date = TODAY) -> Invoice:
    made = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=until)
    return do(issue_invoice, world["Fred"], made.id)


def steps(**fees: int) -> None:
    """The usual plan, the reminder after 14 days with a fee and words of its own."""
    with db.unit_of_work() as session:
        step = session.exec(select(ReminderStep).where(ReminderStep.days == 14)).one()
        step.fee_minor, step.subject = 4_000, "{client}: {open} of {number} since {days} days"


def sent() -> list[int]:
    return [one.days for one in rows(Reminder)]


def mails() -> list[dict[str, Any]]:
    found = [json.loads(one.payload) for one in rows(Outbox, kind="mail")]
    return [one for one in found if one["template"] == "payment_reminder"]


def test_a_late_payer_is_reminded_promises_and_pays(world: World, clock: Any) -> None:
    world.worked("Ann", "Build", MON, 60)
    invoice = bill(world)
    clock.forward(days=(invoice.due_on - TODAY).days + 8)
    assert send_due() == 0  # nobody is reminded before the firm has a plan
    do(start_reminders, world["Olga"])
    steps()
    assert (send_due(), send_due(), sent()) == (1, 0, [7])
    (page,) = ask(receivables, world["Fred"]).debtors
    assert (page.ages, page.total) == ((0, invoice.total_minor, 0, 0, 0), invoice.total_minor)
    clock.forward(days=7)
    assert (send_due(), sent()) == (1, [7, 14])
    assert mails()[-1]["values"]["subject"] == f"Northwind: €144.00 of {invoice.number} since 15 days"
    promised = TODAY + timedelta((invoice.due_on - TODAY).days + 33)
    do(follow_up, world["Fred"], invoice.id, promised_on=promised, note="Nina called: end of the month")
    clock.forward(days=15)
    assert (send_due(), sent()) == (0, [7, 14])
    with pytest.raises(Conflict, match="Promised for"):
        do(remind, world["Fred"], invoice.id)
    clock.forward(days=5)
    assert (send_due(), sent()) == (1, [7, 14, 30])
    do(record_payment, world["Fred"], invoice.id, amount=Money(14_400, "EUR"), received_on=TODAY)
    with pytest.raises(Conflict, match="Nothing is open"):
        do(remind, world["Fred"], invoice.id)
    assert past("invoice", invoice.id).count("reminded") == 3
    the_fee_goes_on_the_next_invoice(world, invoice)
    check_books()


def the_fee_goes_on_the_next_invoice(world: World, late: Invoice) -> None:
    world.worked("Ann", "Build", TUE, 60)
    until = date(2027, 6, 1)
    following = bill(world, until)
    printed = [
        (one.kind, one.description, one.net_minor) for one in rows(InvoiceLine, invoice_id=following.id)
    ]
    assert printed == [("time", "Engineer", 12_000), ("reminder_fee", f"Reminder of {late.number}", 4_000)]
    fee = rows(InvoiceLine, invoice_id=following.id)[1]
    do(
        credit_invoice,
        world["Fred"],
        following.id,
        lines=(CreditLine(fee.id),),
        reason="Goodwill",
    )
    world.worked("Ann", "Build", TUE, 30)
    assert [one.kind for one in rows(InvoiceLine, invoice_id=bill(world, until).id)] == ["time"]
    assert len(rows(BilledReminder)) == 1


def test_a_reminder_that_waits_for_the_mail_server_stays_here_once_it_is_paid(
    world: World, clock: Any
) -> None:
    world.worked("Ann", "Build", MON, 60)
    invoice = bill(world)
    deliver_due()
    do(start_reminders, world["Olga"])
    clock.forward(days=(invoice.due_on - TODAY).days + 8)
    assert send_due() == 1
    do(record_payment, world["Fred"], invoice.id, amount=Money(14_400, "EUR"), received_on=TODAY)
    deliver_due()
    (kept,) = [one for one in rows(Mail, about="invoice") if one.key.startswith("reminder-")]
    assert kept.error.startswith("Not sent")


def test_a_dispute_or_a_rest_stops_the_reminders_and_a_bounce_is_seen(world: World, clock: Any) -> None:
    world.worked("Ann", "Build", MON, 60)
    invoice = bill(world)
    do(start_reminders, world["Olga"])
    clock.forward(days=(invoice.due_on - TODAY).days + 8)
    do(follow_up, world["Fred"], invoice.id, is_disputed=True)
    assert send_due() == 0
    do(follow_up, world["Fred"], invoice.id, is_paused=True)
    assert send_due() == 0
    do(follow_up, world["Fred"], invoice.id)
    assert send_due() == 1
    with db.unit_of_work() as session:
        for mail in session.exec(select(Mail).where(Mail.about == "invoice")):
            mail.done_at, mail.error = mail.at, "The mail server refused nina@example.com (550)."
    (one,) = ask(receivables, world["Fred"]).invoices
    assert "550" in one.bounced
    assert one.sent.keys() == {7}


def test_a_dispute_at_the_payers_bank_holds_reminders_until_it_has_ended(world: World, clock: Any) -> None:
    world.worked("Ann", "Build", MON, 60)
    invoice = bill(world)
    do(start_reminders, world["Olga"])
    clock.forward(days=(invoice.due_on - TODAY).days + 8)
    net = Money(invoice.total_minor // 2, invoice.currency)
    paid = do(
        record_payment,
        world["Fred"],
        invoice.id,
        amount=net,
        received_on=invoice.due_on,
        method="bank_transfer",
    )
    asked = {"account_id": invoice.account_id, "payment_id": paid.id, "invoice_id": invoice.id}
    with db.unit_of_work() as session:
        of = {"provider": "sandbox", "ref": "dp_1", "state": "needs_response", "opened_at": app_clock.now()}
        session.add(Dispute(**asked, **of, amount_minor=net.amount, currency=invoice.currency))
    assert send_due() == 0
    with db.unit_of_work() as session:
        dispute = session.exec(select(Dispute)).one()
        dispute.state, dispute.closed_at = "lost", app_clock.now()
    assert send_due() == 1
