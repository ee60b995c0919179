"""Invoices that Stripe makes of a subscription: their lines, their tax, and what becomes of them."""

from decimal import Decimal
from typing import Any

from psa_app.gateways.sandbox import objects
from psa_app.gateways.sandbox.answers import Json
from psa_app.gateways.sandbox.events import Book, save
from psa_app.gateways.sandbox.store import now


def line(subscription: Json, amount: int, about: str, start: int, end: int, *, proration: bool) -> Json:
    """A line of a subscription's invoice; what a change gives back is below zero."""
    item = subscription["items"]["data"][0]
    details = {
        "invoice_item": None,
        "proration": proration,
        "proration_details": None,
        "subscription": subscription["id"],
        "subscription_item": item["id"],
    }
    return {
        "id": objects.new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": subscription["currency"],
        "description": about,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": details,
            "type": "subscription_item_details",
        },
        "period": {"start": start, "end": end},
        "quantity": item["quantity"],
        "subtotal": amount,
        "taxes": [],
    }


def make(book: Book, subscription: Json, lines: list[Json], reason: str) -> Json:
    """A finalised invoice of a subscription; what the client has as credit is taken off what is due."""
    customer = book.store.get("customer", subscription["customer"])
    ident, taxes = objects.new_id("in"), _taxes(subscription, lines)
    subtotal = sum(one["amount"] for one in lines)
    total = subtotal + sum(one["amount"] for one in taxes)
    before = int(customer["balance"])
    due = max(total + before, 0)
    customer |= {"balance": min(total + before, 0), "next_invoice_sequence": _sequence(customer) + 1}
    book.store.put(customer)
    made = _empty(ident, subscription, reason) | {
        "number": f"{customer['invoice_prefix']}-{_sequence(customer) - 1:04d}",
        "amount_due": due,
        "amount_remaining": due,
        "ending_balance": customer["balance"],
        "starting_balance": before,
        "lines": _listing([{**one, "invoice": ident} for one in lines], f"/v1/invoices/{ident}/lines"),
        "period_start": min(one["period"]["start"] for one in lines),
        "period_end": max(one["period"]["end"] for one in lines),
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": total,
        "total_excluding_tax": subtotal,
        "total_taxes": taxes,
    }
    return save(book, "invoice.finalized", made)


def _sequence(customer: Json) -> int:
    return int(customer.get("next_invoice_sequence") or 1)


def _taxes(subscription: Json, lines: list[Json]) -> list[Json]:
    """Each rate on the sum of the lines, rounded half up."""
    net = sum(one["amount"] for one in lines)
    found: list[Json] = []
    for rate in subscription["default_tax_rates"]:
        share = Decimal(str(rate["percentage"])) / 100
        found.append(
            {
                "amount": int((abs(net) * share + Decimal("0.5")) // 1) * (1 if net >= 0 else -1),
                "tax_behavior": "exclusive",
                "tax_rate_details": {"tax_rate": rate["id"]},
                "taxability_reason": "standard_rated",
                "taxable_amount": net,
                "type": "tax_rate_details",
            }
        )
    return found


def _listing(rows: list[Json], url: str) -> Json:
    return {"object": "list", "data": rows, "has_more": False, "url": url}


def _empty(ident: str, subscription: Json, reason: str) -> Json:
    return {
        "id": ident,
        "object": "invoice",
        "amount_due": 0,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": 0,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None, "status": None},
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": now(),
        "currency": subscription["currency"],
        "customer": subscription["customer"],
        "default_payment_method": None,
        "default_tax_rates": subscription["default_tax_rates"],
        "description": None,
        "discounts": [],
        "due_date": None,
        "hosted_invoice_url": None,
        "issuer": {"type": "self"},
        "livemode": False,
        "metadata": {},
        "parent": {
            "quote_details": None,
            "subscription_details": {
                "metadata": subscription["metadata"],
                "subscription": subscription["id"],
            },
            "type": "subscription_details",
        },
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "status": "open",
        "_subscription": subscription["id"],
        "status_transitions": {
            "finalized_at": now(),
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
    }


def pays(book: Book, invoice: Json, intent: Json) -> Json:
    """Ties an attempt to the invoice that it is to pay."""
    return book.store.put(
        {
            "id": objects.new_id("inpay"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": invoice["amount_remaining"],
            "created": now(),
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
    )


def paid(book: Book, intent: Json) -> None:
    """The money of an invoice's attempt has come: it is paid, and its subscription runs."""
    invoice = book.store.find(str(intent.get("_invoice") or ""))
    if invoice is None or invoice["status"] != "open":
        return
    for row in book.store.select("invoice_payment", {"invoice": invoice["id"], "status": "open"}, limit=10):
        done = {"canceled_at": None, "paid_at": now()}
        settled = {"status": "paid", "amount_paid": intent["amount"], "status_transitions": done}
        book.store.put({**row, **settled})
    settle(book, invoice, intent["amount"])


def settle(book: Book, invoice: Json, amount: int) -> None:
    """Marks an invoice as paid, also one of which nothing is due."""
    invoice |= {"status": "paid", "amount_paid": amount, "amount_remaining": 0, "attempted": True}
    invoice["status_transitions"] = {**invoice["status_transitions"], "paid_at": now()}
    save(book, "invoice.paid", invoice)
    subscription = book.store.find(_subscription_of(invoice))
    if subscription and subscription["status"] in ("incomplete", "past_due"):
        save(book, "customer.subscription.updated", subscription | {"status": "active"})


def bounced(book: Book, intent: Json) -> None:
    """A debit for an invoice came back unpaid."""
    invoice = book.store.find(str(intent.get("_invoice") or ""))
    if invoice is not None and invoice["status"] == "open":
        unpaid(book, invoice)


def unpaid(book: Book, invoice: Json) -> None:
    """An attempt failed: the invoice stays open, and its subscription is behind."""
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    save(book, "invoice.payment_failed", invoice)
    subscription = book.store.find(_subscription_of(invoice))
    if subscription and subscription["status"] == "active":
        save(book, "customer.subscription.updated", subscription | {"status": "past_due"})


def void(book: Book, invoice: Json) -> None:
    """An invoice that nobody has to pay."""
    invoice |= {"status": "void", "amount_remaining": 0}
    invoice["status_transitions"] = {**invoice["status_transitions"], "voided_at": now()}
    save(book, "invoice.voided", invoice)


def _subscription_of(invoice: Json) -> str:
    details: Any = invoice["parent"]["subscription_details"]
    return str(details["subscription"])
