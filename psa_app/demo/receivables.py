"""What the demo firm knows of those who owe it: a plan of reminders, and what one client said."""

from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.models import Allocation, Invoice
from psa_app.services.reminders.follow import follow_up
from psa_app.services.reminders.plans import start_reminders


def remind_late_payers(session: Session, finance: Actor, today: date) -> None:
    """The usual plan, and a promise on the invoice that is due the longest."""
    start_reminders(session, finance)
    paid = select(Allocation.invoice_id)
    longest = session.exec(
        select(Invoice.id)
        .where(Invoice.status == "issued", Invoice.kind == "invoice", col(Invoice.id).not_in(paid))
        .order_by(col(Invoice.due_on), col(Invoice.id))
    ).first()
    if longest is not None:
        said = "Called: their bank run is at the end of the week."
        follow_up(session, finance, longest, promised_on=today + timedelta(days=4), note=said)
