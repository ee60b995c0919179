"""What the owner is told in forms whose day may lie in closed books."""

import reflex as rx
from sqlmodel import Session, col, select

from psa_app.access import Actor, may, require
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.state.base import actor, allow, read

NAME = "past_lock_reason"


class PastCloseState(rx.State):
    """`note` is "" for whoever may not book in closed books, and while they are open."""

    note: str = ""

    @rx.event
    @allow("invoices.draft")
    async def load(self) -> None:
        """Loads how far the books are closed."""
        self.note = await read(_note) if may(actor(), "books.override") else ""


def _note(session: Session, who: Actor) -> str:
    require(who, "books.override")
    closed = session.exec(select(col(Firm.books_closed_through))).one()
    if closed is None:
        return ""
    return f"The books are closed up to {words.day(closed)}. They carry it on the first open day."
