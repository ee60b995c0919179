"""Saved ways to pay at Stripe: a page on which one is saved, and collecting without the payer."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from psa_app.gateways.payments import ChargeOrder, SeenMethod, SetupOrder, SetupState
from psa_app.gateways.stripe_amounts import collectable

_SKEW = 300


class SavedMethods:
    """The part of a gateway that knows saved ways to pay."""

    instance: str
    _client: Any

    def _asking(self) -> AbstractContextManager[None]:
        raise NotImplementedError

    def open_setup(self, order: SetupOrder) -> tuple[str, str]:
        """Opens a page on which the payer saves a card or gives a mandate; its id and address.

        Raises `Unknown`, `Refused`.
        """
        marks = {"instance": self.instance, "method": order.method_id}
        params: dict[str, Any] = {
            "mode": "setup",
            "ui_mode": "hosted_page",
            "currency": order.currency.lower(),
            "client_reference_id": f"method-{order.method_id}",
            "metadata": marks,
            "setup_intent_data": {"metadata": marks},
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
            "expires_at": int(order.expires_at.timestamp()),
        }
        if order.customer_ref:
            params["customer"] = order.customer_ref
        else:
            params |= {"customer_creation": "always", "customer_email": order.customer_email}
        if order.firm_name:
            params["branding_settings"] = {"display_name": order.firm_name}
        with self._asking():
            page = self._client.v1.checkout.sessions.create(
                params, {"idempotency_key": order.idempotency_key}
            )
            return str(page.id), str(page.url or "")

    def fetch_setup(self, session_id: str) -> SetupState:
        """What was saved on a page. Raises `Unknown`, `Refused`."""
        wanted = {"expand": ["setup_intent.payment_method"]}
        with self._asking():
            page = self._client.v1.checkout.sessions.retrieve(session_id, wanted).to_dict(for_json=True)
        intent = page.get("setup_intent") or {}
        method = intent.get("payment_method") if isinstance(intent, dict) else None
        if page["status"] != "complete" or not isinstance(method, dict):
            return SetupState("expired" if page["status"] == "expired" else "open")
        return SetupState("complete", read_method(method), str(intent.get("mandate") or ""))

    def fetch_method(self, method_ref: str) -> SeenMethod:
        """A saved way to pay as it is now. Raises `Unknown`, `Refused` (code "resource_missing")."""
        with self._asking():
            return read_method(self._client.v1.payment_methods.retrieve(method_ref).to_dict(for_json=True))

    def detach(self, method_ref: str) -> None:
        """Takes a way to pay away for good. Raises `Unknown`, `Refused`."""
        with self._asking():
            self._client.v1.payment_methods.detach(method_ref)

    def charge_saved(self, order: ChargeOrder) -> str:
        """Collects from a saved way to pay; the id of the attempt, which the same key gives again.

        Raises `Declined` (its `intent_id` names the attempt), `Invalid`, `Unknown`, `Refused`.
        """
        marks = {"instance": self.instance, "payment": order.payment_id, "invoice": order.invoice_number}
        params: dict[str, Any] = {
            "amount": collectable(order.amount, order.currency),
            "currency": order.currency.lower(),
            "customer": order.customer_ref,
            "payment_method": order.method_ref,
            "off_session": True,
            "confirm": True,
            "error_on_requires_action": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "description": f"Invoice {order.invoice_number}",
            "metadata": marks,
        }
        with self._asking():
            made = self._client.v1.payment_intents.create(params, {"idempotency_key": order.idempotency_key})
            return str(made.id)

    def find_charge(self, payment_id: str, customer_ref: str, since: datetime) -> str:
        """The attempt of a payment whose answer got lost, "" when there is none. Raises `Unknown`."""
        asked = {
            "customer": customer_ref,
            "created": {"gte": int(since.timestamp()) - _SKEW},
            "limit": 100,
        }
        with self._asking():
            for intent in self._client.v1.payment_intents.list(asked).auto_paging_iter():
                marks = intent.to_dict(for_json=True).get("metadata") or {}
                if marks.get("payment") == payment_id and marks.get("instance") == self.instance:
                    return str(intent.id)
        return ""


def read_method(raw: dict[str, Any]) -> SeenMethod:
    """A way to pay; of a kind that is newer than this program only the name is known."""
    kind = raw["type"]
    details = raw.get(kind) or {}
    customer = raw.get("customer") or ""
    return SeenMethod(
        ref=raw["id"],
        customer_ref=str(customer["id"] if isinstance(customer, dict) else customer),
        kind=kind,
        brand=details.get("brand") or details.get("bank_name") or details.get("bank_code") or "",
        last4=details.get("last4") or "",
        exp_month=details.get("exp_month") or 0,
        exp_year=details.get("exp_year") or 0,
        livemode=bool(raw["livemode"]),
    )
