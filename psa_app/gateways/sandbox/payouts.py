"""Payouts: what the sandbox holds goes to the firm's bank."""

from psa_app.gateways.sandbox import objects
from psa_app.gateways.sandbox import operations as base
from psa_app.gateways.sandbox.answers import ApiError, Json
from psa_app.gateways.sandbox.events import Book, save
from psa_app.gateways.sandbox.operations import Call
from psa_app.gateways.sandbox.store import now


def pay_out(book: Book) -> list[Json]:
    """Pays out all that is held, one payout a currency. Raises `ApiError` when nothing is."""
    held: dict[str, list[Json]] = {}
    for line in book.store.select("balance_transaction", {}, limit=10_000):
        if not line.get("_payout") and line["type"] != "payout":
            held.setdefault(line["currency"], []).append(line)
    made = [
        _payout(book, currency, lines)
        for currency, lines in held.items()
        if sum(line["net"] for line in lines) > 0
    ]
    if not made:
        raise ApiError("There is nothing to pay out.")
    return made


def _payout(book: Book, currency: str, lines: list[Json]) -> Json:
    amount = sum(line["net"] for line in lines)
    ident = objects.new_id("po")
    moved = book.store.put(objects.balance_transaction("payout", ident, -amount, currency, 0))
    for line in lines:
        book.store.put({**line, "status": "available", "_payout": ident})
    made = {
        "id": ident,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": now() + 2 * 86_400,
        "automatic": True,
        "balance_transaction": moved["id"],
        "created": now(),
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": None,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "completed",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "paid",
        "trace_id": None,
        "type": "bank_account",
    }
    book.store.put(made)
    return save(book, "payout.paid", made)


def _lines(call: Call) -> Json:
    """The lines of the balance; `payout` names the payout that paid them out."""
    asked = dict(call.params)
    if "payout" in asked:
        asked["_payout"] = asked.pop("payout")
    named = ("type", "source", "currency", "_payout")
    listed = base.listing_of("balance_transaction", "/v1/balance_transactions", *named)
    return listed(Call(call.book, call.ids, asked, call.pages_at))


OPERATIONS = (
    base.operation("GET", "balance_transactions", _lines, *base.PAGE, "type", "source", "currency", "payout"),
    base.operation("GET", "balance_transactions/{id}", base.reading("balance_transaction")),
    base.listing("payouts", "payout", "status"),
    base.operation("GET", "payouts/{id}", base.reading("payout")),
)
