"""The address at which the payment service tells what happened."""

import json
import time
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette

from psa_app import clock as app_clock
from psa_app import db
from psa_app.api import webhooks
from psa_app.config import settings
from psa_app.gateways.payments import sandbox_webhook_secret
from psa_app.gateways.sandbox.courier import signature
from psa_app.models import Firm, Inbox, Invoice, Payment
from psa_app.routes import STRIPE_WEBHOOK
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.collect import start_checkout
from psa_app.services.payments.settle import open_amount
from tests.support.prepared import prepared
from tests.support.servers import serve
from tests.support.till import many, open_till, own_instance
from tests.support.world import MON, World, ask, do, make_world, row, rows

APP = Starlette(routes=webhooks.routes)
EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "payment_intent.succeeded",
    "livemode": False,
    "data": {"object": {"id": "pi_unknown", "object": "payment_intent", "metadata": {}}},
}


world = prepared(make_world, alone=True)


@pytest.fixture
def hook(world: World) -> Iterator[str]:
    own_instance()
    with serve(APP) as address:
        yield address + STRIPE_WEBHOOK


def post(hook: str, body: bytes, mark: str | None = None) -> httpx.Response:
    headers = {"stripe-signature": signed(body) if mark is None else mark}
    return httpx.post(hook, content=body, headers=headers, trust_env=False)


def signed(body: bytes, secret: str = "", at: int | None = None) -> str:
    stamp = int(app_clock.now().timestamp()) if at is None else at
    return signature(body.decode(), secret or sandbox_webhook_secret(settings()), stamp)


def until(condition) -> None:
    """Waits until something that happens in another thread has happened, ten seconds at most."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "It never happened."
        time.sleep(0.02)


def test_a_signed_message_is_stored_and_worked_through(hook):
    assert post(hook, json.dumps(EVENT).encode()).status_code == 200
    until(lambda: rows(Inbox)[0].done_at is not None)
    assert [(one.event_id, one.kind, one.provider) for one in rows(Inbox)] == [
        ("evt_1", "payment_intent.succeeded", "sandbox")
    ]


def test_the_same_message_is_stored_once_also_at_the_same_moment(hook):
    body = json.dumps(EVENT).encode()
    assert [answer.status_code for answer in many(6, lambda: post(hook, body))] == [200] * 6
    assert len(rows(Inbox)) == 1


def test_what_is_not_signed_just_now_is_refused(hook):
    body = json.dumps(EVENT).encode()
    now = int(app_clock.now().timestamp())
    marks = ("", "v1=abc", signed(body, secret="whsec_other"), signed(body, at=now - 3600), signed(b"{}"))
    for mark in marks:
        answer = post(hook, body, mark)
        assert answer.status_code == 400
        assert answer.text.endswith((".", "?"))
    assert post(hook, b"not json").status_code == 400
    assert post(hook, b"\xff\xfe", "t=1,v1=1").status_code == 400
    assert rows(Inbox) == []


def test_without_a_secret_there_is_no_such_address(hook):
    with db.unit_of_work() as session:
        session.get_one(Firm, 1).payment_provider = "manual"
    assert post(hook, json.dumps(EVENT).encode()).status_code == 404
    with db.unit_of_work() as session:
        session.get_one(Firm, 1).payment_provider = "stripe"
    assert post(hook, json.dumps(EVENT).encode()).status_code == 404


def test_a_message_beyond_a_megabyte_is_refused(hook):
    assert post(hook, b"x" * 1_000_001, "").status_code == 413
    parts = (b"x" * 100_000 for _ in range(11))  # without a length that would tell
    assert httpx.post(hook, content=parts, trust_env=False).status_code == 413


def test_only_posts_are_taken(hook):
    assert httpx.get(hook, trust_env=False).status_code == 405


def test_from_the_page_to_the_paid_invoice_by_itself(world, tmp_path):
    """A client presses pay; the sandbox calls the app's own address, and the invoice is paid."""
    own_instance()
    world.worked("Ann", "Build", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=MON)
    invoice = do(issue_invoice, world["Fred"], draft.id)
    with open_till(tmp_path, APP) as till:
        urls = {str(url) for url in many(4, lambda: start_checkout(world["Nina"], invoice.id))}
        (payment,) = rows(Payment)
        assert urls == {payment.session_url}
        till.press(payment.id, "pay")
        until(lambda: ask(open_amount, row(Invoice, invoice.id)) == 0)
        assert row(Payment, payment.id).status == "succeeded"
        until(lambda: all(one.done_at is not None for one in rows(Inbox)))
        assert till.complaints() == []
