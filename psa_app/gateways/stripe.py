"""Stripe, through its own client: the only module that knows the library.

Amounts go in and come out as ISO minor units. Every call that changes something carries the caller's
stored idempotency key, because the library's own protects one call only.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from psa_app import clock
from psa_app.gateways.payments import (
    Declined,
    PaymentOrder,
    PaymentRef,
    ProviderState,
    RefundOrder,
    RefundResult,
    Refused,
    StartResult,
    Unknown,
    WebhookRejected,
)
from psa_app.gateways.stripe_amounts import collectable, to_stripe
from psa_app.gateways.stripe_answers import (
    EVENTS,
    Account,
    CheckoutSession,
    Endpoint,
    WebhookEvent,
    read_endpoint,
    read_event,
    read_session,
    read_state,
    untouched,
    with_status,
)
from psa_app.gateways.stripe_ledger import Ledger
from psa_app.gateways.stripe_line import session_without_proxy
from psa_app.gateways.stripe_saved import SavedMethods
from psa_app.gateways.stripe_subscriptions import Subscriptions

if TYPE_CHECKING:
    import stripe

__all__ = ["EVENTS", "Account", "CheckoutSession", "Endpoint", "StripeGateway", "StripeProvider"]
__all__ += ["WebhookEvent", "verify_webhook"]

TIMEOUT = 20
ATTEMPTS_MORE = 2
CLOCK_SKEW = 300
KEY_LIFE = timedelta(hours=24)


@dataclass(frozen=True)
class StripeGateway(SavedMethods, Subscriptions, Ledger):
    """One Stripe account, reached at `api_base` with `key`; `instance` marks this installation's payments."""

    key: str = field(repr=False)
    api_base: str
    instance: str

    @property
    def livemode(self) -> bool:
        """True when the key moves real money."""
        return self.key.startswith(("sk_live_", "rk_live_"))

    def _asking(self) -> AbstractContextManager[None]:
        return _mapped()

    @cached_property
    def _client(self) -> "stripe.StripeClient":
        import stripe

        stripe.enable_telemetry = False
        base = self.api_base.rstrip("/")
        return stripe.StripeClient(
            self.key,
            base_addresses={"api": base, "meter_events": base},
            max_network_retries=ATTEMPTS_MORE,
            http_client=stripe.RequestsClient(timeout=TIMEOUT, session=session_without_proxy(base)),
        )

    def create_checkout(
        self,
        payment_id: str,
        amount: int,
        currency: str,
        description: str,
        customer_email: str,
        invoice_number: str,
        success_url: str,
        cancel_url: str,
        expires_at: datetime,
        idempotency_key: str,
        firm_name: str = "",
    ) -> CheckoutSession:
        """Opens a payment page for exactly `amount`; the same key gives the same page for 24 hours.

        Everything must be the same when the key is used again, so store `expires_at` (30 minutes to
        24 hours ahead) beside the key. Raises `Invalid`, `Unknown`, `Refused`.
        """
        metadata = {"instance": self.instance, "payment": payment_id, "invoice": invoice_number}
        params: dict[str, Any] = {
            "mode": "payment",
            "ui_mode": "hosted_page",
            "client_reference_id": payment_id,
            "line_items": [_line(amount, currency, invoice_number, description)],
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata, "description": f"Invoice {invoice_number}"},
            "success_url": success_url,
            "cancel_url": cancel_url,
            "expires_at": int(expires_at.timestamp()),
        }
        if customer_email:
            params["customer_email"] = customer_email
        if firm_name:
            params["branding_settings"] = {"display_name": firm_name}
        with _mapped():
            session = self._client.v1.checkout.sessions.create(
                cast("Any", params), {"idempotency_key": idempotency_key}
            )
            return _page(session)

    def fetch_checkout(self, session_id: str) -> CheckoutSession:
        """The page as it is now. Raises `Unknown`, `Refused` (code "resource_missing")."""
        with _mapped():
            return _page(self._client.v1.checkout.sessions.retrieve(session_id))

    def expire_checkout(self, session_id: str) -> CheckoutSession:
        """Closes the page; one that is already closed is returned as it is, so look at `status`."""
        with _mapped():
            session = _page(self._client.v1.checkout.sessions.retrieve(session_id))
            if session.status != "open":
                return session
            try:
                return _page(self._client.v1.checkout.sessions.expire(session_id))
            except self._bad_request:
                return _page(self._client.v1.checkout.sessions.retrieve(session_id))

    @property
    def _bad_request(self) -> "type[stripe.InvalidRequestError]":
        import stripe

        return stripe.InvalidRequestError

    def fetch_payment(self, intent_id: str) -> ProviderState:
        """Status and all money that moved, read now. Raises `Unknown`, `Refused`, `Invalid`."""
        with _mapped():
            client = self._client.v1
            expand: list[str] = ["latest_charge"]
            intent = client.payment_intents.retrieve(intent_id, {"expand": expand}).to_dict(for_json=True)
            charge = intent.get("latest_charge") or {}
            refunds: list[dict[str, Any]] = []
            disputes: list[dict[str, Any]] = []
            if charge.get("paid"):
                refunds = _all(client.refunds.list({"payment_intent": intent_id, "limit": 100}))
            if charge.get("disputed"):
                disputes = _all(client.disputes.list({"payment_intent": intent_id, "limit": 100}))
        return read_state(intent, charge, refunds, disputes)

    def find_by_metadata(self, payment_id: str, created_at: datetime) -> tuple[CheckoutSession, ...]:
        """Pages that were opened for a payment whose answer got lost, oldest first.

        Looks at the 24 hours in which the payment's key was good. Raises `Unknown`, `Refused`.
        """
        first = int(created_at.timestamp()) - CLOCK_SKEW
        last = int((created_at + KEY_LIFE).timestamp()) + CLOCK_SKEW
        with _mapped():
            pages = self._client.v1.checkout.sessions.list(
                {"created": {"gte": first, "lte": last}, "limit": 100}
            )
            found = [
                _page(page)
                for page in pages.auto_paging_iter()
                if _metadata(page).get("payment") == payment_id
                and _metadata(page).get("instance") == self.instance
            ]
        return tuple(reversed(found))

    def refund(
        self, refund_id: str, intent_id: str, amount: int, currency: str, idempotency_key: str
    ) -> RefundResult:
        """Gives back `amount`. Raises `Invalid`, `Unknown`, `Refused` (such as already given back)."""
        metadata = {"instance": self.instance, "refund": refund_id}
        units = to_stripe(amount, currency)
        with _mapped():
            made = self._client.v1.refunds.create(
                {"payment_intent": intent_id, "amount": units, "metadata": metadata},
                {"idempotency_key": idempotency_key},
            )
        return RefundResult(made.id, made.status or "pending")

    def api_version(self) -> str:
        """The version of the API that this program's library speaks."""
        import stripe

        return str(stripe.api_version)

    def account(self) -> Account:
        """Whose key this is, and whether it may charge. Raises `Unknown`, `Refused`."""
        with _mapped():
            found = self._client.v1.accounts.retrieve_current().to_dict(for_json=True)
        profile = found.get("business_profile") or {}
        return Account(found["id"], profile.get("name") or "", bool(found.get("charges_enabled")))

    def events(self, since: datetime, undelivered_only: bool = False) -> tuple[WebhookEvent, ...]:
        """Messages made since an instant, oldest first; Stripe keeps them for 30 days."""
        asked: dict[str, Any] = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        if undelivered_only:
            asked["delivery_success"] = False
        with _mapped():
            found = _all(self._client.v1.events.list(cast("Any", asked)))
        return tuple(read_event(payload) for payload in reversed(found))

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Where Stripe sends messages now."""
        with _mapped():
            return tuple(
                read_endpoint(e) for e in _all(self._client.v1.webhook_endpoints.list({"limit": 100}))
            )

    def create_endpoint(self, url: str, idempotency_key: str) -> Endpoint:
        """Asks Stripe to send the events that this app reads, in this library's version."""
        import stripe

        asked = {"url": url, "enabled_events": list(EVENTS), "api_version": stripe.api_version}
        with _mapped():
            made = self._client.v1.webhook_endpoints.create(
                cast("Any", asked), {"idempotency_key": idempotency_key}
            )
            return read_endpoint(made.to_dict(for_json=True))

    def delete_endpoint(self, endpoint_id: str) -> None:
        """Stops the messages to an address."""
        with _mapped():
            self._client.v1.webhook_endpoints.delete(endpoint_id)


class StripeProvider:
    """Stripe, or the sandbox that speaks like it, as a way to collect."""

    def __init__(self, gateway: StripeGateway) -> None:
        self.gateway = gateway

    def start(self, order: PaymentOrder) -> StartResult:
        """A payment page. Raises `Invalid`, `Unknown`, `Refused`."""
        session = self.gateway.create_checkout(
            order.payment_id,
            order.amount,
            order.currency,
            order.description,
            order.customer_email,
            order.invoice_number,
            order.success_url,
            order.cancel_url,
            order.expires_at,
            order.idempotency_key,
            order.firm_name,
        )
        return StartResult("url", url=session.url, session_id=session.id)

    def fetch(self, ref: PaymentRef) -> ProviderState:
        """The page and what was paid on it. While the page is open a declined attempt is not the end."""
        if not ref.session_id:
            return self.gateway.fetch_payment(ref.intent_id)
        session = self.gateway.fetch_checkout(ref.session_id)
        if not session.intent_id:
            return untouched(session)
        state = self.gateway.fetch_payment(session.intent_id)
        if session.status == "open" and state.status == "failed":
            return with_status(state, "open")
        if session.status == "expired" and state.status in ("open", "failed", "action"):
            return with_status(state, "canceled")
        return state

    def expire(self, ref: PaymentRef) -> None:
        """Closes the page if it is still open."""
        if ref.session_id:
            self.gateway.expire_checkout(ref.session_id)

    def refund(self, order: RefundOrder) -> RefundResult:
        """Gives money back."""
        return self.gateway.refund(
            order.refund_id, order.intent_id, order.amount, order.currency, order.idempotency_key
        )

    def capabilities(self) -> frozenset[str]:
        """What Stripe does for this app."""
        return frozenset({"checkout", "refund", "webhooks"})


def verify_webhook(raw: bytes, signature_header: str, secrets: Sequence[str]) -> WebhookEvent:
    """The message in `raw`, if one of `secrets` signed it within five minutes of now.

    Raises `WebhookRejected` for everything else: no secret, no or a wrong signature, an old or a future
    time, a body that is no snapshot event.
    """
    import stripe

    payload = _signed_text(raw)
    _check_time(signature_header)
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(payload, signature_header, secret)
        except stripe.SignatureVerificationError:
            continue
        return read_event(_snapshot(payload))
    raise WebhookRejected()


def _signed_text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise WebhookRejected("The message is not text.") from None


def _check_time(signature_header: str) -> None:
    stamps = [part[2:] for part in signature_header.split(",") if part.startswith("t=")]
    if len(stamps) != 1 or not (stamps[0].isascii() and stamps[0].isdecimal()) or len(stamps[0]) > 12:
        raise WebhookRejected("The message does not say when it was signed.")
    if abs(int(stamps[0]) - int(clock.now().timestamp())) > CLOCK_SKEW:
        raise WebhookRejected("The message was signed more than five minutes from now; is the clock right?")


def _snapshot(payload: str) -> dict[str, Any]:
    import json

    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        raise WebhookRejected("The message is not JSON.") from None
    if not isinstance(body, dict) or body.get("object") != "event":
        raise WebhookRejected("The message is not a snapshot event.")
    data = body.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("object"), dict):
        raise WebhookRejected("The message holds no object.")
    if not (isinstance(body.get("id"), str) and isinstance(body.get("type"), str)):
        raise WebhookRejected("The message has no id or no type.")
    return body


@contextmanager
def _mapped() -> Iterator[None]:
    import stripe

    try:
        yield
    except stripe.CardError as error:
        code = _word(error, "decline_code") or _word(error, "code")
        ident = _word(getattr(error.error, "payment_intent", None), "id")
        raise Declined(error.user_message or Declined.sentence, code=code, intent_id=ident) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise Refused("Stripe does not accept the key. Check STRIPE_API_KEY.", code="key") from error
    except stripe.IdempotencyError as error:
        raise Refused("Stripe saw this key with other figures before.", code="idempotency") from error
    except stripe.InvalidRequestError as error:
        raise Refused(f"Stripe refused this: {error.user_message}", code=_word(error, "code")) from error
    except stripe.StripeError as error:
        raise Unknown(code=_word(error, "code")) from error


def _word(thing: Any, name: str) -> str:
    return str(getattr(getattr(thing, "error", thing), name, None) or "")


def _line(amount: int, currency: str, invoice_number: str, description: str) -> dict[str, Any]:
    product = {"name": f"Invoice {invoice_number}"}
    if description:
        product["description"] = description[:1000]
    price = {
        "currency": currency.lower(),
        "unit_amount": collectable(amount, currency),
        "product_data": product,
    }
    return {"price_data": price, "quantity": 1}


def _metadata(thing: Any) -> dict[str, str]:
    return dict(thing.to_dict(for_json=True).get("metadata") or {})


def _all(page: Any) -> list[dict[str, Any]]:
    return [thing.to_dict(for_json=True) for thing in page.auto_paging_iter()]


def _page(found: Any) -> CheckoutSession:
    return read_session(found.to_dict(for_json=True))
