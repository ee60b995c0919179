"""The accounting lock: what is dated up to its day no longer changes. It is apart from the time lock."""

from datetime import date

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act
from psa_app.errors import Conflict, Invalid
from psa_app.models import Firm, LedgerExport
from psa_app.models.base import touch
from psa_app.rules import fields
from psa_app.services import history


@act("firm", "close_books", right="books.close")
def close_books(session: Session, actor: Actor, *, through: date) -> date:
    """Closes the books up to a day: nothing in them is dated before it any more.

    Raises `Invalid` for a day in the future, `Conflict` when they are closed further already.
    """
    firm = _locked_firm(session)
    if through >= clock.today(firm.time_zone):
        raise Invalid("Close a day that is over: yesterday or before.", "through")
    if firm.books_closed_through and through < firm.books_closed_through:
        closed = firm.books_closed_through.isoformat()
        raise Conflict(f"The books are closed up to {closed} already. Open them again first.", "through")
    _set(session, actor, firm, through, "books closed", "")
    return through


@act("firm", "open_books", right="books.open")
def open_books_again(
    session: Session, actor: Actor, *, reason: str, through: date | None = None
) -> date | None:
    """Opens closed books again, with a reason; with `through` they stay closed up to that day."""
    firm = _locked_firm(session)
    why = fields.text(reason, "reason", max=400)
    if firm.books_closed_through is None:
        raise Conflict("The books are not closed.")
    if through is not None and through >= firm.books_closed_through:
        raise Invalid("Choose an earlier day than the one up to which the books are closed.", "through")
    _set(session, actor, firm, through, "books opened", why)
    return through


def check_books_open(session: Session, day: date | None, field: str) -> None:
    """Raises `Invalid` for a day in closed books: whoever may opens them again first, with a reason."""
    closed = session.exec(select(col(Firm.books_closed_through))).one()
    if closed and day and day <= closed:
        raise Invalid(f"The books are closed up to {closed.isoformat()}. Choose a later day.", field)


def is_exported(session: Session, day: date | None) -> bool:
    """Whether a day lies in a period that was handed to accounting."""
    if day is None:
        return False
    covers = (col(LedgerExport.first_on) <= day, col(LedgerExport.last_on) >= day)
    return session.exec(select(LedgerExport.id).where(*covers)).first() is not None


def _locked_firm(session: Session) -> Firm:
    statement = select(Firm).with_for_update().execution_options(populate_existing=True)
    return session.exec(statement).one()


def _set(session: Session, actor: Actor, firm: Firm, through: date | None, verb: str, reason: str) -> None:
    before = {"books_closed_through": firm.books_closed_through}
    firm.books_closed_through = through
    touch(firm)
    session.flush()
    after = {"books_closed_through": through}
    history.note(session, actor, "firm", int(firm.id or 0), verb, before, after, reason)
