"""Locking a period: no time up to that day is written any more, by whatever way."""

from datetime import date

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, act
from psa_app.errors import Conflict, Invalid
from psa_app.models import Firm, touch
from psa_app.rules import fields
from psa_app.services import history


@act("firm", "lock_time", right="time.lock")
def lock_time(session: Session, actor: Actor, *, through: date) -> date:
    """Locks all time up to and including a day. Raises `Invalid` for a day still to come,
    `Conflict` for one that would open what is locked.
    """
    firm = _firm(session)
    if through > clock.today(firm.time_zone):
        raise Invalid("Only days that have passed can be locked.", "through")
    if firm.locked_through is not None and through < firm.locked_through:
        raise Conflict(
            f"Time up to {firm.locked_through.isoformat()} is locked already. The owner can unlock it.",
            "through",
        )
    _set(session, actor, firm, through, "time locked", "")
    return through


@act("firm", "unlock_time", right="time.unlock")
def unlock_time(session: Session, actor: Actor, *, reason: str, through: date | None = None) -> date | None:
    """Opens locked time again, all of it or what lies after `through`; the reason is kept."""
    firm = _firm(session)
    why = fields.text(reason, "reason", max=500)
    if firm.locked_through is None:
        raise Conflict("No time is locked.")
    if through is not None and through >= firm.locked_through:
        raise Invalid(f"Choose a day before {firm.locked_through.isoformat()}.", "through")
    _set(session, actor, firm, through, "time unlocked", why)
    return through


def _firm(session: Session) -> Firm:
    """The firm, locked: waits for everyone who writes time just now."""
    statement = select(Firm).with_for_update().execution_options(populate_existing=True)
    return session.exec(statement).one()


def _set(session: Session, actor: Actor, firm: Firm, through: date | None, verb: str, reason: str) -> None:
    before, firm.locked_through = firm.locked_through, through
    touch(firm)
    session.flush()
    history.note(
        session,
        actor,
        "firm",
        int(firm.id or 0),
        verb,
        {"locked_through": before},
        {"locked_through": through},
        reason,
    )
