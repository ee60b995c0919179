"""What a firm does at Stripe itself: credit notes, money from elsewhere, invoices given up, defaults."""

from psa_app.gateways.sandbox import bills, forms, moves, objects
from psa_app.gateways.sandbox import operations as base
from psa_app.gateways.sandbox.answers import ApiError, Json
from psa_app.gateways.sandbox.events import Book, save
from psa_app.gateways.sandbox.operations import Call
from psa_app.gateways.sandbox.store import now

GOES = ("refund", "balance", "outside")


def credit(book: Book, invoice_id: str, net: int, to: str) -> Json:
    """A credit note of a net amount, 0 for all. Of what is paid the rest goes back, is kept, or is given
    back elsewhere."""
    invoice = book.store.get("invoice", invoice_id)
    if invoice["status"] not in ("open", "paid") or to not in GOES:
        raise ApiError("Only an open or paid invoice is credited: refund, balance or outside.")
    lines = [one for one in invoice["lines"]["data"] if one["amount"] > 0]
    net = net or sum(one["amount"] for one in lines)
    tax = sum(int(one["amount"] * net / invoice["subtotal"] + 0.5) for one in invoice["total_taxes"])
    before = min(invoice["amount_remaining"], net + tax)
    made = book.store.put(_note(invoice, lines[0], net, tax, before))
    invoice["pre_payment_credit_notes_amount"] += before
    invoice["post_payment_credit_notes_amount"] += net + tax - before
    invoice["amount_due"] -= before
    invoice["amount_remaining"] -= before
    book.store.put(invoice)
    if made["post_payment_amount"]:
        _give(book, invoice, made, to)
    save(book, "credit_note.created", made)
    if before and not invoice["amount_remaining"]:
        bills.settle(book, invoice, invoice["amount_paid"])
    return made


def _give(book: Book, invoice: Json, made: Json, to: str) -> None:
    after = made["post_payment_amount"]
    if to == "balance":
        customer = book.store.get("customer", invoice["customer"])
        book.store.put(customer | {"balance": customer["balance"] - after})
    elif to == "outside":
        made["out_of_band_amount"] = after
    else:
        rows = book.store.select("invoice_payment", {"invoice": invoice["id"], "status": "paid"}, limit=1)
        intent = book.store.get("payment_intent", rows[0]["payment"]["payment_intent"])
        back = moves.refund(book, intent["latest_charge"], after, {})
        made["refunds"] = [
            {
                "amount_refunded": after,
                "payment_record_refund": None,
                "refund": back["id"],
                "type": "refund",
            }
        ]


def _note(invoice: Json, line: Json, net: int, tax: int, before: int) -> Json:
    ident, after = objects.new_id("cn"), net + tax - before
    words = {True: "post_payment", False: "pre_payment"}
    of_line = {
        "id": objects.new_id("cnli"),
        "object": "credit_note_line_item",
        "amount": net,
        "description": line["description"],
        "discount_amount": 0,
        "discount_amounts": [],
        "invoice_line_item": line["id"],
        "livemode": False,
        "pretax_credit_amounts": [],
        "quantity": None,
        "tax_rates": [],
        "taxes": [],
        "type": "invoice_line_item",
    }
    return {
        "id": ident,
        "object": "credit_note",
        "amount": net + tax,
        "amount_shipping": 0,
        "created": now(),
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "discount_amount": 0,
        "discount_amounts": [],
        "effective_at": now(),
        "invoice": invoice["id"],
        "lines": {
            "object": "list",
            "data": [of_line],
            "has_more": False,
            "url": f"/v1/credit_notes/{ident}/lines",
        },
        "livemode": False,
        "memo": None,
        "metadata": {},
        "number": f"{invoice['number']}-{ident[-4:].upper()}",
        "out_of_band_amount": None,
        "pdf": "https://example.org/credit.pdf",
        "post_payment_amount": after,
        "pre_payment_amount": before,
        "pretax_credit_amounts": [],
        "reason": "order_change",
        "refunds": [],
        "status": "issued",
        "subtotal": net,
        "subtotal_excluding_tax": net,
        "total": net + tax,
        "total_excluding_tax": net,
        "total_taxes": [{**one, "amount": tax, "taxable_amount": net} for one in invoice["total_taxes"]],
        "type": "mixed" if before and after else words[bool(after)],
        "voided_at": None,
    }


def void_credit(book: Book, note_id: str) -> Json:
    """Takes a credit note on an open invoice back: it is owed again."""
    made = book.store.get("credit_note", note_id)
    invoice = book.store.get("invoice", made["invoice"])
    if made["status"] != "issued" or invoice["status"] != "open":
        raise ApiError("Only a credit note on an open invoice can be voided.")
    amount = made["pre_payment_amount"]
    invoice["pre_payment_credit_notes_amount"] -= amount
    invoice["amount_due"] += amount
    invoice["amount_remaining"] += amount
    book.store.put(invoice)
    return save(book, "credit_note.voided", made | {"status": "void", "voided_at": now()})


def pay_outside(book: Book, invoice_id: str) -> None:
    """The client paid in another way: the invoice is paid without a charge."""
    invoice = _open(book, invoice_id)
    paid = invoice["amount_remaining"]
    invoice["amount_paid_off_stripe"] += paid
    bills.settle(book, invoice, invoice["amount_paid"] + paid)


def give_up(book: Book, invoice_id: str) -> Json:
    """Nobody expects the money of an invoice any more."""
    invoice = _open(book, invoice_id) | {"status": "uncollectible"}
    invoice["status_transitions"] |= {"marked_uncollectible_at": now()}
    return save(book, "invoice.marked_uncollectible", invoice)


def void(book: Book, invoice_id: str) -> None:
    """An open invoice is owed no more."""
    bills.void(book, _open(book, invoice_id))


def _open(book: Book, invoice_id: str) -> Json:
    invoice = book.store.get("invoice", invoice_id)
    if invoice["status"] != "open":
        raise ApiError(f"This invoice is {invoice['status']}.")
    return invoice


def prefer(book: Book, method_id: str) -> Json:
    """A client's invoices are collected from this way to pay, and so are their subscriptions."""
    method = book.store.get("payment_method", method_id)
    customer = book.store.get("customer", method["customer"])
    customer["invoice_settings"] = {**customer["invoice_settings"], "default_payment_method": method_id}
    for one in book.store.select("subscription", {"customer": customer["id"]}):
        if one["status"] in ("trialing", "active", "past_due"):
            save(book, "customer.subscription.updated", one | {"default_payment_method": method_id})
    return save(book, "customer.updated", customer)


def attach(book: Book, customer_id: str) -> Json:
    """Another card of a client, which became theirs at Stripe and not on a page of ours."""
    shown = objects.card()["card"] | {"networks": None, "generated_from": None, "last4": "1881"}
    hidden = ("installments", "mandate", "network", "three_d_secure")
    method = {
        "id": objects.new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": dict.fromkeys(("address", "email", "name", "phone", "tax_id")),
        "card": {name: value for name, value in shown.items() if name not in hidden},
        "created": now(),
        "customer": book.store.get("customer", customer_id)["id"],
        "livemode": False,
        "metadata": {},
        "type": "card",
        "_behaviour": "pays",
    }
    return save(book, "payment_method.attached", method)


def _credit_notes(call: Call) -> Json:
    return base.listing_of("credit_note", "/v1/credit_notes", "customer", "invoice")(call)


OPERATIONS = (
    base.operation("GET", "credit_notes", _credit_notes, *base.PAGE, "customer", "invoice"),
    base.operation("GET", "credit_notes/{id}", base.reading("credit_note")),
)


def whole(fields: dict[str, str], name: str) -> int:
    """A field of the control page as a number of minor units, 0 when it is empty."""
    return forms.whole(dict(fields), name, 0)
