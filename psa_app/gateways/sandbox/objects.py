"""New objects, shaped as Stripe's API 2026-10-28.endive shows them."""

import secrets
from typing import Any

from psa_app.gateways.sandbox.answers import API_VERSION, Json
from psa_app.gateways.sandbox.store import now

ACCOUNT_ID = "acct_sandbox"


def new_id(prefix: str, size: int = 12) -> str:
    """A random id such as "pi_3f…"; 24 bytes where the id alone opens a page."""
    return f"{prefix}_{secrets.token_hex(size)}"


def account() -> Json:
    """The one account there is."""
    return {
        "id": ACCOUNT_ID,
        "object": "account",
        "business_profile": {"name": "Sandbox firm", "url": None},
        "charges_enabled": True,
        "payouts_enabled": True,
        "details_submitted": True,
        "country": "US",
        "default_currency": "usd",
        "email": None,
        "type": "standard",
        "created": 0,
        "metadata": {},
    }


def customer(values: Json) -> Json:
    """A customer with what the caller gave."""
    return {
        "id": new_id("cus"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": now(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": secrets.token_hex(4).upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        **values,
    }


def session(values: Json) -> Json:
    """An open payment page; its PaymentIntent comes with the first attempt to pay."""
    return {
        "id": new_id("cs_test", 24),
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "allow_promotion_codes": None,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": now(),
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer": None,
        "customer_creation": "if_required",
        "customer_details": None,
        "customer_email": None,
        "discounts": [],
        "invoice": None,
        "invoice_creation": None,
        "livemode": False,
        "locale": None,
        "mode": "payment",
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": None,
        "subscription": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        **values,
    }


def branding(name: str) -> Json:
    """How a payment page names the firm."""
    return {
        "background_color": "#ffffff",
        "border_style": "rounded",
        "button_color": "#3a5bc7",
        "display_name": name,
        "font_family": "inter",
        "icon": None,
        "logo": None,
    }


def payment_intent(page: Json) -> Json:
    """The attempt to collect what a payment page asks for."""
    ident = new_id("pi")
    return {
        "id": ident,
        "object": "payment_intent",
        "amount": page["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{ident}_secret_{secrets.token_hex(12)}",
        "confirmation_method": "automatic",
        "created": now(),
        "currency": page["currency"],
        "customer": page["customer"],
        "description": page["_intent"].get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": page["_intent"].get("metadata", {}),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
        "_session": page["id"],
    }


def charge(intent: Json, *, status: str, method: Json, email: str | None) -> Json:
    """One pull on the payer's account: status is "succeeded", "pending" or "failed"."""
    paid = status != "failed"
    return {
        "id": new_id("py" if method["type"] != "card" else "ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if paid else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": email, "name": None, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": "SANDBOX",
        "captured": paid,
        "created": now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": charge_outcome(status),
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": new_id("pm"),
        "payment_method_details": method,
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": status,
        "transfer_data": None,
        "transfer_group": None,
    }


def charge_outcome(status: str) -> Json:
    """What the payer's bank answered to a charge."""
    failed = status == "failed"
    return {
        "network_status": "declined_by_network" if failed else "approved_by_network",
        "reason": "insufficient_funds" if failed else None,
        "risk_level": "normal",
        "seller_message": "The bank declined the payment." if failed else "Payment complete.",
        "type": "issuer_declined" if failed else "authorized",
    }


def card() -> Json:
    """The sandbox's one card."""
    details = {
        "brand": "visa",
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": "sandboxcard",
        "funding": "credit",
        "installments": None,
        "last4": "4242",
        "mandate": None,
        "network": "visa",
        "three_d_secure": None,
        "wallet": None,
    }
    return {"type": "card", "card": details}


def bank_debit(currency: str) -> Json:
    """A direct debit: SEPA in euro, ACH elsewhere."""
    if currency == "eur":
        sepa = {
            "bank_code": "37040044",
            "branch_code": "",
            "country": "DE",
            "fingerprint": "sandboxdebit",
            "last4": "3000",
            "mandate": new_id("mandate"),
        }
        return {"type": "sepa_debit", "sepa_debit": sepa}
    ach = {
        "account_holder_type": "company",
        "account_type": "checking",
        "bank_name": "SANDBOX BANK",
        "fingerprint": "sandboxdebit",
        "last4": "6789",
        "mandate": new_id("mandate"),
        "payment_reference": None,
        "routing_number": "110000000",
    }
    return {"type": "us_bank_account", "us_bank_account": ach}


def refund(paid: Json, amount: int, values: Json) -> Json:
    """Money on its way back to the payer."""
    kind = paid["payment_method_details"]["type"]
    return {
        "id": new_id("re" if kind == "card" else "pyr"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": paid["id"],
        "created": now(),
        "currency": paid["currency"],
        "metadata": {},
        "payment_intent": paid["payment_intent"],
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded" if kind == "card" else "pending",
        "transfer_reversal": None,
        **values,
    }


def dispute(paid: Json, amount: int) -> Json:
    """The payer's bank takes the money back until the case is decided."""
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": paid["id"],
        "created": now(),
        "currency": paid["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": now() + 9 * 86_400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": paid["payment_intent"],
        "reason": "general",
        "status": "needs_response",
    }


def balance_transaction(kind: str, source: str, amount: int, currency: str, fee: int) -> Json:
    """One line of the account's balance; `amount` is signed."""
    fees = [
        {"amount": fee, "application": None, "currency": currency, "description": "Stripe processing fees"}
    ]
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now() + 2 * 86_400,
        "balance_type": "payments",
        "created": now(),
        "currency": currency,
        "description": None,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [{**line, "type": "stripe_fee"} for line in fees if fee],
        "net": amount - fee,
        "reporting_category": {"adjustment": "dispute", "payment": "charge"}.get(kind, kind),
        "source": source,
        "status": "pending",
        "type": kind,
    }


def event(kind: str, thing: Json, request: Json, waiting: int) -> Json:
    """A message about an object as it is now."""
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": now(),
        "data": {"object": shown(thing)},
        "livemode": False,
        "pending_webhooks": waiting,
        "request": request,
        "type": kind,
    }


def endpoint(values: Json) -> Json:
    """An address that gets messages."""
    return {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "api_version": API_VERSION,
        "application": None,
        "created": now(),
        "description": None,
        "enabled_events": ["*"],
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        **values,
    }


def shown(value: Any) -> Any:
    """An object without what the sandbox keeps for itself."""
    if isinstance(value, dict):
        return {name: shown(inner) for name, inner in value.items() if not name.startswith("_")}
    return [shown(inner) for inner in value] if isinstance(value, list) else value
