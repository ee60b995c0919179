"""What copies of the payment service's invoices and credit notes share."""

from datetime import date, timedelta

from sqlmodel import Session, select

from psa_app.models import Firm, Invoice

NOTE = "Issued and collected by our payment service; this is a copy."


def open_day(firm: Firm, day: date) -> date:
    """The paper's day, or the first one after the closed books."""
    closed = firm.books_closed_through
    return max(day, closed + timedelta(days=1)) if closed else day


def free_number(session: Session, number: str, ref: str) -> str:
    """Its number there; one that is known here already gets the end of its id behind it."""
    known = session.exec(select(Invoice.id).where(Invoice.number == number)).first()
    return f"{number}-{ref[-6:]}" if known else number
