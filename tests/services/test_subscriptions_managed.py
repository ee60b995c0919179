"""Subscriptions that the payment service manages: over real HTTP, each period billed once, by one of two."""

from datetime import date, timedelta

import pytest

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid
from psa_app.gateways.stripe import StripeGateway
from psa_app.models import (
    BilledPeriod,
    InvoiceLine,
    ManagedSubscription,
    Payment,
    SavedMethod,
    SubscriptionChange,
)
from psa_app.queries.books.ledger import books
from psa_app.queries.invoices.open_parts import due_parts
from psa_app.queries.subscriptions.one import recurring, subscription_page
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import Head, LineInput
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.void import void_invoice
from psa_app.services.payments.collect import start_checkout
from psa_app.services.payments.refund import send_refund, start_refund
from psa_app.services.subscriptions.change import (
    cancel_subscription,
    change_plan,
    pause_subscription,
    resume_subscription,
)
from psa_app.services.subscriptions.managed import hand_over_subscription
from psa_app.services.subscriptions.managed_sync import manage, sweep_managed, sync_managed
from tests.services.collecting import left
from tests.services.managed_world import NEXT, at, copies, deliver, hand_over, hosting, renewed
from tests.support.books import check_books
from tests.support.prepared import prepared
from tests.support.world import ask, do, make_world, row, rows, sign

world = prepared(make_world, only_sqlite=True)


@pytest.fixture
def line(world, till) -> int:
    return hosting(world, till)


def due(world, until: date) -> list[tuple[date, int]]:
    parts = ask(due_parts, world.clients["Northwind"], until, None)
    return [(one.accepted_on, one.value) for one in parts if one.kind == "subscription"]


def test_it_bills_from_the_next_period_and_the_app_those_before(world, till, clock, line):
    made = hand_over(world, line)
    assert (made.status, made.state, made.bills_from) == ("running", "trialing", NEXT)
    at(clock, NEXT + timedelta(days=1))
    assert due(world, date(2027, 2, 1)) == [(date(2026, 11, 1), 30_000)]
    sync_managed(made.id)
    (copy,) = copies()
    assert (copy.total_minor, copy.status, left(copy)) == (36_000, "issued", 0)
    assert [one.kind for one in rows(InvoiceLine, invoice_id=copy.id)] == ["subscription"]
    (tie,) = rows(BilledPeriod)
    assert (tie.number, tie.kind, tie.starts_on, tie.ends_on) == (2, "fee", NEXT, date(2026, 12, 31))
    own = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=NEXT)
    do(issue_invoice, world["Fred"], own.id)
    sync_managed(made.id)
    assert len(copies()) == 1
    assert len(rows(Payment)) == 1
    check_books()


def test_a_message_brings_the_next_invoice_and_the_same_twice_changes_nothing(world, till, clock, line):
    made = hand_over(world, line)
    till.control("renew", id=made.ref)
    till.hand_over("customer.subscription.updated", times=3)
    assert [one.total_minor for one in copies()] == [36_000]
    assert [one.amount_minor for one in rows(Payment)] == [36_000]
    found = ask(recurring, world["Fred"], NEXT)
    assert [one.amount for one in found if one.line_id == line] == [30_000]


def test_its_income_and_its_money_stand_in_the_books(world, till, clock, line):
    renewed(world, till, clock, line)
    found = ask(books, NEXT, date(2026, 12, 31)).entries
    posted: dict[str, int] = {}
    for part in (one for entry in found for one in entry.postings):
        posted[part.account] = posted.get(part.account, 0) + part.amount
    assert posted["recurring"] == -30_000
    assert posted["tax"] == -6_000
    assert posted["provider"] == 36_000
    assert posted["receivable"] == 0


def test_a_copy_is_not_changed_here(world, till, clock, line):
    renewed(world, till, clock, line)
    (copy,) = copies()
    (printed,) = rows(InvoiceLine, invoice_id=copy.id)
    with pytest.raises(Conflict, match="Change it there"):
        do(void_invoice, world["Fred"], copy.id, reason="No")
    credit = (CreditLine(printed.id, amount=Money(100, "EUR")),)
    with pytest.raises(Conflict, match="Change it there"):
        do(credit_invoice, world["Fred"], copy.id, lines=credit, reason="No")


def test_another_plan_is_ordered_there_and_counts_here(world, till, clock, line):
    renewed(world, till, clock, line)
    do(change_plan, world["Fred"], line, price=Money(60_000, "EUR"), quantity=2, reason="Two shops")
    assert rows(SubscriptionChange) == []
    with pytest.raises(Conflict, match="on its way"):
        do(pause_subscription, world["Fred"], line)
    deliver()
    deliver()
    (change,) = rows(SubscriptionChange)
    assert (change.kind, change.price_minor, change.quantity) == ("plan", 60_000, 2)
    assert change.reason == "Two shops"
    page = ask(subscription_page, world["Fred"], line)
    assert page.of.monthly(NEXT + timedelta(days=1)) == 120_000
    clock.forward(days=31)
    sweep_managed()
    latest = copies()[-1]
    kinds = [one.kind for one in rows(BilledPeriod, released_at=None)]
    assert sum(one.startswith("change") for one in kinds) == 2
    assert latest.total_minor > 144_000
    assert left(latest) == 0
    check_books()


def test_a_pause_leaves_the_paid_period_and_going_on_collects_again(world, till, clock, line):
    made = renewed(world, till, clock, line)
    do(pause_subscription, world["Fred"], line)
    deliver()
    assert row(ManagedSubscription, made.id).is_paused
    clock.forward(days=31)
    sweep_managed()
    assert len(copies()) == 1
    do(resume_subscription, world["Fred"], line)
    deliver()
    kinds = [(one.kind, one.effective_on) for one in rows(SubscriptionChange)]
    assert kinds == [("pause", date(2027, 1, 1)), ("resume", date(2027, 1, 2))]


def test_it_ends_with_its_period_and_that_can_be_taken_back(world, till, clock, line):
    made = renewed(world, till, clock, line)
    do(cancel_subscription, world["Fred"], line)
    deliver()
    assert row(ManagedSubscription, made.id).ends_on == date(2027, 1, 1)
    do(resume_subscription, world["Fred"], line)
    deliver()
    assert row(ManagedSubscription, made.id).ends_on is None
    do(cancel_subscription, world["Fred"], line)
    deliver()
    clock.forward(days=31)
    sweep_managed()
    assert row(ManagedSubscription, made.id).status == "ended"
    assert [one.kind for one in rows(SubscriptionChange)] == ["cancel"]
    assert due(world, date(2027, 3, 1)) == [(date(2026, 11, 1), 30_000)]


def test_what_is_left_when_it_ends_at_once_is_credit_there(world, till, clock, line):
    renewed(world, till, clock, line)
    do(cancel_subscription, world["Fred"], line, at_once=True)
    deliver()
    last = copies()[-1]
    kinds = [(one.kind, one.net_minor < 0) for one in rows(InvoiceLine, invoice_id=last.id)]
    assert (last.total_minor, kinds) == (0, [("subscription", True), ("credit_kept", False)])
    check_books()


def test_what_is_not_paid_stays_open_until_it_is_collected_again(world, till, clock, line):
    (method,) = rows(SavedMethod)
    till.control("behave", id=method.ref, value="insufficient_funds")
    made = renewed(world, till, clock, line)
    (copy,) = copies()
    assert (made.state, left(copy), rows(Payment)) == ("past_due", 36_000, [])
    with pytest.raises(Conflict, match="collected by itself"):
        start_checkout(world["Nina"], copy.id)
    till.control("behave", id=method.ref, value="pays")
    till.control("retry", id=copy.managed_ref)
    sync_managed(made.id)
    assert (row(ManagedSubscription, made.id).state, left(copy)) == ("active", 0)


def test_money_of_it_is_given_back_as_any_other(world, till, clock, line):
    renewed(world, till, clock, line)
    (payment,) = rows(Payment)
    back = do(start_refund, world["Fred"], payment.id, amount=Money(6_000, "EUR"), reason="Late")
    send_refund(back.id)
    assert left(copies()[0]) == 6_000
    check_books()


@pytest.mark.parametrize(
    "fault", [{"lose_reply": True, "times": 1}, {"status": 500, "times": 3}, {"status": 429, "times": 1}]
)
def test_an_order_whose_answer_is_lost_makes_one_subscription(world, till, line, fault):
    do(hand_over_subscription, world["Fred"], line)
    (made,) = rows(ManagedSubscription)
    till.fault(match="POST /v1/subscriptions", **fault)
    with pytest.raises(Exception, match="did not answer"):
        manage(made.id)
    assert row(ManagedSubscription, made.id).status == "sending"
    manage(made.id)
    manage(made.id)
    customer = rows(SavedMethod)[0].customer_ref
    assert len(till.objects("subscriptions", customer=customer)) == 1
    assert row(ManagedSubscription, made.id).status == "running"


def test_what_stands_against_it_is_told(world, till, line):
    with pytest.raises(Invalid, match="such as 2026-12-01"):
        do(hand_over_subscription, world["Fred"], line, bills_from=date(2026, 12, 5))
    for who in ("Lea", "Ann"):
        with pytest.raises(Forbidden):
            do(hand_over_subscription, world[who], line)
    hand_over(world, line)
    with pytest.raises(Conflict, match="manages this subscription already"):
        do(hand_over_subscription, world["Fred"], line)
    with pytest.raises(Invalid, match="at once"):
        do(pause_subscription, world["Fred"], line, effective_on=NEXT)


def test_a_period_that_is_billed_here_is_not_handed_over(world, till, clock, line):
    at(clock, NEXT)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=NEXT)
    do(issue_invoice, world["Fred"], draft.id)
    with pytest.raises(Invalid, match="billed here up to 2026-12-31"):
        do(hand_over_subscription, world["Fred"], line)
    do(hand_over_subscription, world["Fred"], line, bills_from=date(2027, 1, 1))


def test_without_a_saved_way_to_pay_the_client_is_to_be_asked(world, till):
    agreed = LineInput("Care", "subscription", value=Money(5_000, "EUR"))
    with db.unit_of_work() as session:
        sign(session, world, "Northwind", "Nina", Head("Care", date(2026, 11, 1)), (agreed,))
    with pytest.raises(Conflict, match="saved no card"):
        do(hand_over_subscription, world["Fred"], world.lines["Care"])


def test_one_whose_scope_ends_ends_there_and_that_is_no_cancellation(world, till, line):
    agreed = LineInput("Half a year", "subscription", value=Money(5_000, "EUR"))
    head = Head("Half a year", date(2026, 11, 1), date(2027, 4, 30))
    with db.unit_of_work() as session:
        sign(session, world, "Northwind", "Nina", head, (agreed,))
    made = hand_over(world, world.lines["Half a year"])
    assert made.ends_on == date(2027, 5, 1)
    with pytest.raises(Invalid, match="not paused"):
        do(resume_subscription, world["Fred"], world.lines["Half a year"])
    do(cancel_subscription, world["Fred"], world.lines["Half a year"])
    deliver()
    assert row(ManagedSubscription, made.id).ends_on == NEXT
    do(resume_subscription, world["Fred"], world.lines["Half a year"])
    deliver()
    assert row(ManagedSubscription, made.id).ends_on == date(2027, 5, 1)


def test_two_that_send_at_once_make_one_subscription(world, till, line, monkeypatch):
    do(hand_over_subscription, world["Fred"], line)
    (made,) = rows(ManagedSubscription)
    subscribe = StripeGateway.subscribe

    def slow(gateway, order):
        monkeypatch.setattr(StripeGateway, "subscribe", subscribe)
        manage(made.id)
        return subscribe(gateway, order)

    monkeypatch.setattr(StripeGateway, "subscribe", slow)
    manage(made.id)
    found = row(ManagedSubscription, made.id)
    assert (found.status, found.failure) == ("running", "")
