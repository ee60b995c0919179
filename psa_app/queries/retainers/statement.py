"""The statement of a retainer: what each period had, what of it was used and by which work, what is left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import Session, col
from sqlmodel import select as select_models

from psa_app import clock
from psa_app.access import Actor, fetch, require, visible
from psa_app.errors import NotFound
from psa_app.models import Account, Firm, RetainerPeriod, SowLine, TimeEntry
from psa_app.queries.invoices.tables import ENTRY, PERSON, TASK
from psa_app.queries.retainers.ledger import OpenPeriod, ledger
from psa_app.queries.retainers.lines import Agreed, agreed, running
from psa_app.queries.retainers.tables import DRAW, LOT
from psa_app.rules.retainers import warning


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """A period in units. Of an open one `left` is what can be drawn now, and nothing has expired yet.

    `opening + granted + added == used + taken_back + expired + left`; `warning` is 50, 80 or 100 per cent
    of what it has, 0 below.
    """

    number: int
    starts_on: date
    ends_on: date
    is_closed: bool
    opening: int
    granted: int
    added: int
    used: int
    overage: int
    absorbed: int
    carried: int
    taken_back: int
    expired: int
    left: int
    warning: int


@dataclass(frozen=True, slots=True)
class DrawLine:
    """Work that counts in a period. `source` names the lot, with the first day of its period."""

    entry_id: int
    day: date
    person: str
    task: str
    note: str
    seconds: int
    units: int
    outcome: str
    source: str
    source_from: date | None
    is_late: bool  # worked in an earlier period, approved when that was closed


@dataclass(frozen=True, slots=True)
class Added:
    """A top-up or an adjustment of a period."""

    source: str
    number: int
    units: int
    reason: str
    price: int | None


@dataclass(frozen=True)
class RetainerStatement:
    """Periods with the newest first; `draws` and `added` are those of the period `chosen`."""

    of: Agreed
    account: Account
    periods: tuple[PeriodLine, ...]
    chosen: PeriodLine | None
    draws: tuple[DrawLine, ...]
    added: tuple[Added, ...]
    to_close: PeriodLine | None  # the first open period, once it is over


def retainer_statement(
    session: Session, actor: Actor, line_id: int, number: int | None = None
) -> RetainerStatement:
    """The statement with the work of one period (None: that of today); `NotFound` outside one's sight."""
    require(actor, "portal.read" if actor.role == "client" else "sows.read")
    fetch(session, actor, SowLine, line_id)
    of = agreed(session, line_id)
    if of is None:
        raise NotFound()
    today = _today(session)
    lines = period_lines(session, of, today)
    chosen = next((one for one in lines if one.number == number), lines[0] if lines else None)
    open_ones = [one for one in reversed(lines) if not one.is_closed]
    over = open_ones[0] if open_ones and open_ones[0].ends_on < today else None
    return RetainerStatement(
        of,
        session.get_one(Account, of.sow.account_id),
        lines,
        chosen,
        tuple(_draws(session, actor, of, chosen)) if chosen else (),
        tuple(_added(session, of, chosen.number)) if chosen else (),
        over,
    )


def period_lines(session: Session, of: Agreed, today: date) -> tuple[PeriodLine, ...]:
    """All periods up to a day, the newest first."""
    closed = session.exec(
        select_models(RetainerPeriod)
        .where(RetainerPeriod.sow_line_id == of.id)
        .order_by(col(RetainerPeriod.number))
    )
    found = [*map(_closed, closed), *map(_open, ledger(session, of, today).periods)]
    return tuple(reversed(found))


def retainers_seen(session: Session, actor: Actor, *, sow_id: int | None = None) -> list[Agreed]:
    """The retainers that the actor sees, of all scopes or one."""
    rows = session.exec(select_models(SowLine.id).where(visible(actor, SowLine))).all()
    seen = set(rows)
    return [one for one in running(session, sow_id=sow_id) if one.id in seen]


def _closed(row: RetainerPeriod) -> PeriodLine:
    return _line(row.number, row.starts_on, row.ends_on, True, row, row.expired, row.left)


def _open(one: OpenPeriod) -> PeriodLine:
    has = one.statement
    left = has.opening + has.granted + has.added - has.used - has.taken_back
    return _line(has.number, one.period.starts_on, one.period.ends_on, False, has, 0, left)


def _line(
    number: int, starts_on: date, ends_on: date, is_closed: bool, has: Any, expired: int, left: int
) -> PeriodLine:
    available = has.opening + has.granted + has.added - has.owed_before
    return PeriodLine(
        number,
        starts_on,
        ends_on,
        is_closed,
        has.opening,
        has.granted,
        has.added,
        has.used,
        has.overage,
        has.absorbed,
        has.carried,
        has.taken_back,
        expired,
        left,
        warning(has.wanted, available),
    )


def _draws(session: Session, actor: Actor, of: Agreed, period: PeriodLine) -> Iterable[DrawLine]:
    statement = (
        select(
            DRAW,
            ENTRY.c.work_date,
            ENTRY.c.note,
            TASK.c.name.label("task"),
            PERSON.c.name.label("person"),
            LOT.c.source,
            LOT.c.number.label("of_period"),
        )
        .join(ENTRY, ENTRY.c.id == DRAW.c.entry_id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .join(PERSON, PERSON.c.id == ENTRY.c.person_id)
        .outerjoin(LOT, LOT.c.id == DRAW.c.lot_id)
        .where(and_(DRAW.c.sow_line_id == of.id, DRAW.c.number == period.number), visible(actor, TimeEntry))
        .order_by(ENTRY.c.work_date, ENTRY.c.id, DRAW.c.offset_seconds)
    )
    starts = {one.number: one.starts_on for one in of.periods(period.ends_on)}
    for row in session.connection().execute(statement):
        yield DrawLine(
            row.entry_id,
            row.work_date,
            row.person,
            row.task,
            row.note,
            row.seconds,
            row.units,
            row.outcome,
            row.source or "",
            starts.get(row.of_period),
            row.work_date < period.starts_on,
        )


def _added(session: Session, of: Agreed, number: int) -> Iterable[Added]:
    statement = (
        select(LOT)
        .where(LOT.c.sow_line_id == of.id, LOT.c.number == number, LOT.c.source.in_(("top_up", "adjustment")))
        .order_by(LOT.c.id)
    )
    for row in session.connection().execute(statement):
        yield Added(row.source, row.number, row.units, row.reason, row.price_minor)


def _today(session: Session) -> date:
    return clock.today(session.exec(select_models(Firm.time_zone)).one())
