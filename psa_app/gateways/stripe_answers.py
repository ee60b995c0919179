"""What Stripe's answers mean: its JSON as the app's own frozen values, amounts in ISO minor units."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from psa_app.gateways.payments import Fact, ProviderState, SeenDispute, SeenRefund, Status
from psa_app.gateways.stripe_amounts import from_stripe

EVENTS = (
    *(f"checkout.session.{e}" for e in ("completed", "async_payment_succeeded", "async_payment_failed")),
    "checkout.session.expired",
    *(f"payment_intent.{e}" for e in ("succeeded", "processing", "payment_failed", "requires_action")),
    "payment_intent.canceled",
    "charge.refunded",
    *(f"refund.{e}" for e in ("created", "updated", "failed")),
    *(f"setup_intent.{e}" for e in ("succeeded", "setup_failed")),
    *(f"payment_method.{e}" for e in ("attached", "detached", "automatically_updated")),
    "mandate.updated",
    *(f"customer.{e}" for e in ("updated", "deleted")),
    *(f"payout.{e}" for e in ("paid", "failed")),
    *(f"customer.subscription.{e}" for e in ("created", "updated", "deleted", "paused", "resumed")),
    *(f"invoice.{e}" for e in ("finalized", "paid", "payment_failed", "voided", "marked_uncollectible")),
    *(f"credit_note.{e}" for e in ("created", "updated", "voided")),
    *(f"charge.dispute.{e}" for e in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")),
)


@dataclass(frozen=True)
class CheckoutSession:
    """A hosted payment page. `url` is "" once it is closed, `intent_id` until someone tried to pay."""

    id: str
    url: str
    status: Literal["open", "complete", "expired"]
    payment_status: str
    intent_id: str
    payment_id: str
    instance: str
    amount: int
    currency: str
    livemode: bool
    expires_at: datetime


@dataclass(frozen=True)
class WebhookEvent:
    """A message whose signature held. `account` is "" unless it is from a connected account."""

    id: str
    type: str
    livemode: bool
    account: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Account:
    """The Stripe account behind the key."""

    id: str
    name: str
    charges_enabled: bool


@dataclass(frozen=True)
class Endpoint:
    """Where Stripe sends its messages; `secret` is told only when it is made."""

    id: str
    url: str
    api_version: str
    enabled: bool
    secret: str = ""
    events: tuple[str, ...] = ()


def read_session(raw: Mapping[str, Any]) -> CheckoutSession:
    """A payment page."""
    currency = (raw.get("currency") or "").upper()
    metadata = raw.get("metadata") or {}
    return CheckoutSession(
        id=raw["id"],
        url=raw.get("url") or "",
        status=raw["status"],
        payment_status=raw["payment_status"],
        intent_id=_id(raw.get("payment_intent")),
        payment_id=metadata.get("payment") or "",
        instance=metadata.get("instance") or "",
        amount=from_stripe(raw.get("amount_total") or 0, currency),
        currency=currency,
        livemode=bool(raw["livemode"]),
        expires_at=_instant(raw["expires_at"]),
    )


def _id(value: Any) -> str:
    return str(value["id"]) if isinstance(value, dict) else value or ""


def read_endpoint(raw: Mapping[str, Any]) -> Endpoint:
    """An address that gets messages."""
    return Endpoint(
        id=raw["id"],
        url=raw["url"],
        api_version=raw.get("api_version") or "",
        enabled=raw["status"] == "enabled",
        secret=raw.get("secret") or "",
        events=tuple(raw.get("enabled_events") or ()),
    )


def read_state(
    intent: dict[str, Any],
    charge: dict[str, Any],
    refunds: list[dict[str, Any]],
    disputes: list[dict[str, Any]],
) -> ProviderState:
    """A PaymentIntent with its last charge ({} for none), refunds and disputes."""
    currency = intent["currency"].upper()
    failure = intent.get("last_payment_error") or {}
    facts = [*_charge_facts(charge, currency), *_refund_facts(refunds, currency)]
    facts += _dispute_facts(disputes, currency)
    return ProviderState(
        status=_status(intent["status"], bool(failure)),
        amount=from_stripe(intent["amount"], currency),
        currency=currency,
        livemode=bool(intent["livemode"]),
        metadata=dict(intent.get("metadata") or {}),
        intent_id=intent["id"],
        charge_id=charge.get("id") or "",
        facts=tuple(sorted(facts, key=lambda fact: fact.at)),
        failure_code=failure.get("decline_code") or failure.get("code") or "",
        refunds=tuple(read_refund(one) for one in refunds),
        disputes=tuple(read_dispute(one) for one in disputes),
    )


def _status(stripe_status: str, failed: bool) -> Status:
    if stripe_status == "requires_payment_method":
        return "failed" if failed else "open"
    known: dict[str, Status] = {
        "requires_confirmation": "open",
        "requires_action": "action",
        "succeeded": "succeeded",
        "canceled": "canceled",
    }
    # A status that Stripe invents later must neither pass for paid nor be given up.
    return known.get(stripe_status, "processing")


def _charge_facts(charge: dict[str, Any], currency: str) -> list[Fact]:
    if not charge.get("paid") or charge.get("status") != "succeeded":
        return []
    amount = from_stripe(charge["amount_captured"], charge["currency"] or currency)
    return [Fact("charge", charge["id"], amount, _instant(charge["created"]))]


def _refund_facts(refunds: list[dict[str, Any]], currency: str) -> list[Fact]:
    facts: list[Fact] = []
    for refund in refunds:
        amount, at = from_stripe(refund["amount"], currency), _instant(refund["created"])
        facts.append(Fact("refund", refund["id"], -amount, at))
        if refund.get("status") in ("failed", "canceled"):
            facts.append(Fact("refund_failed", refund["id"], amount, at))
    return facts


def _dispute_facts(disputes: list[dict[str, Any]], currency: str) -> list[Fact]:
    """Only what left or came back: an inquiry, or a status that is new, moves nothing by itself."""
    facts: list[Fact] = []
    for dispute in disputes:
        amount = from_stripe(dispute["amount"], currency)
        for moved in dispute["balance_transactions"]:
            at = _instant(moved["created"])
            if moved["amount"] < 0:
                facts.append(Fact("dispute", dispute["id"], -amount, at))
            else:
                facts.append(Fact("dispute_won", dispute["id"], amount, at))
    return facts


def read_refund(raw: Mapping[str, Any]) -> SeenRefund:
    """Money on its way back, or back already."""
    return SeenRefund(
        ref=raw["id"],
        mark=str((raw.get("metadata") or {}).get("refund") or ""),
        amount=from_stripe(raw["amount"], raw["currency"]),
        status=raw.get("status") or "pending",
        failure=raw.get("failure_reason") or "",
        at=_instant(raw["created"]),
    )


def read_dispute(raw: Mapping[str, Any]) -> SeenDispute:
    """What a payer's bank asks back."""
    due = (raw.get("evidence_details") or {}).get("due_by")
    return SeenDispute(
        ref=raw["id"],
        status=raw["status"],
        reason=raw.get("reason") or "",
        amount=from_stripe(raw["amount"], raw["currency"]),
        at=_instant(raw["created"]),
        answer_by=_instant(due) if due else None,
    )


def read_event(payload: dict[str, Any]) -> WebhookEvent:
    """A message."""
    return WebhookEvent(
        id=payload["id"],
        type=payload["type"],
        livemode=bool(payload.get("livemode")),
        account=payload.get("account") or "",
        payload=payload,
    )


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def untouched(session: CheckoutSession) -> ProviderState:
    """A page on which nobody has tried to pay yet."""
    return ProviderState(
        status="open" if session.status == "open" else "canceled",
        amount=session.amount,
        currency=session.currency,
        livemode=session.livemode,
        metadata={"payment": session.payment_id, "instance": session.instance},
    )


def with_status(state: ProviderState, status: Status) -> ProviderState:
    """The same state under another word."""
    return replace(state, status=status)
