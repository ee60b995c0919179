"""When the client first opened an invoice."""

from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.models import Invoice
from psa_app.services import history


@act("invoices", "seen", right="invoices.read", hidden=True)
def mark_seen(session: Session, actor: Actor, invoice_id: int) -> bool:
    """Writes down that the client has opened the invoice, the first time only; staff do not count."""
    if actor.role != "client":
        return False
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    if invoice.seen_at is not None:
        return False
    invoice.seen_at = clock.now()
    history.note(session, actor, "invoice", invoice_id, "seen")
    return True
