"""The open part of a retainer's ledger, reckoned from what is agreed, what came in and what is approved.

Reading it changes nothing: `services/retainers/write.py` writes what is reckoned here.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlmodel import Session

from psa_app.db import among
from psa_app.queries.invoices.open_work import rounding_on
from psa_app.queries.invoices.tables import ENTRY, SOW_LINE, TASK
from psa_app.queries.retainers.lines import Agreed, Carried, standing
from psa_app.queries.retainers.tables import DRAW, LOT
from psa_app.rules import money
from psa_app.rules.billing import BillableEntry, Billed, Key, LineTerms, plan_time_lines
from psa_app.rules.periods import Period, period_at
from psa_app.rules.retainers import Draw, Lot, Outcome, State, Statement, Use, run_period


class Part(NamedTuple):
    """A draw with the part of its entry, in seconds and in minutes as they would be billed."""

    draw: Draw
    offset_seconds: int
    seconds: int
    minutes: int


@dataclass(frozen=True, slots=True)
class OpenPeriod:
    """A period that is not closed, and what would stand after it."""

    period: Period
    statement: Statement
    after: State
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The open periods up to today. `late` is work that came when the last period was closed already."""

    first: int
    periods: tuple[OpenPeriod, ...]
    late: tuple[Part, ...]
    minutes: Mapping[int, int]  # of whole entries


class _Work(NamedTuple):
    """An entry as the ledger takes it: `minutes` as they would be billed, `units` what it draws."""

    use: Use
    seconds: int
    minutes: int
    units: int


def ledger(session: Session, of: Agreed, today: date) -> Ledger:
    """The open periods of a retainer, with what its approved time draws."""
    stands = standing(session, of.id)
    first = stands.state.number
    rows = _rows(session, of, first, list(stands.carried))
    work = _work(session, of, rows, stands.carried, first)
    until = max([today, *(row.work_date for row in rows)])
    coming: dict[int, list[Lot]] = defaultdict(list)
    for lot in _added(session, of.id):
        coming[lot.number].append(lot)
    mine: dict[int, list[_Work]] = defaultdict(list)
    for one in work.values():
        if one.use.entry_id not in stands.carried:
            mine[max(one.use.number, first)].append(one)
    state = replace(stands.state, owed=tuple(use for use in stands.state.owed if use.entry_id in work))
    found = []
    for period in of.periods(until):
        number = period.number
        if number >= first:
            uses = [one.use for one in mine[number]]
            ends = of.is_last(period)
            statement, state = run_period(of.terms, state, of.grant(period), coming[number], uses, ends=ends)
            nothing = [_nothing(one) for one in mine[number] if not one.units]
            found.append(
                OpenPeriod(
                    period,
                    statement,
                    state,
                    (*_parts([one for one in statement.draws if one.units], work), *nothing),
                )
            )
    late = _late(of, work) if first > 1 and not found else ()
    return Ledger(first, tuple(found), late, {key: one.minutes for key, one in work.items()})


def _nothing(one: _Work) -> Part:
    """Time that rounds to nothing is the retainer's all the same."""
    return Part(Draw(one.use.entry_id, 0, 0, "drawn"), 0, one.seconds, one.minutes)


def _late(of: Agreed, work: Mapping[int, _Work]) -> tuple[Part, ...]:
    """Work for which no period is open any more: beyond them all."""
    outcome: Outcome = "absorbed" if of.terms.deficit == "absorb" else "overage"
    return _parts([Draw(key, 0, one.units, outcome) for key, one in work.items()], work)


def _parts(draws: Sequence[Draw], work: Mapping[int, _Work]) -> tuple[Part, ...]:
    return tuple(_part(draw, work[draw.entry_id]) for draw in draws)


def _part(draw: Draw, of: _Work) -> Part:
    """Seconds and minutes by the running total, so that the parts of an entry sum to it. A minute that a
    lot holds in part is the lot's."""
    if not of.units:
        return Part(draw, 0, of.seconds, of.minutes)
    start, end = draw.offset, draw.offset + draw.units
    first, last = of.seconds * start // of.units, of.seconds * end // of.units
    minutes = -(-of.minutes * end // of.units) - -(-of.minutes * start // of.units)
    return Part(draw, first, last - first, minutes)


def _rows(session: Session, of: Agreed, first: int, carried: Sequence[int]) -> Sequence[Any]:
    """Approved billable time of the line that no closed period holds, and what one left to be drawn."""
    frozen = select(DRAW.c.entry_id).where(DRAW.c.sow_line_id == of.id, DRAW.c.number < first)
    passed = or_(SOW_LINE.c.approval != "client", ENTRY.c.client_approved_at.is_not(None))
    statement = (
        select(
            ENTRY.c.id,
            ENTRY.c.person_id,
            ENTRY.c.task_id,
            ENTRY.c.work_date,
            ENTRY.c.seconds,
            ENTRY.c.bill_rate_minor,
        )
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .join(SOW_LINE, SOW_LINE.c.id == TASK.c.sow_line_id)
        .where(
            SOW_LINE.c.id == of.id,
            ENTRY.c.status.in_(("approved", "invoiced")),
            ENTRY.c.is_billable,
            ~ENTRY.c.out_of_scope,
            passed,
            or_(ENTRY.c.id.not_in(frozen), among(session, ENTRY.c.id, carried)),
        )
        .order_by(ENTRY.c.work_date, ENTRY.c.id)
    )
    if of.of_money:  # what has no price waits until it has one
        statement = statement.where(ENTRY.c.bill_rate_minor.is_not(None))
    return session.connection().execute(statement).all()


def _work(
    session: Session, of: Agreed, rows: Sequence[Any], carried: Mapping[int, Carried], first: int
) -> dict[int, _Work]:
    minutes = _minutes(session, of, [row for row in rows if row.id not in carried], first)
    found = {}
    for row in rows:
        kept = carried.get(row.id)
        if kept is not None:
            found[row.id] = _Work(kept.use, row.seconds, kept.minutes, kept.use.offset + kept.use.units)
            continue
        took = minutes.get(row.id, 0)
        units = money.per_hour(took, row.bill_rate_minor) if of.of_money else took
        use = Use(row.id, row.work_date, _period_of(of, row.work_date), units)
        found[row.id] = _Work(use, row.seconds, took, units)
    return found


def _period_of(of: Agreed, day: date) -> int:
    """The period of a day; the first for one before it, the last for one after the end."""
    period = period_at(of.schedule, day)
    if period is not None:
        return period.number
    return len(of.periods(day)) if day > of.schedule.starts_on else 1


def _minutes(session: Session, of: Agreed, rows: Sequence[Any], first: int) -> dict[int, int]:
    """The minutes by which each entry would be billed, by the line's own rounding."""
    rounding = rounding_on(of.line, of.sow)
    entries = [
        BillableEntry(row.id, row.person_id, row.task_id, None, of.id, row.work_date, row.seconds, 0)
        for row in rows
    ]
    before = _frozen_days(session, of.id, first) if rounding.per == "day_task" else {}
    plan = plan_time_lines(entries, {of.id: LineTerms(of.id, rounding, None, 0, before)}, "none")
    return {share.entry_id: share.minutes for line in plan.lines for share in line.shares}


def _frozen_days(session: Session, line_id: int, first: int) -> dict[Key, Billed]:
    """What closed periods hold of a person's day on a task."""
    columns = (ENTRY.c.person_id, ENTRY.c.work_date, ENTRY.c.task_id)
    statement = (
        select(*columns, func.sum(DRAW.c.seconds), func.sum(DRAW.c.minutes))
        .join(DRAW, DRAW.c.entry_id == ENTRY.c.id)
        .where(DRAW.c.sow_line_id == line_id, DRAW.c.number < first)
        .group_by(*columns)
    )
    return {
        tuple(key): Billed(int(seconds), int(minutes))
        for *key, seconds, minutes in session.connection().execute(statement)
    }


def _added(session: Session, line_id: int) -> list[Lot]:
    """Top-ups and adjustments."""
    statement = select(LOT).where(LOT.c.sow_line_id == line_id, LOT.c.source.in_(("top_up", "adjustment")))
    rows = session.connection().execute(statement.order_by(LOT.c.id))
    return [Lot(row.source, row.number, row.units, row.last, row.id) for row in rows]
