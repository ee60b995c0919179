"""The accounting lock: what is dated up to its day no longer changes. It is apart from the time lock."""

from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act
from psa_app.errors import Conflict, Invalid
from psa_app.models import Firm, LedgerExport
from psa_app.models.base import touch
from psa_app.rules import fields
from psa_app.services import history
from psa_app.services.locks import REASON, Lock, passes_lock

PAST = "booked after the close"


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


def check_books_open(
    session: Session, day: date | None, field: str, actor: Actor | None = None, reason: str = ""
) -> date | None:
    """Raises `Invalid` for a day in closed books, unless the actor may pass them and says why.

    Gives the day on which the ledger carries what is booked so all the same, None where it is its own.
    """
    closed = session.exec(select(col(Firm.books_closed_through))).one()
    told = "The books are closed up to {day}. Choose a later day."
    lock = Lock(closed, "books.override", told, field, Invalid)
    return ledger_day(session, day) if day and passes_lock(lock, day, actor, reason) else None


def ledger_day(session: Session, day: date) -> date | None:
    """The first open day for what is of a closed one; None for a day that is open.

    What was handed to accounting beyond that day is not touched either, as far as today allows.
    """
    firm = session.exec(select(Firm)).one()
    closed = firm.books_closed_through
    if closed is None or day > closed:
        return None
    free, today = closed + timedelta(days=1), clock.today(firm.time_zone)
    later = select(LedgerExport).where(col(LedgerExport.last_on) >= free)
    for one in session.exec(later.order_by(col(LedgerExport.first_on))):
        if one.first_on <= free <= one.last_on:
            free = one.last_on + timedelta(days=1)
    return min(free, today)


def note_past_close(
    session: Session, actor: Actor, what: str, day: date, ledger_on: date | None, reason: str
) -> None:
    """Keeps who booked what in closed books, and why; nothing where the day was open."""
    if ledger_on is not None:
        told = {"what": what, "day": day, "ledger_on": ledger_on}
        history.note(session, actor, "firm", 1, PAST, {}, told, fields.text(reason, "reason", max=REASON))


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
