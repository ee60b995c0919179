"""What Stripe itself has written down: payments, refunds and disputes of some days, fees, payouts."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from psa_app.gateways.payments import Fact
from psa_app.gateways.stripe_amounts import from_stripe


@dataclass(frozen=True)
class ListedPayment:
    """A PaymentIntent in a list: our own mark of it, "" for one that is not this installation's."""

    intent_id: str
    payment_mark: str
    status: str
    amount: int
    currency: str
    livemode: bool


@dataclass(frozen=True)
class ListedFact:
    """Money that moved, with the payment that it belongs to."""

    intent_id: str
    fact: Fact


@dataclass(frozen=True)
class Book:
    """The cash side of some days as Stripe's own objects tell it."""

    payments: tuple[ListedPayment, ...]
    facts: tuple[ListedFact, ...]


@dataclass(frozen=True)
class Movement:
    """A line of the account's balance in its own currency: `amount` less `fee` is `net`."""

    ref: str
    kind: str
    source: str
    amount: int
    fee: int
    net: int
    currency: str
    at: datetime
    available_on: date


@dataclass(frozen=True)
class ListedPayout:
    """Money on its way from the provider to the firm's bank."""

    ref: str
    status: str
    amount: int
    currency: str
    arrives_on: date
    at: datetime


class Ledger:
    """The part of a gateway that reads lists."""

    instance: str
    _client: Any

    def _asking(self) -> AbstractContextManager[None]:
        raise NotImplementedError

    def book_since(self, since: datetime) -> Book:
        """Payments, refunds and disputes made since an instant. Raises `Unknown`, `Refused`."""
        asked: dict[str, Any] = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        client = self._client.v1
        with self._asking():
            intents = _all(client.payment_intents.list({**asked, "expand": ["data.latest_charge"]}))
            refunds = _all(client.refunds.list(asked))
            disputes = _all(client.disputes.list(asked))
        facts = [one for raw in intents for one in _charges(raw)]
        facts += [one for raw in refunds for one in _refunds(raw)]
        facts += [one for raw in disputes for one in _disputes(raw)]
        return Book(tuple(self._listed(raw) for raw in intents), tuple(facts))

    def _listed(self, raw: dict[str, Any]) -> ListedPayment:
        marks = raw.get("metadata") or {}
        currency = raw["currency"].upper()
        return ListedPayment(
            intent_id=raw["id"],
            payment_mark=marks.get("payment") or "" if marks.get("instance") == self.instance else "",
            status=raw["status"],
            amount=from_stripe(raw["amount"], currency),
            currency=currency,
            livemode=bool(raw["livemode"]),
        )

    def movements_since(self, since: datetime) -> tuple[Movement, ...]:
        """Lines of the balance since an instant, the oldest first."""
        asked = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        with self._asking():
            found = _all(self._client.v1.balance_transactions.list(asked))
        return tuple(read_movement(raw) for raw in reversed(found))

    def payouts_since(self, since: datetime) -> tuple[ListedPayout, ...]:
        """Payouts made since an instant, the oldest first."""
        asked = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        with self._asking():
            found = _all(self._client.v1.payouts.list(asked))
        return tuple(read_payout(raw) for raw in reversed(found))

    def movements_of(self, payout_ref: str) -> tuple[str, ...]:
        """The ids of the lines that a payout pays out."""
        with self._asking():
            found = _all(self._client.v1.balance_transactions.list({"payout": payout_ref, "limit": 100}))
        return tuple(str(raw["id"]) for raw in found)


def _charges(intent: dict[str, Any]) -> list[ListedFact]:
    charge = intent.get("latest_charge")
    if not isinstance(charge, dict) or not charge.get("paid") or charge.get("status") != "succeeded":
        return []
    amount = from_stripe(charge["amount_captured"], charge["currency"])
    return [ListedFact(intent["id"], Fact("charge", charge["id"], amount, _instant(charge["created"])))]


def _refunds(raw: dict[str, Any]) -> list[ListedFact]:
    amount, at = from_stripe(raw["amount"], raw["currency"]), _instant(raw["created"])
    facts = [Fact("refund", raw["id"], -amount, at)]
    if raw.get("status") in ("failed", "canceled"):
        facts.append(Fact("refund_failed", raw["id"], amount, at))
    return [ListedFact(str(raw.get("payment_intent") or ""), fact) for fact in facts]


def _disputes(raw: dict[str, Any]) -> list[ListedFact]:
    amount = from_stripe(raw["amount"], raw["currency"])
    facts = []
    for moved in raw["balance_transactions"]:
        at = _instant(moved["created"])
        if moved["amount"] < 0:
            facts.append(Fact("dispute", raw["id"], -amount, at))
        else:
            facts.append(Fact("dispute_won", raw["id"], amount, at))
    return [ListedFact(str(raw.get("payment_intent") or ""), fact) for fact in facts]


def read_movement(raw: dict[str, Any]) -> Movement:
    """A line of the balance."""
    currency = raw["currency"].upper()
    amount, fee = from_stripe(raw["amount"], currency), from_stripe(raw["fee"], currency)
    return Movement(
        ref=raw["id"],
        kind=raw["type"],
        source=str(raw.get("source") or ""),
        amount=amount,
        fee=fee,
        net=amount - fee,
        currency=currency,
        at=_instant(raw["created"]),
        available_on=_instant(raw["available_on"]).date(),
    )


def read_payout(raw: dict[str, Any]) -> ListedPayout:
    """A payout."""
    currency = raw["currency"].upper()
    return ListedPayout(
        ref=raw["id"],
        status=raw["status"],
        amount=from_stripe(raw["amount"], currency),
        currency=currency,
        arrives_on=_instant(raw["arrival_date"]).date(),
        at=_instant(raw["created"]),
    )


def _all(page: Any) -> list[dict[str, Any]]:
    return [thing.to_dict(for_json=True) for thing in page.auto_paging_iter()]


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
