"""The sandbox's messages: sent until they arrive, also after a restart, and in Stripe's shape."""

import json
from datetime import timedelta
from pathlib import Path

import httpx
from starlette.applications import Starlette

from psa_app import clock
from psa_app.gateways.sandbox.app import create_sandbox
from psa_app.gateways.stripe import StripeGateway
from tests.gateways.sandbox_world import KEY, SECRET, World
from tests.support.servers import Mailbox, serve

COMPLETED = "checkout.session.completed"


def test_a_message_is_sent_again_until_it_is_taken(sandbox: World) -> None:
    page = sandbox.open()
    sandbox.mailbox.refuse(2)
    sandbox.press(page, "pay")
    sandbox.mailbox.next(COMPLETED, page.id)
    first, second = (sandbox.mailbox.refused.get(timeout=10) for _ in range(2))
    assert json.loads(first)["id"].startswith("evt_")
    assert json.loads(second)["id"].startswith("evt_")


def test_one_message_may_come_three_times_with_one_id(sandbox: World) -> None:
    page = sandbox.open()
    sandbox.control("message", value="repeat")
    sandbox.press(page, "pay")
    ids = [json.loads(sandbox.mailbox.next(COMPLETED, page.id)[0])["id"] for _ in range(3)]
    assert len(set(ids)) == 1


def test_dropped_messages_never_come_but_can_be_sent_again(sandbox: World) -> None:
    page, later = sandbox.open(), sandbox.open()
    sandbox.control("message", value="drop")
    sandbox.press(page, "pay")
    sandbox.press(later, "pay")
    about = {event["data"]["object"]["id"] for event in sandbox.mailbox.until(COMPLETED, later.id)}
    assert page.id not in about
    missed = sandbox.stripe.events(clock.now() - timedelta(minutes=5), undelivered_only=True)
    assert page.id in {event.payload["data"]["object"]["id"] for event in missed}


def test_a_held_message_waits_while_others_come(sandbox: World) -> None:
    page, later = sandbox.open(), sandbox.open()
    sandbox.control("message", value="hold")
    sandbox.press(page, "pay")
    sandbox.press(later, "pay")
    about = {event["data"]["object"]["id"] for event in sandbox.mailbox.until(COMPLETED, later.id)}
    assert page.id not in about


def test_the_last_message_can_be_sent_once_more(sandbox: World) -> None:
    page = sandbox.open()
    sandbox.press(page, "pay")
    first = json.loads(sandbox.mailbox.next(COMPLETED, page.id)[0])
    sandbox.control("resend")
    assert json.loads(sandbox.mailbox.next(COMPLETED, page.id)[0])["id"] == first["id"]


def test_every_message_and_its_object_has_the_shape_of_this_api_version(sandbox: World) -> None:
    paid, debited, refused = sandbox.open(), sandbox.open(currency="USD"), sandbox.open()
    for act in ("decline", "challenge", "fail_challenge", "challenge", "authorise"):
        sandbox.press(paid, act)
    sandbox.press(debited, "debit")
    sandbox.control("settle", id=sandbox.state(debited).intent_id)
    refund = sandbox.stripe.refund("r", sandbox.state(debited).intent_id, 500, "USD", "key-shape")
    sandbox.control("settle_refund", id=refund.id)
    sandbox.control("fail_refund", id=refund.id)
    charge = sandbox.state(paid).charge_id
    sandbox.control("dispute", id=charge)
    sandbox.control("win", id=sandbox.objects("disputes", charge=charge)[0]["id"])
    sandbox.press(refused, "debit")
    sandbox.control("bounce", id=sandbox.state(refused).intent_id)
    last = sandbox.open()
    sandbox.press(last, "decline")
    sandbox.press(last, "expire")
    seen = sandbox.mailbox.until("checkout.session.expired", last.id)
    assert {event["type"]: found for event in seen if (found := sandbox.wrong_shapes(event))} == {}
    assert len({event["type"] for event in seen}) == 21


def test_a_restarted_sandbox_keeps_its_objects_and_sends_what_it_owes(sandbox: World, tmp_path: Path) -> None:
    def start(url: str) -> Starlette:
        pages = "https://psa.example/_sandbox"
        return create_sandbox(tmp_path / "sandbox.db", url, SECRET, lambda _: True, key=KEY, pages_at=pages)

    with serve(start("http://127.0.0.1:9/nobody-listens")) as address:
        page = StripeGateway(KEY, address, "tests").create_checkout(**sandbox.order())
        httpx.post(f"{address}/pay/{page.id}/pay", headers={"origin": address}, trust_env=False)
    mailbox = Mailbox()
    with serve(mailbox.app) as hook, serve(start(f"{hook}/hook")) as address:
        assert json.loads(mailbox.next(COMPLETED, page.id)[0])["data"]["object"]["payment_status"] == "paid"
        assert StripeGateway(KEY, address, "tests").fetch_checkout(page.id).payment_status == "paid"
