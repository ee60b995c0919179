"""A line of a draft, or an entry on it, as it is edited."""

from dataclasses import dataclass

from sqlmodel import Session, func, select

from psa_app.access import Actor, fetch, require
from psa_app.errors import NotFound
from psa_app.models import BilledTime, Invoice, InvoiceLine


@dataclass(frozen=True, slots=True)
class DraftLineView:
    """What it asks for now, and before it was written down or up; `line_id` 0 is the whole draft."""

    line_id: int
    label: str
    currency: str
    net: int
    listed: int
    discount_ppm: int
    discount: int
    discount_text: str


def draft_line(
    session: Session, actor: Actor, invoice_id: int, line_id: int, entry_id: int = 0
) -> DraftLineView:
    """A line, the one that bills an entry, or with neither the whole draft. Raises `NotFound`."""
    require(actor, "invoices.draft")
    invoice = fetch(session, actor, Invoice, invoice_id)
    if not line_id and not entry_id:
        whole = (invoice.discount_ppm, invoice.discount_minor, invoice.discount_text)
        return DraftLineView(
            0, "the whole draft", invoice.currency, invoice.net_minor, invoice.net_minor, *whole
        )
    of_draft = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id)
    if entry_id:
        of_draft = of_draft.join(BilledTime).where(BilledTime.entry_id == entry_id)
    else:
        of_draft = of_draft.where(InvoiceLine.id == line_id)
    line = session.exec(of_draft).first()
    if line is None:
        raise NotFound("This is not on the draft any more.")
    net = line.net_minor
    listed = net if line.list_minor is None else line.list_minor
    if entry_id:
        of_entry = (BilledTime.line_id == line.id, BilledTime.entry_id == entry_id)
        net = listed = int(
            session.exec(select(func.sum(BilledTime.amount_minor)).where(*of_entry)).one() or 0
        )
    given = (line.discount_ppm, line.discount_minor, line.discount_text)
    label = "one entry of " + line.description if entry_id else line.description
    return DraftLineView(int(line.id or 0), label, invoice.currency, net, listed, *given)
