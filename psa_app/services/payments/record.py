"""Payments that a person records: a bank transfer, a cheque, cash; in parts, over, and taken back."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.models import Account, Firm, Invoice, Payment
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.rules import fields
from psa_app.rules.money import CURRENCIES, Money
from psa_app.services import history
from psa_app.services.books.lock import check_books_open, note_past_close
from psa_app.services.payments.pages import close_pages
from psa_app.services.payments.settle import (
    allocated,
    book_fact,
    facts_of,
    open_amount,
    received,
    settle,
)
from psa_app.services.payments.thank import thank

FIRST_YEAR = 2000
MOST = 10**15
SHORT = ("bank_charge", "discount", "withholding")  # settle as money does, and are none
Method = Literal["bank_transfer", "cheque", "cash", "card", "other"]


@dataclass(frozen=True, slots=True)
class Came:
    """Money as it came, checked: `amount` above zero."""

    amount: Money
    received_on: date
    method: str = "bank_transfer"
    reference: str = ""
    note: str = ""


@act("invoices", "record_payment", right="payments.record")
def record_payment(
    session: Session,
    actor: Actor,
    invoice_id: int,
    *,
    amount: Money,
    received_on: date,
    method: Method = "bank_transfer",
    reference: str = "",
    note: str = "",
    even_if_known: bool = False,
    settles: Money | None = None,
    past_lock_reason: str = "",
) -> Payment:
    """Books money that came for an invoice; a part leaves the rest open, too much becomes credit on account.

    In another currency it counts at the rates of its day, or as all that it `settles` of the invoice, in
    the invoice's currency. Raises `Conflict` when the same reference and amount are booked already or the
    invoice is paid (say `even_if_known` if the money really came), `Invalid` for an amount or day that is
    wrong, a currency without a rate, or a day in closed books (`past_lock_reason` with the right
    "books.override" passes them).
    """
    seen = fetch(session, actor, Invoice, invoice_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    firm = session.get_one(Firm, 1)
    _check(invoice, amount, received_on, clock.today(firm.time_zone))
    check_settles(session, invoice, amount.currency, settles)
    word = fields.text(reference, "reference", max=140, required=False)
    if not even_if_known:
        _check_new(session, invoice, amount, word)
    came = Came(amount, received_on, method, word, fields.text(note, "note", max=400, required=False))
    parts, why = [(invoice, None)], past_lock_reason
    return book_money(session, actor, invoice.account_id, came, parts, settles=settles, past_lock_reason=why)


def book_money(
    session: Session,
    actor: Actor,
    account_id: int,
    came: Came,
    parts: Sequence[tuple[Invoice, int | None]],
    short: Mapping[str, int] | None = None,
    settles: Money | None = None,
    past_lock_reason: str = "",
) -> Payment:
    """Books checked money of a client, under the lock of the client's row and of the invoices.

    `parts` are invoices with how much of it each takes (None: all that it still owes); the rest stays
    credit on account. `short` are amounts that never come (bank_charge, discount, withholding): they
    settle as money does and stand as facts of their own, so that they never count as cash. `settles` is
    what money in another currency pays of the one invoice.
    """
    ledger_on = check_books_open(session, came.received_on, "received_on", actor, past_lock_reason)
    firm = session.get_one(Firm, 1)
    is_test = parts[0][0].is_sandbox if parts else takes_test_money(firm)
    payment = Payment(
        account_id=account_id,
        invoice_id=parts[0][0].id if parts else None,
        provider="manual",
        status="succeeded",
        livemode=not is_test,
        amount_minor=came.amount.amount,
        currency=came.amount.currency,
        received_on=came.received_on,
        method=came.method,
        reference=came.reference,
        note=came.note,
        idempotency_key=secrets.token_urlsafe(24),
    )
    session.add(payment)
    session.flush()
    at = datetime.combine(came.received_on, time(12), ZoneInfo(firm.time_zone))
    book_fact(session, payment, "transfer", payment.idempotency_key, came.amount.amount, at)
    for kind, amount in (short or {}).items():
        book_fact(session, payment, kind, payment.idempotency_key, amount, at)
    after = {
        "invoice_id": payment.invoice_id,
        "amount_minor": came.amount.amount,
        "currency": came.amount.currency,
        "received_on": came.received_on,
        "method": came.method,
        "reference": came.reference,
    } | dict(short or {})
    history.note(session, actor, "payment", int(payment.id or 0), "recorded", {}, after)
    what = f"payment {payment.id}"
    note_past_close(session, actor, what, came.received_on, ledger_on, past_lock_reason)
    for invoice, part in parts:
        whole = settles.amount if settles else None
        settle(session, actor, payment, invoice, at_most=part, settles=whole)
        close_pages(session, actor, invoice, "Another payment came meanwhile.")
    if parts:
        thank(session, parts[0][0], payment, [invoice for invoice, _ in parts[1:]])
    return payment


_TAKEN_BACK = {kind: kind for kind in SHORT}  # what never came is taken back as what it was


def _again(payment: Payment, kind: str) -> str:
    """The reference of a counter entry: one for each kind of fact, so that none hides another."""
    if kind in SHORT:
        return f"{payment.idempotency_key}-back"
    return payment.idempotency_key if kind == "transfer" else f"{payment.idempotency_key}-{kind}"


@act("payments", "reverse", right="payments.record")
def reverse_payment(session: Session, actor: Actor, payment_id: int, *, reason: str) -> Payment:
    """Takes a recorded payment back by a counter entry; nothing is deleted. `Conflict` if done before."""
    seen = fetch(session, actor, Payment, payment_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    payment = fetch(session, actor, Payment, payment_id, lock=True)
    why = fields.text(reason, "reason", max=400)
    if payment.provider != "manual":
        raise Conflict("This payment came through the payment service. Refund it there; it shows here then.")
    has = received(session, payment)
    if has <= 0:
        raise Conflict("This payment has already been taken back.")
    for kind, amount in facts_of(session, payment).items():
        book_fact(
            session, payment, _TAKEN_BACK.get(kind, "reversal"), _again(payment, kind), -amount, clock.now()
        )
    settle(session, actor, payment, None, why)
    if payment.invoice_id is not None:
        invoice = fetch(session, actor, Invoice, payment.invoice_id, lock=True)
        close_pages(session, actor, invoice, "A payment was taken back.")
    history.note(session, actor, "payment", payment_id, "reversed", {"received": has}, {"received": 0}, why)
    return payment


@act("invoices", "use_credit", right="payments.record")
def use_credit(session: Session, actor: Actor, invoice_id: int) -> Invoice:
    """Pays an invoice from the client's credit on account, the oldest money first.

    Raises `Conflict` when there is no credit in its currency, or nothing is open.
    """
    seen = fetch(session, actor, Invoice, invoice_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    if open_amount(session, invoice) <= 0:
        raise Conflict("Nothing is open on this invoice.")
    taken = 0
    for payment in _with_credit(session, invoice):
        if open_amount(session, invoice) > 0:
            taken += settle(session, actor, payment, invoice, "Credit on account")
    if taken == 0:
        raise Conflict(f"This client has no credit in {invoice.currency}.")
    close_pages(session, actor, invoice, "Credit on account was used.")
    return invoice


def _with_credit(session: Session, invoice: Invoice) -> list[Payment]:
    payments = session.exec(
        select(Payment)
        .where(
            Payment.account_id == invoice.account_id,
            Payment.currency == invoice.currency,
            Payment.livemode == (not invoice.is_sandbox),
        )
        .order_by(col(Payment.id))
    ).all()
    return [one for one in payments if received(session, one) > allocated(session, one)]


def _check(invoice: Invoice, amount: Money, received_on: date, today: date) -> None:
    if invoice.kind == "credit_note":
        raise Conflict("A credit note is not paid. Record what you pay back as a refund.")
    if invoice.status != "issued":
        raise Conflict("Only an issued invoice can be paid.")
    if amount.currency not in CURRENCIES:
        raise Invalid("Choose the currency in which it came.", "currency")
    if not 0 < amount.amount <= MOST:
        raise Invalid("Give an amount above zero.", "amount")
    if received_on > today:
        raise Invalid("This day lies in the future.", "received_on")
    if received_on.year < FIRST_YEAR:
        raise Invalid("This day is too long ago.", "received_on")


def check_settles(session: Session, invoice: Invoice, came_in: str, settles: Money | None) -> None:
    """What money in another currency is said to settle: in the invoice's, and not more than is open.

    Raises `Invalid` (field "settles").
    """
    if settles is None:
        return
    if came_in == invoice.currency:
        raise Invalid("It came in the invoice’s currency, so it settles what came.", "settles")
    if settles.currency != invoice.currency:
        raise Invalid(
            f"This invoice is in {invoice.currency}. Say what it settles in that currency.", "settles"
        )
    if not 0 < settles.amount <= max(open_amount(session, invoice), 0):
        raise Invalid("Give an amount above zero, and not more than what is open.", "settles")


def _check_new(session: Session, invoice: Invoice, amount: Money, reference: str) -> None:
    same = (
        Payment.account_id == invoice.account_id,
        Payment.reference == reference,
        Payment.amount_minor == amount.amount,
        Payment.status == "succeeded",
    )
    twins = session.exec(select(Payment).where(*same)).all() if reference else []
    twin = next((one for one in twins if received(session, one) > 0), None)
    if twin is not None:
        raise Conflict(
            f"A payment with this reference and amount was recorded on {twin.received_on}. "
            "Say that it came twice if it did.",
            "reference",
        )
    if open_amount(session, invoice) <= 0:
        raise Conflict(
            f"{invoice.number} is already paid. Say that the money came all the same, "
            "and it becomes credit on account.",
            "amount",
        )
