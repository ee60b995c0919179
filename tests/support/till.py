"""A till: the app's sandbox over real HTTP, the checker of Stripe's rules before it, its messages in a box.

The app reaches it as it does in the demo, by the real Stripe client. Messages wait in the mailbox
until a test hands them over, so that a test says when they come, twice, late or never.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from psa_app import db, routes
from psa_app.access import system
from psa_app.config import settings
from psa_app.gateways.payments import sandbox_key, sandbox_webhook_secret
from psa_app.gateways.sandbox.app import create_sandbox
from psa_app.models import Firm, Invoice, ManagedSubscription, Payment, SavedMethod
from psa_app.services.payments.inbox import receive_message, work_inbox
from tests.support.servers import Mailbox, serve
from tests.support.stripe_spec import stripe_spec_server
from tests.support.world import row, rows


@dataclass(frozen=True)
class Till:
    """`http` is a browser at the sandbox, `mailbox` where its messages wait."""

    address: str
    checker: str
    mailbox: Mailbox
    http: httpx.Client

    def press(self, payment_id: int, act: str) -> None:
        """Presses a button of a payment's page: pay, decline, challenge, authorise, debit, expire."""
        self.press_page(row(Payment, payment_id).session_id, act)

    def press_page(self, page: str, act: str) -> None:
        """Presses a button of a page: also save_card and save_debit, on which a way to pay is saved."""
        answer = self.http.post(f"/pay/{page}/{act}", headers={"origin": self.address})
        assert answer.status_code == 303, answer.text

    def page_of(self, url: str) -> httpx.Response:
        """What a browser sees at a payment page."""
        return self.http.get(f"/pay/{url.rsplit('/', 1)[1]}")

    def control(self, act: str, **fields: str) -> None:
        """Presses a button of the control page, as finance does."""
        headers = {"origin": self.address, "x-role": "finance"}
        assert self.http.post(f"/control/{act}", data=fields, headers=headers).status_code == 303

    def objects(self, path: str, **params: str) -> list[dict[str, Any]]:
        """A list of the API, read past the checker."""
        key = {"authorization": f"Bearer {sandbox_key(settings())}"}
        found: list[dict[str, Any]] = self.http.get(f"/v1/{path}", params=params, headers=key).json()["data"]
        return found

    def fault(self, **fault: object) -> None:
        """What the checker does to the next request, such as `match=..., lose_reply=True`."""
        httpx.post(f"{self.checker}/_control/faults", json=fault, trust_env=False)

    def complaints(self) -> list[Any]:
        """What Stripe would have refused so far."""
        log = httpx.get(f"{self.checker}/_control/log", trust_env=False).json()
        return [*log["errors"], *log["shapes"]]

    def calls(self) -> int:
        """How many requests the app has sent since `forget`."""
        return int(httpx.get(f"{self.checker}/_control/log", trust_env=False).json()["count"])

    def hand_over(self, kind: str, times: int = 1) -> None:
        """Waits for a message of this kind and hands it to the app, which works through its inbox."""
        raw, signature = self.message(kind)
        for _ in range(times):
            receive_message(system(), raw, signature)
            while work_inbox():
                pass

    def message(self, kind: str) -> tuple[bytes, str]:
        """The next message of a kind about this test's payments, as it came; others before it are let go."""
        while True:
            raw, signature = self.mailbox.received.get(timeout=10)
            event = json.loads(raw)
            if event["type"] == kind and _is_ours(event["data"]["object"]):
                return raw, signature

    def forget(self) -> None:
        """Takes back what was wished of the checker, and what it remembers."""
        httpx.delete(f"{self.checker}/_control/log", trust_env=False)


def _is_ours(thing: dict[str, Any]) -> bool:
    if (thing.get("metadata") or {}).get("instance") == row(Firm, 1).instance:
        return True
    if thing.get("object") == "payment_method":
        return thing["id"] in {one.ref for one in rows(SavedMethod)}
    if thing.get("object") == "customer":
        return thing["id"] in {one.customer_ref for one in rows(SavedMethod)}
    if thing.get("object") == "credit_note":
        return thing["invoice"] in {one.managed_ref for one in rows(Invoice)}
    if thing.get("object") == "invoice":
        known = {one.ref for one in rows(ManagedSubscription)}
        return thing["parent"]["subscription_details"]["subscription"] in known
    return thing.get("payment_intent") in {one.intent_id for one in rows(Payment)}


@contextmanager
def open_till(folder: Path, app: ASGIApp | None = None) -> Iterator[Till]:
    """Everything started, the app's settings pointing at it, and ended again.

    Messages go to the mailbox, or to the webhook of `app`.
    """
    mailbox = Mailbox()
    path = routes.STRIPE_WEBHOOK if app else "/hook"
    with serve(app or mailbox.app) as hook, _sandbox(folder, hook + path) as address:
        stripe_spec_server.UPSTREAM = address
        with serve(_below("/_sandbox", stripe_spec_server.app)) as checker:
            httpx.delete(f"{checker}/_control/log", trust_env=False)
            with _port(checker.rsplit(":", 1)[1]), httpx.Client(base_url=address, trust_env=False) as http:
                yield Till(address, checker, mailbox, http)


@contextmanager
def _sandbox(folder: Path, hook: str) -> Iterator[str]:
    app = create_sandbox(
        folder / "sandbox.db",
        hook,
        sandbox_webhook_secret(settings()),
        lambda request: request.headers.get("x-role") == "finance",
        key=sandbox_key(settings()),
        pages_at="https://psa.example/_sandbox",
        retry_delays=(0.01, 0.01, 0.01),
    )
    with serve(app) as address:
        yield address


@contextmanager
def _port(port: str) -> Iterator[None]:
    before = os.environ["PORT"]
    os.environ["PORT"] = port
    settings.cache_clear()
    yield
    os.environ["PORT"] = before
    settings.cache_clear()


def _below(prefix: str, app: ASGIApp) -> ASGIApp:
    async def stripped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": scope["path"].removeprefix(prefix), "root_path": ""}
        await app(scope, receive, send)

    return stripped


def own_instance() -> None:
    """Gives the firm a mark of its own, since the till's book outlives a test's database."""
    with db.unit_of_work() as session:
        firm = session.get_one(Firm, 1)
        firm.instance, firm.payment_provider = uuid4().hex[:16], "sandbox"


def many(times: int, work: Callable[[], Any]) -> list[Any]:
    """Does the same in several threads at once; the answers or errors of each."""
    from threading import Barrier, Thread

    gate, answers = Barrier(times), []

    def run() -> None:
        gate.wait()
        try:
            answers.append(work())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            answers.append(error)

    threads = [Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers
