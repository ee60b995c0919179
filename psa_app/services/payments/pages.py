"""Payment pages at the provider: which payments are under way, and closing pages that must not be paid."""

from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.config import settings
from psa_app.db import reading
from psa_app.gateways.payments import PaymentProvider, PaymentRef
from psa_app.gateways.providers import provider_for
from psa_app.models import Firm, Invoice, Payment, move
from psa_app.services import history
from psa_app.services.promises import promise

if TYPE_CHECKING:
    from psa_app.gateways.stripe import StripeGateway

ACTIVE = ("created", "sending", "open", "action", "processing")
CLOSABLE = ("created", "open", "action")


def provider_of(session: Session, payment: Payment) -> PaymentProvider:
    """The provider that a payment was started with, whatever the firm has chosen since."""
    return provider_of_name(session, payment.provider)


def provider_of_name(session: Session, name: str) -> PaymentProvider:
    """A provider by its name."""
    return provider_for(name, settings(), session.exec(select(Firm.instance)).one())


def active_payment(session: Session, invoice_id: int) -> Payment | None:
    """The invoice's payment that is under way, locked; there is one at most."""
    return session.exec(
        select(Payment)
        .where(Payment.invoice_id == invoice_id, col(Payment.status).in_(ACTIVE))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def close_pages(session: Session, actor: Actor, invoice: Invoice, reason: str) -> None:
    """Cancels the invoice's open payment page; the provider is told after the commit."""
    payment = active_payment(session, int(invoice.id or 0))
    if payment is None or payment.status not in CLOSABLE:
        return
    old = move(payment, "payment", "canceled")
    payment.failure, payment.next_check_at = reason[:200], None
    payment_id = int(payment.id or 0)
    session.flush()
    if payment.session_id:
        promise(session, "expire_checkout", f"expire-{payment_id}", {"payment_id": payment_id})
    before, after = {"status": old}, {"status": "canceled"}
    history.note(session, actor, "payment", payment_id, "canceled", before, after, reason)


def expire_page(payment_id: int) -> None:
    """Closes a payment page at the provider; what the outbox's "expire_checkout" does."""
    with reading() as session:
        payment = session.get_one(Payment, payment_id)
        provider = provider_of(session, payment)
        ref = PaymentRef(str(payment_id), payment.session_id, payment.intent_id)
    provider.expire(ref)


def gateway_of(provider: PaymentProvider) -> "StripeGateway":
    """What speaks to a provider that keeps lists of its own. Raises `LookupError` for the others."""
    from psa_app.gateways.stripe import StripeProvider

    if not isinstance(provider, StripeProvider):
        raise LookupError("This provider keeps no list of pages and messages.")
    return provider.gateway
