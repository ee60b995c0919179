"""Which messages count as Stripe's: signed, by a known secret, within five minutes of now."""

import json
import time
from datetime import UTC, datetime

import pytest
import stripe

from psa_app.gateways.payments import WebhookRejected
from psa_app.gateways.sandbox.courier import signature
from psa_app.gateways.stripe import verify_webhook
from tests.conftest import Clock
from tests.gateways.sandbox_world import SECRET, World

EVENT = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "livemode": False,
        "data": {"object": {"id": "cs_1", "object": "checkout.session"}},
    }
)
RAW = EVENT.encode()


@pytest.fixture
def present(clock: Clock) -> int:
    """The second at which the app's clock stands."""
    clock.set(datetime.fromtimestamp(int(time.time()), UTC))
    return int(clock.at.timestamp())


def signed(at: int, secret: str = SECRET, payload: str = EVENT) -> str:
    return str(stripe.WebhookSignature.generate_signature_header(payload, secret, timestamp=at))


def test_the_sandbox_signs_as_stripe_does(present: int) -> None:
    assert signature(EVENT, SECRET, present) == signed(present)


def test_a_signed_message_is_read(present: int) -> None:
    event = verify_webhook(RAW, signed(present), [SECRET])
    assert (event.id, event.type, event.livemode, event.account) == (
        "evt_1",
        "checkout.session.completed",
        False,
        "",
    )
    assert event.payload["data"]["object"]["id"] == "cs_1"


def test_during_a_rotation_either_secret_signs(present: int) -> None:
    for secret in ("whsec_old", "whsec_new"):
        assert verify_webhook(RAW, signed(present, secret), ["whsec_new", "whsec_old"]).id == "evt_1"
    both = f"{signed(present, 'whsec_old')},{signed(present, 'whsec_new').split(',')[1]}"
    assert verify_webhook(RAW, both, ["whsec_new"]).id == "evt_1"


@pytest.mark.parametrize("secrets", [[], [""], ["  "]])
def test_without_a_secret_nothing_is_accepted(present: int, secrets: list[str]) -> None:
    with pytest.raises(WebhookRejected):
        verify_webhook(RAW, signed(present, "  "), secrets)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,v1=",
        "v1=00",
        "nonsense",
        "t=1e9,v1=00",
        "t=-5,v1=00",
        "t=١٢٣,v1=00",
        "t=" + "9" * 30 + ",v1=0",
    ],
)
def test_a_signature_that_cannot_be_read_is_refused(present: int, header: str) -> None:
    with pytest.raises(WebhookRejected):
        verify_webhook(RAW, header, [SECRET])


def test_a_forged_signature_is_refused(present: int) -> None:
    with pytest.raises(WebhookRejected):
        verify_webhook(RAW, signed(present, "whsec_guessed"), [SECRET])


def test_a_changed_body_is_refused_even_if_it_says_the_same(present: int) -> None:
    header = signed(present)
    for other in (RAW.replace(b"cs_1", b"cs_2"), json.dumps(json.loads(RAW), indent=1).encode()):
        with pytest.raises(WebhookRejected):
            verify_webhook(other, header, [SECRET])


@pytest.mark.parametrize(("seconds", "accepted"), [(-300, True), (-301, False), (300, True), (301, False)])
def test_a_message_counts_within_five_minutes_of_now(present: int, seconds: int, accepted: bool) -> None:
    header = signed(present + seconds)
    if accepted:
        assert verify_webhook(RAW, header, [SECRET]).id == "evt_1"
        return
    with pytest.raises(WebhookRejected, match="five minutes"):
        verify_webhook(RAW, header, [SECRET])


def test_an_old_signature_with_a_second_fresh_time_is_refused(present: int) -> None:
    old = signed(present - 4_000)
    for header in (f"t={present},{old}", f"{old},t={present}"):
        with pytest.raises(WebhookRejected):
            verify_webhook(RAW, header, [SECRET])


@pytest.mark.parametrize(
    "payload",
    [
        "not json",
        "[]",
        "null",
        '{"object": "v2.core.event", "id": "evt_1", "type": "v1.invoice.paid"}',
        '{"object": "event", "id": "evt_1", "type": "x", "data": {}}',
        '{"object": "event", "id": 5, "type": "x", "data": {"object": {}}}',
        '{"object": "event", "data": {"object": {}}}',
        "[" * 100_000,
    ],
)
def test_a_signed_body_that_is_no_snapshot_event_is_refused(present: int, payload: str) -> None:
    with pytest.raises(WebhookRejected):
        verify_webhook(payload.encode(), signed(present, payload=payload), [SECRET])


def test_a_body_that_is_no_text_is_refused(present: int) -> None:
    with pytest.raises(WebhookRejected):
        verify_webhook(b"\xff\xfe", signed(present), [SECRET])


def test_a_connected_accounts_message_says_whose_it_is(present: int) -> None:
    payload = json.dumps({**json.loads(EVENT), "account": "acct_other", "livemode": True})
    event = verify_webhook(payload.encode(), signed(present, payload=payload), [SECRET])
    assert (event.account, event.livemode) == ("acct_other", True)


def test_a_payment_in_the_sandbox_arrives_as_a_message_that_verifies(sandbox: World) -> None:
    page = sandbox.open()
    sandbox.press(page, "pay")
    raw, header = sandbox.mailbox.next("checkout.session.completed", page.id)
    event = verify_webhook(raw, header, [SECRET])
    shown = event.payload["data"]["object"]
    assert (shown["payment_status"], shown["client_reference_id"]) == ("paid", page.payment_id)
