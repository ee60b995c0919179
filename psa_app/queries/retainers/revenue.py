"""The lots of retainers with what was used of them and what expired, for what their fees have earned."""

from collections import defaultdict
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session

from psa_app.queries.invoices.tables import ENTRY
from psa_app.queries.retainers.lines import Agreed
from psa_app.queries.retainers.tables import CLOSED, DRAW, LOT
from psa_app.rules.periods import Period
from psa_app.rules.retainer_revenue import Lot

Gone = dict[tuple[str, int], list[tuple[date, int]]]


def paid_lots(session: Session, of: Agreed, until: date, *, fees: bool = True) -> list[Lot]:
    """Each top-up, and with `fees` each period's fee, with what is gone of it. Work that is drawn before its
    period's first day (it was carried) is earned with that day."""
    periods = {one.number: one for one in of.periods(until)}
    gone, closed = _used(session, of, periods), _closed(session, of)
    lots = _top_ups(session, of, gone, closed, periods)
    if not fees:
        return lots
    return lots + [
        Lot(
            period.share_of(of.line.value_minor),
            of.grant(period),
            tuple(gone[("grant", number)]) + _expired(session, of, period, gone, closed, periods),
        )
        for number, period in periods.items()
    ]


def _top_ups(session: Session, of: Agreed, gone: Gone, closed: int, periods: dict[int, Period]) -> list[Lot]:
    statement = select(LOT).where(LOT.c.sow_line_id == of.id, LOT.c.source == "top_up", LOT.c.price_minor > 0)
    lots = []
    for row in session.connection().execute(statement):
        mine = gone[("top_up", row.id)]
        last = periods.get(row.last) if row.last is not None else None
        rest = row.units - sum(units for _, units in mine)
        over = ((last.ends_on, rest),) if last is not None and last.number <= closed else ()
        lots.append(Lot(row.price_minor, row.units, (*mine, *over)))
    return lots


def _closed(session: Session, of: Agreed) -> int:
    """The last closed period, 0 for none."""
    statement = select(func.max(CLOSED.c.number)).where(CLOSED.c.sow_line_id == of.id)
    return int(session.connection().execute(statement).scalar() or 0)


def _used(session: Session, of: Agreed, periods: dict[int, Period]) -> Gone:
    """Units used by lot: those of a period's fee, also after they went over, and those of a top-up."""
    statement = (
        select(
            DRAW.c.number, DRAW.c.units, ENTRY.c.work_date, LOT.c.id, LOT.c.source, LOT.c.number.label("of")
        )
        .join(ENTRY, ENTRY.c.id == DRAW.c.entry_id)
        .join(LOT, LOT.c.id == DRAW.c.lot_id)
        .where(DRAW.c.sow_line_id == of.id, DRAW.c.outcome == "drawn")
    )
    found: Gone = defaultdict(list)
    for row in session.connection().execute(statement):
        key = ("top_up", row.id) if row.source == "top_up" else ("grant", row.of)
        if row.source == "adjustment":
            continue
        period = periods.get(row.number)
        day = max(row.work_date, period.starts_on) if period else row.work_date
        found[key].append((day, row.units))
    return found


def _expired(
    session: Session, of: Agreed, period: Period, gone: Gone, closed: int, periods: dict[int, Period]
) -> tuple[tuple[date, int], ...]:
    """What of a period's grant expired: at its end what did not go over, later what was not used in time."""
    number = period.number
    if number > closed:
        return ()
    statement = select(func.sum(LOT.c.units)).where(
        LOT.c.sow_line_id == of.id, LOT.c.source == "rollover", LOT.c.number == number
    )
    rolled = int(session.connection().execute(statement).scalar() or 0)
    used = sum(units for day, units in gone[("grant", number)] if day <= period.ends_on)
    found = [(period.ends_on, max(of.grant(period) - used - rolled, 0))]
    last = periods.get(number + of.line.rollover_periods)
    if rolled and last is not None and last.number <= closed:
        later = sum(units for day, units in gone[("grant", number)] if day > period.ends_on)
        found.append((last.ends_on, max(rolled - later, 0)))
    return tuple(found)
