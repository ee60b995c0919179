"""What can happen to a payment: each move changes the objects and promises Stripe's messages."""

from typing import Any

from psa_app.gateways.sandbox import bills, objects
from psa_app.gateways.sandbox.answers import ApiError, Json
from psa_app.gateways.sandbox.events import Book, emit, save
from psa_app.gateways.sandbox.store import now

_DECLINED = "Your card has insufficient funds."
_NOT_AUTHENTICATED = "We are unable to authenticate your payment method. Please choose another one."
_BOUNCED = "The customer's account has insufficient funds to cover this payment."


def pay(book: Book, session_id: str) -> Json:
    """The payer's card is charged: paid, page closed."""
    page, intent = _attempt(book, session_id)
    taken = objects.charge(intent, status="succeeded", method=objects.card(), email=_email(page))
    return _complete(book, page, intent, taken)


def decline(book: Book, session_id: str) -> Json:
    """The bank says no for lack of funds; the page stays open for another try."""
    page, intent = _attempt(book, session_id)
    refused = objects.charge(intent, status="failed", method=objects.card(), email=_email(page))
    refused |= {"failure_code": "card_declined", "failure_message": _DECLINED}
    save(book, "charge.failed", refused)
    error = {"code": "card_declined", "decline_code": "insufficient_funds", "message": _DECLINED}
    return failed(book, intent, {**error, "charge": refused["id"]}, refused["id"])


def challenge(book: Book, session_id: str) -> Json:
    """The bank asks the payer to prove who they are (3-D Secure)."""
    page, intent = _attempt(book, session_id)
    place = {"return_url": page["success_url"], "url": page["url"] + "/3ds"}
    intent |= {"status": "requires_action", "last_payment_error": None}
    intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": place}
    return save(book, "payment_intent.requires_action", intent)


def authorise(book: Book, session_id: str) -> Json:
    """The payer proved it: the card is charged."""
    _challenged(book, session_id)
    return pay(book, session_id)


def fail_challenge(book: Book, session_id: str) -> Json:
    """The payer did not prove it; the page stays open."""
    intent = _challenged(book, session_id)
    code = "payment_intent_authentication_failure"
    return failed(book, intent, {"code": code, "message": _NOT_AUTHENTICATED}, intent["latest_charge"])


def debit(book: Book, session_id: str) -> Json:
    """A direct debit is ordered: page closed, money comes in some days."""
    page, intent = _attempt(book, session_id)
    method = objects.bank_debit(page["currency"])
    pending = objects.charge(intent, status="pending", method=method, email=_email(page))
    pending |= {"paid": False, "outcome": None}
    save(book, "charge.pending", pending)
    intent |= {"status": "processing", "latest_charge": pending["id"], "last_payment_error": None}
    intent |= {"payment_method": pending["payment_method"], "next_action": None}
    intent["payment_method_types"] = [method["type"]]
    save(book, "payment_intent.processing", intent)
    _close(book, page, intent, "unpaid")
    return intent


def settle(book: Book, intent_id: str) -> Json:
    """The debit's money arrives."""
    intent = _processing(book, intent_id)
    taken = book.store.get("charge", intent["latest_charge"])
    taken |= {"status": "succeeded", "paid": True, "outcome": objects.charge_outcome("succeeded")}
    collect(book, intent, taken)
    page = book.store.find(intent["_session"])
    if page:
        page["payment_status"] = "paid"
        save(book, "checkout.session.async_payment_succeeded", page)
    return intent


def bounce(book: Book, intent_id: str) -> Json:
    """The debit comes back unpaid."""
    intent = _processing(book, intent_id)
    taken = book.store.get("charge", intent["latest_charge"])
    taken |= {"status": "failed", "failure_code": "insufficient_funds", "failure_message": _BOUNCED}
    save(book, "charge.failed", taken)
    error = {"code": "payment_intent_payment_attempt_failed", "message": _BOUNCED}
    error |= {"decline_code": "insufficient_funds", "charge": taken["id"]}
    failed(book, intent, error, taken["id"])
    bills.bounced(book, intent)
    page = book.store.find(intent["_session"])
    if page:
        emit(book, "checkout.session.async_payment_failed", page)
    return intent


def expire(book: Book, session_id: str) -> Json:
    """The page closes unpaid, and an attempt begun on it is cancelled."""
    page = book.store.get("checkout.session", session_id)
    if page["status"] != "open":
        raise ApiError(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {page["status"]}.'
        )
    if page["payment_intent"]:
        intent = book.store.get("payment_intent", page["payment_intent"])
        _cancelled(book, intent, "expired")
    page |= {"status": "expired", "url": None}
    return save(book, "checkout.session.expired", page)


def expire_due(book: Book) -> None:
    """Closes every open page whose time has passed."""
    for page in book.store.select("checkout.session", {"status": "open"}, limit=1000):
        if page["expires_at"] <= now():
            expire(book, page["id"])


def cancel(book: Book, intent_id: str, reason: str | None) -> Json:
    """Gives an unpaid attempt up. Refused when it hangs on a payment page: expire that instead."""
    intent = book.store.get("payment_intent", intent_id)
    page = book.store.find(intent["_session"])
    if page and page["status"] == "open":
        raise ApiError("This PaymentIntent belongs to an open Checkout Session. Expire the session instead.")
    if intent["status"] not in ("requires_payment_method", "requires_action", "requires_confirmation"):
        raise ApiError(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    return _cancelled(book, intent, reason)


def refund(book: Book, charge_id: str, amount: int | None, values: Json) -> Json:
    """Sends money back, all that is left unless `amount` says how much."""
    paid = book.store.get("charge", charge_id)
    left = paid["amount_captured"] - paid["amount_refunded"]
    if paid["status"] != "succeeded":
        raise ApiError(f"Charge {charge_id} has not been paid.", param="charge")
    if paid["disputed"] and not paid.get("_won"):
        raise ApiError(f"Charge {charge_id} has been charged back.", code="charge_disputed")
    if left < 1:
        raise ApiError(f"Charge {charge_id} has already been refunded.", code="charge_already_refunded")
    asked = left if amount is None else amount
    if not 1 <= asked <= left:
        raise ApiError(f"Refund amount ({asked}) must be from 1 to the {left} unrefunded.", param="amount")
    back = objects.refund(paid, asked, values)
    back["balance_transaction"] = _balance(book, "refund", back["id"], -asked, paid["currency"])
    save(book, "refund.created", back)
    _returned(book, paid, asked)
    emit(book, "charge.refunded", paid)
    return back


def settle_refund(book: Book, refund_id: str) -> Json:
    """A refund that was on its way arrives."""
    back = book.store.get("refund", refund_id)
    if back["status"] != "pending":
        raise ApiError(f"This refund is {back['status']}, not pending.")
    back["status"] = "succeeded"
    return save(book, "refund.updated", back)


def fail_refund(book: Book, refund_id: str) -> Json:
    """The payer's bank sends a refund back: the firm has the money again."""
    back = book.store.get("refund", refund_id)
    if back["status"] not in ("pending", "succeeded"):
        raise ApiError(f"This refund is {back['status']} already.")
    back |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
    back["failure_balance_transaction"] = _balance(
        book, "refund_failure", back["id"], back["amount"], back["currency"]
    )
    _returned(book, book.store.get("charge", back["charge"]), -back["amount"])
    save(book, "refund.failed", back)
    emit(book, "refund.updated", back)
    return back


def dispute(book: Book, charge_id: str) -> Json:
    """The payer tells their bank that they did not want this: the money leaves at once."""
    paid = book.store.get("charge", charge_id)
    left = paid["amount_captured"] - paid["amount_refunded"]
    if paid["status"] != "succeeded" or paid["disputed"] or left < 1:
        raise ApiError("Only a paid charge that is neither refunded nor disputed can be disputed.")
    paid["disputed"] = True
    book.store.put(paid)
    case = objects.dispute(paid, left)
    save(book, "charge.dispute.created", _withdraw(book, case, -left))
    emit(book, "charge.dispute.funds_withdrawn", case)
    return case


def close_dispute(book: Book, dispute_id: str, *, won: bool) -> Json:
    """The bank decides: won gives the money back, lost leaves it gone."""
    case = book.store.get("dispute", dispute_id)
    if case["status"] != "needs_response":
        raise ApiError(f"This dispute is {case['status']} already.")
    case["status"] = "won" if won else "lost"
    if won:
        _withdraw(book, case, case["amount"])
        paid = book.store.get("charge", case["charge"])
        book.store.put({**paid, "_won": True})
    save(book, "charge.dispute.closed", case)
    if won:
        emit(book, "charge.dispute.funds_reinstated", case)
    return case


def _attempt(book: Book, session_id: str) -> tuple[Json, Json]:
    page = book.store.get("checkout.session", session_id)
    if page["status"] == "open" and page["expires_at"] <= now():
        raise ApiError("This payment page has expired.", code="checkout_session_expired")
    if page["status"] != "open":
        raise ApiError(f"This payment page is {page['status']}.", code=f"checkout_session_{page['status']}")
    if page["payment_intent"]:
        return page, book.store.get("payment_intent", page["payment_intent"])
    intent = objects.payment_intent(page)
    page["payment_intent"] = intent["id"]
    book.store.put(page)
    save(book, "payment_intent.created", intent)
    return page, intent


def _challenged(book: Book, session_id: str) -> Json:
    _, intent = _attempt(book, session_id)
    if intent["status"] != "requires_action":
        raise ApiError("The bank does not ask for anything now.")
    return intent


def _processing(book: Book, intent_id: str) -> Json:
    intent = book.store.get("payment_intent", intent_id)
    if intent["status"] != "processing":
        raise ApiError(f"This payment is {intent['status']}, not a debit on its way.")
    return intent


def _complete(book: Book, page: Json, intent: Json, taken: Json) -> Json:
    collect(book, intent, taken)
    _close(book, page, intent, "paid")
    return intent


def collect(book: Book, intent: Json, taken: Json) -> None:
    """The money of a charge arrives."""
    method = taken["payment_method_details"]["type"]
    kind = "charge" if method == "card" else "payment"
    amount = taken["amount"]
    fee = min(amount, amount * 15 // 1000 + 25)
    taken["balance_transaction"] = _balance(book, kind, taken["id"], amount, taken["currency"], fee)
    save(book, "charge.succeeded", taken)
    intent |= {"status": "succeeded", "amount_received": amount, "latest_charge": taken["id"]}
    intent |= {"last_payment_error": None, "next_action": None, "payment_method": taken["payment_method"]}
    intent["payment_method_types"] = [method]
    save(book, "payment_intent.succeeded", intent)
    bills.paid(book, intent)


def _close(book: Book, page: Json, intent: Json, payment_status: str) -> None:
    page |= {"status": "complete", "payment_status": payment_status, "url": None}
    page["payment_method_types"] = intent["payment_method_types"]
    details: dict[str, Any] = {"address": None, "email": _email(page), "name": None, "phone": None}
    page["customer_details"] = {**details, "tax_exempt": "none", "tax_ids": []}
    save(book, "checkout.session.completed", page)


def failed(book: Book, intent: Json, error: Json, charge_id: str | None) -> Json:
    """An attempt that the payer's bank refused; another may follow."""
    intent |= {"status": "requires_payment_method", "next_action": None, "latest_charge": charge_id}
    intent["last_payment_error"] = {"type": "card_error", **error}
    return save(book, "payment_intent.payment_failed", intent)


def _cancelled(book: Book, intent: Json, reason: str | None) -> Json:
    intent |= {"status": "canceled", "canceled_at": now(), "cancellation_reason": reason, "next_action": None}
    return save(book, "payment_intent.canceled", intent)


def _returned(book: Book, paid: Json, amount: int) -> None:
    paid["amount_refunded"] += amount
    paid["refunded"] = paid["amount_refunded"] == paid["amount_captured"]
    book.store.put(paid)


def _withdraw(book: Book, case: Json, amount: int) -> Json:
    line = objects.balance_transaction("adjustment", case["id"], amount, case["currency"], 0)
    book.store.put(line)
    case["balance_transactions"].append(line)
    return case


def _balance(book: Book, kind: str, source: str, amount: int, currency: str, fee: int = 0) -> str:
    line = book.store.put(objects.balance_transaction(kind, source, amount, currency, fee))
    return str(line["id"])


def _email(page: Json) -> str | None:
    found: str | None = page["customer_email"]
    return found
