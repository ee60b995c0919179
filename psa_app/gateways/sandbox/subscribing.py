"""Subscriptions as Stripe manages them: made, changed, paused, renewed, ended."""

import calendar
from datetime import UTC, datetime, timedelta

from psa_app.gateways.sandbox import bills, forms, objects, saved
from psa_app.gateways.sandbox import operations as base
from psa_app.gateways.sandbox.answers import ApiError, Json, required
from psa_app.gateways.sandbox.events import Book, save
from psa_app.gateways.sandbox.operations import Call
from psa_app.gateways.sandbox.store import now
from psa_app.gateways.stripe_amounts import smallest

_RUNS = ("trialing", "active", "past_due")


def _create_product(call: Call) -> Json:
    if not forms.text(call.params, "name"):
        raise required("name")
    return call.book.store.put(
        {
            "id": objects.new_id("prod"),
            "object": "product",
            "active": True,
            "created": now(),
            "images": [],
            "livemode": False,
            "marketing_features": [],
            "metadata": forms.metadata(call.params),
            "name": forms.text(call.params, "name"),
            "updated": now(),
        }
    )


def _create_tax_rate(call: Call) -> Json:
    return call.book.store.put(
        {
            "id": objects.new_id("txr"),
            "object": "tax_rate",
            "active": True,
            "created": now(),
            "display_name": forms.text(call.params, "display_name"),
            "inclusive": forms.text(call.params, "inclusive") == "true",
            "livemode": False,
            "metadata": forms.metadata(call.params),
            "percentage": float(forms.text(call.params, "percentage")),
        }
    )


def _item(call: Call) -> Json:
    items = forms.sequence(call.params, "items")
    if len(items) != 1:
        raise ApiError("The sandbox keeps one item for each subscription.", param="items")
    given: Json = items[0]
    return given


def _price(book: Book, item: Json) -> Json:
    data = forms.group(item, "price_data")
    recurring = forms.group(data, "recurring")
    book.store.get("product", forms.text(data, "product"))
    amount, currency = forms.whole(data, "unit_amount"), forms.text(data, "currency").lower()
    if amount:
        base.check_amount(max(amount, smallest(currency)), currency)
    return book.store.put(
        {
            "id": objects.new_id("price"),
            "object": "price",
            "active": True,
            "billing_scheme": "per_unit",
            "created": now(),
            "currency": currency,
            "livemode": False,
            "metadata": {},
            "product": forms.text(data, "product"),
            "recurring": {
                "interval": forms.text(recurring, "interval"),
                "interval_count": forms.whole(recurring, "interval_count", 1),
                "meter": None,
                "usage_type": "licensed",
            },
            "tax_behavior": "exclusive",
            "type": "recurring",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
        }
    )


def _create(call: Call) -> Json:
    """A subscription: billed at once, or when its trial ends."""
    book, params = call.book, call.params
    customer = book.store.get("customer", forms.text(params, "customer"))
    method = book.store.get("payment_method", forms.text(params, "default_payment_method"))
    if method["customer"] != customer["id"]:
        raise ApiError("The payment method does not belong to this customer.", param="default_payment_method")
    item, present = _item(call), now()
    price = _price(book, item)
    trial_end = forms.whole(params, "trial_end", present)
    if trial_end < present:
        raise ApiError(
            "Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end"
        )
    rates = [book.store.get("tax_rate", one) for one in forms.sequence(params, "default_tax_rates")]
    made = _subscription(params, price, max(trial_end, present), rates)
    made["items"]["data"][0]["quantity"] = forms.whole(item, "quantity", 1)
    save(book, "customer.subscription.created", made)
    if trial_end <= present:
        made["status"] = "incomplete"
        book.store.put(made)
        _bill(book, made, "subscription_create")
    return book.store.get("subscription", made["id"])


def _subscription(params: Json, price: Json, anchor: int, rates: list[Json]) -> Json:
    ident, present = objects.new_id("sub"), now()
    trial = anchor > present
    end = anchor if trial else _after(anchor, price, 1)
    item = {
        "id": objects.new_id("si"),
        "object": "subscription_item",
        "created": present,
        "current_period_end": end,
        "current_period_start": present if trial else anchor,
        "discounts": [],
        "metadata": {},
        "price": price,
        "quantity": 1,
        "subscription": ident,
        "tax_rates": [],
    }
    return {
        "id": ident,
        "object": "subscription",
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": anchor,
        "billing_mode": {"type": "flexible"},
        "billing_schedules": [],
        "cancel_at": forms.whole(params, "cancel_at", 0) or None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "collection_method": "charge_automatically",
        "created": present,
        "currency": price["currency"],
        "customer": forms.text(params, "customer"),
        "default_payment_method": forms.text(params, "default_payment_method"),
        "default_tax_rates": rates,
        "description": forms.text(params, "description") or None,
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {"issuer": {"type": "self"}},
        "items": {
            "object": "list",
            "data": [item],
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={ident}",
        },
        "latest_invoice": None,
        "livemode": False,
        "metadata": forms.metadata(params),
        "pause_collection": None,
        "start_date": present,
        "status": "trialing" if trial else "active",
        "trial_end": anchor if trial else None,
        "trial_start": present if trial else None,
        "_pending": [],
    }


def _after(anchor: int, price: Json, times: int) -> int:
    """The anchor a number of periods on: its day, clamped to the month's end."""
    at, each = datetime.fromtimestamp(anchor, UTC), price["recurring"]
    count = int(each["interval_count"]) * times
    if each["interval"] in ("day", "week"):
        days = count * (7 if each["interval"] == "week" else 1)
        return int((at + timedelta(days=days)).timestamp())
    months = at.year * 12 + at.month - 1 + count * (12 if each["interval"] == "year" else 1)
    year, month = divmod(months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return int(at.replace(year=year, month=month + 1, day=day).timestamp())


def _next_end(subscription: Json, start: int) -> int:
    """The end of the period that begins at an instant."""
    anchor, price = subscription["billing_cycle_anchor"], subscription["items"]["data"][0]["price"]
    times = 1
    while _after(anchor, price, times) <= start:
        times += 1
    return _after(anchor, price, times)


def _bill(book: Book, subscription: Json, reason: str) -> None:
    """Bills the period that the item is in, with what changes left to bill, and collects it."""
    item = subscription["items"]["data"][0]
    start, end = item["current_period_start"], item["current_period_end"]
    amount = item["price"]["unit_amount"] * item["quantity"]
    fee = bills.line(subscription, amount, _about(book, item), start, end, proration=False)
    invoice = bills.make(book, subscription, [*subscription["_pending"], fee], reason)
    subscription |= {"latest_invoice": invoice["id"], "_pending": []}
    book.store.put(subscription)
    if subscription["pause_collection"]:
        bills.void(book, invoice)
    else:
        _collect(book, subscription, invoice)


def _about(book: Book, item: Json) -> str:
    name = book.store.get("product", item["price"]["product"])["name"]
    return f"{item['quantity']} × {name}"


def _collect(book: Book, subscription: Json, invoice: Json) -> None:
    if invoice["amount_due"] == 0:
        bills.settle(book, invoice, 0)
        return
    method = book.store.get("payment_method", subscription["default_payment_method"])
    page = {
        "id": "",
        "amount_total": invoice["amount_due"],
        "currency": invoice["currency"],
        "customer": subscription["customer"],
        "_intent": {"metadata": {}, "description": "Subscription update"},
    }
    intent = objects.payment_intent(page) | {"payment_method": method["id"], "_invoice": invoice["id"]}
    save(book, "payment_intent.created", intent)
    bills.pays(book, invoice, intent)
    answer = saved.charge(book, intent, method)
    if "error" in answer:
        bills.unpaid(book, book.store.get("invoice", invoice["id"]))


def retry(book: Book, invoice_id: str) -> None:
    """Tries again to collect an invoice of a subscription."""
    invoice = book.store.get("invoice", invoice_id)
    if invoice["status"] != "open":
        raise ApiError(f"This invoice is {invoice['status']} already.")
    for row in book.store.select("invoice_payment", {"invoice": invoice_id, "status": "open"}, limit=10):
        book.store.put({**row, "status": "canceled"})
    ident = invoice["parent"]["subscription_details"]["subscription"]
    _collect(book, book.store.get("subscription", ident), invoice)


def renew_due(book: Book) -> None:
    """Bills every subscription whose period is over, and ends those that were to end."""
    for subscription in book.store.newest("subscription"):
        found: Json | None = subscription
        while found and _is_due(found):
            found = renew(book, found["id"])


def _is_due(subscription: Json) -> bool:
    ends = int(subscription["items"]["data"][0]["current_period_end"])
    return subscription["status"] in _RUNS and min(ends, subscription["cancel_at"] or ends) <= now()


def renew(book: Book, subscription_id: str) -> Json | None:
    """The next period: billed, or the end when it was cancelled. None once it has ended."""
    subscription = book.store.get("subscription", subscription_id)
    if subscription["status"] not in _RUNS:
        raise ApiError(f"This subscription is {subscription['status']}.")
    item = subscription["items"]["data"][0]
    start = int(item["current_period_end"])
    if subscription["cancel_at_period_end"] or (subscription["cancel_at"] or start + 1) <= start:
        ends = subscription["cancel_at"] or start
        is_part = ends < start and subscription["status"] != "trialing"
        _finish(book, subscription, ends if is_part else None)
        return None
    item |= {"current_period_start": start, "current_period_end": _next_end(subscription, start)}
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    save(book, "customer.subscription.updated", subscription)
    _bill(book, subscription, "subscription_cycle")
    return book.store.get("subscription", subscription_id)


def _finish(book: Book, subscription: Json, since: int | None) -> Json:
    """It ends: what changes left to bill is billed, less what its period has left from an instant on."""
    item, lines = subscription["items"]["data"][0], list(subscription["_pending"])
    if since is not None:
        fee = item["price"]["unit_amount"] * item["quantity"]
        lines += _rest(book, subscription, -fee, "Unused time of ", since)
    ended = _end(book, subscription | {"_pending": []})
    if lines:
        _collect(book, ended, bills.make(book, ended, lines, "subscription_update"))
    return ended


def _end(book: Book, subscription: Json) -> Json:
    ended = {"status": "canceled", "ended_at": now(), "canceled_at": subscription["canceled_at"] or now()}
    return save(book, "customer.subscription.deleted", subscription | ended)


def _update(call: Call) -> Json:
    book, params = call.book, call.params
    subscription = book.store.get("subscription", call.ids[0])
    if subscription["status"] in ("canceled", "incomplete_expired"):
        raise ApiError("A canceled subscription can only update its cancellation_details and metadata.")
    if "items" in params:
        _change_item(call, subscription)
    if "pause_collection" in params:
        given = params["pause_collection"]
        pause = {"behavior": forms.text(given, "behavior"), "resumes_at": None} if given else None
        subscription["pause_collection"] = pause
    if "default_payment_method" in params:
        subscription["default_payment_method"] = forms.text(params, "default_payment_method")
    if "cancel_at_period_end" in params:
        ends = forms.text(params, "cancel_at_period_end") == "true"
        at = subscription["items"]["data"][0]["current_period_end"] if ends else None
        subscription |= {"cancel_at_period_end": ends, "cancel_at": at}
        subscription["canceled_at"] = now() if ends else None
    if "cancel_at" in params:
        subscription |= {"cancel_at": forms.whole(params, "cancel_at"), "cancel_at_period_end": False}
    return save(book, "customer.subscription.updated", subscription)


def _change_item(call: Call, subscription: Json) -> None:
    """Another price or quantity: what it costs for the rest of the period comes with the next invoice."""
    given, item = _item(call), subscription["items"]["data"][0]
    if forms.text(given, "id") != item["id"]:
        raise ApiError("No such subscription item.", param="items[0][id]")
    before = item["price"]["unit_amount"] * item["quantity"]
    if "price_data" in given:
        item["price"] = _price(call.book, given)
    item["quantity"] = forms.whole(given, "quantity", item["quantity"])
    after = item["price"]["unit_amount"] * item["quantity"]
    is_prorated = forms.text(call.params, "proration_behavior", "create_prorations") != "none"
    if subscription["status"] != "trialing" and before != after and is_prorated:
        subscription["_pending"] += _rest(call.book, subscription, -before, "Unused time of ", now())
        subscription["_pending"] += _rest(call.book, subscription, after, "Remaining time of ", now())


def _rest(book: Book, subscription: Json, amount: int, words: str, since: int) -> list[Json]:
    """The share of an amount that the period has left from an instant on; Stripe rounds it down."""
    item = subscription["items"]["data"][0]
    start, end = item["current_period_start"], item["current_period_end"]
    part = amount * (end - since) // (end - start)
    about = words + _about(book, item)
    return [bills.line(subscription, part, about, since, end, proration=True)] if part else []


def _cancel(call: Call) -> Json:
    """Ends a subscription at once; `prorate` gives the rest back as credit for the client."""
    book = call.book
    subscription = book.store.get("subscription", call.ids[0])
    if subscription["status"] == "canceled":
        raise ApiError("No such subscription.", status=404, code="resource_missing")
    gives = forms.text(call.params, "prorate") == "true" and subscription["status"] in ("active", "past_due")
    if forms.text(call.params, "invoice_now") != "true":
        return _end(book, subscription | {"_pending": []})
    return _finish(book, subscription, now() if gives else None)


def _listed(call: Call) -> Json:
    """Those that have not ended; `status` may be "all" or one state."""
    asked = dict(call.params)
    if asked.get("status") == "all":
        del asked["status"]
    listed = base.listing_of("subscription", "/v1/subscriptions", "customer", "status")
    return listed(Call(call.book, call.ids, asked, call.pages_at))


def _invoices(call: Call) -> Json:
    asked = dict(call.params)
    if "subscription" in asked:
        asked["_subscription"] = asked.pop("subscription")
    listed = base.listing_of("invoice", "/v1/invoices", "customer", "status", "_subscription")
    return listed(Call(call.book, call.ids, asked, call.pages_at))


_ITEM = ("items", "default_payment_method", "metadata", "description", "proration_behavior")
OPERATIONS = (
    base.operation("POST", "products", _create_product, "name", "metadata"),
    base.operation("GET", "products/{id}", base.reading("product")),
    base.operation(
        "POST",
        "tax_rates",
        _create_tax_rate,
        *("display_name", "inclusive", "percentage", "metadata"),
    ),
    base.operation(
        "POST",
        "subscriptions",
        _create,
        *("customer", "collection_method", "default_tax_rates", "trial_end", "cancel_at"),
        *("billing_mode", "payment_behavior", "off_session", *_ITEM),
    ),
    base.operation("GET", "subscriptions", _listed, *base.PAGE, "customer", "status"),
    base.operation("GET", "subscriptions/{id}", base.reading("subscription")),
    base.operation(
        "POST", "subscriptions/{id}", _update, "pause_collection", "cancel_at_period_end", "cancel_at", *_ITEM
    ),
    base.operation("DELETE", "subscriptions/{id}", _cancel, "prorate", "invoice_now"),
    base.operation("GET", "invoices", _invoices, *base.PAGE, "customer", "status", "subscription"),
    base.operation("GET", "invoices/{id}", base.reading("invoice")),
    base.listing("invoice_payments", "invoice_payment", "invoice", "status"),
)
