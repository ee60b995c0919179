"""Saved cards and accounts, and collecting by itself: over real HTTP, each invoice charged once."""

from datetime import timedelta

import pytest

from psa_app import db
from psa_app.errors import Busy, Conflict, Forbidden, Invalid, NotFound
from psa_app.models import Autopay, History, Invoice, Outbox, Payment, SavedMethod
from psa_app.queries.portal.methods import ways_to_pay
from psa_app.services.payments.book import sync_payment
from psa_app.services.payments.charge import charge_due, send_charge
from psa_app.services.payments.charge_mails import warn_of_expiry
from psa_app.services.payments.collect import start_checkout
from psa_app.services.payments.methods import (
    detach_method,
    make_default,
    remove_method,
    set_autopay,
    start_setup,
    sync_method,
    sync_saved,
)
from psa_app.services.payments.sweep import sweep_payments
from tests.services.collecting import bill, facts, left, status
from tests.support.prepared import prepared
from tests.support.world import ask, do, make_world, row, rows


def saved(world, till, act: str = "save_card") -> SavedMethod:
    """A way to pay that Nina of Northwind has saved."""
    start_setup(world["Nina"], agreed=True)
    method = rows(SavedMethod)[-1]
    till.press_page(method.session_id, act)
    sync_method(method.id)
    return row(SavedMethod, method.id)


world = prepared(make_world, only_sqlite=True, invoice=bill)


@pytest.fixture
def card(world, till) -> SavedMethod:
    return saved(world, till)


def on(world, collects: str = "issued", **more) -> Autopay:
    return do(set_autopay, world["Fred"], account_id=world.clients["Northwind"], collects=collects, **more)


def mails(template: str) -> list[str]:
    return [one.payload for one in rows(Outbox, kind="mail") if f'"{template}"' in one.payload]


def test_a_card_is_saved_with_what_the_client_agreed_to(world, till):
    url = start_setup(world["Nina"], agreed=True)
    assert "Save a card" in till.page_of(url).text
    (method,) = rows(SavedMethod)
    assert (method.status, method.consent_by) == ("open", "Nina Client")
    assert "collect the amounts of our invoices" in method.consent
    till.press_page(method.session_id, "save_card")
    till.hand_over("setup_intent.succeeded")
    method = row(SavedMethod, method.id)
    assert (method.status, method.brand, method.last4, method.exp_year) == ("active", "visa", "4242", 2034)
    assert (method.is_default, method.session_url) == (True, "")
    assert method.customer_ref.startswith("cus_")
    assert [one.verb for one in rows(History, kind="saved_method")] == ["consented", "saved"]


def test_without_consent_nothing_is_saved(world, till):
    with pytest.raises(Invalid, match="Agree"):
        start_setup(world["Nina"], agreed=False)
    assert rows(SavedMethod) == []


def test_a_second_way_to_pay_belongs_to_the_same_customer_and_is_the_default(world, till, card):
    debit = saved(world, till, "save_debit")
    assert (debit.kind, debit.last4, debit.customer_ref) == ("sepa_debit", "3000", card.customer_ref)
    assert debit.mandate_ref.startswith("mandate_")
    assert not row(SavedMethod, card.id).is_default
    do(make_default, world["Nina"], card.id)
    assert [one.is_default for one in ask(ways_to_pay, world["Nina"]).rows] == [True, False]


def test_a_client_sees_and_removes_only_their_own(world, till, card):
    with pytest.raises(NotFound):
        do(remove_method, world["Karl"], card.id)
    assert ask(ways_to_pay, world["Karl"]).rows == ()
    for who in ("Lea", "Ann"):
        with pytest.raises(Forbidden):
            do(remove_method, world[who], card.id)
    with pytest.raises(Forbidden):
        start_setup(world["Fred"], agreed=True)
    do(remove_method, world["Nina"], card.id)
    detach_method(card.id)
    detach_method(card.id)
    assert till.objects("payment_methods", customer=card.customer_ref) == []
    with pytest.raises(Conflict):
        do(remove_method, world["Nina"], card.id)


def test_a_way_to_pay_that_is_removed_at_the_provider_is_removed_here(world, till, card):
    till.control("detach", id=card.ref)
    till.hand_over("payment_method.detached")
    assert row(SavedMethod, card.id).status == "removed"


def test_collecting_by_itself_wants_a_saved_way_to_pay(world, till):
    with pytest.raises(Invalid, match="Nothing is saved"):
        on(world)
    with pytest.raises(Forbidden):
        do(set_autopay, world["Lea"], account_id=world.clients["Northwind"], collects="off")
    with pytest.raises(NotFound):
        do(set_autopay, world["Karl"], account_id=world.clients["Northwind"], collects="off")


def test_an_issued_invoice_is_collected_once(world, till, invoice, card):
    assert charge_due() == 0
    on(world)
    assert charge_due() == 1
    (payment,) = rows(Payment)
    assert (payment.status, payment.method_id, left(invoice)) == ("succeeded", card.id, 0)
    assert facts() == [("charge", 14_400)]
    assert charge_due() == 0
    assert len(till.objects("payment_intents", customer=card.customer_ref)) == 1


def test_an_invoice_is_collected_on_the_day_that_it_is_due(world, till, invoice, card, clock):
    on(world, "due")
    assert charge_due() == 0
    clock.forward(days=(row(Invoice, invoice.id).due_on - row(Invoice, invoice.id).issued_on).days)
    assert charge_due() == 1
    assert left(invoice) == 0


def test_a_scope_may_be_left_out(world, till, invoice, card):
    on(world)
    sow = row(Invoice, invoice.id).sow_id
    if sow is None:
        with db.unit_of_work() as session:
            from sqlmodel import select

            from psa_app.models import Sow

            sow = session.exec(select(Sow.id).where(Sow.account_id == world.clients["Northwind"])).first()
            session.get_one(Invoice, invoice.id).sow_id = sow
    on(world, "off", sow_id=sow)
    assert charge_due() == 0


def test_a_lost_reply_charges_once(world, till, invoice, card, clock):
    on(world)
    till.fault(match="POST /v1/payment_intents", lose_reply=True, times=9)
    charge_due()
    till.forget()
    (payment,) = rows(Payment)
    assert (payment.status, left(invoice)) == ("sending", 14_400)
    assert charge_due() == 0
    clock.forward(minutes=3)
    sweep_payments()
    assert (status(payment.id), left(invoice)) == ("succeeded", 0)
    assert len(till.objects("payment_intents", customer=card.customer_ref)) == 1


def test_a_charge_whose_reply_was_lost_for_a_day_is_found_by_its_mark(world, till, invoice, card, clock):
    on(world)
    till.fault(match="POST /v1/payment_intents", lose_reply=True, times=9)
    charge_due()
    till.forget()
    clock.forward(hours=25)
    sweep_payments()
    assert (status(rows(Payment)[0].id), left(invoice)) == ("succeeded", 0)
    assert len(till.objects("payment_intents", customer=card.customer_ref)) == 1


def test_a_soft_decline_is_tried_again_on_its_day_and_told(world, till, invoice, card, clock):
    on(world)
    till.control("behave", id=card.ref, value="insufficient_funds")
    charge_due()
    (first,) = rows(Payment)
    assert (first.status, first.failure) == ("failed", "insufficient_funds")
    (mail,) = mails("collection_failed")
    assert '"again": "26 Nov' in mail
    clock.forward(days=2)
    assert charge_due() == 0
    clock.forward(days=1)
    assert charge_due() == 1
    till.control("behave", id=card.ref, value="pays")
    clock.forward(days=5)
    assert charge_due() == 1
    assert [one.status for one in rows(Payment)] == ["failed", "failed", "succeeded"]
    assert left(invoice) == 0


@pytest.mark.parametrize("code", ["lost_card", "authentication_required"])
def test_a_hard_decline_stops_at_once_until_another_way_is_saved(world, till, invoice, card, clock, code):
    on(world)
    till.control("behave", id=card.ref, value=code)
    charge_due()
    assert [one.failure for one in rows(Payment)] == [code]
    assert len(mails("collection_failed")) == 1
    clock.forward(days=40)
    assert charge_due() == 0
    saved(world, till)
    assert charge_due() == 1
    assert left(invoice) == 0


def test_whoever_must_confirm_pays_on_the_page_instead(world, till, invoice, card):
    on(world)
    till.control("behave", id=card.ref, value="authentication_required")
    charge_due()
    start_checkout(world["Nina"], invoice.id)
    payment = rows(Payment)[-1]
    till.press(payment.id, "pay")
    sync_payment(payment.id)
    assert left(invoice) == 0


def test_a_sepa_debit_is_announced_two_days_ahead_and_pays_when_it_settles(world, till, invoice, clock):
    debit = saved(world, till, "save_debit")
    on(world)
    assert charge_due() == 1
    (payment,) = rows(Payment)
    assert (payment.status, facts()) == ("created", [])
    (mail,) = mails("debit_announced")
    assert debit.mandate_ref in mail
    sweep_payments()
    assert status(payment.id) == "created"
    clock.set(row(Payment, payment.id).next_check_at + timedelta(minutes=1))
    sweep_payments()
    assert (status(payment.id), left(invoice)) == ("processing", 14_400)
    assert charge_due() == 0
    with pytest.raises(Conflict, match="on its way"):
        start_checkout(world["Nina"], invoice.id)
    till.control("settle", id=row(Payment, payment.id).intent_id)
    sync_payment(payment.id)
    assert (status(payment.id), left(invoice)) == ("succeeded", 0)


def test_an_announced_debit_is_dropped_when_the_client_pays_or_removes_the_mandate(world, till, invoice):
    debit = saved(world, till, "save_debit")
    on(world)
    charge_due()
    start_checkout(world["Nina"], invoice.id)
    assert [one.status for one in rows(Payment)] == ["canceled", "open"]
    do(remove_method, world["Nina"], debit.id)
    with pytest.raises(Conflict, match="closed meanwhile"):
        send_charge(rows(Payment)[0].id)


def test_a_page_that_is_open_is_not_overtaken(world, till, invoice, card, payment):
    on(world)
    assert charge_due() == 0
    assert [one.id for one in rows(Payment)] == [payment]


def test_a_way_to_pay_of_the_other_mode_is_never_charged(world, till, invoice, card):
    on(world)
    with db.unit_of_work() as session:
        session.get_one(SavedMethod, card.id).livemode = True
    assert charge_due() == 0
    assert ask(ways_to_pay, world["Nina"]).rows[0].other_mode


def test_an_amount_below_the_least_stays_open_without_an_attempt(world, till, invoice, card):
    on(world)
    with db.unit_of_work() as session:
        session.get_one(Invoice, invoice.id).total_minor = 40
    assert charge_due() == 0
    assert rows(Payment) == []


def test_a_busy_provider_is_asked_again(world, till, invoice, card, clock):
    on(world)
    till.fault(match="POST /v1/payment_intents", status=429, times=9)
    charge_due()
    (payment,) = rows(Payment)
    with pytest.raises(Busy):
        send_charge(payment.id)
    till.forget()
    clock.forward(minutes=5)
    sweep_payments()
    assert left(invoice) == 0


def test_a_card_that_expires_is_told_once(world, till, card, clock):
    with db.unit_of_work() as session:
        row_ = session.get_one(SavedMethod, card.id)
        row_.exp_month, row_.exp_year = 12, 2026
    assert do(lambda session, _: warn_of_expiry(session), world["Fred"]) == 0
    clock.forward(days=9)
    assert do(lambda session, _: warn_of_expiry(session), world["Fred"]) == 1
    assert do(lambda session, _: warn_of_expiry(session), world["Fred"]) == 0
    assert len(mails("method_expires")) >= 1


def test_back_from_the_page_the_card_is_there_at_once(world, till):
    start_setup(world["Nina"], agreed=True)
    till.press_page(rows(SavedMethod)[0].session_id, "save_card")
    sync_saved(world["Nina"])
    assert ask(ways_to_pay, world["Nina"]).rows[0].last4 == "4242"
