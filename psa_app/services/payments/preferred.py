"""Which way to pay is a client's default: told to the provider, and followed where it was chosen there."""

import secrets

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.config import settings
from psa_app.db import reading, unit_of_work
from psa_app.gateways.payments import Refused
from psa_app.gateways.providers import provider_for
from psa_app.gateways.stripe import StripeGateway
from psa_app.models import Account, Firm, ManagedSubscription, SavedMethod
from psa_app.services import history
from psa_app.services.payments.book import service
from psa_app.services.payments.methods import TABLE, locked_method, set_default
from psa_app.services.payments.pages import gateway_of

CONSENT = "Agreed to at the payment service, not on a page of ours."


def prefer_method(method_id: int) -> None:
    """Tells the provider a client's default, also for the subscriptions that it collects; what the outbox's
    "prefer_method" does. Raises `Unknown`, `Refused`."""
    with reading() as session:
        method = session.get_one(SavedMethod, method_id)
        if method.status != "active" or not method.is_default:
            return
        mine = (
            select(ManagedSubscription.ref)
            .join(SavedMethod, col(SavedMethod.id) == col(ManagedSubscription.method_id))
            .where(
                ManagedSubscription.status == "running",
                col(SavedMethod.customer_ref) == method.customer_ref,
            )
        )
        refs = session.exec(mine).all()
        gateway = _gateway(session, method)
    gateway.prefer_method(method.customer_ref, method.ref, refs)


def follow_default(method_id: int) -> None:
    """Reads which way to pay a client has as default at the provider, and shows it as that here.

    One that was saved there is taken over; where none is chosen there, ours stays. Raises `Unknown`.
    """
    with reading() as session:
        method = session.get_one(SavedMethod, method_id)
        gateway = _gateway(session, method)
    if not method.customer_ref:
        return
    try:
        chosen = gateway.default_method(method.customer_ref)
    except Refused as error:
        if error.code != "resource_missing":
            raise
        return
    found = known_method(gateway, method, chosen) if chosen else 0
    if not found:
        return
    with unit_of_work() as session:
        session.exec(select(Account.id).where(Account.id == method.account_id).with_for_update()).one()
        row = locked_method(session, found)
        if row.status == "active" and not row.is_default:
            set_default(session, row)
            row.refreshed_at = clock.now()
            why = "Chosen at the payment service."
            history.note(session, service(), TABLE, found, "made default", {}, {}, why)


def known_method(gateway: StripeGateway, like: SavedMethod, ref: str) -> int:
    """Our id of a way to pay of the same client at the provider; one that was saved there is taken over."""
    mine = select(SavedMethod.id).where(SavedMethod.account_id == like.account_id, SavedMethod.ref == ref)
    with reading() as session:
        known = session.exec(mine).first()
    if known:
        return known
    seen = gateway.fetch_method(ref)
    if seen.livemode != like.livemode or seen.customer_ref != like.customer_ref:
        return 0
    with unit_of_work() as session:
        session.exec(select(Account.id).where(Account.id == like.account_id).with_for_update()).one()
        known = session.exec(mine).first()
        if known:
            return known
        made = SavedMethod(
            account_id=like.account_id,
            provider=like.provider,
            livemode=like.livemode,
            status="active",
            kind=seen.kind,
            brand=seen.brand[:80],
            last4=seen.last4[:8],
            exp_month=seen.exp_month,
            exp_year=seen.exp_year,
            customer_ref=seen.customer_ref,
            ref=seen.ref,
            currency=like.currency,
            idempotency_key=secrets.token_urlsafe(24),
            consent=CONSENT,
            consent_by="Payment service",
            consent_at=clock.now(),
            refreshed_at=clock.now(),
        )
        session.add(made)
        session.flush()
        found = int(made.id or 0)
        history.note(session, service(), TABLE, found, "saved", {}, {"kind": made.kind}, CONSENT)
        return found


def _gateway(session: Session, method: SavedMethod) -> StripeGateway:
    instance = session.exec(select(Firm.instance)).one()
    return gateway_of(provider_for(method.provider, settings(), instance))
