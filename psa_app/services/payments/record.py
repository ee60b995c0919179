"""Payments that a person records: a bank transfer, a cheque, cash; in parts, over, and taken back."""

import secrets
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.formats import words
from psa_app.models import Account, Contact, Firm, Invoice, Payment
from psa_app.rules import fields
from psa_app.rules.money import Money
from psa_app.services import history
from psa_app.services.mails import promise_mail
from psa_app.services.payments.settle import allocated, book_fact, open_amount, received, settle


@act("invoices", "record_payment", right="payments.record")
def record_payment(
    session: Session,
    actor: Actor,
    invoice_id: int,
    *,
    amount: Money,
    received_on: date,
    method: Literal["bank_transfer", "cheque", "cash", "card", "other"] = "bank_transfer",
    reference: str = "",
    note: str = "",
    even_if_known: bool = False,
) -> Payment:
    """Books money that came for an invoice; a part leaves the rest open, too much becomes credit on account.

    Raises `Conflict` when the same reference and amount are booked already (say `even_if_known`
    if it really came twice), `Invalid` for a wrong currency, amount or day.
    """
    seen = fetch(session, actor, Invoice, invoice_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    firm = session.exec(select(Firm)).one()
    _check(session, invoice, amount, received_on, clock.today(firm.time_zone))
    word = fields.text(reference, "reference", max=140, required=False)
    if word and not even_if_known:
        _check_new(session, invoice, amount, word)
    payment = Payment(
        account_id=invoice.account_id,
        invoice_id=invoice_id,
        provider="manual",
        status="succeeded",
        livemode=True,
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
    history.note(session, actor, "payment", int(payment.id or 0), "recorded", {}, history.values_of(payment))
    settle(session, actor, payment, invoice, "")
    thank(session, invoice, payment, firm)
    return payment


@act("payments", "reverse", right="payments.record")
def reverse_payment(session: Session, actor: Actor, payment_id: int, *, reason: str) -> Payment:
    """Takes a recorded payment back by a counter entry; nothing is deleted. Raises `Conflict` if done before."""
    seen = fetch(session, actor, Payment, payment_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    payment = fetch(session, actor, Payment, payment_id, lock=True)
    why = fields.text(reason, "reason", max=400)
    if payment.provider != "manual":
        raise Conflict("This payment came through the payment service. Refund it instead.")
    has = received(session, payment)
    if has <= 0:
        raise Conflict("This payment has already been taken back.")
    book_fact(session, payment, "reversal", payment.idempotency_key, -has, clock.now())
    invoice = fetch(session, actor, Invoice, payment.invoice_id or 0, lock=True)
    settle(session, actor, payment, invoice, why)
    history.note(session, actor, "payment", payment_id, "reversed", {"received": has}, {"received": 0}, why)
    return payment


def credit_on_account(session: Session, account_id: int, currency: str) -> int:
    """Money of a client that settles nothing yet, in minor units of `currency`."""
    payments = session.exec(
        select(Payment).where(Payment.account_id == account_id, Payment.currency == currency)
    ).all()
    return sum(received(session, payment) - allocated(session, payment) for payment in payments)


def thank(session: Session, invoice: Invoice, payment: Payment, firm: Firm) -> None:
    """Promises the billing contacts a short mail that the money has come."""
    rest = open_amount(session, invoice)
    account = session.get_one(Account, invoice.account_id)
    for contact in session.exec(
        select(Contact).where(
            Contact.account_id == invoice.account_id, col(Contact.is_billing), ~col(Contact.is_archived)
        )
    ).all():
        promise_mail(
            session,
            f"payment-{payment.id}-{contact.id}",
            "payment_received",
            [contact.email],
            routes.portal_invoice(int(invoice.id or 0)),
            {
                "reader": contact.name,
                "firm": firm.name,
                "number": invoice.number,
                "amount": words.money(payment.amount_minor, payment.currency, account.locale),
                "received": words.day(payment.received_on, account.locale) if payment.received_on else "",
                "still_open": words.money(rest, payment.currency, account.locale) if rest > 0 else "",
                "test": payment.provider == "sandbox",
            },
        )


def _check(session: Session, invoice: Invoice, amount: Money, received_on: date, today: date) -> None:
    if invoice.status != "issued":
        raise Conflict("Only an issued invoice can be paid.")
    if amount.currency != invoice.currency:
        raise Invalid(f"This invoice is in {invoice.currency}; record what came in that currency.", "amount")
    if not 0 < amount.amount <= 10**15:
        raise Invalid("Give an amount above zero.", "amount")
    if received_on > today:
        raise Invalid("This day lies in the future.", "received_on")
    if received_on.year < 2000:
        raise Invalid("This day is too long ago.", "received_on")
    if open_amount(session, invoice) <= 0:
        raise Conflict(f"{invoice.number} is already paid.", "amount")


def _check_new(session: Session, invoice: Invoice, amount: Money, reference: str) -> None:
    twin = session.exec(
        select(Payment).where(
            Payment.account_id == invoice.account_id,
            Payment.reference == reference,
            Payment.amount_minor == amount.amount,
            Payment.status == "succeeded",
        )
    ).first()
    if twin is not None and received(session, twin) > 0:
        raise Conflict(
            f"A payment with this reference and amount was recorded on {twin.received_on}. Tick “It came twice” if it did.",
            "reference",
        )
