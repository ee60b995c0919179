"""Invoices and credit notes that Stripe has issued, read as the app's own values."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psa_app.gateways.stripe_amounts import from_stripe


@dataclass(frozen=True)
class SeenLine:
    """A line of Stripe's invoice; `is_change` is one that a change within a period cost or gave back."""

    ref: str
    text: str
    amount: int
    starts_at: datetime
    ends_at: datetime
    is_change: bool


@dataclass(frozen=True)
class SeenNote:
    """A credit note that Stripe has issued: its lines as (the invoice's line or "", text, net).

    `kept` of its total is the client's credit there, for their next invoice; the rest is not owed any
    more, or goes back.
    """

    ref: str
    number: str
    is_void: bool
    total: int
    net: int
    kept: int
    reason: str
    issued_at: datetime
    lines: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class SeenInvoice:
    """An invoice that Stripe has issued. `due` is its total less credit that the client had there.

    `intents` are the attempts that paid it, `outside` what was paid elsewhere and marked so there; `left`
    is what is still open; `url` is where the client pays it, "" when nowhere.
    """

    ref: str
    number: str
    status: str
    total: int
    due: int
    tax: int
    left: int
    outside: int
    currency: str
    issued_at: datetime
    due_at: datetime | None
    lines: tuple[SeenLine, ...]
    intents: tuple[str, ...]
    notes: tuple[SeenNote, ...]
    url: str


def read_invoice(
    raw: dict[str, Any], payments: list[dict[str, Any]], notes: list[dict[str, Any]]
) -> SeenInvoice:
    """An invoice with its payments and credit notes. What notes took of it before it was paid is due in
    `due`, since they are documents of their own."""
    currency = raw["currency"].upper()
    paid = [one["payment"] for one in payments if one["status"] == "paid"]
    moved = raw.get("status_transitions") or {}
    due = raw["amount_due"] + (raw.get("pre_payment_credit_notes_amount") or 0)
    return SeenInvoice(
        ref=raw["id"],
        number=raw["number"],
        status=raw["status"],
        total=from_stripe(raw["total"], currency),
        due=from_stripe(due, currency),
        tax=sum(from_stripe(one["amount"], currency) for one in raw.get("total_taxes") or ()),
        left=from_stripe(raw["amount_remaining"], currency) if raw["status"] == "open" else 0,
        outside=from_stripe(raw.get("amount_paid_off_stripe") or _elsewhere(raw, payments), currency),
        currency=currency,
        issued_at=instant(moved.get("finalized_at") or raw["created"]),
        due_at=optional(raw.get("due_date")),
        lines=tuple(_read_line(one, currency) for one in raw["lines"]["data"]),
        intents=tuple(ident(one["payment_intent"]) for one in paid if one.get("payment_intent")),
        notes=tuple(_read_note(one, currency) for one in reversed(notes)),
        url=raw.get("hosted_invoice_url") or "",
    )


def _elsewhere(raw: dict[str, Any], payments: list[dict[str, Any]]) -> int:
    """What is paid of an invoice without a payment that Stripe made; a record of one is none."""
    made = [one for one in payments if one["status"] == "paid" and one["payment"]["type"] != "payment_record"]
    return max(int(raw["amount_paid"]) - sum(one["amount_paid"] or 0 for one in made), 0)


def _read_note(raw: dict[str, Any], currency: str) -> SeenNote:
    taxes = sum(one["amount"] for one in raw.get("total_taxes") or ())
    net = raw.get("total_excluding_tax")
    back = sum(one["amount_refunded"] for one in raw["refunds"]) + (raw.get("out_of_band_amount") or 0)
    return SeenNote(
        ref=raw["id"],
        number=raw["number"],
        is_void=raw["status"] == "void",
        total=from_stripe(raw["total"], currency),
        net=from_stripe(raw["total"] - taxes if net is None else net, currency),
        kept=from_stripe(max(raw["post_payment_amount"] - back, 0), currency),
        reason=raw.get("memo") or (raw.get("reason") or "").replace("_", " "),
        issued_at=instant(raw.get("effective_at") or raw["created"]),
        lines=tuple(
            (
                one.get("invoice_line_item") or "",
                one.get("description") or "",
                from_stripe(one["amount"] - one["discount_amount"], currency),
            )
            for one in raw["lines"]["data"]
        ),
    )


def _read_line(raw: dict[str, Any], currency: str) -> SeenLine:
    parent = raw.get("parent") or {}
    details = parent.get("subscription_item_details") or parent.get("invoice_item_details") or {}
    return SeenLine(
        ref=raw["id"],
        text=raw.get("description") or "",
        amount=from_stripe(raw["amount"], currency),
        starts_at=instant(raw["period"]["start"]),
        ends_at=instant(raw["period"]["end"]),
        is_change=bool(details.get("proration")),
    )


def ident(value: Any) -> str:
    """The id of a thing, whether it came whole or as its id."""
    return str(value["id"] if isinstance(value, dict) else value)


def instant(seconds: int) -> datetime:
    """Stripe's way to write an instant."""
    return datetime.fromtimestamp(seconds, UTC)


def optional(seconds: int | None) -> datetime | None:
    """The same where there may be none."""
    return instant(seconds) if seconds else None
