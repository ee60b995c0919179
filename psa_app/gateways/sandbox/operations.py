"""Stripe's API operations that the sandbox knows, each a function of one call."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from psa_app.errors import Invalid
from psa_app.gateways.sandbox import forms, moves, objects
from psa_app.gateways.sandbox.answers import ApiError, Json, missing, required
from psa_app.gateways.sandbox.events import Book, save
from psa_app.gateways.sandbox.store import now
from psa_app.gateways.stripe_amounts import from_stripe, smallest
from psa_app.rules import money

PAGE = ("limit", "starting_after", "ending_before", "created")
_HALF_HOUR, _DAY = 1800, 86400
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Call:
    """One request: ids from its path, decoded parameters, and where payment pages are shown."""

    book: Book
    ids: tuple[str, ...]
    params: Json
    pages_at: str


@dataclass(frozen=True)
class Operation:
    """A method and path of Stripe's API, its parameters, and what does it."""

    method: str
    path: re.Pattern[str]
    takes: tuple[str, ...]
    run: Callable[[Call], Json]


def check(operation: Operation, params: Json) -> None:
    """Refuses what the operation does not take, as Stripe does."""
    for name in params:
        if name == "payment_method_types":
            raise ApiError(
                "payment_method_types is no longer supported; use dynamic payment methods.",
                code="payment_method_types_no_longer_supported",
                param=name,
            )
        if name not in operation.takes and name != "expand":
            raise ApiError(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


# ---- customers ----


def _create_customer(call: Call) -> Json:
    return save(call.book, "customer.created", objects.customer(_customer_values(call)))


def _update_customer(call: Call) -> Json:
    known = call.book.store.get("customer", call.ids[0])
    merged = {**known["metadata"], **forms.metadata(call.params)}
    changed = {**known, **_customer_values(call), "metadata": {k: v for k, v in merged.items() if v}}
    return save(call.book, "customer.updated", changed)


def _customer_values(call: Call) -> Json:
    values: Json = {
        name: forms.text(call.params, name) or None
        for name in ("name", "email", "phone", "description")
        if name in call.params
    }
    if "invoice_settings" in call.params:
        chosen = forms.text(forms.group(call.params, "invoice_settings"), "default_payment_method") or None
        texts = ("custom_fields", "footer", "rendering_options")
        values["invoice_settings"] = {**dict.fromkeys(texts), "default_payment_method": chosen}
    return values | ({"metadata": forms.metadata(call.params)} if "metadata" in call.params else {})


# ---- payment pages ----


def create_session(call: Call) -> Json:
    """A page on which an invoice is paid."""
    params = call.params
    if forms.text(params, "mode", "payment") != "payment":
        raise ApiError("The sandbox opens payment pages in `payment` mode only.", param="mode")
    if forms.text(params, "ui_mode", "hosted_page") != "hosted_page":
        raise ApiError("The sandbox shows hosted pages only.", param="ui_mode")
    if "customer" in params:
        call.book.store.get("customer", forms.text(params, "customer"))
    amount, currency, name, about = _basket(params)
    intent = forms.group(params, "payment_intent_data")
    page = objects.session(
        {
            "amount_subtotal": amount,
            "amount_total": amount,
            "currency": currency,
            "cancel_url": browser_address(params, "cancel_url", needed=False),
            "client_reference_id": forms.text(params, "client_reference_id") or None,
            "customer": forms.text(params, "customer") or None,
            "customer_email": forms.text(params, "customer_email") or None,
            "expires_at": expiry(params),
            "metadata": forms.metadata(params),
            "success_url": browser_address(params, "success_url", needed=True),
            "_intent": {"metadata": forms.metadata(intent), "description": intent.get("description")},
            "_name": name,
            "_about": about,
        }
    )
    firm = forms.text(forms.group(params, "branding_settings"), "display_name")
    if firm:
        page["branding_settings"] = objects.branding(firm)
    base = call.pages_at or origin(page["success_url"]) + "/_sandbox"
    page["url"] = f"{base}/pay/{page['id']}"
    return call.book.store.put(page)


def _basket(params: Json) -> tuple[int, str, str, str]:
    lines = forms.sequence(params, "line_items")
    if not lines:
        raise required("line_items")
    amount, currency, names, about = 0, "", [], []
    for line in lines:
        price = forms.group(line, "price_data") if isinstance(line, dict) else {}
        product = forms.group(price, "product_data")
        if not price or not forms.text(product, "name"):
            raise ApiError("Specify price_data with product_data[name].", param="line_items[0][price_data]")
        if currency and forms.text(price, "currency").lower() != currency:
            raise ApiError("All line items must have the same currency.", param="line_items")
        currency = forms.text(price, "currency").lower()
        amount += forms.whole(price, "unit_amount") * forms.whole(line, "quantity", 1)
        names.append(forms.text(product, "name"))
        about.append(forms.text(product, "description"))
    check_amount(amount, currency)
    return amount, currency, ", ".join(names), " ".join(filter(None, about))


def check_amount(amount: int, currency: str) -> None:
    """Refuses what is too small, no currency, or no whole amount."""
    if currency.upper() not in money.CURRENCIES:
        raise ApiError(f"Invalid currency: {currency[:10]}", param="line_items[0][price_data][currency]")
    if amount < smallest(currency):
        raise ApiError(
            f"The Checkout Session's total amount must be at least {smallest(currency)} ({currency}).",
            code="amount_too_small",
        )
    try:
        from_stripe(amount, currency)
    except Invalid as error:
        raise ApiError("Invalid amount: it must be evenly divisible by 100.", param="amount") from error


def browser_address(params: Json, name: str, *, needed: bool) -> str | None:
    """Where a browser is led to, None when it is left out. Raises `ApiError`."""
    value = forms.text(params, name)
    if not value and not needed:
        return None
    if not value:
        raise required(name)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and re.fullmatch(r"[\w.\-:\[\]]+", parts.netloc)
    except ValueError:
        usable = None
    if not usable or len(value) > 5000:
        raise ApiError("Not a valid URL", code="url_invalid", param=name)
    return value


def origin(address: str) -> str:
    """Scheme and host of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def expiry(params: Json) -> int:
    """When a page closes: from half an hour to a day ahead. Raises `ApiError`."""
    present = now()
    wanted = forms.whole(params, "expires_at", present + _DAY)
    if not present + _HALF_HOUR <= wanted <= present + _DAY:
        raise ApiError(
            "The `expires_at` timestamp must be 30 minutes to 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return wanted


def _expire_session(call: Call) -> Json:
    return moves.expire(call.book, call.ids[0])


# ---- payments, refunds ----


def _cancel_intent(call: Call) -> Json:
    return moves.cancel(call.book, call.ids[0], forms.text(call.params, "cancellation_reason") or None)


def _create_refund(call: Call) -> Json:
    params = call.params
    if ("charge" in params) == ("payment_intent" in params):
        raise ApiError("One of payment_intent or charge should be provided for this request.", param="charge")
    charge_id = forms.text(params, "charge")
    if not charge_id:
        intent = call.book.store.get("payment_intent", forms.text(params, "payment_intent"))
        charge_id = intent["latest_charge"] or ""
        if intent["status"] != "succeeded":
            raise ApiError(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            )
    amount = forms.whole(params, "amount") if "amount" in params else None
    values = {"metadata": forms.metadata(params), "reason": forms.text(params, "reason") or None}
    return moves.refund(call.book, charge_id, amount, values)


# ---- account, events, endpoints ----


def _account(_call: Call) -> Json:
    return objects.account()


def _create_endpoint(call: Call) -> Json:
    url = browser_address(call.params, "url", needed=True) or ""
    own = call.book.store.find("we_sandbox") or {"url": ""}
    if urlsplit(url).hostname not in (*_LOOPBACK, urlsplit(own["url"]).hostname):
        raise ApiError("The sandbox sends messages to this machine only.", code="url_invalid", param="url")
    wanted = forms.sequence(call.params, "enabled_events")
    if not wanted:
        raise required("enabled_events")
    secret = objects.new_id("whsec", 20)
    values = {"url": url, "enabled_events": wanted, "metadata": forms.metadata(call.params)}
    made = objects.endpoint({**values, "description": forms.text(call.params, "description") or None})
    call.book.store.put({**made, "_secret": secret})
    return {**made, "secret": secret}


def _delete_endpoint(call: Call) -> Json:
    known = call.book.store.get("webhook_endpoint", call.ids[0])
    call.book.store.remove(known["id"])
    return {"id": known["id"], "object": "webhook_endpoint", "deleted": True}


# ---- reading ----


def reading(kind: str) -> Callable[[Call], Json]:
    """Reads one object."""
    return lambda call: call.book.store.get(kind, call.ids[0])


def listing_of(kind: str, url: str, *filters: str) -> Callable[[Call], Json]:
    """Reads a page of objects of a kind, the newest first."""

    def run(call: Call) -> Json:
        params = call.params
        limit = forms.whole(params, "limit", 10)
        if not 1 <= limit <= 100:
            raise ApiError("Invalid integer: limit must be between 1 and 100", param="limit")
        equal = {name: forms.text(params, name) for name in filters if name in params}
        found = call.book.store.select(
            kind,
            _filters(equal),
            created=_created(params),
            after=_cursor(call, kind, "starting_after"),
            before=_cursor(call, kind, "ending_before"),
            limit=limit + 1,
        )
        more = len(found) > limit
        page = found[-limit:] if "ending_before" in params else found[:limit]
        return {"object": "list", "url": url, "has_more": more, "data": page}

    return run


def _filters(equal: dict[str, str]) -> dict[str, Any]:
    if "delivery_success" in equal:
        return {
            **{name: value for name, value in equal.items() if name != "delivery_success"},
            "_delivered": int(equal["delivery_success"] == "true"),
        }
    return dict(equal)


def _created(params: Json) -> dict[str, int]:
    given = params.get("created")
    if given is None:
        return {}
    if isinstance(given, str):
        instant = forms.whole(params, "created")
        return {"gte": instant, "lte": instant}
    bounds = forms.group(params, "created")
    if not set(bounds) <= {"gt", "gte", "lt", "lte"}:
        raise ApiError("Received unknown parameter in created", code="parameter_unknown", param="created")
    return {name: forms.whole(bounds, name) for name in bounds}


def _cursor(call: Call, kind: str, name: str) -> str:
    ident = forms.text(call.params, name)
    if ident and call.book.store.find(ident) is None:
        raise missing(kind, ident)
    return ident


def operation(method: str, path: str, run: Callable[[Call], Json], *takes: str) -> Operation:
    """A method and path with what does it; `{id}` stands for an id."""
    pattern = re.escape(path).replace(r"\{id\}", "([A-Za-z0-9_]{1,120})")
    return Operation(method, re.compile("/v1/" + pattern), takes, run)


def listing(path: str, kind: str, *filters: str) -> Operation:
    """Reads objects of a kind page by page."""
    return operation("GET", path, listing_of(kind, "/v1/" + path, *filters), *PAGE, *filters)


_CUSTOMER = ("name", "email", "phone", "description", "metadata", "invoice_settings")
SESSION = (
    "mode",
    "ui_mode",
    "client_reference_id",
    "customer",
    "customer_email",
    "line_items",
    "metadata",
    "payment_intent_data",
    "branding_settings",
    "success_url",
    "cancel_url",
    "expires_at",
)

OPERATIONS = (
    operation("POST", "customers", _create_customer, *_CUSTOMER),
    operation("GET", "customers/{id}", reading("customer")),
    operation("POST", "customers/{id}", _update_customer, *_CUSTOMER),
    listing("checkout/sessions", "checkout.session", "customer", "payment_intent", "status"),
    operation("GET", "checkout/sessions/{id}", reading("checkout.session")),
    operation("POST", "checkout/sessions/{id}/expire", _expire_session),
    listing("payment_intents", "payment_intent", "customer"),
    operation("GET", "payment_intents/{id}", reading("payment_intent")),
    operation("POST", "payment_intents/{id}/cancel", _cancel_intent, "cancellation_reason"),
    listing("charges", "charge", "customer", "payment_intent"),
    operation("GET", "charges/{id}", reading("charge")),
    operation("POST", "refunds", _create_refund, "charge", "payment_intent", "amount", "reason", "metadata"),
    listing("refunds", "refund", "charge", "payment_intent"),
    operation("GET", "refunds/{id}", reading("refund")),
    listing("disputes", "dispute", "charge", "payment_intent"),
    operation("GET", "disputes/{id}", reading("dispute")),
    listing("events", "event", "type", "delivery_success"),
    operation("GET", "events/{id}", reading("event")),
    operation("GET", "account", _account),
    operation(
        "POST",
        "webhook_endpoints",
        _create_endpoint,
        *("url", "enabled_events", "api_version", "description", "metadata"),
    ),
    listing("webhook_endpoints", "webhook_endpoint"),
    operation("DELETE", "webhook_endpoints/{id}", _delete_endpoint),
)
