"""Collecting by itself: an invoice that is due is charged to the client's saved card or bank account."""

import secrets
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from psa_app import clock
from psa_app.config import settings
from psa_app.db import reading, unit_of_work
from psa_app.errors import Busy, Conflict, Invalid
from psa_app.gateways.payments import ChargeOrder, Declined, ProviderError, Unknown
from psa_app.gateways.providers import provider_for
from psa_app.models import Account, Firm, Invoice, Payment, SavedMethod, move, touch
from psa_app.queries.invoices.autopay import Due, due_invoices, still_due
from psa_app.services import history
from psa_app.services.payments.book import service, sync_payment
from psa_app.services.payments.charge_mails import announce, missed
from psa_app.services.payments.pages import gateway_of

NOTICE = timedelta(days=2)  # that a SEPA debit is announced ahead
CHECK_AFTER = timedelta(minutes=2)
KEY_LIFE = timedelta(hours=23)


def charge_due(limit: int = 50) -> int:
    """Begins to collect what is due and has autopay; returns how many collections were begun."""
    with reading() as session:
        found = due_invoices(session, limit)
    begun = 0
    for one in found:
        with unit_of_work() as session:
            payment = begin_charge(session, one)
        if payment is None:
            continue
        begun += 1
        if payment.charge_on is None:
            try:
                send_charge(int(payment.id or 0))
            except (Busy, Conflict):
                continue  # the sweeper asks again, or it is written down why not
    return begun


def begin_charge(session: Session, due: Due) -> Payment | None:
    """A row that says that an invoice is being collected; None when that is no longer right.

    A SEPA debit is announced first, and sent two days later.
    """
    session.exec(select(Account.id).where(Account.id == due.account_id).with_for_update()).one()
    statement = select(Invoice).where(Invoice.id == due.invoice_id).with_for_update()
    invoice = session.exec(statement.execution_options(populate_existing=True)).one()
    method = session.get_one(SavedMethod, due.method_id)
    rest = still_due(session, invoice, method)
    if rest <= 0:
        return None
    firm = session.exec(select(Firm)).one()
    day = _day_of(invoice, firm) if method.kind == "sepa_debit" else None
    zone = ZoneInfo(firm.time_zone)
    payment = Payment(
        account_id=invoice.account_id,
        invoice_id=invoice.id,
        provider=method.provider,
        amount_minor=rest,
        currency=invoice.currency,
        method="card" if method.kind == "card" else "bank_debit",
        idempotency_key=secrets.token_urlsafe(24),
        method_id=method.id,
        charge_on=day,
        next_check_at=datetime.combine(day, time(9), zone) if day else clock.now() + CHECK_AFTER,
    )
    session.add(payment)
    session.flush()
    after = {"amount_minor": rest, "currency": invoice.currency, "method": f"{method.brand} {method.last4}"}
    verb = "announced" if day else "collecting"
    history.note(session, service(), "payment", int(payment.id or 0), verb, {}, after)
    if day:
        announce(session, invoice, payment, method)
    return payment


def _day_of(invoice: Invoice, firm: Firm) -> date:
    """The day of a debit: when it is due, and two days after it is announced at the earliest."""
    earliest = clock.today(firm.time_zone) + NOTICE
    return max(invoice.due_on or earliest, earliest)


def send_charge(payment_id: int) -> None:
    """Orders a collection and books what came of it. The same key each time: one charge.

    Raises `Busy` while nobody knows, `Conflict` when it may not be collected any more.
    """
    with unit_of_work() as session:
        payment = _locked(session, payment_id)
        if payment.status == "created":
            move(payment, "payment", "sending")
        if payment.status != "sending" or payment.method_id is None:
            raise Conflict("This collection was closed meanwhile.")
        payment.next_check_at = clock.now() + CHECK_AFTER
        order = _order(session, payment)
        instance = session.exec(select(Firm.instance)).one()
        gateway = gateway_of(provider_for(payment.provider, settings(), instance))
    try:
        intent_id = gateway.charge_saved(order)
    except Unknown as error:
        raise Busy(error.sentence) from error
    except Declined as error:
        if not error.intent_id:
            _fail(payment_id, error.code or "declined", error.sentence)
            return
        intent_id = error.intent_id
    except (ProviderError, Invalid) as error:
        _fail(payment_id, "payment_method_unusable", error.sentence)
        return
    with unit_of_work() as session:
        _locked(session, payment_id).intent_id = intent_id
    try:
        sync_payment(payment_id)
    except Unknown as error:
        raise Busy(error.sentence) from error


def _order(session: Session, payment: Payment) -> ChargeOrder:
    invoice = session.get_one(Invoice, payment.invoice_id)
    method = session.get_one(SavedMethod, payment.method_id)
    return ChargeOrder(
        payment_id=str(payment.id),
        amount=payment.amount_minor,
        currency=payment.currency,
        invoice_number=invoice.number,
        customer_ref=method.customer_ref,
        method_ref=method.ref,
        idempotency_key=payment.idempotency_key,
    )


def _fail(payment_id: int, code: str, sentence: str) -> None:
    """The order was turned down without an attempt at the payer's bank."""
    with unit_of_work() as session:
        payment = _locked(session, payment_id)
        move(payment, "payment", "failed")
        payment.failure, payment.next_check_at, payment.failed_at = code[:200], None, clock.now()
        touch(payment)
        history.note(session, service(), "payment", payment_id, "failed", {}, {}, sentence)
        missed(session, payment)


def ask_about_charge(payment_id: int) -> None:
    """A collection of which nobody has heard: sent, sent again, or looked for once its key is forgotten."""
    with reading() as session:
        payment = session.get_one(Payment, payment_id)
        method = session.get_one(SavedMethod, payment.method_id)
        instance = session.exec(select(Firm.instance)).one()
    if payment.status == "created" or clock.now() - payment.updated_at < KEY_LIFE:
        send_charge(payment_id)
        return
    gateway = gateway_of(provider_for(payment.provider, settings(), instance))
    found = gateway.find_charge(str(payment_id), method.customer_ref, payment.created_at)
    with unit_of_work() as session:
        row = _locked(session, payment_id)
        if found:
            row.intent_id = found
        else:
            move(row, "payment", "canceled")
            row.failure, row.next_check_at = "No answer for 23 hours; it was never collected.", None
            history.note(session, service(), "payment", payment_id, "canceled", reason=row.failure)
    if found:
        sync_payment(payment_id)


def _locked(session: Session, payment_id: int) -> Payment:
    statement = select(Payment).where(Payment.id == payment_id).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()
