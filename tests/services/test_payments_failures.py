"""What may go wrong between here and the provider: nothing is lost and nothing counts twice."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlmodel import select

from psa_app import clock as app_clock
from psa_app import db
from psa_app.access import system
from psa_app.config import settings
from psa_app.errors import Busy, Conflict
from psa_app.gateways.payments import WebhookRejected, sandbox_webhook_secret
from psa_app.gateways.sandbox.courier import signature
from psa_app.models import Firm, Inbox, Payment
from psa_app.services.invoices.void import void_invoice
from psa_app.services.payments import inbox
from psa_app.services.payments.book import sync_payment
from psa_app.services.payments.collect import send_order, start_checkout
from psa_app.services.payments.inbox import receive_message, work_inbox
from psa_app.services.payments.pages import expire_page
from psa_app.services.payments.sweep import sweep_payments
from tests.services.collecting import bill, facts, left, pages, signed, status
from tests.support.prepared import prepared
from tests.support.till import many
from tests.support.world import do, make_world, row, rows

world = prepared(make_world, only_sqlite=True, invoice=bill)


def charges(till, payment: int) -> int:
    return len(till.objects("charges", payment_intent=row(Payment, payment).intent_id))


def test_a_crash_before_the_call_is_swept(world, till, invoice, monkeypatch, clock):
    """The row is committed; the process dies before the provider hears of it."""
    from psa_app.services.payments import collect

    with monkeypatch.context() as patched:
        patched.setattr(collect, "send_order", _dies)
        with pytest.raises(KeyboardInterrupt):
            start_checkout(world["Nina"], invoice.id)
    (payment,) = rows(Payment)
    assert (payment.status, pages(till)) == ("created", [])
    clock.forward(minutes=3)
    sweep_payments()
    assert (status(payment.id), len(pages(till))) == ("open", 1)


def test_a_crash_between_the_call_and_its_commit_gives_the_same_page(
    world, till, invoice, monkeypatch, clock
):
    from psa_app.services.payments import collect

    with monkeypatch.context() as patched:
        patched.setattr(collect, "_keep", _dies)
        with pytest.raises(KeyboardInterrupt):
            start_checkout(world["Nina"], invoice.id)
    (payment,) = rows(Payment)
    assert (payment.status, len(pages(till))) == ("sending", 1)
    clock.forward(minutes=3)
    sweep_payments()
    assert (status(payment.id), len(pages(till))) == ("open", 1)


def test_a_crash_before_the_facts_are_committed_is_read_again(world, till, invoice, payment, monkeypatch):
    from psa_app.services.payments import book

    till.press(payment, "pay")
    with monkeypatch.context() as patched:
        patched.setattr(book, "settle", _dies)
        with pytest.raises(KeyboardInterrupt):
            sync_payment(payment)
    assert (facts(), left(invoice)) == ([], 14_400)
    sync_payment(payment)
    assert (facts(), left(invoice), charges(till, payment)) == ([("charge", 14_400)], 0, 1)


def _dies(*_args: object, **_more: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_provider_that_answers_badly_leaves_the_payment_in_doubt(world, till, invoice, code, clock):
    till.fault(match="POST /v1/checkout/sessions", status=code, times=9)
    with pytest.raises(Busy):
        start_checkout(world["Nina"], invoice.id)
    till.forget()
    (payment,) = rows(Payment)
    assert payment.status == "sending"
    clock.forward(minutes=3)
    sweep_payments()
    assert (status(payment.id), len(pages(till))) == ("open", 1)


def test_six_who_press_at_once_open_one_page_and_charge_once(world, till, invoice):
    answers = many(6, lambda: start_checkout(world["Nina"], invoice.id))
    urls = {one for one in answers if isinstance(one, str)}
    assert len(urls) == 1, answers
    assert all(isinstance(one, str | Busy | Conflict) for one in answers)
    (payment,) = rows(Payment)
    till.press(payment.id, "pay")
    sync_payment(payment.id)
    assert charges(till, payment.id) == 1


def test_a_message_that_comes_three_times_and_backwards_counts_once(world, till, invoice, payment):
    till.press(payment, "pay")
    told = [till.message("payment_intent.succeeded")]
    till.control("resend")
    told.append(till.message("checkout.session.completed"))
    for raw, _ in [*reversed(told), *told, *reversed(told)]:
        receive_message(system(), raw, signed(raw))
    while work_inbox():
        pass
    assert (facts(), left(invoice)) == ([("charge", 14_400)], 0)
    assert len({one.event_id for one in rows(Inbox)}) == len(rows(Inbox)) == 2


def test_an_old_message_played_again_is_refused(world, till, invoice, payment, clock):
    till.press(payment, "pay")
    raw, mark = till.message("payment_intent.succeeded")
    clock.forward(hours=1)
    with pytest.raises(WebhookRejected):
        receive_message(system(), raw, mark)
    assert rows(Inbox) == []


@pytest.mark.parametrize(("seconds", "is_taken"), [(-290, True), (290, True), (-320, False), (320, False)])
def test_clocks_may_differ_by_five_minutes_in_either_direction(
    world, till, invoice, payment, seconds, is_taken
):
    till.press(payment, "pay")
    raw, _ = till.message("payment_intent.succeeded")
    stamp = int(app_clock.now().timestamp()) + seconds
    mark = signature(raw.decode(), sandbox_webhook_secret(settings()), stamp)
    if is_taken:
        assert receive_message(system(), raw, mark)
        return
    with pytest.raises(WebhookRejected):
        receive_message(system(), raw, mark)


def test_while_a_secret_is_exchanged_both_count_and_then_the_new_one_alone(
    world, till, invoice, payment, monkeypatch
):
    till.press(payment, "pay")
    messages = [till.message("payment_intent.succeeded")[0], till.message("checkout.session.completed")[0]]
    stamp = int(app_clock.now().timestamp())

    def by(secret: str, raw: bytes) -> str:
        return signature(raw.decode(), secret, stamp)

    monkeypatch.setattr(inbox, "webhook_secrets_for", lambda *_: ("whsec_old", "whsec_new"))
    assert receive_message(system(), messages[0], by("whsec_old", messages[0]))
    assert receive_message(system(), messages[1], by("whsec_new", messages[1]))
    monkeypatch.setattr(inbox, "webhook_secrets_for", lambda *_: ("whsec_new",))
    with pytest.raises(WebhookRejected):
        receive_message(system(), messages[0], by("whsec_old", messages[0]))


def test_a_flood_of_5000_messages_is_few_calls_and_loses_none(world, till, invoice, payment):
    till.press(payment, "pay")
    raw, _ = till.message("payment_intent.succeeded")
    event, now = json.loads(raw), app_clock.now()
    other = {**event, "data": {"object": {"id": "cus_other", "object": "customer", "metadata": {}}}}
    values = [
        {
            "event_id": f"evt_flood_{n}",
            "provider": "sandbox",
            "kind": event["type"],
            "payload": json.dumps(event if n % 2 else other),
            "received_at": now,
            "due_at": now,
            "tries": 0,
            "done_at": None,
            "error": "",
        }
        for n in range(5_000)
    ]
    with db.unit_of_work() as session:
        session.connection().execute(Inbox.__table__.insert(), values)
    till.forget()
    seen = 0
    while looked := work_inbox():
        seen += looked
    assert seen == 5_000
    with db.reading() as session:
        assert session.exec(select(func.count()).where(Inbox.done_at.is_(None))).one() == 0
    assert (facts(), left(invoice)) == ([("charge", 14_400)], 0)
    assert till.calls() <= 100


def test_a_page_is_closed_at_the_provider_when_its_invoice_is_void(world, till, invoice, payment):
    url = row(Payment, payment).session_url
    do(void_invoice, world["Fred"], invoice.id, reason="Twice")
    expire_page(payment)
    assert "expired" in till.page_of(url).text
    with pytest.raises(Conflict):
        send_order(payment)


def test_money_on_a_page_that_was_about_to_close_is_kept_for_a_person(world, till, invoice, payment):
    """The payer was quicker than the closing of the page."""
    till.press(payment, "pay")
    do(void_invoice, world["Fred"], invoice.id, reason="Twice")
    expire_page(payment)
    sync_payment(payment)
    assert (status(payment), facts()) == ("review", [("charge", 14_400)])


def test_a_key_of_the_other_mode_does_not_move_what_was_begun(world, till, invoice, payment):
    till.press(payment, "pay")
    raw, _ = till.message("payment_intent.succeeded")
    live = json.dumps({**json.loads(raw), "livemode": True}).encode()
    assert receive_message(system(), live, signed(live)) is False
    with db.unit_of_work() as session:
        session.get_one(Firm, 1).payment_provider = "manual"
    sync_payment(payment)
    assert left(invoice) == 0
    assert app_clock.now() - row(Payment, payment).created_at < timedelta(hours=1)
