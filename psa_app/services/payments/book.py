"""Booking what the provider says of a payment *now*, so that lost, doubled or late messages do not matter.

Only `book_state` moves a provider's payment once its page exists.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, system
from psa_app.db import reading, unit_of_work
from psa_app.gateways.payments import PaymentRef, ProviderState
from psa_app.models import Account, Firm, Invoice, Payment, move
from psa_app.rules.moves import can_move
from psa_app.services import history
from psa_app.services.payments.charge_mails import missed
from psa_app.services.payments.given_back import follow_disputes, follow_refunds
from psa_app.services.payments.pages import provider_of
from psa_app.services.payments.settle import book_fact, settle
from psa_app.services.payments.thank import thank

WAITS = {"open": timedelta(minutes=2), "action": timedelta(minutes=2), "processing": timedelta(hours=1)}
LONGEST_WAIT = 12
MONEY_IN = ("charge", "transfer")


def service(via: str = "job") -> Actor:
    """Who books what the provider says."""
    return system("Payment service", via)


def sync_payment(payment_id: int) -> None:
    """Reads a payment's state at the provider and books it. Raises `Unknown` when there is no answer.

    A payment that has no page yet is left alone: sending its order is the sweeper's task.
    """
    with reading() as session:
        payment = session.get_one(Payment, payment_id)
        provider = provider_of(session, payment)
        ref = PaymentRef(str(payment_id), payment.session_id, payment.intent_id)
    if not ref.session_id and not ref.intent_id:
        return
    state = provider.fetch(ref)
    with unit_of_work() as session:
        book_state(session, service(), payment_id, state)


def book_state(
    session: Session, actor: Actor, payment_id: int, state: ProviderState, *, accepted: bool = False
) -> None:
    """Books what the provider says of a payment: facts once, allocation, status.

    A wrong amount, currency, mode or mark puts it up for review, and nothing is paid then; with
    `accepted` a person has looked at it and takes what really came.
    """
    payment, invoice = _locked(session, payment_id)
    wrong = "" if accepted else mismatch(session, payment, state)
    if wrong:
        review(session, actor, payment, wrong)
        return
    if payment.status == "review" and not accepted:
        return
    payment.livemode, payment.intent_id = state.livemode, state.intent_id or payment.intent_id
    new = [
        fact for fact in state.facts if book_fact(session, payment, fact.kind, fact.ref, fact.amount, fact.at)
    ]
    if new and payment.received_on is None:
        payment.received_on = _day(session, new[0].at)
    came = any(fact.kind in MONEY_IN for fact in new)
    follow_refunds(session, actor, payment, state)
    follow_disputes(session, actor, payment, state)
    if invoice.status != "issued" and came and not accepted:
        sentence = f"{invoice.number} is {invoice.status.replace('_', ' ')}, but money came for it."
        review(session, actor, payment, sentence)
        return
    _follow(session, actor, payment, state)
    settled = settle(session, actor, payment, invoice, state.failure_code)
    if settled > 0 and came and not invoice.managed_ref:
        thank(session, invoice, payment)


def _locked(session: Session, payment_id: int) -> tuple[Payment, Invoice]:
    """The payment and its invoice, the client's row locked first."""
    seen = session.get_one(Payment, payment_id)
    session.exec(select(Account.id).where(Account.id == seen.account_id).with_for_update()).one()
    invoices = select(Invoice).where(Invoice.id == seen.invoice_id).with_for_update()
    invoice = session.exec(invoices.execution_options(populate_existing=True)).one()
    payments = select(Payment).where(Payment.id == payment_id).with_for_update()
    return session.exec(payments.execution_options(populate_existing=True)).one(), invoice


def mismatch(session: Session, payment: Payment, state: ProviderState) -> str:
    """Why what the provider says cannot be this payment, in a sentence; "" when it fits."""
    if not state.facts and state.status in ("open", "failed", "canceled"):
        return ""
    instance = session.exec(select(Firm.instance)).one()
    mark = (state.metadata.get("instance"), state.metadata.get("payment"))
    if mark != (instance, str(payment.id)) and not _is_managed(session, payment):
        return "The payment service knows this money under another mark than ours."
    if state.currency != payment.currency:
        return f"The money came in {state.currency}, not in {payment.currency}."
    if state.amount != payment.amount_minor:
        return "The amount that was paid differs from what was asked."
    if payment.provider == "sandbox" and state.livemode:
        return "Real money came for a sandbox payment."
    return ""


def _is_managed(session: Session, payment: Payment) -> bool:
    """Whether the provider collects the payment's invoice by itself: it knows no mark of ours then."""
    statement = select(Invoice.managed_ref).where(Invoice.id == payment.invoice_id)
    return bool(session.exec(statement).first())


def review(session: Session, actor: Actor, payment: Payment, sentence: str) -> None:
    """Puts a payment up for a person to look at."""
    if payment.status == "review":
        return
    old = move(payment, "payment", "review")
    payment.failure, payment.next_check_at = sentence[:200], None
    before, after = {"status": old}, {"status": "review"}
    history.note(session, actor, "payment", int(payment.id or 0), "needs review", before, after, sentence)


def _follow(session: Session, actor: Actor, payment: Payment, state: ProviderState) -> None:
    """Moves our status to the provider's, where the table of moves allows it."""
    old, to = payment.status, str(state.status)
    came_late = old in ("failed", "canceled") and to == "succeeded"
    if old == "created" and to in WAITS:
        move(payment, "payment", "sending")
    if came_late:
        move(payment, "payment", "review")  # a page that we thought closed was paid all the same
    if old != to and can_move("payment", payment.status, to):
        move(payment, "payment", to)
        payment.failure, payment.tries = state.failure_code, 0
        before, after = {"status": old}, {"status": to}
        history.note(session, actor, "payment", int(payment.id or 0), to, before, after, state.failure_code)
        if to == "failed" and payment.method_id is not None:
            payment.failed_at = clock.now()
            missed(session, payment)
    elif payment.status == "open" and state.failure_code != payment.failure:
        payment.failure = state.failure_code  # a declined attempt; the page stays open for another
        if state.failure_code:
            history.note(
                session, actor, "payment", int(payment.id or 0), "declined", reason=state.failure_code
            )
    wait = WAITS.get(payment.status)
    payment.tries += 1
    payment.next_check_at = clock.now() + wait * min(payment.tries, LONGEST_WAIT) if wait else None


def _day(session: Session, at: datetime) -> date:
    return at.astimezone(ZoneInfo(session.exec(select(Firm.time_zone)).one())).date()
