"""Giving up on the money of an invoice, and taking that back when it comes after all."""

from sqlmodel import Session

from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict
from psa_app.models import Account, Invoice, move
from psa_app.rules import fields
from psa_app.services import history
from psa_app.services.invoices.losses import take_loss_back, write_loss
from psa_app.services.payments.pages import active_payment, close_pages
from psa_app.services.payments.settle import open_amount


@act("invoices", "write_off", right="invoices.credit")
def write_off_invoice(session: Session, actor: Actor, invoice_id: int, *, reason: str) -> Invoice:
    """Writes off what is open on an issued invoice: nobody is asked for it any more, its work stays billed.

    What was paid of it stays settled; the rest stands in the books as a loss of today. Raises `Conflict`
    when nothing is open, a payment is on its way or the books are closed.
    """
    invoice = _locked(session, actor, invoice_id)
    why = fields.text(reason, "reason", max=400)
    if invoice.status != "issued" or invoice.kind != "invoice":
        raise Conflict("Only an issued invoice can be written off.")
    lost = open_amount(session, invoice)
    if lost <= 0:
        raise Conflict(f"Nothing is open on {invoice.number}, so there is nothing to write off.")
    close_pages(session, actor, invoice, "The invoice was written off.")
    if active_payment(session, invoice_id) is not None:
        raise Conflict("A payment of this invoice is under way. Wait for it or cancel it first.")
    write_loss(session, invoice, lost, why)
    move(invoice, "invoice", "written_off")
    session.flush()
    after = {"status": "written_off", "amount_minor": lost, "currency": invoice.currency}
    history.note(session, actor, "invoice", invoice_id, "written off", {"status": "issued"}, after, why)
    return invoice


@act("invoices", "reopen", right="invoices.credit")
def reopen_invoice(session: Session, actor: Actor, invoice_id: int, *, reason: str = "") -> Invoice:
    """Opens an invoice that was written off: what it owed then it owes again, and the loss is taken back."""
    invoice = _locked(session, actor, invoice_id)
    why = fields.text(reason, "reason", max=400, required=False)
    if invoice.status != "written_off":
        raise Conflict("Only an invoice that was written off can be reopened.")
    take_loss_back(session, actor, invoice, why)
    return invoice


def _locked(session: Session, actor: Actor, invoice_id: int) -> Invoice:
    seen = fetch(session, actor, Invoice, invoice_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    return fetch(session, actor, Invoice, invoice_id, lock=True)
