"""What a firm or a client does at the payment service itself, and a scope that ends early: over real HTTP."""

from datetime import date

import pytest

from psa_app import db
from psa_app.jobs.effects import prefer_method
from psa_app.models import (
    Invoice,
    InvoiceLine,
    ManagedSubscription,
    Outbox,
    Payment,
    PaymentFact,
    ProviderFinding,
    SavedMethod,
    Sow,
)
from psa_app.queries.books.ledger import books
from psa_app.queries.books.statement import client_statement as statement
from psa_app.queries.portal.methods import ways_to_pay
from psa_app.queries.subscriptions.one import subscription_page
from psa_app.rules.money import Money
from psa_app.services.contracts.change_orders import (
    accept_change_order,
    draft_change_order,
    send_change_order,
)
from psa_app.services.ops.verify import check_invoices, check_payments
from psa_app.services.payments.methods import make_default
from psa_app.services.payments.reconcile import reconcile
from psa_app.services.payments.record import record_payment
from psa_app.services.subscriptions.change import cancel_subscription, change_plan
from psa_app.services.subscriptions.managed_sync import sync_managed
from tests.services.collecting import left
from tests.services.managed_world import copies, deliver, hand_over, hosting, renewed
from tests.support.books import check_books
from tests.support.prepared import prepared
from tests.support.world import ask, do, make_world, row, rows

world = prepared(make_world, only_sqlite=True)


@pytest.fixture
def line(world, till) -> int:
    return hosting(world, till)


def right() -> None:
    """Papers, money and ledger agree."""
    check_books()
    with db.reading() as session:
        check_invoices(session)
        check_payments(session)


def receivable() -> int:
    entries = ask(books, date(2026, 12, 1), date(2027, 1, 31)).entries
    return sum(one.amount for entry in entries for one in entry.postings if one.account == "receivable")


def unpaid(world, till, clock, line) -> tuple[ManagedSubscription, Invoice]:
    (method,) = rows(SavedMethod)
    till.control("behave", id=method.ref, value="insufficient_funds")
    made = renewed(world, till, clock, line)
    (copy,) = copies()
    assert left(copy) == 36_000
    return made, copy


def test_a_credit_note_on_an_open_invoice_is_owed_no_more(world, till, clock, line):
    _, copy = unpaid(world, till, clock, line)
    till.control("credit", id=copy.managed_ref, net="5000")
    till.hand_over("credit_note.created", times=3)
    (note,) = [one for one in copies() if one.kind == "credit_note"]
    assert (note.net_minor, note.tax_minor, note.total_minor) == (5_000, 1_000, 6_000)
    assert (left(copy), receivable()) == (30_000, 30_000)
    right()
    till.control("void_credit", id=note.managed_ref)
    till.hand_over("credit_note.voided")
    assert (row(Invoice, note.id).status, left(copy), receivable()) == ("void", 36_000, 36_000)
    owed = ask(statement, world["Fred"], world.clients["Northwind"], last=date(2026, 12, 31))
    assert owed.accounts[0].closing == 36_000
    right()


def test_a_credit_note_that_goes_back_to_the_card_is_a_refund_too(world, till, clock, line):
    renewed(world, till, clock, line)
    (copy,) = copies()
    till.control("credit", id=copy.managed_ref, net="5000", to="refund")
    till.hand_over("charge.refunded")
    assert left(copy) == 6_000
    till.hand_over("credit_note.created")
    assert left(copy) == 0
    assert sum(one.amount_minor for one in rows(PaymentFact)) == 30_000
    assert receivable() == 0
    right()


def test_a_credit_that_is_kept_there_comes_off_the_next_invoice(world, till, clock, line):
    made = renewed(world, till, clock, line)
    (copy,) = copies()
    till.control("credit", id=copy.managed_ref, to="balance")
    till.hand_over("credit_note.created")
    (note,) = [one for one in copies() if one.kind == "credit_note"]
    assert [(one.kind, one.net_minor) for one in rows(InvoiceLine, invoice_id=note.id)] == [
        ("subscription", 30_000),
        ("credit_kept", -36_000),
    ]
    assert (note.total_minor, left(copy)) == (0, 0)
    clock.forward(days=31)
    sync_managed(made.id)
    assert copies()[-1].total_minor == 0
    right()
    page = ask(subscription_page, world["Fred"], line)
    assert [one.kind for one, _ in page.copies] == ["invoice", "credit_note", "invoice"]


def test_what_was_paid_past_the_payment_service_is_a_payment_without_a_charge(world, till, clock, line):
    _, copy = unpaid(world, till, clock, line)
    till.control("pay_outside", id=copy.managed_ref)
    till.hand_over("invoice.paid", times=2)
    (payment,) = rows(Payment)
    assert (payment.provider, payment.method, payment.amount_minor) == ("manual", "outside", 36_000)
    assert [(one.kind, one.provider) for one in rows(PaymentFact)] == [("transfer", "manual")]
    assert (left(copy), receivable()) == (0, 0)
    right()
    assert reconcile().endswith("0 differ")


@pytest.mark.parametrize(
    ("act", "message", "stands"),
    [
        ("void", "invoice.voided", "void"),
        ("give_up", "invoice.marked_uncollectible", "written_off"),
    ],
)
def test_an_invoice_that_is_given_up_there_is_owed_no_more(world, till, clock, line, act, message, stands):
    _, copy = unpaid(world, till, clock, line)
    till.control(act, id=copy.managed_ref)
    till.hand_over(message)
    assert row(Invoice, copy.id).status == stands
    assert receivable() == 0
    right()


def test_a_default_chosen_there_is_shown_here_and_one_chosen_here_is_told_there(world, till, line):
    made = hand_over(world, line)
    (first,) = rows(SavedMethod)
    till.control("attach", id=first.customer_ref)
    theirs = till.objects("payment_methods", customer=first.customer_ref)[0]["id"]
    till.control("prefer", id=theirs)
    till.hand_over("customer.updated", times=2)
    shown = ask(ways_to_pay, world["Nina"]).rows
    assert [(one.last4, one.is_default) for one in shown] == [("4242", False), ("1881", True)]
    sync_managed(made.id)
    other = rows(SavedMethod)[-1]
    assert row(ManagedSubscription, made.id).method_id == other.id
    do(make_default, world["Nina"], first.id)
    for one in rows(Outbox, kind="prefer_method"):
        prefer_method(one.key, {"method_id": first.id})
    (there,) = till.objects("subscriptions", customer=first.customer_ref)
    assert there["default_payment_method"] == first.ref
    sync_managed(made.id)
    assert row(ManagedSubscription, made.id).method_id == first.id
    assert not till.complaints()


def ends(world, line: int, day: date) -> None:
    """The client signs that the scope ends on a day; what that orders is delivered."""
    sow_id, olga, nina = world.sows["Northwind"], world["Olga"], world["Nina"]
    given = [{"kind": "end", "to": day.isoformat()}]
    today = {"effective_on": row(Sow, sow_id).starts_on, "deltas": given}
    made = do(draft_change_order, olga, sow_id, title="Another end", **today)
    sent = do(send_change_order, olga, made.id)
    do(accept_change_order, nina, made.id, text_hash=sent.text_hash, name="Nina", agrees=True)
    deliver()


def test_a_scope_that_ends_earlier_ends_there_on_its_day_and_gives_the_rest_back(world, till, clock, line):
    made = renewed(world, till, clock, line)
    assert made.ends_on is None
    ends(world, line, date(2027, 1, 15))
    assert row(ManagedSubscription, made.id).ends_on == date(2027, 1, 16)
    ends(world, line, date(2027, 3, 31))
    assert row(ManagedSubscription, made.id).ends_on == date(2027, 4, 1)
    ends(world, line, date(2026, 12, 16))
    clock.forward(days=16)
    sync_managed(made.id)
    found = row(ManagedSubscription, made.id)
    last = copies()[-1]
    kinds = [(one.kind, one.net_minor < 0) for one in rows(InvoiceLine, invoice_id=last.id)]
    assert (found.status, kinds) == ("ended", [("subscription", True), ("credit_kept", False)])
    right()


def test_a_scope_that_has_ended_by_then_ends_there_at_once(world, till, clock, line):
    made = renewed(world, till, clock, line)
    ends(world, line, date(2026, 11, 30))
    assert row(ManagedSubscription, made.id).status == "ended"
    assert not till.complaints()


def test_what_was_cancelled_before_stays_so_when_the_scope_goes_on_longer(world, till, clock, line):
    made = renewed(world, till, clock, line)
    ends(world, line, date(2027, 3, 31))
    do(cancel_subscription, world["Fred"], line)
    ends(world, line, date(2027, 6, 30))
    assert row(ManagedSubscription, made.id).ends_on == date(2027, 1, 1)


def test_an_end_agreed_while_another_change_is_on_its_way_joins_it(world, till, clock, line):
    made = renewed(world, till, clock, line)
    do(change_plan, world["Fred"], line, price=Money(60_000, "EUR"))
    sync_managed(made.id)
    assert row(ManagedSubscription, made.id).wish
    ends(world, line, date(2027, 1, 31))
    found = row(ManagedSubscription, made.id)
    assert (found.price_minor, found.ends_on, found.wish) == (60_000, date(2027, 2, 1), "")


def test_each_night_what_is_open_there_is_compared_with_what_is_open_here(world, till, clock, line):
    _, copy = unpaid(world, till, clock, line)
    till.control("credit", id=copy.managed_ref, net="5000")
    assert reconcile().endswith("0 differ")  # the message got lost: it is read, and booked
    assert left(copy) == 30_000
    came = {"amount": Money(30_000, "EUR"), "received_on": date(2026, 12, 2)}
    do(record_payment, world["Fred"], copy.id, **came)
    assert reconcile().endswith("1 differ")
    (told,) = rows(ProviderFinding)
    assert "300.00 EUR is open at the payment service, 0.00 EUR here" in told.sentence
    till.control("pay_outside", id=copy.managed_ref)
    assert reconcile().endswith("0 differ")
    assert row(ProviderFinding, told.id).settled_at is not None
    assert [one.amount_minor for one in rows(Payment)] == [30_000]  # the money that was recorded before
