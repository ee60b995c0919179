"""Deciding on payments that were put up for review."""

from sqlmodel import Session, select

from psa_app.access import Actor, act, fetch, require
from psa_app.db import reading, unit_of_work
from psa_app.errors import Busy, Conflict
from psa_app.gateways.payments import PaymentRef, Unknown
from psa_app.models import Account, Payment, move
from psa_app.rules import fields
from psa_app.services import history
from psa_app.services.payments.book import book_state
from psa_app.services.payments.pages import provider_of


@act("payments", "dismiss", right="payments.record")
def dismiss_payment(session: Session, actor: Actor, payment_id: int, *, reason: str) -> Payment:
    """Closes a payment under review: nothing of it settles an invoice. Raises `Conflict` if it is not."""
    seen = fetch(session, actor, Payment, payment_id)
    session.exec(select(Account.id).where(Account.id == seen.account_id).with_for_update()).one()
    payment = fetch(session, actor, Payment, payment_id, lock=True)
    _check(payment)
    why = fields.text(reason, "reason", max=400)
    move(payment, "payment", "canceled")
    payment.failure = why[:200]
    before, after = {"status": "review"}, {"status": "canceled"}
    history.note(session, actor, "payment", payment_id, "dismissed", before, after, why)
    return payment


def accept_payment(actor: Actor, payment_id: int, reason: str) -> None:
    """Takes what really came for a payment under review: it is read at the provider once more and booked.

    In another currency it counts at the rates of its day. Opens its own units of work. Raises `Conflict`
    when it is not under review, `Invalid` without a rate, `Busy` when the provider does not answer.
    """
    require(actor, "payments.record")
    why = fields.text(reason, "reason", max=400)
    with reading() as session:
        payment = fetch(session, actor, Payment, payment_id)
        _check(payment)
        provider = provider_of(session, payment)
        ref = PaymentRef(str(payment_id), payment.session_id, payment.intent_id)
    try:
        state = provider.fetch(ref)
    except Unknown as error:
        raise Busy(error.sentence) from error
    with unit_of_work() as session:
        row = fetch(session, actor, Payment, payment_id)
        _check(row)
        if state.currency != row.currency:  # counted at the rates of its day
            row.currency, row.amount_minor, row.base_rate_nano = state.currency, state.amount, None
            session.flush()
        history.note(session, actor, "payment", payment_id, "accepted", reason=why)
        book_state(session, actor, payment_id, state, accepted=True)


def _check(payment: Payment) -> None:
    if payment.status != "review":
        raise Conflict("This payment is not under review any more.")
