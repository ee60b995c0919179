"""Each night: what is open of the payment service's own invoices, there and here."""

from datetime import datetime

from sqlmodel import Session, col, or_, select

from psa_app.db import reading
from psa_app.errors import PsaError
from psa_app.gateways.stripe_bills import SeenInvoice
from psa_app.models import Invoice, ManagedSubscription
from psa_app.rules.money import plain
from psa_app.services.payments.settle import open_amount
from psa_app.services.subscriptions.managed_sync import sync_managed

Found = dict[tuple[str, str], tuple[int | None, str]]  # as in the nightly comparison of payments


def compare_managed(provider: str, since: datetime) -> Found:
    """Books what is new of each subscription that runs, or ended since; names what differs even then."""
    of_provider = (ManagedSubscription.provider == provider, ManagedSubscription.ref != "")
    young = or_(ManagedSubscription.status == "running", col(ManagedSubscription.updated_at) >= since)
    with reading() as session:
        rows = session.exec(select(ManagedSubscription.id).where(*of_provider, young)).all()
    found: Found = {}
    for managed_id in rows:
        try:
            seen = sync_managed(int(managed_id or 0))
        except PsaError:
            continue  # asked again by the sweeper
        with reading() as session:
            for one in seen.invoices if seen else ():
                found |= _difference(session, one)
    return found


def _difference(session: Session, seen: SeenInvoice) -> Found:
    copy = session.exec(select(Invoice).where(Invoice.managed_ref == seen.ref)).first()
    ours = open_amount(session, copy) if copy is not None else 0
    if copy is None or ours == seen.left:
        return {}
    there, here = (f"{plain(amount, seen.currency)} {seen.currency}" for amount in (seen.left, ours))
    return {
        ("copy", seen.ref): (None, f"{copy.number}: {there} is open at the payment service, {here} here.")
    }
