"""Subscriptions at Stripe, by the real library over HTTP: made once, changed, paused, renewed, ended."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from psa_app import clock
from psa_app.gateways.payments import SetupOrder
from psa_app.gateways.stripe_subscriptions import SeenSubscription, SubscriptionOrder
from tests.gateways.sandbox_world import World


def method(sandbox: World, act: str = "save_card") -> tuple[str, str]:
    """A customer with a saved way to pay."""
    back = "https://psa.example/portal/saved"
    until = clock.now() + timedelta(hours=2)
    order = SetupOrder(uuid4().hex, "", "ap@client.example", "EUR", back, back, until, uuid4().hex)
    ident, _ = sandbox.stripe.open_setup(order)
    answer = sandbox.http.post(f"/pay/{ident}/{act}", headers={"origin": sandbox.address})
    assert answer.status_code == 303
    saved = sandbox.stripe.fetch_setup(ident).method
    assert saved is not None
    return saved.customer_ref, saved.ref


def order(customer: str, saved: str, **changes) -> SubscriptionOrder:
    made = SubscriptionOrder(
        mark=uuid4().hex,
        title="Care plan",
        customer_ref=customer,
        method_ref=saved,
        price=30_000,
        quantity=2,
        currency="EUR",
        rhythm="monthly",
        begins_at=None,
        ends_at=None,
        tax_name="VAT 19 %",
        tax_ppm=190_000,
        idempotency_key=uuid4().hex,
    )
    return replace(made, **changes)


def begun(sandbox: World, **changes) -> SeenSubscription:
    made = sandbox.stripe.subscribe(order(*method(sandbox), **changes))
    return sandbox.stripe.fetch_subscription(made)


def test_a_subscription_is_made_once_and_its_first_invoice_is_collected(sandbox):
    asked = order(*method(sandbox))
    ref = sandbox.stripe.subscribe(asked)
    assert sandbox.stripe.subscribe(asked) == ref
    seen = sandbox.stripe.fetch_subscription(ref)
    assert (seen.status, seen.price, seen.quantity, seen.mark) == ("active", 30_000, 2, asked.mark)
    (invoice,) = seen.invoices
    assert (invoice.status, invoice.total, invoice.tax, invoice.due) == ("paid", 71_400, 11_400, 71_400)
    assert sandbox.stripe.fetch_payment(invoice.intents[0]).facts[0].amount == 71_400
    since = clock.now() - timedelta(minutes=1)
    assert sandbox.stripe.find_subscription(asked.mark, asked.customer_ref, since) == ref
    assert sandbox.stripe.find_subscription("another", asked.customer_ref, since) == ""


def test_a_trial_bills_nothing_until_it_ends(sandbox):
    seen = begun(sandbox, begins_at=clock.now() + timedelta(days=10))
    assert (seen.status, seen.invoices) == ("trialing", ())
    sandbox.control("renew", id=seen.ref)
    seen = sandbox.stripe.fetch_subscription(seen.ref)
    assert (seen.status, len(seen.invoices)) == ("active", 1)


def test_another_plan_comes_with_the_next_invoice_by_its_days(sandbox):
    seen = begun(sandbox, tax_ppm=0)
    sandbox.stripe.change_plan(seen, 60_000, 1, "monthly", uuid4().hex)
    sandbox.stripe.change_plan(seen, 60_000, 3, "monthly", uuid4().hex)
    sandbox.control("renew", id=seen.ref)
    seen = sandbox.stripe.fetch_subscription(seen.ref)
    assert (seen.price, seen.quantity) == (60_000, 3)
    lines = seen.invoices[-1].lines
    assert [one.is_change for one in lines] == [True, True, False]
    assert seen.invoices[-1].total == sum(one.amount for one in lines)
    assert lines[2].amount == 180_000


def test_a_pause_makes_invoices_void_and_going_on_collects_again(sandbox):
    seen = begun(sandbox)
    sandbox.stripe.pause_collection(seen.ref, uuid4().hex)
    sandbox.control("renew", id=seen.ref)
    paused = sandbox.stripe.fetch_subscription(seen.ref)
    assert (paused.is_paused, [one.status for one in paused.invoices]) == (True, ["paid", "void"])
    sandbox.stripe.resume_collection(seen.ref, uuid4().hex)
    sandbox.control("renew", id=seen.ref)
    assert [one.status for one in sandbox.stripe.fetch_subscription(seen.ref).invoices][-1] == "paid"


def test_it_ends_with_its_period_or_at_once_with_credit(sandbox):
    seen = begun(sandbox)
    sandbox.stripe.end_with_period(seen.ref, uuid4().hex)
    assert sandbox.stripe.fetch_subscription(seen.ref).cancel_at == seen.ends_at
    sandbox.stripe.go_on_until(seen.ref, None, uuid4().hex)
    assert sandbox.stripe.fetch_subscription(seen.ref).cancel_at is None
    later = seen.ends_at + timedelta(days=90)
    sandbox.stripe.go_on_until(seen.ref, later, uuid4().hex)
    assert sandbox.stripe.fetch_subscription(seen.ref).cancel_at == later
    sandbox.stripe.end_now(seen.ref)
    ended = sandbox.stripe.fetch_subscription(seen.ref)
    assert (ended.status, ended.ended_at is not None) == ("canceled", True)
    assert (ended.invoices[-1].total < 0, ended.invoices[-1].due) == (True, 0)


@pytest.mark.parametrize("act", ["save_card", "save_debit"])
def test_an_invoice_that_is_not_paid_leaves_it_behind_until_it_is(sandbox, act):
    customer, saved = method(sandbox, act)
    sandbox.control("behave", id=saved, value="insufficient_funds")
    ref = sandbox.stripe.subscribe(order(customer, saved))
    seen = sandbox.stripe.fetch_subscription(ref)
    assert (seen.status, seen.invoices[0].status, seen.invoices[0].intents) == ("incomplete", "open", ())
    sandbox.control("behave", id=saved, value="pays")
    sandbox.control("retry", id=seen.invoices[0].ref)
    if act == "save_debit":
        row = sandbox.objects("invoice_payments", invoice=seen.invoices[0].ref)[0]
        sandbox.control("settle", id=row["payment"]["payment_intent"])
    seen = sandbox.stripe.fetch_subscription(ref)
    assert (seen.status, seen.invoices[0].status, len(seen.invoices[0].intents)) == ("active", "paid", 1)
