"""Collecting through a provider: intent first, the call with no transaction open, then the answer."""

import secrets
from datetime import timedelta

from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch, system
from psa_app.config import settings
from psa_app.db import reading, unit_of_work
from psa_app.errors import Busy, Conflict, Invalid
from psa_app.gateways.payments import PaymentOrder, ProviderError, Refused, StartResult, Unknown
from psa_app.models import Account, Firm, Invoice, Payment, move
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.services import history
from psa_app.services.payments.book import sync_payment
from psa_app.services.payments.pages import ACTIVE, active_payment, close_pages, provider_of
from psa_app.services.payments.settle import open_amount

PAGE_OPEN_FOR = timedelta(hours=2)
CHECK_AFTER = timedelta(minutes=2)
ATTEMPTS = 3


@act("payments", "intend", right="payments.start", hidden=True)
def intend_payment(session: Session, actor: Actor, *, invoice_id: int, return_path: str = "") -> Payment:
    """Step one: a row that says money is about to be asked for. The active one is returned if there is one.

    A page that asks for another amount than is open now is closed and a new payment begun. Raises
    `Conflict` when the invoice is paid, void, or a payment is on its way.
    """
    seen = fetch(session, actor, Invoice, invoice_id)
    firm = session.exec(select(Firm)).one()
    if firm.payment_provider == "manual":
        raise Conflict("This firm is paid by bank transfer. The account stands on the invoice.")
    session.exec(select(Account.id).where(Account.id == seen.account_id).with_for_update()).one()
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    rest = _check_payable(session, invoice, firm)
    active = active_payment(session, invoice_id)
    if active is not None and active.method_id is not None and active.status == "created":
        close_pages(session, actor, invoice, "The client pays on the page instead.")  # announced, not sent
        active = active_payment(session, invoice_id)
    if active is not None and (active.status == "processing" or active.method_id is not None):
        raise Conflict("Your payment is on its way. This can take a few days.")
    if active is not None and active.amount_minor != rest:
        close_pages(session, actor, invoice, "The amount due has changed.")
        active = active_payment(session, invoice_id)
    return active or _begin(session, actor, invoice, firm, rest, return_path)


def _check_payable(session: Session, invoice: Invoice, firm: Firm) -> int:
    """What is open on the invoice; raises `Conflict` when it cannot be paid."""
    if invoice.status != "issued":
        raise Conflict(f"{invoice.number} is {invoice.status.replace('_', ' ')}; there is nothing to pay.")
    if invoice.is_sandbox != takes_test_money(firm):
        raise Conflict("Test invoices and real money do not meet. Ask the firm for another invoice.")
    if invoice.managed_ref:
        raise Conflict(f"{invoice.number} is collected by itself from the card or account that is saved.")
    rest = open_amount(session, invoice)
    if rest <= 0:
        raise Conflict(f"{invoice.number} is already paid.")
    return rest


def _begin(
    session: Session, actor: Actor, invoice: Invoice, firm: Firm, rest: int, return_path: str
) -> Payment:
    now = clock.now()
    payment = Payment(
        account_id=invoice.account_id,
        invoice_id=invoice.id,
        provider=firm.payment_provider,
        amount_minor=rest,
        currency=invoice.currency,
        method="card",
        idempotency_key=secrets.token_urlsafe(24),
        expires_at=now + PAGE_OPEN_FOR,
        return_path=return_path or routes.portal_invoice(int(invoice.id or 0)),
        payer_email=actor.email,
        next_check_at=now + CHECK_AFTER,
    )
    session.add(payment)
    session.flush()
    after = {"invoice_id": invoice.id, "amount_minor": rest, "currency": invoice.currency}
    history.note(session, actor, "payment", int(payment.id or 0), "started", {}, after)
    return payment


def start_checkout(actor: Actor, invoice_id: int, return_path: str = "") -> str:
    """The address of the provider's payment page for an invoice; a second click gets the same page.

    Opens its own units of work, because nothing may be locked while the provider is asked.
    Raises `Busy` when the provider does not answer (it is tried again by itself).
    """
    for _ in range(ATTEMPTS):
        with unit_of_work() as session:
            payment = intend_payment(session, actor, invoice_id=invoice_id, return_path=return_path)
        if _is_open(payment):
            return payment.session_url
        if not payment.session_id:
            return send_order(int(payment.id or 0))
        url = _looked_at_again(int(payment.id or 0))
        if url:
            return url
    raise Busy("The payment page could not be opened. Please try again in a moment.")


def _is_open(payment: Payment) -> bool:
    lasts = payment.expires_at is not None and payment.expires_at > clock.now()
    return payment.status == "open" and bool(payment.session_url) and lasts


def _looked_at_again(payment_id: int) -> str:
    """The page's address if the provider still keeps it open, else ""."""
    try:
        sync_payment(payment_id)
    except Unknown as error:
        raise Busy(error.sentence) from error
    with reading() as session:
        payment = session.get_one(Payment, payment_id)
    return payment.session_url if payment.status in ACTIVE and payment.status != "processing" else ""


def send_order(payment_id: int) -> str:
    """Steps two and three: asks the provider for its page and stores the answer. Same key, same page."""
    with unit_of_work() as session:
        payment = _locked(session, payment_id)
        if payment.status == "open" and payment.session_url:
            return payment.session_url
        if payment.status == "created":
            move(payment, "payment", "sending")
        if payment.status != "sending":
            raise Conflict("This payment was closed meanwhile. Please start again.")
        order, provider = _order(session, payment), provider_of(session, payment)
    try:
        result = provider.start(order)
    except Unknown as error:
        raise Busy(error.sentence) from error
    except (ProviderError, Invalid) as error:
        _give_up(payment_id, error)
        raise Conflict(error.sentence) from error
    _keep(payment_id, result)
    return result.url


def _keep(payment_id: int, result: StartResult) -> None:
    with unit_of_work() as session:
        payment = _locked(session, payment_id)
        payment.session_id, payment.session_url = result.session_id, result.url
        payment.return_path = ""  # it may hold the secret of a mail's link, and is not needed any more
        if payment.status == "sending":
            move(payment, "payment", "open")
            payment.next_check_at = clock.now() + CHECK_AFTER


def _locked(session: Session, payment_id: int) -> Payment:
    statement = select(Payment).where(Payment.id == payment_id).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()


def _order(session: Session, payment: Payment) -> PaymentOrder:
    invoice = session.get_one(Invoice, payment.invoice_id)
    firm = session.exec(select(Firm)).one()
    back = routes.absolute(settings().base_url, payment.return_path)
    return PaymentOrder(
        payment_id=str(payment.id),
        amount=payment.amount_minor,
        currency=payment.currency,
        invoice_number=invoice.number,
        description=f"Invoice {invoice.number}",
        customer_email=payment.payer_email,
        success_url=f"{back}?paid=1",
        cancel_url=back,
        expires_at=payment.expires_at or clock.now() + PAGE_OPEN_FOR,
        idempotency_key=payment.idempotency_key,
        firm_name=firm.name,
    )


def _give_up(payment_id: int, error: ProviderError | Invalid) -> None:
    """The order was refused. If the key met other figures, a page may exist: a person looks at it."""
    is_known = isinstance(error, Refused) and error.code == "idempotency"
    to = "review" if is_known else "failed"
    with unit_of_work() as session:
        payment = _locked(session, payment_id)
        payment.failure, payment.next_check_at = error.sentence[:200], None
        move(payment, "payment", to)
        after = {"status": to}
        history.note(session, system("Payment service"), "payment", payment_id, to, {}, after, error.sentence)
