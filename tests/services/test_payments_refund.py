"""Giving money back by the provider, over real HTTP, or by the bank; never more than stands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from psa_app import clock as app_clock
from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid
from psa_app.gateways.payments import PaymentRef, Unknown
from psa_app.gateways.stripe_answers import read_dispute
from psa_app.models import Dispute, Outbox, Payment, PaymentFact, Refund
from psa_app.queries.invoices.credit import client_credit
from psa_app.queries.invoices.one import one_invoice
from psa_app.rules.money import Money
from psa_app.services.payments.book import book_state, service, sync_payment
from psa_app.services.payments.pages import provider_of
from psa_app.services.payments.record import record_payment
from psa_app.services.payments.refund import send_refund, start_refund
from tests.services.collecting import TODAY, facts, left
from tests.support.world import ask, do, past, row, rows


@pytest.fixture
def paid(world, till, invoice, payment) -> int:
    """The payment, which came by card."""
    till.press(payment, "pay")
    sync_payment(payment)
    assert left(invoice) == 0
    return payment


def back(world, payment: int, amount: int = 14_400, **more) -> Refund:
    return do(
        start_refund, world["Fred"], payment, amount=Money(amount, "EUR"), reason="Too much billed", **more
    )


def sent(world, payment: int, amount: int = 14_400) -> Refund:
    refund = back(world, payment, amount)
    send_refund(refund.id)
    return row(Refund, refund.id)


def charge() -> str:
    return next(one for one in rows(PaymentFact) if one.kind == "charge").ref


def alerts() -> list[str]:
    return [one.key for one in rows(Outbox, kind="mail") if '"payment_alert"' in one.payload]


def test_a_refund_stands_as_a_row_before_anything_is_sent_and_is_given_back_once(world, till, invoice, paid):
    refund = back(world, paid)
    assert (refund.status, facts()) == ("created", [("charge", 14_400)])
    (promised,) = rows(Outbox, kind="send_refund")
    assert promised.key == f"refund-{refund.id}"
    with pytest.raises(Conflict, match="is being sent"):
        back(world, paid, 100)
    send_refund(refund.id)
    send_refund(refund.id)
    assert row(Refund, refund.id).status == "succeeded"
    assert facts() == [("charge", 14_400), ("refund", -14_400)]
    assert left(invoice) == 14_400
    assert len(till.objects("refunds", payment_intent=row(Payment, paid).intent_id)) == 1
    view = ask(one_invoice, world["Fred"], invoice.id)
    assert (view.mark, [one.status for one in view.refunds]) == ("refunded", ["succeeded"])
    assert "refunded" in past("payment", paid)
    assert any('"payment_refunded"' in one.payload for one in rows(Outbox, kind="mail"))


def test_parts_go_back_up_to_what_stands_and_no_further(world, till, invoice, paid):
    sent(world, paid, 4_400)
    assert left(invoice) == 4_400
    with pytest.raises(Invalid, match=r"100.00 EUR at most") as refused:
        back(world, paid, 10_001)
    assert refused.value.field == "amount"
    for wrong in (0, -1):
        with pytest.raises(Invalid):
            back(world, paid, wrong)
    sent(world, paid, 10_000)
    assert left(invoice) == 14_400
    with pytest.raises(Conflict, match="Nothing of this payment"):
        back(world, paid, 1)


def test_a_lost_reply_gives_back_once(world, till, invoice, paid):
    refund = back(world, paid)
    till.fault(match="POST /v1/refunds", lose_reply=True, times=9)
    with pytest.raises(Unknown):
        send_refund(refund.id)
    till.forget()
    assert (row(Refund, refund.id).status, left(invoice)) == ("sending", 0)
    send_refund(refund.id)
    assert (row(Refund, refund.id).status, left(invoice)) == ("succeeded", 14_400)
    assert len(till.objects("refunds", payment_intent=row(Payment, paid).intent_id)) == 1


def test_a_refund_whose_reply_was_lost_for_a_day_is_found_by_its_mark(world, till, invoice, paid, clock):
    """Stripe forgets a key after 24 hours: asked again, it would give back a second time."""
    refund = back(world, paid, 4_400)
    till.fault(match="POST /v1/refunds", lose_reply=True, times=9)
    with pytest.raises(Unknown):
        send_refund(refund.id)
    till.forget()
    clock.forward(hours=25)
    send_refund(refund.id)
    assert (row(Refund, refund.id).status, left(invoice)) == ("succeeded", 4_400)
    assert len(till.objects("refunds", payment_intent=row(Payment, paid).intent_id)) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_provider_that_is_busy_is_asked_again_with_the_same_key(world, till, invoice, paid, status):
    refund = back(world, paid)
    till.fault(match="POST /v1/refunds", status=status, times=9)
    with pytest.raises(Unknown):
        send_refund(refund.id)
    till.forget()
    send_refund(refund.id)
    assert (row(Refund, refund.id).status, left(invoice)) == ("succeeded", 14_400)


def test_a_refund_that_fails_later_is_money_again_and_staff_are_told(world, till, invoice, paid):
    refund = sent(world, paid)
    till.control("fail_refund", id=refund.ref)
    till.hand_over("refund.failed")
    assert facts() == [("charge", 14_400), ("refund", -14_400), ("refund_failed", 14_400)]
    failed = row(Refund, refund.id)
    assert (failed.status, failed.failure, left(invoice)) == ("failed", "lost or stolen card", 0)
    assert any(key.startswith(f"refund-failed-{refund.id}") for key in alerts())
    by_bank = back(world, paid, by="bank", returned_on=TODAY)
    assert (by_bank.status, by_bank.provider, left(invoice)) == ("succeeded", "manual", 14_400)


def test_a_refund_of_a_bank_debit_is_on_its_way_until_it_settles(world, till, invoice, payment):
    till.press(payment, "debit")
    till.control("settle", id=_intent(payment))
    sync_payment(payment)
    refund = sent(world, payment)
    assert (refund.status, left(invoice)) == ("pending", 14_400)
    till.control("settle_refund", id=refund.ref)
    till.hand_over("refund.updated")
    assert row(Refund, refund.id).status == "succeeded"


def _intent(payment: int) -> str:
    sync_payment(payment)
    return str(row(Payment, payment).intent_id)


def test_a_refund_that_the_provider_refuses_moves_nothing_and_is_told(world, till, invoice, paid):
    till.control("refund", id=charge())
    refund = back(world, paid)  # given back there meanwhile; the message is not here yet
    send_refund(refund.id)
    assert row(Refund, refund.id).status == "failed"
    assert "already been refunded" in row(Refund, refund.id).failure
    assert any(key.startswith("refund-failed") for key in alerts())
    sync_payment(paid)
    assert facts() == [("charge", 14_400), ("refund", -14_400)]
    assert [one.reason for one in rows(Refund)] == ["Too much billed", "Made at the payment service"]


def test_credit_on_account_goes_back_first_and_leaves_the_invoice_paid(world, till, invoice):
    payment = do(record_payment, world["Fred"], invoice.id, amount=Money(20_000, "EUR"), received_on=TODAY)
    refund = back(world, payment.id, 5_600, reference="SEPA 77")
    assert (refund.status, refund.returned_on, left(invoice)) == ("succeeded", TODAY, 0)
    assert ask(client_credit, world["Fred"], world.clients["Northwind"]) == ()
    back(world, payment.id, 400)
    assert left(invoice) == 400


def test_a_transfer_back_is_neither_in_the_future_nor_before_the_money_came(world, till, invoice):
    payment = do(record_payment, world["Fred"], invoice.id, amount=Money(14_400, "EUR"), received_on=TODAY)
    for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=1)):
        with pytest.raises(Invalid) as refused:
            back(world, payment.id, 100, returned_on=day)
        assert refused.value.field == "returned_on"
    assert rows(Refund) == []


def test_what_has_not_come_or_is_disputed_cannot_be_given_back(world, till, invoice, payment):
    with pytest.raises(Conflict, match="has come"):
        back(world, payment)
    till.press(payment, "pay")
    sync_payment(payment)
    till.control("dispute", id=charge())
    sync_payment(payment)
    with pytest.raises(Conflict, match="asks this payment back already"):
        back(world, payment)


def test_only_owner_and_finance_give_back(world, till, invoice, paid):
    for who in ("Lea", "Ann", "Nina"):
        with pytest.raises(Forbidden):
            do(start_refund, world[who], paid, amount=Money(100, "EUR"), reason="x")


def test_a_dispute_is_told_shown_and_followed_to_its_end(world, till, invoice, paid):
    till.control("dispute", id=charge())
    till.hand_over("charge.dispute.created")
    (case,) = rows(Dispute)
    assert (case.state, case.closed_at, case.amount_minor) == ("needs_response", None, 14_400)
    assert case.answer_by is not None
    assert case.answer_by > app_clock.now()
    assert ask(one_invoice, world["Fred"], invoice.id).mark == "disputed"
    assert any(key.startswith(f"disputed-{case.id}") for key in alerts())
    till.control("lose", id=case.ref)
    till.hand_over("charge.dispute.closed")
    assert (row(Dispute, case.id).state, left(invoice)) == ("lost", 14_400)
    assert row(Dispute, case.id).closed_at is not None
    assert past("payment", paid)[-1] == "dispute closed"


def test_a_dispute_in_a_state_that_is_newer_than_this_program_stays_open(world, till, invoice, paid):
    till.control("dispute", id=charge())
    raw = till.objects("disputes", payment_intent=row(Payment, paid).intent_id)[0]
    with db.reading() as session:
        provider = provider_of(session, row(Payment, paid))
    state = provider.fetch(PaymentRef(str(paid), "", row(Payment, paid).intent_id))
    newer = replace(state, disputes=(read_dispute({**raw, "status": "appeal_under_review"}),))
    with db.unit_of_work() as session:
        book_state(session, service(), paid, newer)
    (case,) = rows(Dispute)
    assert (case.state, case.closed_at) == ("appeal_under_review", None)
