"""Writing the open part of a retainer's ledger: its grants, what goes over, and what approved time draws."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, delete, exists, insert, select
from sqlmodel import Session
from sqlmodel import select as select_models

from psa_app import clock
from psa_app.db import among_ids, as_ids
from psa_app.errors import Conflict
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.prepared import Prepared
from psa_app.queries.invoices.tables import ENTRY, SOW_LINE, TASK
from psa_app.queries.retainers.ledger import Ledger, Part, ledger
from psa_app.queries.retainers.lines import Agreed, agreed, standing
from psa_app.queries.retainers.tables import CLOSED, DRAW, LOT
from psa_app.rules.retainers import Lot
from psa_app.rules.scopes import RETAINER
from psa_app.services.retainers.notices import note_use

_DERIVED = ("grant", "rollover")


def redraw_tasks(session: Session, task_ids: Iterable[int]) -> None:
    """Reckons the retainers of these tasks anew; the same time gives the same draws, however often."""
    rows = _RETAINERS.all(session, {"ids": as_ids(session, sorted(set(task_ids)))})
    redraw_lines(session, sorted(row.sow_line_id for row in rows))


def _retainers(sqlite: bool) -> Select[Any]:
    return (
        select(TASK.c.sow_line_id)
        .join(SOW_LINE, SOW_LINE.c.id == TASK.c.sow_line_id)
        .where(among_ids(TASK.c.id, "ids", sqlite=sqlite), SOW_LINE.c.model == RETAINER)
        .distinct()
    )


_RETAINERS = Prepared(_retainers)


def redraw_lines(session: Session, line_ids: Iterable[int | None]) -> None:
    """Reckons those of the lines anew that are retainers."""
    for line_id in dict.fromkeys(line_ids):
        if line_id is not None:
            redraw(session, line_id)


def redraw(session: Session, line_id: int) -> tuple[Agreed, Ledger] | None:
    """Reckons a retainer's open periods and writes them; None when the line has no ledger."""
    of = agreed(session, line_id, lock=True)
    if of is None:
        return None
    session.flush()
    found = ledger(session, of, clock.today(session.exec(select_models(Firm.time_zone)).one()))
    _write(session, of, found)
    note_use(session, of, found)
    return of, found


def check_open(session: Session, rows: Sequence[Any]) -> None:
    """Refuses to take back time that a closed period of a retainer holds.

    Rows of `ENTRY_FACTS`. Raises `Conflict` with the way out.
    """
    for line_id in sorted({row.sow_line_id for row in rows if row.sow_line_id is not None}):
        of = agreed(session, line_id)
        if of is None:
            continue
        stands = standing(session, line_id)
        ids = {row.id for row in rows if row.sow_line_id == line_id}
        frozen = select(DRAW.c.entry_id).where(
            DRAW.c.sow_line_id == line_id, DRAW.c.number < stands.state.number, DRAW.c.entry_id.in_(ids)
        )
        held = set(session.connection().execute(frozen).scalars()) | (ids & set(stands.carried))
        if held:
            days = sorted(row.work_date for row in rows if row.id in held)
            raise Conflict(
                f"The work of {words.day(days[0])} counts in a closed period of “{of.line.title}”. "
                "Adjust the retainer instead.",
                "entry_ids",
            )


def check_movable(session: Session, task_id: int) -> None:
    """Refuses another line for a task whose time a closed period of a retainer holds."""
    closed = exists().where(CLOSED.c.sow_line_id == DRAW.c.sow_line_id, CLOSED.c.number == DRAW.c.number)
    held = (
        select(DRAW.c.id)
        .join(ENTRY, ENTRY.c.id == DRAW.c.entry_id)
        .where(ENTRY.c.task_id == task_id, closed)
        .limit(1)
    )
    if session.connection().execute(held).first() is not None:
        raise Conflict(
            "Time of this task counts in a closed period of its retainer. Add a task for the other line.",
            "sow_line_id",
        )


def _write(session: Session, of: Agreed, found: Ledger) -> None:
    connection = session.connection()
    mine = LOT.c.sow_line_id == of.id
    connection.execute(delete(DRAW).where(DRAW.c.sow_line_id == of.id, DRAW.c.number >= found.first))
    connection.execute(delete(LOT).where(mine, LOT.c.source.in_(_DERIVED), LOT.c.number >= found.first))
    lots = list(_lots(found))
    if lots:
        now = clock.now()
        same = {"sow_line_id": of.id, "price_minor": None, "reason": "", "at": now, "by_id": None}
        connection.execute(insert(LOT), [_lot_row(lot) | same for lot in lots])
    rows = connection.execute(select(LOT.c.id, LOT.c.source, LOT.c.number).where(mine)).all()
    ids = {(row.source, row.number): row.id for row in rows if row.source in _DERIVED}
    draws = [
        _draw_row(part, one.period.number, ids) | {"sow_line_id": of.id}
        for one in found.periods
        for part in one.parts
    ]
    draws += [_draw_row(part, found.first - 1, ids) | {"sow_line_id": of.id} for part in found.late]
    if draws:
        connection.execute(insert(DRAW), draws)


def _lots(found: Ledger) -> Iterable[Lot]:
    """The grants of the open periods, and what goes over from one to the next."""
    for place, one in enumerate(found.periods):
        number = one.period.number
        yield Lot("grant", number, one.statement.granted, number)
        if place + 1 < len(found.periods):
            yield from (lot for lot in one.after.lots if (lot.source, lot.number) == ("rollover", number))


def _lot_row(lot: Lot) -> dict[str, Any]:
    return {"source": lot.source, "number": lot.number, "units": lot.units, "last": lot.last}


def _draw_row(part: Part, number: int, ids: dict[tuple[str, int], int]) -> dict[str, Any]:
    draw = part.draw
    lot_id = None
    if draw.lot is not None:
        source, of_period, row_id = draw.lot
        lot_id = row_id or ids[source, of_period]
    return {
        "entry_id": draw.entry_id,
        "number": number,
        "offset_seconds": part.offset_seconds,
        "seconds": part.seconds,
        "minutes": part.minutes,
        "units": draw.units,
        "outcome": draw.outcome,
        "lot_id": lot_id,
    }
