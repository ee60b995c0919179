"""Collecting through the provider, over real HTTP: each fact once, whatever gets lost, doubled or late."""

import pytest

from psa_app import db
from psa_app.access import system
from psa_app.errors import Conflict, Forbidden, NotFound
from psa_app.models import Allocation, Firm, Invoice, Outbox, Payment, PaymentFact
from psa_app.queries.invoices.credit import client_credit
from psa_app.rules.money import Money
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.edit import add_line, change_draft
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.void import void_invoice
from psa_app.services.payments.book import sync_payment
from psa_app.services.payments.collect import start_checkout
from psa_app.services.payments.inbox import receive_message
from psa_app.services.payments.pages import expire_page
from psa_app.services.payments.record import record_payment
from psa_app.services.payments.reviewing import accept_payment, dismiss_payment
from tests.services.collecting import TODAY, facts, left, pages, status, thanks
from tests.support.world import MON, ask, do, past, row, rows


def test_a_page_is_paid_and_the_message_makes_the_invoice_paid(world, till, invoice):
    url = start_checkout(world["Nina"], invoice.id)
    assert "144.00" in till.page_of(url).text
    (payment,) = rows(Payment)
    assert (payment.status, payment.amount_minor, payment.return_path) == ("open", 14_400, "")
    till.press(payment.id, "pay")
    assert left(invoice) == 14_400
    till.hand_over("payment_intent.succeeded")
    assert (status(payment.id), left(invoice), facts()) == ("succeeded", 0, [("charge", 14_400)])
    assert row(Payment, payment.id).received_on == TODAY
    assert past("invoice", invoice.id)[-1] == "paid"
    assert thanks() == 1


def test_a_paid_invoice_cannot_be_paid_again(world, till, invoice, payment):
    till.press(payment, "pay")
    sync_payment(payment)
    with pytest.raises(Conflict, match="already paid"):
        start_checkout(world["Nina"], invoice.id)


def test_two_tabs_get_one_page(world, till, invoice):
    assert start_checkout(world["Nina"], invoice.id) == start_checkout(world["Nina"], invoice.id)
    assert len(rows(Payment)) == 1


def test_a_declined_card_leaves_the_page_open(world, till, invoice, payment):
    till.press(payment, "decline")
    till.hand_over("payment_intent.payment_failed")
    assert (status(payment), row(Payment, payment).failure, facts()) == ("open", "insufficient_funds", [])
    assert past("payment", payment)[-1] == "declined"
    till.press(payment, "pay")
    sync_payment(payment)
    assert left(invoice) == 0


def test_the_bank_may_ask_who_pays(world, till, invoice, payment):
    till.press(payment, "challenge")
    sync_payment(payment)
    assert status(payment) == "action"
    till.press(payment, "authorise")
    sync_payment(payment)
    assert (status(payment), left(invoice)) == ("succeeded", 0)


def test_a_bank_debit_is_not_money_until_it_settles(world, till, invoice, payment):
    till.press(payment, "debit")
    till.hand_over("checkout.session.completed")
    assert (status(payment), left(invoice), facts()) == ("processing", 14_400, [])
    with pytest.raises(Conflict, match="on its way"):
        start_checkout(world["Nina"], invoice.id)
    with pytest.raises(Conflict, match="under way"):
        do(void_invoice, world["Fred"], invoice.id, reason="x")
    till.control("settle", id=row(Payment, payment).intent_id)
    till.hand_over("checkout.session.async_payment_succeeded")
    assert (status(payment), left(invoice)) == ("succeeded", 0)


def test_a_bank_debit_that_comes_back_frees_the_invoice_for_another_try(world, till, invoice, payment):
    till.press(payment, "debit")
    sync_payment(payment)
    till.control("bounce", id=row(Payment, payment).intent_id)
    sync_payment(payment)
    assert (status(payment), left(invoice)) == ("failed", 14_400)
    start_checkout(world["Nina"], invoice.id)
    assert [one.status for one in rows(Payment)] == ["failed", "open"]


def test_an_amount_below_the_least_is_told_and_not_left_hanging(world, till):
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY, include=())
    do(add_line, world["Fred"], draft.id, description="Stamp", amount=Money(40, "EUR"))
    do(
        change_draft,
        world["Fred"],
        draft.id,
        version=row(Invoice, draft.id).version,
        service_from=MON,
        service_to=MON,
        bank_account_id=draft.bank_account_id,
    )
    invoice = do(issue_invoice, world["Fred"], draft.id)
    with pytest.raises(Conflict, match="less than Stripe collects"):
        start_checkout(world["Nina"], invoice.id)
    assert [one.status for one in rows(Payment)] == ["failed"]


def test_a_void_invoice_closes_its_page(world, till, invoice, payment):
    url = row(Payment, payment).session_url
    do(void_invoice, world["Fred"], invoice.id, reason="Wrong client")
    assert status(payment) == "canceled"
    (promised,) = rows(Outbox, kind="expire_checkout")
    assert promised.key == f"expire-{payment}"
    expire_page(payment)
    assert "expired" in till.page_of(url).text
    with pytest.raises(Conflict, match="is void"):
        start_checkout(world["Nina"], invoice.id)


def test_money_that_came_for_a_void_invoice_is_kept_and_looked_at(world, till, invoice, payment):
    do(void_invoice, world["Fred"], invoice.id, reason="Wrong client")
    till.press(payment, "pay")
    till.hand_over("payment_intent.succeeded")
    assert (status(payment), facts(), rows(Allocation)) == ("review", [("charge", 14_400)], [])
    assert "is void, but money came for it" in row(Payment, payment).failure


def test_a_bank_transfer_meanwhile_closes_the_page(world, till, invoice, payment):
    do(record_payment, world["Fred"], invoice.id, amount=Money(4_400, "EUR"), received_on=TODAY)
    assert status(payment) == "canceled"
    start_checkout(world["Nina"], invoice.id)
    assert rows(Payment)[-1].amount_minor == 10_000


def test_a_page_that_was_paid_before_it_closed_is_booked_all_the_same(world, till, invoice, payment):
    """Nobody is to lose money over the order of things: what is too much is credit on account."""
    do(record_payment, world["Fred"], invoice.id, amount=Money(4_400, "EUR"), received_on=TODAY)
    till.press(payment, "pay")
    till.hand_over("payment_intent.succeeded")
    assert (status(payment), left(invoice)) == ("succeeded", 0)
    assert past("payment", payment)[-1] == "succeeded"
    assert ask(client_credit, world["Fred"], world.clients["Northwind"]) == (Money(4_400, "EUR"),)


def test_an_expired_page_makes_room_for_a_new_one(world, till, invoice, payment, clock):
    clock.forward(hours=3)
    start_checkout(world["Nina"], invoice.id)
    assert [one.status for one in rows(Payment)] == ["canceled", "open"]
    assert len(pages(till)) == 2


def test_an_amount_that_differs_is_looked_at_by_a_person(world, till, invoice, payment):
    with db.unit_of_work() as session:
        session.get_one(Payment, payment).amount_minor = 10_000
    till.press(payment, "pay")
    till.hand_over("payment_intent.succeeded")
    assert (status(payment), facts(), left(invoice), thanks()) == ("review", [], 14_400, 0)
    assert "differs from what was asked" in row(Payment, payment).failure
    till.hand_over("checkout.session.completed")
    assert facts() == []
    accept_payment(world["Fred"], payment, "The client rounded up")
    assert (status(payment), facts(), left(invoice)) == ("succeeded", [("charge", 14_400)], 0)


def test_money_of_another_currency_or_installation_is_not_booked(world, till, invoice, payment):
    till.press(payment, "pay")
    with db.unit_of_work() as session:
        session.get_one(Firm, 1).instance = "another"
    sync_payment(payment)
    assert (status(payment), facts()) == ("review", [])
    do(dismiss_payment, world["Fred"], payment, reason="Booked elsewhere")
    assert (status(payment), facts()) == ("canceled", [])
    with pytest.raises(Conflict, match="not under review"):
        do(dismiss_payment, world["Fred"], payment, reason="again")


def test_money_in_another_currency_than_was_asked_counts_once_a_person_takes_it(
    world, till, invoice, payment
):
    till.press(payment, "pay")
    with db.unit_of_work() as session:
        session.get_one(Payment, payment).currency = "USD"
    sync_payment(payment)
    assert (status(payment), facts()) == ("review", [])
    assert "came in EUR, not in USD" in row(Payment, payment).failure
    accept_payment(world["Fred"], payment, "They paid in euro")
    assert (status(payment), facts(), left(invoice)) == ("succeeded", [("charge", 14_400)], 0)
    assert row(Payment, payment).currency == "EUR"


def test_a_refund_and_a_dispute_open_the_invoice_again(world, till, invoice, payment):
    till.press(payment, "pay")
    sync_payment(payment)
    (charge,) = [one for one in rows(PaymentFact) if one.kind == "charge"]
    till.control("dispute", id=charge.ref)
    till.hand_over("charge.dispute.funds_withdrawn")
    assert left(invoice) == 14_400
    (dispute,) = [one for one in rows(PaymentFact) if one.kind == "dispute"]
    till.control("win", id=dispute.ref)
    till.hand_over("charge.dispute.funds_reinstated")
    assert (left(invoice), thanks()) == (0, 1)
    assert facts() == [("charge", 14_400), ("dispute", -14_400), ("dispute_won", 14_400)]


def test_a_refund_at_the_provider_opens_the_invoice_again(world, till, invoice, payment):
    till.press(payment, "pay")
    sync_payment(payment)
    till.control("refund", id=rows(PaymentFact)[0].ref)
    till.hand_over("charge.refunded")
    assert (left(invoice), facts()) == (14_400, [("charge", 14_400), ("refund", -14_400)])
    assert past("invoice", invoice.id)[-1] == "payment taken back"


def test_a_firm_that_is_paid_by_transfer_has_no_page(world, till, invoice):
    with db.unit_of_work() as session:
        session.get_one(Firm, 1).payment_provider = "manual"
    with pytest.raises(Conflict, match="paid by bank transfer"):
        start_checkout(world["Nina"], invoice.id)
    with pytest.raises(NotFound):
        receive_message(system(), b"{}", "")


def test_test_invoices_and_real_money_do_not_meet(world, till, invoice):
    with db.unit_of_work() as session:
        session.get_one(Invoice, invoice.id).is_sandbox = False
    with pytest.raises(Conflict, match="do not meet"):
        start_checkout(world["Nina"], invoice.id)


def test_a_client_pays_only_their_own_invoices(world, till, invoice):
    with pytest.raises(NotFound):
        start_checkout(world["Karl"], invoice.id)
    for who in ("Ann", "Lea"):
        with pytest.raises(Forbidden):
            start_checkout(world[who], invoice.id)
    assert rows(Payment) == []
