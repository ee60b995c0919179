"""Giving money back: a row first, then the order to the provider, then what it says of it now."""

import secrets
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.db import unit_of_work
from psa_app.errors import Conflict, Invalid
from psa_app.gateways.payments import ProviderError, RefundOrder, Unknown
from psa_app.models import Account, Firm, Payment, Refund, move
from psa_app.queries.invoices.refunds import ON_ITS_WAY, open_dispute, refundable
from psa_app.rules import fields, money
from psa_app.rules.money import Money
from psa_app.services import history
from psa_app.services.payments.book import service, sync_payment
from psa_app.services.payments.given_back import tell_failed
from psa_app.services.payments.pages import provider_of
from psa_app.services.payments.settle import book_fact, settle
from psa_app.services.promises import promise

KEY_LIFE = timedelta(hours=23)  # the provider remembers a key for 24
Way = Literal["provider", "bank"]


@act("payments", "refund", right="payments.refund")
def start_refund(
    session: Session,
    actor: Actor,
    payment_id: int,
    *,
    amount: Money,
    reason: str,
    by: Way = "provider",
    returned_on: date | None = None,
    reference: str = "",
) -> Refund:
    """Gives back all or part of a payment, what of it is credit on account first.

    By the provider it is ordered after the commit, with a key of its own; by the bank (always so for a
    payment that was recorded by hand) a transfer that was made on `returned_on` is booked at once.
    Raises `Invalid` for more than what stands, `Conflict` while it is disputed or another is under way.
    """
    seen = fetch(session, actor, Payment, payment_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    payment = fetch(session, actor, Payment, payment_id, lock=True)
    _check(session, payment, amount)
    is_manual = by == "bank" or payment.provider == "manual"
    refund = Refund(
        account_id=payment.account_id,
        payment_id=payment_id,
        invoice_id=payment.invoice_id,
        provider="manual" if is_manual else payment.provider,
        livemode=payment.livemode,
        amount_minor=amount.amount,
        currency=amount.currency,
        reason=fields.text(reason, "reason", max=400),
        reference=fields.text(reference, "reference", max=140, required=False),
        idempotency_key=secrets.token_urlsafe(24),
    )
    session.add(refund)
    session.flush()
    if is_manual:
        _book_transfer(session, actor, payment, refund, returned_on)
    else:
        promise(session, "send_refund", f"refund-{refund.id}", {"refund_id": refund.id})
    after = {"amount_minor": amount.amount, "currency": amount.currency, "by": refund.provider}
    verb = "refunded" if is_manual else "refund started"
    history.note(session, actor, "payment", payment_id, verb, {}, after, refund.reason)
    return refund


def _check(session: Session, payment: Payment, amount: Money) -> None:
    if payment.status != "succeeded":
        raise Conflict("Only money that has come can be given back.")
    if open_dispute(session, int(payment.id or 0)) is not None:
        raise Conflict("The client's bank asks this payment back already. Wait until that is decided.")
    under_way = select(Refund.id).where(Refund.payment_id == payment.id, col(Refund.status).in_(ON_ITS_WAY))
    if session.exec(under_way).first() is not None:
        raise Conflict("A refund of this payment is being sent. Wait a moment, then look again.")
    if amount.currency != payment.currency:
        raise Invalid(f"This payment came in {payment.currency}. Give back that currency.", "amount")
    most = refundable(session, payment)
    if most <= 0:
        raise Conflict("Nothing of this payment is left to give back.")
    if not 0 < amount.amount <= most:
        limit = f"{money.plain(most, payment.currency)} {payment.currency}"
        raise Invalid(f"Give an amount above zero, {limit} at most.", "amount")


def _book_transfer(
    session: Session, actor: Actor, payment: Payment, refund: Refund, returned_on: date | None
) -> None:
    """Books a bank transfer back that a person has made."""
    zone = ZoneInfo(session.exec(select(Firm.time_zone)).one())
    today = clock.now().astimezone(zone).date()
    day = returned_on or today
    if day > today:
        raise Invalid("This day lies in the future. Record the transfer once it is made.", "returned_on")
    if payment.received_on is not None and day < payment.received_on:
        raise Invalid("The money came on a later day than this.", "returned_on")
    refund.returned_on = day
    move(refund, "refund", "succeeded")
    at = datetime.combine(day, time(12), zone)
    book_fact(session, payment, "refund", refund.idempotency_key, -refund.amount_minor, at, "manual")
    settle(session, actor, payment, None, f"Refund: {refund.reason}")


def send_refund(refund_id: int) -> None:
    """Orders a refund at its provider and books what it says; what the outbox's "send_refund" does.

    The same key every time, so that it is given back once however often this runs. Raises `Unknown`
    while the provider does not answer.
    """
    order_known = _begin(refund_id)
    if order_known is None:
        return
    order, payment_id, is_old = order_known
    if is_old:  # the provider has forgotten the key: look whether it was done before it is sent again
        sync_payment(payment_id)
        if _begin(refund_id) is None:
            return
    with unit_of_work() as session:
        provider = provider_of(session, session.get_one(Payment, payment_id))
    try:
        result = provider.refund(order)
    except Unknown:
        raise
    except (ProviderError, Invalid) as error:
        _refused(refund_id, error.sentence)
        return
    with unit_of_work() as session:
        row = _locked(session, refund_id)
        row.ref = result.id
    sync_payment(payment_id)


def _begin(refund_id: int) -> tuple[RefundOrder, int, bool] | None:
    """Marks the refund as being sent; None when there is nothing left to send."""
    with unit_of_work() as session:
        refund = _locked(session, refund_id)
        if refund.status == "created":
            move(refund, "refund", "sending")
        if refund.status != "sending":
            return None
        payment = session.get_one(Payment, refund.payment_id)
        order = RefundOrder(
            str(refund_id), payment.intent_id, refund.amount_minor, refund.currency, refund.idempotency_key
        )
        return order, refund.payment_id, clock.now() - refund.created_at > KEY_LIFE


def _locked(session: Session, refund_id: int) -> Refund:
    statement = select(Refund).where(Refund.id == refund_id).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()


def _refused(refund_id: int, sentence: str) -> None:
    """The provider will not do it: nothing has moved, and a person hears of it."""
    with unit_of_work() as session:
        refund = _locked(session, refund_id)
        move(refund, "refund", "failed")
        refund.failure = sentence[:200]
        tell_failed(session, service(), refund)
