"""Closing a retainer's period: what is left goes over or expires, what lies beyond is to be billed."""

from dataclasses import asdict
from datetime import date, timedelta

from sqlalchemy import and_, or_, select
from sqlmodel import Session
from sqlmodel import select as select_models

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict
from psa_app.formats import words
from psa_app.models import Firm, RetainerPeriod, SowLine
from psa_app.queries.invoices.tables import ENTRY, SOW_LINE, TASK
from psa_app.queries.retainers.lines import Agreed, written
from psa_app.services import history
from psa_app.services.retainers.write import redraw

GRACE = timedelta(days=5)  # after a period's end, for time that still waits for an approval
_FIGURES = (
    *("opening", "granted", "added", "owed_before", "wanted", "used", "overage"),
    *("absorbed", "carried", "taken_back", "expired", "left"),
)


@act("sow_lines", "close_period", right="invoices.draft")
def close_retainer_period(session: Session, actor: Actor, sow_line_id: int) -> RetainerPeriod:
    """Closes the first open period of a retainer, once it is over; from then on it does not change.

    What is approved for it later draws from the next one. Raises `Conflict` while it runs.
    """
    fetch(session, actor, SowLine, sow_line_id)
    return _close(session, actor, sow_line_id)


def _close(session: Session, actor: Actor, line_id: int) -> RetainerPeriod:
    drawn = redraw(session, line_id)
    if drawn is None:
        raise Conflict("This line is no retainer that runs.")
    of, found = drawn
    if not found.periods:
        raise Conflict(f"All periods of “{of.line.title}” are closed.")
    one = found.periods[0]
    today = clock.today(session.exec(select_models(Firm.time_zone)).one())
    if one.period.ends_on >= today:
        raise Conflict(f"This period runs until {words.day(one.period.ends_on)}. Close it after that day.")
    figures = {name: value for name, value in asdict(one.statement).items() if name in _FIGURES}
    closed = RetainerPeriod(
        sow_line_id=of.id,
        number=one.period.number,
        starts_on=one.period.starts_on,
        ends_on=one.period.ends_on,
        after=written(one.after, found.minutes),
        closed_at=clock.now(),
        closed_by=actor.user_id,
        **figures,
    )
    session.add(closed)
    session.flush()
    told = {"period": words.day_range(closed.starts_on, closed.ends_on), **figures}
    history.note(session, actor, "sow_line", of.id, "period closed", {}, told)
    return closed


def close_due(session: Session, actor: Actor, line_id: int) -> int:
    """Closes what periods of a retainer are over; returns how many. One whose time waits for an approval is
    closed five days later."""
    today = clock.today(session.exec(select_models(Firm.time_zone)).one())
    drawn = redraw(session, line_id)
    closed = 0
    while drawn is not None and _is_due(session, drawn[0], today):
        _close(session, actor, line_id)
        closed += 1
    return closed


def _is_due(session: Session, of: Agreed, today: date) -> bool:
    last = session.exec(
        select_models(RetainerPeriod.number)
        .where(RetainerPeriod.sow_line_id == of.id)
        .order_by(RetainerPeriod.number.desc())  # type: ignore[attr-defined]
    ).first()
    following = [one for one in of.periods(today) if one.number > (last or 0)]
    if not following or following[0].ends_on >= today:
        return False
    ends_on = following[0].ends_on
    return today > ends_on + GRACE or not _waits(session, of.id, ends_on)


def _waits(session: Session, line_id: int, until: date) -> bool:
    """Whether time of the line up to a day is not approved yet, or not by the client."""
    with_client = and_(
        ENTRY.c.status == "approved", SOW_LINE.c.approval == "client", ENTRY.c.client_approved_at.is_(None)
    )
    statement = (
        select(ENTRY.c.id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .join(SOW_LINE, SOW_LINE.c.id == TASK.c.sow_line_id)
        .where(
            SOW_LINE.c.id == line_id,
            ENTRY.c.is_billable,
            ENTRY.c.work_date <= until,
            or_(ENTRY.c.status.in_(("draft", "submitted")), with_client),
        )
        .limit(1)
    )
    return session.connection().execute(statement).first() is not None
