"""The app's Stripe gateway, over real HTTP, against the sandbox behind the checker of Stripe's rules."""

from datetime import timedelta

import httpx
import pytest

from psa_app import clock
from psa_app.errors import Invalid
from psa_app.gateways.payments import PaymentOrder, PaymentRef, RefundOrder, Refused, Unknown
from psa_app.gateways.stripe import EVENTS, CheckoutSession, StripeGateway, WebhookEvent
from tests.gateways.sandbox_world import BACK, KEY, World


def facts(sandbox: World, page: CheckoutSession) -> list[tuple[str, int]]:
    return [(fact.kind, fact.amount) for fact in sandbox.state(page).facts]


def metadata(event: WebhookEvent) -> dict[str, str]:
    return dict(event.payload["data"]["object"].get("metadata", {}))


def faults(sandbox: World, **fault: object) -> None:
    httpx.post(f"{sandbox.checker}/_control/faults", json=fault, trust_env=False)


def test_a_paid_page_is_one_charge_of_the_exact_amount(sandbox: World) -> None:
    page = sandbox.open(12_345)
    assert page.intent_id == ""
    assert sandbox.press(page, "pay").headers["location"] == f"{BACK}?s={page.id}"
    state = sandbox.state(page)
    assert (state.status, state.amount, state.currency, state.livemode) == ("succeeded", 12_345, "EUR", False)
    assert [(f.kind, f.ref, f.amount) for f in state.facts] == [("charge", state.charge_id, 12_345)]
    assert dict(state.metadata) == {"instance": "tests", "payment": page.payment_id, "invoice": "2026-0042"}


def test_a_declined_card_leaves_the_page_open_for_another_try(sandbox: World) -> None:
    page = sandbox.open()
    sandbox.press(page, "decline")
    declined = sandbox.state(page)
    assert (declined.status, declined.failure_code, declined.facts) == ("failed", "insufficient_funds", ())
    ref = PaymentRef(page.payment_id, session_id=page.id)
    assert sandbox.provider.fetch(ref).status == "open"
    sandbox.press(page, "pay")
    assert sandbox.provider.fetch(ref).status == "succeeded"
    assert facts(sandbox, page) == [("charge", 12_000)]


def test_the_bank_may_ask_who_pays_and_gets_an_answer(sandbox: World) -> None:
    page = sandbox.open()
    sandbox.press(page, "challenge")
    assert sandbox.state(page).status == "action"
    sandbox.press(page, "fail_challenge")
    assert sandbox.state(page).failure_code == "payment_intent_authentication_failure"
    sandbox.press(page, "challenge")
    sandbox.press(page, "authorise")
    assert facts(sandbox, page) == [("charge", 12_000)]


def test_a_bank_debit_is_not_money_until_it_settles(sandbox: World) -> None:
    page = sandbox.open()
    sandbox.press(page, "debit")
    closed = sandbox.stripe.fetch_checkout(page.id)
    assert (closed.status, closed.payment_status) == ("complete", "unpaid")
    waiting = sandbox.state(page)
    assert (waiting.status, waiting.facts) == ("processing", ())
    sandbox.control("settle", id=waiting.intent_id)
    assert facts(sandbox, page) == [("charge", 12_000)]
    assert sandbox.stripe.fetch_checkout(page.id).payment_status == "paid"


def test_a_bank_debit_may_come_back_unpaid(sandbox: World) -> None:
    page = sandbox.open(currency="USD")
    sandbox.press(page, "debit")
    sandbox.control("bounce", id=sandbox.state(page).intent_id)
    state = sandbox.state(page)
    assert (state.status, state.failure_code, state.facts) == ("failed", "insufficient_funds", ())


def test_a_lost_reply_is_found_again_with_the_same_key(sandbox: World) -> None:
    order = sandbox.order()
    faults(sandbox, match="POST /v1/checkout/sessions", lose_reply=True)
    with pytest.raises(Unknown):
        sandbox.stripe.create_checkout(**order)
    again = sandbox.stripe.create_checkout(**order)
    assert sandbox.stripe.find_by_metadata(order["payment_id"], clock.now()) == (again,)


def test_the_sandbox_itself_can_lose_a_reply_too(sandbox: World) -> None:
    order = sandbox.order()
    direct = StripeGateway(KEY, sandbox.address, "tests")
    sandbox.control("answer", value="lose")
    with pytest.raises(Unknown):
        direct.create_checkout(**order)
    again = direct.create_checkout(**order)
    assert [s.id for s in direct.find_by_metadata(order["payment_id"], clock.now())] == [again.id]


@pytest.mark.parametrize(("answer", "times"), [("429", "1"), ("500", "3")])
def test_a_busy_or_broken_stripe_is_unknown_and_the_next_try_works(
    sandbox: World, answer: str, times: str
) -> None:
    order = sandbox.order()
    direct = StripeGateway(KEY, sandbox.address, "tests")
    sandbox.control("answer", value=answer, times=times)
    with pytest.raises(Unknown):
        direct.create_checkout(**order)
    assert direct.create_checkout(**order).status == "open"


def test_a_stripe_that_cannot_be_reached_is_unknown() -> None:
    with pytest.raises(Unknown):
        StripeGateway(KEY, "http://127.0.0.1:9", "tests").account()


def test_one_key_with_other_figures_is_refused(sandbox: World, refused_on_purpose: None) -> None:
    order = sandbox.order()
    sandbox.stripe.create_checkout(**order)
    with pytest.raises(Refused, match="other figures"):
        sandbox.stripe.create_checkout(**{**order, "amount": 13_000})


def test_a_wrong_key_is_a_sentence_about_the_setting(sandbox: World) -> None:
    with pytest.raises(Refused, match="STRIPE_API_KEY"):
        StripeGateway("sk_test_sandbox_other", sandbox.address, "tests").account()


def test_a_page_that_stripe_does_not_know_is_refused_by_its_code(sandbox: World) -> None:
    with pytest.raises(Refused) as refusal:
        sandbox.stripe.fetch_checkout("cs_test_nothing")
    assert refusal.value.code == "resource_missing"


def test_refunds_in_part_then_in_full_never_exceed_the_charge(sandbox: World) -> None:
    page = sandbox.open()
    sandbox.press(page, "pay")
    intent = sandbox.state(page).intent_id
    order = RefundOrder("r1", intent, 5_000, "EUR", "refund-key-1")
    first = sandbox.provider.refund(order)
    assert (first.status, sandbox.provider.refund(order).id) == ("succeeded", first.id)
    sandbox.stripe.refund("r2", intent, 7_000, "EUR", "refund-key-2")
    with pytest.raises(Refused) as refusal:
        sandbox.stripe.refund("r3", intent, 1, "EUR", "refund-key-3")
    assert refusal.value.code == "charge_already_refunded"
    assert sorted(facts(sandbox, page)) == [("charge", 12_000), ("refund", -7_000), ("refund", -5_000)]


def test_a_refund_that_fails_later_gives_the_money_back_to_the_firm(sandbox: World) -> None:
    page = sandbox.open()
    sandbox.press(page, "pay")
    refund = sandbox.stripe.refund("r4", sandbox.state(page).intent_id, 2_000, "EUR", "refund-key-4")
    sandbox.control("fail_refund", id=refund.id)
    assert sum(amount for _, amount in facts(sandbox, page)) == 12_000
    assert ("refund_failed", 2_000) in facts(sandbox, page)


@pytest.mark.parametrize(("decision", "left"), [("win", 12_000), ("lose", 0)])
def test_a_dispute_takes_the_money_until_it_is_won(sandbox: World, decision: str, left: int) -> None:
    page = sandbox.open()
    sandbox.press(page, "pay")
    charge = sandbox.state(page).charge_id
    sandbox.control("dispute", id=charge)
    assert sum(amount for _, amount in facts(sandbox, page)) == 0
    case = sandbox.objects("disputes", charge=charge)[0]
    sandbox.control(decision, id=case["id"])
    assert sum(amount for _, amount in facts(sandbox, page)) == left


def test_an_expired_page_takes_no_more_money(sandbox: World) -> None:
    page = sandbox.open()
    ref = PaymentRef(page.payment_id, session_id=page.id)
    sandbox.provider.expire(ref)
    assert sandbox.press(page, "pay").status_code == 410
    assert sandbox.provider.fetch(ref).status == "canceled"
    assert sandbox.stripe.expire_checkout(page.id).status == "expired"


def test_expiring_a_paid_page_leaves_it_paid(sandbox: World) -> None:
    page = sandbox.open()
    sandbox.press(page, "pay")
    assert sandbox.stripe.expire_checkout(page.id).status == "complete"


def test_expiring_a_page_with_a_declined_attempt_cancels_the_attempt(sandbox: World) -> None:
    page = sandbox.open()
    sandbox.press(page, "decline")
    sandbox.stripe.expire_checkout(page.id)
    assert sandbox.state(page).status == "canceled"


def test_other_installations_payments_are_not_ours(sandbox: World) -> None:
    order = sandbox.order()
    StripeGateway(KEY, sandbox.checker, "staging").create_checkout(**order)
    assert sandbox.stripe.find_by_metadata(order["payment_id"], clock.now()) == ()


def test_a_provider_starts_with_a_link(sandbox: World) -> None:
    order = PaymentOrder(**sandbox.order())
    started = sandbox.provider.start(order)
    assert started.kind == "url"
    assert started.url == f"https://psa.example/_sandbox/pay/{started.session_id}"


@pytest.mark.parametrize(
    ("currency", "amount", "stripe_units"),
    [
        ("EUR", 12_345, 12_345),
        ("JPY", 500, 500),
        ("KWD", 12_340, 12_340),
        ("ISK", 500, 50_000),
        ("MGA", 120_000, 1_200),
    ],
)
def test_amounts_come_back_as_they_went_in(
    sandbox: World, currency: str, amount: int, stripe_units: int
) -> None:
    page = sandbox.open(amount, currency=currency)
    sandbox.press(page, "pay")
    assert sandbox.objects("payment_intents", limit="1")[0]["amount"] == stripe_units
    assert sandbox.state(page).amount == amount


@pytest.mark.parametrize(
    ("currency", "amount", "field"),
    [
        ("EUR", 49, "amount"),
        ("KWD", 12_345, "amount"),
        ("MGA", 150, "amount"),
        ("LYD", 1_000, "currency"),
        ("EUR", 100_000_000, "amount"),
        ("EUR", -5, "amount"),
        ("EUR", 0, "amount"),
    ],
)
def test_what_stripe_cannot_collect_is_told_before_it_is_asked(
    sandbox: World, currency: str, amount: int, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        sandbox.open(amount, currency=currency)
    assert refusal.value.field == field


def test_the_account_and_its_endpoints_can_be_looked_at(sandbox: World) -> None:
    assert sandbox.stripe.account().charges_enabled
    made = sandbox.stripe.create_endpoint("http://127.0.0.1:9/hook", "endpoint-key")
    assert made.secret.startswith("whsec_")
    sandbox.stripe.delete_endpoint(made.id)
    assert [e.id for e in sandbox.stripe.endpoints()] == ["we_sandbox"]
    assert len(set(EVENTS)) == len(EVENTS)


def test_events_since_an_instant_are_read_oldest_first(sandbox: World) -> None:
    page = sandbox.open()
    sandbox.press(page, "pay")
    sandbox.mailbox.next("checkout.session.completed", page.id)
    found = sandbox.stripe.events(clock.now() - timedelta(minutes=5))
    types = [
        e.type
        for e in found
        if e.payload["data"]["object"].get("metadata", {}).get("payment") == page.payment_id
    ]
    assert types == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_neither_key_nor_secret_shows_in_a_printed_gateway(sandbox: World) -> None:
    assert KEY not in repr(sandbox.stripe)
