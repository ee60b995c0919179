"""Subscriptions that Stripe itself manages: made and changed from here, read back with their invoices."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from psa_app.gateways.stripe_amounts import collectable, from_stripe, to_stripe
from psa_app.gateways.stripe_bills import SeenInvoice, ident, instant, optional, read_invoice

_SKEW = 300
INTERVALS = {"weekly": ("week", 1), "monthly": ("month", 1), "quarterly": ("month", 3), "yearly": ("year", 1)}


@dataclass(frozen=True)
class SubscriptionOrder:
    """A subscription to be made at Stripe: its fee is billed from `begins_at` on (None: at once).

    `price` is what one costs for a period, net, in ISO minor units; `tax_ppm` is added to it. The keys are
    random and stored: the same keys make one subscription.
    """

    mark: str
    title: str
    customer_ref: str
    method_ref: str
    price: int
    quantity: int
    currency: str
    rhythm: str
    begins_at: datetime | None
    ends_at: datetime | None
    tax_name: str
    tax_ppm: int
    idempotency_key: str


@dataclass(frozen=True)
class SeenSubscription:
    """A subscription as Stripe knows it now. `status` may be a word that is newer than this program."""

    ref: str
    mark: str
    instance: str
    item_ref: str
    product_ref: str
    method_ref: str
    status: str
    price: int
    quantity: int
    currency: str
    starts_at: datetime
    ends_at: datetime
    cancel_at: datetime | None
    ended_at: datetime | None
    is_paused: bool
    livemode: bool
    invoices: tuple[SeenInvoice, ...]


class Subscriptions:
    """The part of a gateway that speaks of subscriptions."""

    instance: str
    _client: Any

    def _asking(self) -> AbstractContextManager[None]:
        raise NotImplementedError

    def subscribe(self, order: SubscriptionOrder) -> str:
        """Makes the product, its tax rate and the subscription; its id. The same key makes one.

        Raises `Invalid`, `Declined`, `Unknown`, `Refused`.
        """
        marks = {"instance": self.instance, "subscription": order.mark}
        collectable(order.price * order.quantity, order.currency)
        client = self._client.v1
        with self._asking():
            product = client.products.create(
                {"name": order.title[:250], "metadata": marks},
                {"idempotency_key": f"{order.idempotency_key}-product"},
            )
            params = _made_of(order, product.id, marks)
            if order.tax_ppm:
                rate = client.tax_rates.create(
                    {
                        "display_name": order.tax_name[:50] or "Tax",
                        "inclusive": False,
                        "percentage": float(Decimal(order.tax_ppm) / 10_000),
                    },
                    {"idempotency_key": f"{order.idempotency_key}-tax"},
                )
                params["default_tax_rates"] = [rate.id]
            made = client.subscriptions.create(params, {"idempotency_key": order.idempotency_key})
            return str(made.id)

    def find_subscription(self, mark: str, customer_ref: str, since: datetime) -> str:
        """The id of a subscription whose answer got lost, "" when there is none. Raises `Unknown`."""
        asked = {"customer": customer_ref, "limit": 100, "status": "all"}
        asked["created"] = {"gte": int(since.timestamp()) - _SKEW}
        with self._asking():
            for one in self._client.v1.subscriptions.list(asked).auto_paging_iter():
                marks = one.to_dict(for_json=True).get("metadata") or {}
                if marks.get("subscription") == mark and marks.get("instance") == self.instance:
                    return str(one.id)
        return ""

    def change_plan(self, seen: SeenSubscription, price: int, quantity: int, rhythm: str, key: str) -> None:
        """From now on a period costs `price` × `quantity`; the rest of this one comes later."""
        collectable(price * quantity, seen.currency)
        data = _price_data(seen.product_ref, price, seen.currency, rhythm)
        item = {"id": seen.item_ref, "price_data": data, "quantity": quantity}
        self._update(seen.ref, {"items": [item], "proration_behavior": "create_prorations"}, key)

    def pause_collection(self, ref: str, key: str) -> None:
        """Invoices that are made from now on are void."""
        self._update(ref, {"pause_collection": {"behavior": "void"}}, key)

    def resume_collection(self, ref: str, key: str) -> None:
        """Invoices are collected again."""
        self._update(ref, {"pause_collection": ""}, key)

    def end_with_period(self, ref: str, key: str) -> None:
        """Ends it with the period that runs."""
        self._update(ref, {"cancel_at_period_end": True}, key)

    def go_on_until(self, ref: str, until: datetime | None, key: str) -> None:
        """Takes an end back: it goes on to `until`, None for no end."""
        ends = {"cancel_at": int(until.timestamp())} if until else {"cancel_at_period_end": False}
        self._update(ref, ends, key)

    def end_now(self, ref: str) -> None:
        """Ends it at once; what the rest of the period cost is the client's credit at Stripe."""
        with self._asking():
            self._client.v1.subscriptions.cancel(ref, {"prorate": True, "invoice_now": True})

    def _update(self, ref: str, values: dict[str, Any], key: str) -> None:
        with self._asking():
            self._client.v1.subscriptions.update(ref, values, {"idempotency_key": key})

    def fetch_subscription(self, ref: str, noted: Collection[str] = ()) -> SeenSubscription:
        """The subscription and all its invoices, read now; `noted` are the invoices on which credit notes
        are known, which may be void by now. Raises `Unknown`, `Refused`.
        """
        client = self._client.v1
        with self._asking():
            raw = client.subscriptions.retrieve(ref).to_dict(for_json=True)
            listed = _all(client.invoices.list({"subscription": ref, "limit": 100}))
            issued = [one for one in listed if one.get("number") and one["status"] != "draft"]
            invoices = [read_invoice(one, *self._around(one, noted)) for one in reversed(issued)]
        return _read(raw, tuple(invoices))

    def _around(
        self, invoice: dict[str, Any], noted: Collection[str]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The payments of an invoice, and its credit notes."""
        asked = {"invoice": invoice["id"], "limit": 100}
        paid = _all(self._client.v1.invoice_payments.list(asked))
        given = any(invoice.get(f"{when}_payment_credit_notes_amount") for when in ("pre", "post"))
        notes = _all(self._client.v1.credit_notes.list(asked)) if given or invoice["id"] in noted else []
        return paid, notes

    def default_method(self, customer_ref: str) -> str:
        """The way to pay that a client's invoices are collected from there, "" when none is chosen."""
        with self._asking():
            raw = self._client.v1.customers.retrieve(customer_ref).to_dict(for_json=True)
        chosen = (raw.get("invoice_settings") or {}).get("default_payment_method")
        return ident(chosen) if chosen else ""

    def prefer_method(self, customer_ref: str, method_ref: str, subscription_refs: Collection[str]) -> None:
        """Collects from this way to pay from now on; the same twice changes nothing."""
        chosen = {"default_payment_method": method_ref}
        with self._asking():
            self._client.v1.customers.update(customer_ref, {"invoice_settings": chosen})
            for ref in subscription_refs:
                self._client.v1.subscriptions.update(ref, chosen)


def _made_of(order: SubscriptionOrder, product: str, marks: dict[str, str]) -> dict[str, Any]:
    data = _price_data(product, order.price, order.currency, order.rhythm)
    params: dict[str, Any] = {
        "customer": order.customer_ref,
        "default_payment_method": order.method_ref,
        "items": [{"price_data": data, "quantity": order.quantity}],
        "billing_mode": {"type": "flexible"},
        "collection_method": "charge_automatically",
        "payment_behavior": "allow_incomplete",
        "off_session": True,
        "description": order.title[:500],
        "metadata": marks,
    }
    if order.begins_at is not None:
        params["trial_end"] = int(order.begins_at.timestamp())
    if order.ends_at is not None:
        params["cancel_at"] = int(order.ends_at.timestamp())
    return params


def _price_data(product: str, price: int, currency: str, rhythm: str) -> dict[str, Any]:
    interval, count = INTERVALS[rhythm]
    return {
        "currency": currency.lower(),
        "product": product,
        "unit_amount": to_stripe(price, currency),
        "recurring": {"interval": interval, "interval_count": count},
        "tax_behavior": "exclusive",
    }


def _read(raw: dict[str, Any], invoices: tuple[SeenInvoice, ...]) -> SeenSubscription:
    item = raw["items"]["data"][0]
    price, marks, currency = item["price"], raw.get("metadata") or {}, raw["currency"].upper()
    return SeenSubscription(
        ref=raw["id"],
        mark=str(marks.get("subscription") or ""),
        instance=str(marks.get("instance") or ""),
        item_ref=item["id"],
        product_ref=ident(price["product"]),
        method_ref=ident(raw.get("default_payment_method") or ""),
        status=raw["status"],
        price=from_stripe(price.get("unit_amount") or 0, currency),
        quantity=int(item.get("quantity") or 1),
        currency=currency,
        starts_at=instant(item["current_period_start"]),
        ends_at=instant(item["current_period_end"]),
        cancel_at=optional(raw.get("cancel_at")),
        ended_at=optional(raw.get("ended_at")),
        is_paused=bool(raw.get("pause_collection")) or raw["status"] == "paused",
        livemode=bool(raw["livemode"]),
        invoices=invoices,
    )


def _all(page: Any) -> list[dict[str, Any]]:
    return [thing.to_dict(for_json=True) for thing in page.auto_paging_iter()]
