"""Saved ways to pay: setup pages, payment methods, mandates, and charges without the payer."""

import secrets
from typing import Any

from psa_app.gateways.sandbox import forms, moves, objects
from psa_app.gateways.sandbox import operations as base
from psa_app.gateways.sandbox.answers import ApiError, Json, required
from psa_app.gateways.sandbox.events import Book, save
from psa_app.gateways.sandbox.operations import Call
from psa_app.gateways.sandbox.store import now

# What a saved method does when it is charged; the control page can change it.
BEHAVIOURS = ("pays", "insufficient_funds", "lost_card", "do_not_honor", "authentication_required")
_DECLINES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "do_not_honor": "Your card was declined.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}


def open_session(call: Call) -> Json:
    """A page to pay on, or in `setup` mode one on which a way to pay is saved."""
    params = call.params
    if forms.text(params, "mode", "payment") != "setup":
        return base.create_session(call)
    if forms.text(params, "ui_mode", "hosted_page") != "hosted_page":
        raise ApiError("The sandbox shows hosted pages only.", param="ui_mode")
    if not forms.text(params, "currency"):
        raise required("currency")
    customer_id = forms.text(params, "customer")
    if customer_id:
        call.book.store.get("customer", customer_id)
    intent = save(call.book, "setup_intent.created", _setup_intent(params, customer_id or None))
    page = objects.session(
        {
            "mode": "setup",
            "amount_subtotal": None,
            "amount_total": None,
            "currency": forms.text(params, "currency").lower(),
            "cancel_url": base.browser_address(params, "cancel_url", needed=False),
            "client_reference_id": forms.text(params, "client_reference_id") or None,
            "customer": customer_id or None,
            "customer_email": forms.text(params, "customer_email") or None,
            "expires_at": base.expiry(params),
            "metadata": forms.metadata(params),
            "payment_status": "no_payment_required",
            "setup_intent": intent["id"],
            "success_url": base.browser_address(params, "success_url", needed=True),
            "_name": "Save a way to pay",
            "_about": "",
        }
    )
    firm = forms.text(forms.group(params, "branding_settings"), "display_name")
    if firm:
        page["branding_settings"] = objects.branding(firm)
    page["url"] = f"{call.pages_at or base.origin(page['success_url']) + '/_sandbox'}/pay/{page['id']}"
    return call.book.store.put(page)


def _setup_intent(params: Json, customer: str | None) -> Json:
    ident = objects.new_id("seti")
    return {
        "id": ident,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None,
        "cancellation_reason": None,
        "client_secret": f"{ident}_secret_{secrets.token_hex(12)}",
        "created": now(),
        "customer": customer,
        "description": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": forms.metadata(forms.group(params, "setup_intent_data")),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": "off_session",
    }


def save_card(book: Book, session_id: str) -> Json:
    """The payer saves a card."""
    return _save(
        book, session_id, objects.card()["card"] | {"networks": None, "generated_from": None}, "card"
    )


def save_debit(book: Book, session_id: str) -> Json:
    """The payer gives a mandate for direct debit: SEPA in euro, ACH elsewhere."""
    page = book.store.get("checkout.session", session_id)
    shown = objects.bank_debit(page["currency"])
    kind = shown["type"]
    details = {
        name: value for name, value in shown[kind].items() if name not in ("mandate", "payment_reference")
    }
    return _save(book, session_id, details, kind)


def _save(book: Book, session_id: str, details: Json, kind: str) -> Json:
    page = book.store.get("checkout.session", session_id)
    if page["status"] != "open" or page["mode"] != "setup" or page["expires_at"] <= now():
        raise ApiError("This page is closed.", code="checkout_session_expired")
    if not page["customer"]:
        made = objects.customer({"email": page["customer_email"]})
        page["customer"] = save(book, "customer.created", made)["id"]
    intent = book.store.get("setup_intent", page["setup_intent"])
    hidden = ("installments", "mandate", "network", "three_d_secure") if kind == "card" else ()
    method = {
        "id": objects.new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": {
            "address": None,
            "email": page["customer_email"],
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        kind: {name: value for name, value in details.items() if name not in hidden},
        "created": now(),
        "customer": page["customer"],
        "livemode": False,
        "metadata": {},
        "type": kind,
        "_behaviour": "pays",
    }
    save(book, "payment_method.attached", method)
    if kind != "card":
        intent["mandate"] = book.store.put(_mandate(method))["id"]
    intent |= {"status": "succeeded", "payment_method": method["id"], "customer": page["customer"]}
    intent["payment_method_types"] = [kind]
    save(book, "setup_intent.succeeded", intent)
    page |= {"status": "complete", "url": None, "payment_method_types": [kind]}
    save(book, "checkout.session.completed", page)
    return method


def _mandate(method: Json) -> Json:
    kind = method["type"]
    ident = objects.new_id("mandate")
    sepa = {"reference": ident[-12:].upper(), "url": "https://example.org/mandate"}
    return {
        "id": ident,
        "object": "mandate",
        "created": now(),
        "customer_acceptance": {
            "accepted_at": now(),
            "online": {"ip_address": "127.0.0.1", "user_agent": "sandbox"},
            "type": "online",
        },
        "livemode": False,
        "multi_use": {},
        "payment_method": method["id"],
        "payment_method_details": {"type": kind, kind: sepa if kind == "sepa_debit" else {}},
        "status": "active",
        "type": "multi_use",
    }


def behave(book: Book, method_id: str, behaviour: str) -> Json:
    """What the next charges of a saved method meet."""
    if behaviour not in BEHAVIOURS:
        raise ApiError(f"Choose one of {', '.join(BEHAVIOURS)}.")
    return book.store.put({**book.store.get("payment_method", method_id), "_behaviour": behaviour})


def _detach(call: Call) -> Json:
    return remove(call.book, call.ids[0])


def remove(book: Book, method_id: str) -> Json:
    """Takes a method from its customer: it can never be charged again."""
    method = book.store.get("payment_method", method_id)
    if not method["customer"]:
        raise ApiError(f"The payment method {method_id} is not attached to a customer.")
    return save(book, "payment_method.detached", method | {"customer": None})


def create_intent(call: Call) -> Json:
    """A charge without the payer: off session, with a saved method, confirmed at once."""
    params = call.params
    if forms.text(params, "confirm") != "true" or not forms.text(params, "payment_method"):
        raise ApiError("The sandbox charges saved methods only: payment_method and confirm.", param="confirm")
    amount, currency = forms.whole(params, "amount"), forms.text(params, "currency").lower()
    base.check_amount(amount, currency)
    method = call.book.store.get("payment_method", forms.text(params, "payment_method"))
    customer = call.book.store.get("customer", forms.text(params, "customer"))
    if method["customer"] != customer["id"]:
        raise ApiError("The payment method does not belong to this customer.", param="payment_method")
    page = {
        "id": "",
        "amount_total": amount,
        "currency": currency,
        "customer": customer["id"],
        "_intent": {"metadata": forms.metadata(params), "description": params.get("description")},
    }
    intent = objects.payment_intent(page) | {"payment_method": method["id"]}
    save(call.book, "payment_intent.created", intent)
    return charge(call.book, intent, method)


def charge(book: Book, intent: Json, method: Json) -> Json:
    """Collects an attempt from a saved method; an answer with "error" when the bank said no."""
    kind, behaviour = method["type"], method["_behaviour"]
    shown = objects.card() if kind == "card" else objects.bank_debit(intent["currency"])
    if behaviour != "pays" and kind == "card":
        return _declined(book, intent, behaviour, shown)
    if kind == "card":
        taken = objects.charge(intent, status="succeeded", method=shown, email=None)
        moves.collect(book, intent, taken | {"payment_method": method["id"]})
        return intent
    pending = objects.charge(intent, status="pending", method=shown, email=None)
    pending |= {"paid": False, "outcome": None, "payment_method": method["id"]}
    save(book, "charge.pending", pending)
    intent |= {"status": "processing", "latest_charge": pending["id"], "payment_method_types": [kind]}
    save(book, "payment_intent.processing", intent)
    if behaviour != "pays":
        moves.bounce(book, intent["id"])
    return book.store.get("payment_intent", intent["id"])


def _declined(book: Book, intent: Json, reason: str, shown: Json) -> Json:
    """402 with the intent inside, as Stripe answers; what was stored stays."""
    refused = objects.charge(intent, status="failed", method=shown, email=None)
    is_check = reason == "authentication_required"
    code = reason if is_check else "card_declined"
    refused |= {"failure_code": code, "failure_message": _DECLINES[reason]}
    save(book, "charge.failed", refused)
    error: dict[str, Any] = {"code": code, "message": _DECLINES[reason], "decline_code": reason}
    intent["payment_method"] = None
    moves.failed(book, intent, {**error, "charge": refused["id"]}, refused["id"])
    told = {"type": "card_error", **error, "charge": refused["id"], "payment_intent": intent}
    return {"error": told, "_status": 402}


def _methods(call: Call) -> Json:
    return base.listing_of("payment_method", "/v1/payment_methods", "customer", "type")(call)


_SETUP = ("currency", "setup_intent_data", "customer_creation")
OPERATIONS = (
    base.operation("POST", "checkout/sessions", open_session, *base.SESSION, *_SETUP),
    base.operation(
        "POST",
        "payment_intents",
        create_intent,
        *("amount", "currency", "customer", "payment_method", "off_session", "confirm", "description"),
        *("metadata", "automatic_payment_methods", "error_on_requires_action"),
    ),
    base.operation("GET", "setup_intents/{id}", base.reading("setup_intent")),
    base.listing("setup_intents", "setup_intent", "customer"),
    base.operation("GET", "payment_methods/{id}", base.reading("payment_method")),
    base.operation("GET", "payment_methods", _methods, *base.PAGE, "customer", "type"),
    base.operation("POST", "payment_methods/{id}/detach", _detach),
    base.operation("GET", "mandates/{id}", base.reading("mandate")),
)
