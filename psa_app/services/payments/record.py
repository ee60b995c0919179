"""Payments that a person records: a bank transfer, a cheque, cash; in parts, over, and taken back."""

import secrets
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.models import Account, Firm, Invoice, Payment
from psa_app.rules import fields
from psa_app.rules.money import Money
from psa_app.services import history
from psa_app.services.payments.pages import close_pages
from psa_app.services.payments.settle import allocated, book_fact, open_amount, received, settle
from psa_app.services.payments.thank import thank

FIRST_YEAR = 2000
MOST = 10**15
Method = Literal["bank_transfer", "cheque", "cash", "card", "other"]


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
) -> Payment:
    """Books money that came for an invoice; a part leaves the rest open, too much becomes credit on account.

    Raises `Conflict` when the same reference and amount are booked already or the invoice is paid
    (say `even_if_known` if the money really came), `Invalid` for a wrong currency, amount or day.
    """
    seen = fetch(session, actor, Invoice, invoice_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    firm = session.exec(select(Firm)).one()
    _check(invoice, amount, received_on, clock.today(firm.time_zone))
    word = fields.text(reference, "reference", max=140, required=False)
    if not even_if_known:
        _check_new(session, invoice, amount, word)
    payment = Payment(
        account_id=invoice.account_id,
        invoice_id=invoice_id,
        provider="manual",
        status="succeeded",
        livemode=not invoice.is_sandbox,
        amount_minor=amount.amount,
        currency=amount.currency,
        received_on=received_on,
        method=method,
        reference=word,
        note=fields.text(note, "note", max=400, required=False),
        idempotency_key=secrets.token_urlsafe(24),
    )
    session.add(payment)
    session.flush()
    at = datetime.combine(received_on, time(12), ZoneInfo(firm.time_zone))
    book_fact(session, payment, "transfer", payment.idempotency_key, amount.amount, at)
    after = {
        "invoice_id": invoice_id,
        "amount_minor": amount.amount,
        "currency": amount.currency,
        "received_on": received_on,
        "method": method,
        "reference": word,
    }
    history.note(session, actor, "payment", int(payment.id or 0), "recorded", {}, after)
    settle(session, actor, payment, invoice)
    close_pages(session, actor, invoice, "Another payment came meanwhile.")
    thank(session, invoice, payment)
    return payment


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
    book_fact(session, payment, "reversal", payment.idempotency_key, -has, clock.now())
    invoice = fetch(session, actor, Invoice, payment.invoice_id or 0, lock=True)
    settle(session, actor, payment, invoice, why)
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
    if amount.currency != invoice.currency:
        raise Invalid(f"This invoice is in {invoice.currency}. Give what came in that currency.", "amount")
    if not 0 < amount.amount <= MOST:
        raise Invalid("Give an amount above zero.", "amount")
    if received_on > today:
        raise Invalid("This day lies in the future.", "received_on")
    if received_on.year < FIRST_YEAR:
        raise Invalid("This day is too long ago.", "received_on")


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
