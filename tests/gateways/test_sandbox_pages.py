"""The sandbox's pages: what the payer sees, and who may press which button."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest

from psa_app.gateways.sandbox.answers import API_VERSION
from psa_app.gateways.stripe import CheckoutSession, StripeGateway
from tests.conftest import Clock
from tests.gateways.sandbox_world import KEY, World

FINANCE = {"x-role": "finance"}


def test_the_payer_sees_firm_invoice_and_amount(sandbox: World) -> None:
    text = sandbox.http.get(f"/pay/{sandbox.open(123_456_78).id}").text
    for part in ("Sandbox – no real money", "Studio North", "Invoice 2026-0042", "123\u202f456.78\u202fEUR"):
        assert part in text


def test_names_are_shown_as_text(sandbox: World) -> None:
    evil = '"><script>alert(1)</script>'
    page = sandbox.open(
        firm_name=evil, invoice_number=evil, description=evil, customer_email="a'<b>@c.example"
    )
    text = sandbox.http.get(f"/pay/{page.id}").text
    assert "<script" not in text
    assert "<b>" not in text
    sandbox.press(page, "pay")
    assert "<script" not in sandbox.http.get("/", headers=FINANCE).text


def test_the_page_runs_no_script_and_loads_nothing_foreign(sandbox: World) -> None:
    answer = sandbox.http.get(f"/pay/{sandbox.open().id}")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<script|<style| style=| on\w+=", answer.text)
    assert re.findall(r'(?:src|href)="([^"]+)"', answer.text) == [
        "/icon.svg",
        "/sandbox.css",
        "https://psa.example/portal/invoice",
    ]
    assert sandbox.http.get("/sandbox.css").headers["content-type"].startswith("text/css")


def test_a_decline_is_told_and_the_page_stays(sandbox: World) -> None:
    page = sandbox.open()
    assert sandbox.press(page, "decline").headers["location"] == f"/pay/{page.id}"
    assert "insufficient funds" in sandbox.http.get(f"/pay/{page.id}").text.split('role="alert"')[1]


def test_3d_secure_is_a_page_of_its_own(sandbox: World) -> None:
    page = sandbox.open()
    assert sandbox.press(page, "challenge").headers["location"] == f"/pay/{page.id}/3ds"
    assert "Authorise" in sandbox.http.get(f"/pay/{page.id}/3ds").text


def test_paying_twice_charges_once(sandbox: World) -> None:
    page = sandbox.open()
    assert [sandbox.press(page, "pay").status_code for _ in range(2)] == [303, 410]
    intent = sandbox.stripe.fetch_checkout(page.id).intent_id
    assert len(sandbox.objects("charges", payment_intent=intent)) == 1


def test_six_clicks_at_once_charge_once(sandbox: World) -> None:
    page = sandbox.open()
    with ThreadPoolExecutor(6) as pool:
        answers = sorted(answer.status_code for answer in pool.map(sandbox.press, [page] * 6, ["pay"] * 6))
    assert answers == [303, 410, 410, 410, 410, 410]
    intent = sandbox.stripe.fetch_checkout(page.id).intent_id
    assert len(sandbox.objects("charges", payment_intent=intent)) == 1


def test_six_calls_at_once_with_one_key_open_one_page(sandbox: World) -> None:
    order, direct = sandbox.order(), StripeGateway(KEY, sandbox.address, "tests")
    with ThreadPoolExecutor(6) as pool:
        pages = list(pool.map(lambda _: direct.create_checkout(**order), range(6)))
    assert len({page.id for page in pages}) == 1


@pytest.mark.parametrize(("act", "words"), [("pay", "Already paid"), ("debit", "Payment on its way")])
def test_a_closed_page_says_why(sandbox: World, act: str, words: str) -> None:
    page = sandbox.open()
    sandbox.press(page, act)
    assert words in sandbox.http.get(f"/pay/{page.id}").text


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}],
)
def test_another_site_cannot_press_the_buttons(sandbox: World, headers: dict[str, str]) -> None:
    page = sandbox.open()
    assert sandbox.http.post(f"/pay/{page.id}/pay", headers=headers).status_code == 403
    faults = sandbox.http.post("/control/answer", data={"value": "500"}, headers={**headers, **FINANCE})
    assert faults.status_code == 403
    assert sandbox.stripe.fetch_checkout(page.id).status == "open"


def test_the_control_page_is_not_there_for_others(sandbox: World) -> None:
    assert sandbox.http.get("/").status_code == 404
    pressed = sandbox.http.post("/control/drop", headers={"origin": sandbox.address})
    assert pressed.status_code == 404


def test_finance_sees_payments_and_refunds_one(sandbox: World) -> None:
    page: CheckoutSession = sandbox.open(7_700)
    sandbox.press(page, "pay")
    assert "77.00\u202fEUR" in sandbox.http.get("/", headers=FINANCE).text
    charge = sandbox.state(page).charge_id
    assert sandbox.control("refund", id=charge).status_code == 303
    assert sum(fact.amount for fact in sandbox.state(page).facts) == 0
    assert "already been refunded" in sandbox.control("refund", id=charge).text


@pytest.mark.parametrize(
    ("act", "status"), [("nothing", 404), ("settle", 409), ("answer", 409), ("win", 409)]
)
def test_a_button_for_nothing_says_so(sandbox: World, act: str, status: int) -> None:
    assert sandbox.control(act, id="pi_none").status_code == status


def test_a_page_expires_at_its_time(sandbox: World, clock: Clock) -> None:
    clock.set(datetime(2026, 11, 23, 9, tzinfo=UTC))
    page = sandbox.open()
    clock.forward(hours=2)
    assert "expired" in sandbox.http.get(f"/pay/{page.id}").text
    assert sandbox.press(page, "pay").status_code == 410
    assert sandbox.stripe.fetch_checkout(page.id).status == "expired"


def test_an_unknown_page_is_not_found(sandbox: World) -> None:
    assert sandbox.http.get("/pay/cs_test_none").status_code == 404


@pytest.mark.parametrize(
    ("key", "status"), [("x", 401), ("sk_test_sandbox_other", 401), ("sk_live_x", 401), (KEY, 200)]
)
def test_the_api_takes_its_own_key_only(sandbox: World, key: str, status: int) -> None:
    answer = sandbox.http.get("/v1/account", headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ("payment_method_types[0]=card", "payment_method_types_no_longer_supported"),
        ("mode=payment", "parameter_missing"),
        ("surprise=1", "parameter_unknown"),
        ("a[b]=1&a=2", ""),
        ("=1", ""),
        ("mode[x]=payment", ""),
        ("line_items=5&success_url=https://a.example", ""),
        ("[" * 500 + "=1", ""),
    ],
)
def test_what_stripe_refuses_the_sandbox_refuses(sandbox: World, form: str, code: str) -> None:
    answer = _post(sandbox, "/v1/checkout/sessions", form)
    assert answer.status_code == 400
    assert answer.json()["error"].get("code", "") == code
    assert answer.headers["stripe-version"] == API_VERSION


@pytest.mark.parametrize("url", ["https://hooks.example/x", "http://169.254.169.254/", "file:///etc/passwd"])
def test_messages_stay_on_this_machine(sandbox: World, url: str) -> None:
    form = str(httpx.QueryParams({"url": url, "enabled_events[0]": "*"}))
    assert _post(sandbox, "/v1/webhook_endpoints", form).json()["error"]["code"] == "url_invalid"


@pytest.mark.parametrize(
    "bad", ["javascript:alert(1)", "//evil.example", "https://a b.example", "https://a';x/"]
)
def test_a_success_address_must_be_one(sandbox: World, bad: str) -> None:
    line = "line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=500"
    form = f"{line}&line_items[0][price_data][product_data][name]=x&success_url={bad}"
    assert _post(sandbox, "/v1/checkout/sessions", form).json()["error"]["param"] == "success_url"


def test_lists_are_read_page_by_page(sandbox: World) -> None:
    made = [sandbox.open().id for _ in range(3)]
    newest = [page["id"] for page in sandbox.objects("checkout/sessions", limit="2")]
    assert newest == made[:0:-1]
    assert sandbox.objects("checkout/sessions", limit="1", starting_after=newest[1])[0]["id"] == made[0]
    assert sandbox.objects("checkout/sessions", limit="1", ending_before=made[0])[0]["id"] == made[1]


def _post(sandbox: World, path: str, form: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/x-www-form-urlencoded"}
    return sandbox.http.post(path, content=form, headers=headers)
