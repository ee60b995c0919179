"""A sandbox, the checker of Stripe's rules in front of it, and a mailbox for its messages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from psa_app import clock
from psa_app.gateways.payments import ProviderState
from psa_app.gateways.sandbox.app import create_sandbox
from psa_app.gateways.stripe import CheckoutSession, StripeGateway, StripeProvider
from tests.support.servers import Mailbox, serve
from tests.support.stripe_spec import stripe_spec_server

KEY = "sk_test_sandbox_tests"
SECRET = "whsec_tests"
BACK = "https://psa.example/portal/paid"


@dataclass(frozen=True)
class World:
    """`http` is a browser at the sandbox; `stripe` talks to it through the checker."""

    address: str
    checker: str
    mailbox: Mailbox
    http: httpx.Client
    stripe: StripeGateway

    @property
    def provider(self) -> StripeProvider:
        return StripeProvider(self.stripe)

    def order(self, amount: int = 12_000, **changes: Any) -> dict[str, Any]:
        """The arguments of `create_checkout`, with a fresh payment and key."""
        return {
            "payment_id": uuid4().hex,
            "amount": amount,
            "currency": "EUR",
            "description": "October 2026",
            "customer_email": "ap@client.example",
            "invoice_number": "2026-0042",
            "success_url": BACK + "?s={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://psa.example/portal/invoice",
            "expires_at": clock.now() + timedelta(hours=2),
            "idempotency_key": uuid4().hex,
            "firm_name": "Studio North",
            **changes,
        }

    def open(self, amount: int = 12_000, **changes: Any) -> CheckoutSession:
        """A new payment page."""
        return self.stripe.create_checkout(**self.order(amount, **changes))

    def press(self, page: CheckoutSession, act: str) -> httpx.Response:
        """Presses a button of a payment page, as a browser does."""
        return self.http.post(f"/pay/{page.id}/{act}", headers={"origin": self.address})

    def control(self, act: str, **fields: str) -> httpx.Response:
        """Presses a button of the control page, as finance does."""
        headers = {"origin": self.address, "x-role": "finance"}
        return self.http.post(f"/control/{act}", data=fields, headers=headers)

    def state(self, page: CheckoutSession) -> ProviderState:
        """What the provider knows of the page's payment now."""
        return self.stripe.fetch_payment(self.stripe.fetch_checkout(page.id).intent_id)

    def objects(self, path: str, **params: str) -> list[dict[str, Any]]:
        """A list of the API, read past the checker."""
        answer = self.http.get(f"/v1/{path}", params=params, headers={"authorization": f"Bearer {KEY}"})
        found: list[dict[str, Any]] = answer.json()["data"]
        return found

    def complaints(self) -> list[Any]:
        """What the checker found wrong with requests and answers so far."""
        log = httpx.get(f"{self.checker}/_control/log", trust_env=False).json()
        return [*log["errors"], *log["shapes"]]

    def wrong_shapes(self, event: dict[str, Any]) -> list[str]:
        """How a message differs from this API version."""
        answer = httpx.post(f"{self.checker}/_control/shape", json=event, trust_env=False)
        return list(answer.json())


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Everything started, and ended again."""
    mailbox = Mailbox()
    with serve(mailbox.app) as hook:
        app = create_sandbox(
            folder / "sandbox.db",
            f"{hook}/hook",
            SECRET,
            lambda request: request.headers.get("x-role") == "finance",
            key=KEY,
            pages_at="https://psa.example/_sandbox",
            retry_delays=(0.01, 0.01, 0.01),
        )
        with serve(app) as address:
            stripe_spec_server.UPSTREAM = address
            with (
                serve(stripe_spec_server.app) as checker,
                httpx.Client(base_url=address, trust_env=False) as http,
            ):
                httpx.delete(f"{checker}/_control/log", trust_env=False)
                yield World(address, checker, mailbox, http, StripeGateway(KEY, checker, "tests"))
