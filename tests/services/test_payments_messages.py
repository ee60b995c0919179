"""What gets lost, doubled, forged or late between the app and the provider books each fact once."""

import json
from dataclasses import replace

import pytest

from psa_app import db
from psa_app.access import system
from psa_app.errors import Busy, Conflict
from psa_app.gateways.payments import WebhookRejected
from psa_app.models import Firm, Inbox, Payment
from psa_app.services.payments.collect import start_checkout
from psa_app.services.payments.inbox import receive_message, work_inbox
from psa_app.services.payments.sweep import reconcile_events, sweep_payments
from tests.services.collecting import facts, left, pages, signed, status, thanks
from tests.support.world import rows


def test_a_lost_message_is_made_good_by_the_sweeper(world, till, invoice, payment, clock):
    till.press(payment, "pay")
    assert sweep_payments() == 0
    clock.forward(minutes=3)
    assert sweep_payments() == 1
    assert (status(payment), left(invoice)) == ("succeeded", 0)
    assert sweep_payments() == 0


def test_a_message_that_comes_three_times_books_once(world, till, invoice, payment):
    till.press(payment, "pay")
    till.hand_over("payment_intent.succeeded", times=3)
    till.hand_over("checkout.session.completed", times=2)
    assert (facts(), left(invoice), thanks()) == ([("charge", 14_400)], 0, 1)
    assert len(rows(Inbox)) == 2


def test_a_message_that_never_came_is_fetched_at_night(world, till, invoice, payment):
    till.mailbox.refuse(100)
    till.press(payment, "pay")
    till.mailbox.refused.get(timeout=10)
    assert reconcile_events() > 0
    while work_inbox():
        pass
    till.mailbox.refuse(0)
    assert left(invoice) == 0


def test_a_lost_reply_opens_one_page_only(world, till, invoice):
    till.fault(match="POST /v1/checkout/sessions", lose_reply=True)
    with pytest.raises(Busy, match="tried again by itself"):
        start_checkout(world["Nina"], invoice.id)
    (payment,) = rows(Payment)
    assert payment.status == "sending"
    start_checkout(world["Nina"], invoice.id)
    assert (status(payment.id), len(pages(till))) == ("open", 1)


def test_a_lost_reply_is_asked_for_again_by_the_sweeper(world, till, invoice, clock):
    till.fault(match="POST /v1/checkout/sessions", lose_reply=True)
    with pytest.raises(Busy):
        start_checkout(world["Nina"], invoice.id)
    clock.forward(minutes=3)
    sweep_payments()
    assert ([one.status for one in rows(Payment)], len(pages(till))) == (["open"], 1)


def test_a_page_whose_reply_was_lost_for_a_day_is_found_by_its_mark(world, till, invoice, clock):
    till.fault(match="POST /v1/checkout/sessions", lose_reply=True)
    with pytest.raises(Busy):
        start_checkout(world["Nina"], invoice.id)
    clock.forward(hours=25)
    sweep_payments()
    (payment,) = rows(Payment)
    assert (payment.status, payment.session_id) == ("canceled", pages(till)[0]["id"])


def test_an_order_that_never_arrived_is_given_up_after_a_day(world, till, invoice, clock):
    till.fault(match="POST /v1/checkout/sessions", status=500, times=3)
    with pytest.raises(Busy):
        start_checkout(world["Nina"], invoice.id)
    clock.forward(hours=25)
    sweep_payments()
    assert (status(rows(Payment)[0].id), pages(till)) == ("canceled", [])
    start_checkout(world["Nina"], invoice.id)
    assert [one.status for one in rows(Payment)] == ["canceled", "open"]


def test_too_many_requests_are_waited_out(world, till, invoice, clock):
    till.fault(match="POST /v1/checkout/sessions", status=429)
    with pytest.raises(Busy):
        start_checkout(world["Nina"], invoice.id)
    clock.forward(minutes=3)
    sweep_payments()
    assert [one.status for one in rows(Payment)] == ["open"]


def test_a_message_before_our_own_commit_is_tried_again(world, till, invoice, payment, clock):
    till.press(payment, "pay")
    raw, _ = till.message("payment_intent.succeeded")
    event = json.loads(raw)
    event["data"]["object"]["metadata"]["payment"] = "999999"
    early = json.dumps(event).encode()
    receive_message(system(), early, signed(early))
    assert work_inbox() == 1
    (message,) = rows(Inbox)
    assert (message.done_at, message.tries) == (None, 1)
    assert "not committed yet" in message.error
    assert work_inbox() == 0
    clock.forward(seconds=3)
    assert work_inbox() == 1


def test_a_forged_message_is_refused(world, till, invoice, payment):
    till.press(payment, "pay")
    raw, signature = till.message("payment_intent.succeeded")
    for body, mark in ((raw, ""), (raw + b" ", signature), (raw, signature.replace("v1=", "v1=0"))):
        with pytest.raises(WebhookRejected):
            receive_message(system(), body, mark)
    assert rows(Inbox) == []


def test_a_message_about_nothing_of_ours_is_done_with(world, till, invoice, payment):
    till.press(payment, "pay")
    raw, _ = till.message("payment_intent.succeeded")
    event = json.loads(raw)
    event["id"], event["data"]["object"]["id"] = "evt_other", "pi_other"
    event["data"]["object"]["metadata"] = {"instance": "someone else", "payment": "1"}
    other = json.dumps(event).encode()
    assert receive_message(system(), other, signed(other))
    work_inbox()
    assert (rows(Inbox)[0].error, rows(Inbox)[0].done_at is not None, facts()) == ("", True, [])


def test_messages_of_the_other_mode_or_of_another_account_are_not_kept(world, till, invoice, payment):
    till.press(payment, "pay")
    raw, _ = till.message("payment_intent.succeeded")
    for change in ({"livemode": True}, {"account": "acct_other"}):
        other = json.dumps(json.loads(raw) | change).encode()
        assert receive_message(system(), other, signed(other)) is False
    assert rows(Inbox) == []


def test_the_order_is_the_same_to_the_letter_when_it_is_sent_again(world, till, invoice):
    """Another tab of another reader meets the same key; Stripe would refuse other figures."""
    till.fault(match="POST /v1/checkout/sessions", lose_reply=True)
    with pytest.raises(Busy):
        start_checkout(world["Nina"], invoice.id, "/open/a-link")
    other = replace(world["Nina"], email="else@northwind.example")
    start_checkout(other, invoice.id, "/portal/invoices/1")
    assert [one.status for one in rows(Payment)] == ["open"]


def test_figures_that_differ_under_one_key_are_looked_at_by_a_person(world, till, invoice):
    till.fault(match="POST /v1/checkout/sessions", lose_reply=True)
    with pytest.raises(Busy):
        start_checkout(world["Nina"], invoice.id)
    with db.unit_of_work() as session:
        session.get_one(Firm, 1).name = "Renamed Studio"
    with pytest.raises(Conflict, match="other figures"):
        start_checkout(world["Nina"], invoice.id)
    assert [one.status for one in rows(Payment)] == ["review"]
    till.forget()
