"""Collecting through a provider: intent first, the call with no transaction open, then the answer.

Only `book_state` moves a provider's payment; it takes what the provider says *now*, so lost,
doubled or late messages do not matter.
"""

import secrets
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch, system
from psa_app.config import settings
from psa_app.db import reading, unit_of_work
from psa_app.errors import Busy, Conflict, Invalid
from psa_app.gateways.payments import (
    PaymentOrder,
    PaymentProvider,
    PaymentRef,
    ProviderError,
    ProviderState,
    Unknown,
    provider_for,
)
from psa_app.models import Account, Firm, Invoice, Payment, move
from psa_app.services import history
from psa_app.services.payments.record import thank
from psa_app.services.payments.settle import book_fact, open_amount, settle

PAGE_OPEN_FOR = timedelta(hours=2)
CHECK_AFTER = timedelta(minutes=2)
ACTIVE = ("created", "sending", "open", "action", "processing")


@act("payments", "intend", right="payments.start", hidden=True)
def intend_payment(session: Session, actor: Actor, *, invoice_id: int, return_path: str = "") -> Payment:
    """Step one: a row that says money is about to be asked for. The active one is returned if there is one.

    Raises `Conflict` when the invoice is paid, void, or a payment is on its way.
    """
    seen = fetch(session, actor, Invoice, invoice_id)
    firm = session.exec(select(Firm)).one()
    if firm.payment_provider == "manual":
        raise Conflict("This firm is paid by bank transfer. The account stands on the invoice.")
    session.exec(select(Account).where(Account.id == seen.account_id).with_for_update()).one()
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    active = session.exec(
        select(Payment)
        .where(Payment.invoice_id == invoice_id, col(Payment.status).in_(ACTIVE))
        .with_for_update()
    ).first()
    if active is not None:
        if active.status == "processing":
            raise Conflict("Your payment is on its way. This can take a few days.")
        return active
    rest = open_amount(session, invoice)
    if rest <= 0:
        raise Conflict(f"{invoice.number} is already paid.")
    now = clock.now()
    payment = Payment(
        account_id=invoice.account_id,
        invoice_id=invoice_id,
        provider=firm.payment_provider,
        amount_minor=rest,
        currency=invoice.currency,
        method="card",
        idempotency_key=secrets.token_urlsafe(24),
        expires_at=now + PAGE_OPEN_FOR,
        return_path=return_path or routes.portal_invoice(invoice_id),
        payer_email=actor.email,
        next_check_at=now + CHECK_AFTER,
    )
    session.add(payment)
    session.flush()
    history.note(
        session,
        actor,
        "payment",
        int(payment.id or 0),
        "started",
        {},
        {"invoice_id": invoice_id, "amount_minor": rest},
    )
    return payment


def start_checkout(actor: Actor, invoice_id: int, return_path: str = "") -> str:
    """The address of the provider's payment page for an invoice; a second click gets the same page.

    Opens its own units of work, because nothing may be locked while the provider is asked.
    Raises `Busy` when the provider does not answer (it is tried again by itself).
    """
    with unit_of_work() as session:
        payment = intend_payment(session, actor, invoice_id=invoice_id, return_path=return_path)
    if (
        payment.status == "open"
        and payment.session_url
        and payment.expires_at
        and payment.expires_at > clock.now()
    ):
        return payment.session_url
    if payment.session_id:
        sync_payment(int(payment.id or 0))
        with reading() as session:
            payment = session.get_one(Payment, payment.id)
        if payment.status in ACTIVE and payment.session_url:
            return payment.session_url
        return start_checkout(actor, invoice_id, return_path)
    return send_order(int(payment.id or 0))


def send_order(payment_id: int) -> str:
    """Steps two and three: asks the provider for its page and stores the answer. Same key, same page."""
    with unit_of_work() as session:
        payment = session.exec(select(Payment).where(Payment.id == payment_id).with_for_update()).one()
        if payment.status == "created":
            move(payment, "payment", "sending")
        order, provider = _order(session, payment), _provider(session)
    try:
        result = provider.start(order)
    except Unknown as error:
        raise Busy(error.sentence) from error
    except (ProviderError, Invalid) as error:
        _give_up(payment_id, error.sentence)
        raise Conflict(error.sentence) from error
    with unit_of_work() as session:
        payment = session.exec(select(Payment).where(Payment.id == payment_id).with_for_update()).one()
        payment.session_id, payment.session_url = result.session_id, result.url
        if payment.status == "sending":
            move(payment, "payment", "open")
        payment.next_check_at = clock.now() + CHECK_AFTER
    return result.url


def sync_payment(payment_id: int) -> None:
    """Reads a payment's state at the provider and books it. Raises `Unknown` when there is no answer."""
    with reading() as session:
        payment = session.get_one(Payment, payment_id)
        provider = _provider(session)
        ref = PaymentRef(str(payment_id), payment.session_id, payment.intent_id)
    if not ref.session_id and not ref.intent_id:
        send_order(payment_id)
        return
    state = provider.fetch(ref)
    with unit_of_work() as session:
        book_state(session, system("Payment service"), payment_id, state)


def book_state(session: Session, actor: Actor, payment_id: int, state: ProviderState) -> None:
    """Books what the provider says of a payment: facts once, allocation, status.

    A wrong amount, currency, mode or mark puts it up for review; nothing is paid then.
    """
    seen = session.get_one(Payment, payment_id)
    session.exec(select(Account.id).where(Account.id == seen.account_id).with_for_update()).one()
    payment = session.exec(
        select(Payment)
        .where(Payment.id == payment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    invoice = session.exec(
        select(Invoice)
        .where(Invoice.id == payment.invoice_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    wrong = _mismatch(session, payment, state)
    if wrong:
        _review(session, actor, payment, wrong)
        return
    payment.livemode, payment.intent_id = state.livemode, state.intent_id or payment.intent_id
    new = [
        fact for fact in state.facts if book_fact(session, payment, fact.kind, fact.ref, fact.amount, fact.at)
    ]
    if new and payment.received_on is None:
        payment.received_on = _day(session, new[0].at)
    _follow(session, actor, payment, state)
    if invoice.status != "issued" and new:
        _review(session, actor, payment, f"{invoice.number} is {invoice.status}, but money came for it.")
        return
    settled = settle(session, actor, payment, invoice, state.failure_code)
    if settled > 0:
        thank(session, invoice, payment, session.exec(select(Firm)).one())


def _order(session: Session, payment: Payment) -> PaymentOrder:
    invoice = session.get_one(Invoice, payment.invoice_id)
    firm = session.exec(select(Firm)).one()
    back = routes.absolute(settings().base_url, payment.return_path)
    expires = payment.expires_at
    if expires is None:
        raise Conflict("This payment has no end; start a new one.")
    return PaymentOrder(
        payment_id=str(payment.id),
        amount=payment.amount_minor,
        currency=payment.currency,
        invoice_number=invoice.number,
        description=f"Invoice {invoice.number}",
        customer_email=payment.payer_email,
        success_url=f"{back}?paid=1",
        cancel_url=back,
        expires_at=expires,
        idempotency_key=payment.idempotency_key,
        firm_name=firm.name,
    )


def _provider(session: Session) -> PaymentProvider:
    firm = session.exec(select(Firm)).one()
    return provider_for(firm.payment_provider, settings(), firm.instance)


def _give_up(payment_id: int, sentence: str) -> None:
    with unit_of_work() as session:
        payment = session.exec(select(Payment).where(Payment.id == payment_id).with_for_update()).one()
        payment.failure = sentence[:200]
        move(payment, "payment", "failed")
        history.note(session, system("Payment service"), "payment", payment_id, "failed", reason=sentence)


def _mismatch(session: Session, payment: Payment, state: ProviderState) -> str:
    instance = session.exec(select(Firm.instance)).one()
    if not state.facts and state.status in ("open", "failed", "canceled"):
        return ""
    if state.currency != payment.currency:
        return f"The money came in {state.currency}, not in {payment.currency}."
    if state.amount != payment.amount_minor:
        return "The amount that was paid differs from what was asked."
    if state.metadata.get("instance", instance) != instance or state.metadata.get(
        "payment", str(payment.id)
    ) != str(payment.id):
        return "This payment belongs to another installation."
    if payment.provider == "sandbox" and state.livemode:
        return "Real money came for a sandbox payment."
    return ""


def _review(session: Session, actor: Actor, payment: Payment, sentence: str) -> None:
    if payment.status != "review":
        move(payment, "payment", "review")
        payment.failure, payment.next_check_at = sentence[:200], None
        history.note(session, actor, "payment", int(payment.id or 0), "needs review", reason=sentence)


def _follow(session: Session, actor: Actor, payment: Payment, state: ProviderState) -> None:
    """Moves our status to the provider's, where the table of moves allows it."""
    to: str = state.status
    if payment.status in (to, "review") or (
        payment.status == "created" and to in ("open", "action", "processing")
    ):
        if payment.status == "created":
            move(payment, "payment", "sending")
            move(payment, "payment", to)
        _schedule(payment)
        return
    if payment.status in ("succeeded", "failed", "canceled"):
        return
    old = move(payment, "payment", to)
    payment.failure = state.failure_code
    _schedule(payment)
    history.note(
        session,
        actor,
        "payment",
        int(payment.id or 0),
        to,
        {"status": old},
        {"status": to},
        state.failure_code,
    )


def _schedule(payment: Payment) -> None:
    waits: dict[str, Any] = {"open": CHECK_AFTER, "action": CHECK_AFTER, "processing": timedelta(hours=1)}
    wait = waits.get(payment.status)
    payment.tries += 1
    payment.next_check_at = clock.now() + wait * min(payment.tries, 12) if wait else None


def _day(session: Session, at: Any) -> date:
    from zoneinfo import ZoneInfo

    zone = session.exec(select(Firm.time_zone)).one()
    day: date = at.astimezone(ZoneInfo(zone)).date()
    return day
