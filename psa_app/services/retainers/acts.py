"""What people do with a retainer's ledger: top it up, and adjust it with a reason."""

from typing import Any

from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.models import RetainerLot, SowLine
from psa_app.queries.retainers.ledger import Ledger
from psa_app.queries.retainers.lines import Agreed
from psa_app.queries.retainers.words import amount
from psa_app.rules import fields
from psa_app.rules.money import Money
from psa_app.services import history
from psa_app.services.retainers.write import redraw

MOST_UNITS = 10**10
MOST_PERIODS = 120


@act("sow_lines", "top_up", right="invoices.draft")
def top_up_retainer(
    session: Session,
    actor: Actor,
    sow_line_id: int,
    *,
    units: int,
    price: Money,
    periods: int = 0,
    note: str = "",
) -> RetainerLot:
    """Adds minutes (or minor units) that the client buys besides; the price comes on the next draft.

    They can be used from today's period on, for `periods` of them (0: as long as the retainer
    runs). Raises `Conflict` for a retainer that is over.
    """
    if not 0 < units <= MOST_UNITS:
        raise Invalid("Say how much is added.", "units")
    of, found = _open(session, actor, sow_line_id)
    if price.currency != of.sow.currency:
        raise Invalid(f"Amounts of this scope are in {of.sow.currency}.", "price")
    if not 0 <= price.amount < 10**13:
        raise Invalid("Give a price of 0 or more.", "price")
    words_of = fields.text(note, "note", max=200, required=False)
    return _add(session, actor, of, found, "top_up", units, periods, words_of, price.amount)


@act("sow_lines", "adjust", right="invoices.draft")
def adjust_retainer(
    session: Session, actor: Actor, sow_line_id: int, *, units: int, reason: str, periods: int = 0
) -> RetainerLot:
    """Corrects what a retainer holds: above 0 it is added at no price (what an earlier program had left,
    too), below 0 it takes back what is unused.

    Used as `top_up_retainer` says. Raises `Invalid` without a reason.
    """
    if units == 0 or abs(units) > MOST_UNITS:
        raise Invalid("Say how much is added, or with a minus how much is taken back.", "units")
    why = fields.text(reason, "reason", max=200)
    of, found = _open(session, actor, sow_line_id)
    return _add(session, actor, of, found, "adjustment", units, periods, why, None)


def _open(session: Session, actor: Actor, line_id: int) -> tuple[Agreed, Ledger]:
    fetch(session, actor, SowLine, line_id)
    drawn = redraw(session, line_id)
    if drawn is None:
        raise Conflict("This line is no retainer that runs.")
    of, found = drawn
    if not found.periods and found.first > 1:
        raise Conflict(f"All periods of “{of.line.title}” are closed.")
    return of, found


def _add(
    session: Session,
    actor: Actor,
    of: Agreed,
    found: Ledger,
    source: str,
    units: int,
    periods: int,
    reason: str,
    price: int | None,
) -> RetainerLot:
    if not 0 <= periods <= MOST_PERIODS:
        raise Invalid(f"Give up to {MOST_PERIODS} periods, 0 for no end.", "periods")
    number = found.periods[-1].period.number if found.periods else found.first
    lot = RetainerLot(
        sow_line_id=of.id,
        source=source,
        number=number,
        units=units,
        last=number + periods - 1 if periods else None,
        price_minor=price,
        reason=reason,
        at=clock.now(),
        by_id=actor.user_id,
    )
    session.add(lot)
    session.flush()
    redraw(session, of.id)
    told: dict[str, Any] = {"added": amount(of, units), "reason": reason}
    verb = "topped up" if source == "top_up" else "adjusted"
    history.note(session, actor, "sow_line", of.id, verb, {}, told, reason)
    return lot
