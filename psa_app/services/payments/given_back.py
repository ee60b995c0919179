"""What the provider says of refunds and disputes, followed in our own rows; staff and client are told."""

import secrets

from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor
from psa_app.formats import words
from psa_app.gateways.payments import ProviderState, SeenDispute, SeenRefund
from psa_app.models import Account, Dispute, Firm, Invoice, Payment, Refund, move
from psa_app.queries.invoices.parties import billing_contacts
from psa_app.rules.moves import can_move
from psa_app.services import history
from psa_app.services.identity.portal_links import make_portal_link
from psa_app.services.mails import About, promise_mail
from psa_app.services.payments.alert import alert_staff

ENDED = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}
# What a payer's bank has decided; every other word, also one that is new, is a case that is still open.
CLOSED = ("won", "lost", "warning_closed", "prevented")


def follow_refunds(session: Session, actor: Actor, payment: Payment, state: ProviderState) -> None:
    """Brings our refunds in line with the provider's; one that was made there gets a row here."""
    for seen in state.refunds:
        refund = _refund_of(session, payment, seen)
        to = ENDED.get(seen.status, "pending")
        if refund.status == to or not can_move("refund", refund.status, to):
            continue
        was = move(refund, "refund", to)
        refund.ref, refund.failure = seen.ref, seen.failure.replace("_", " ")[:200]
        if to == "failed":
            tell_failed(session, actor, refund)
        elif was in ("created", "sending"):
            after = {"amount_minor": refund.amount_minor, "currency": refund.currency, "ref": seen.ref}
            history.note(session, actor, "payment", refund.payment_id, "refunded", {}, after)
            _tell_client(session, refund)


def _refund_of(session: Session, payment: Payment, seen: SeenRefund) -> Refund:
    ours = select(Refund).where(Refund.payment_id == payment.id).with_for_update()
    known = session.exec(ours.execution_options(populate_existing=True)).all()
    for refund in known:
        if refund.ref == seen.ref or (not refund.ref and seen.mark == str(refund.id)):
            return refund
    refund = Refund(
        account_id=payment.account_id,
        payment_id=int(payment.id or 0),
        invoice_id=payment.invoice_id,
        provider=payment.provider,
        livemode=payment.livemode,
        amount_minor=seen.amount,
        currency=payment.currency,
        reason="Made at the payment service",
        ref=seen.ref,
        idempotency_key=secrets.token_urlsafe(24),
    )
    session.add(refund)
    session.flush()
    return refund


def tell_failed(session: Session, actor: Actor, refund: Refund) -> None:
    """A refund that did not reach the client: written down, and staff are told."""
    account = session.get_one(Account, refund.account_id)
    amount = words.money(refund.amount_minor, refund.currency)
    after = {"amount_minor": refund.amount_minor, "currency": refund.currency}
    history.note(session, actor, "payment", refund.payment_id, "refund failed", {}, after, refund.failure)
    alert_staff(
        session,
        f"refund-failed-{refund.id}",
        f"A refund to {account.name} failed",
        f"The refund of {amount} to {account.name} did not arrive: {refund.failure or 'no reason given'}. "
        "The money is back with you. Ask the client where it can go, and record the transfer.",
        _page(refund.invoice_id),
    )


def _tell_client(session: Session, refund: Refund) -> None:
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, refund.account_id)
    invoice = session.get(Invoice, refund.invoice_id) if refund.invoice_id else None
    if invoice is None:
        return
    for contact in billing_contacts(session, refund.account_id):
        token = make_portal_link(
            session, contact_id=int(contact.id or 0), document="invoice", document_id=int(invoice.id or 0)
        )
        promise_mail(
            session,
            f"refund-{refund.id}-{contact.id}",
            "payment_refunded",
            [contact.email],
            routes.portal_link(token),
            {
                "reader": contact.name,
                "firm": firm.name,
                "number": invoice.number,
                "amount": words.money(refund.amount_minor, refund.currency, account.locale),
                "test": not refund.livemode,
            },
            about=About("refund", int(refund.id or 0), contact),
        )


def follow_disputes(session: Session, actor: Actor, payment: Payment, state: ProviderState) -> None:
    """Keeps each dispute's present word; its opening and its end are told to staff."""
    for seen in state.disputes:
        case = session.exec(select(Dispute).where(col(Dispute.ref) == seen.ref)).first()
        if case is None:
            case = _open_case(session, actor, payment, seen)
        if case.state == seen.status:
            continue
        case.state, case.answer_by = seen.status, seen.answer_by
        if case.closed_at is None and seen.status in CLOSED:
            case.closed_at = clock.now()
            _tell(session, actor, case, "dispute closed")


def _open_case(session: Session, actor: Actor, payment: Payment, seen: SeenDispute) -> Dispute:
    case = Dispute(
        account_id=payment.account_id,
        payment_id=int(payment.id or 0),
        invoice_id=payment.invoice_id,
        provider=payment.provider,
        ref=seen.ref,
        state=seen.status,
        reason=seen.reason,
        amount_minor=seen.amount,
        currency=payment.currency,
        opened_at=seen.at,
        answer_by=seen.answer_by,
        closed_at=clock.now() if seen.status in CLOSED else None,
    )
    session.add(case)
    session.flush()
    _tell(session, actor, case, "disputed")
    return case


def _tell(session: Session, actor: Actor, case: Dispute, verb: str) -> None:
    account = session.get_one(Account, case.account_id)
    amount = words.money(case.amount_minor, case.currency)
    after = {"amount_minor": case.amount_minor, "currency": case.currency, "status": case.state}
    why = case.state if case.closed_at else case.reason
    history.note(session, actor, "payment", case.payment_id, verb, {}, after, why.replace("_", " "))
    if case.closed_at:
        about = f"The dispute with {account.name} is {case.state.replace('_', ' ')}"
        told = f"{about}: {amount}. What follows from it is booked."
    else:
        about = f"{account.name} disputes a payment"
        until = f" Answer by {words.day(case.answer_by.date())}." if case.answer_by else ""
        reason = case.reason.replace("_", " ") or "no reason given"
        told = (
            f"{account.name}'s bank asks {amount} back ({reason}). "
            f"Reminders of this invoice stop.{until} Evidence is handed in at the payment service."
        )
    alert_staff(session, f"{verb.replace(' ', '-')}-{case.id}", about, told, _page(case.invoice_id))


def _page(invoice_id: int | None) -> str:
    return routes.invoice(invoice_id) if invoice_id else routes.PAYMENTS
