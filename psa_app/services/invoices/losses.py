"""What is lost of invoices: the rows behind a write-off, and what takes them back."""

from datetime import date

from sqlalchemy import func
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.db import insert_row
from psa_app.models import Firm, Invoice, WriteOff, move
from psa_app.services import history
from psa_app.services.books.lock import check_books_open


def written_off(session: Session, invoice_id: int) -> int:
    """How much of an invoice is written off now, in its minor units."""
    total = select(func.sum(col(WriteOff.amount_minor))).where(WriteOff.invoice_id == invoice_id)
    return int(session.exec(total).one() or 0)


def write_loss(session: Session, invoice: Invoice, amount: int, reason: str) -> None:
    """Writes a loss of today, minor units; below zero it is taken back. Raises when the books are closed."""
    today: date = clock.today(session.exec(select(Firm.time_zone)).one())
    check_books_open(session, today, "made_on")
    insert_row(
        session,
        WriteOff,
        invoice_id=invoice.id,
        made_on=today,
        amount_minor=amount,
        currency=invoice.currency,
        reason=reason,
        at=clock.now(),
    )


def take_loss_back(session: Session, actor: Actor, invoice: Invoice, reason: str) -> None:
    """Opens an invoice that was written off: what it does not have of its total it owes again."""
    lost = written_off(session, int(invoice.id or 0))
    write_loss(session, invoice, -lost, reason)
    move(invoice, "invoice", "issued")
    session.flush()
    before = {"status": "written_off"}
    after = {"status": "issued", "amount_minor": lost, "currency": invoice.currency}
    history.note(session, actor, "invoice", int(invoice.id or 0), "reopened", before, after, reason)
