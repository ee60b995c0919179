"""Time beyond a retainer's lots: once its period is closed, it is billed by the hour."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, select
from sqlmodel import Session

from psa_app.db import among
from psa_app.queries.retainers.tables import CLOSED, DRAW
from psa_app.queries.time.tables import ENTRY


def _is_closed() -> ColumnElement[bool]:
    return exists().where(CLOSED.c.sow_line_id == DRAW.c.sow_line_id, CLOSED.c.number == DRAW.c.number)


def _to_bill() -> ColumnElement[bool]:
    return and_(DRAW.c.outcome == "overage", DRAW.c.seconds > 0, _is_closed())


def is_beyond_retainer(entry_id: Any) -> ColumnElement[bool]:
    """Whether a part of an entry is to be billed by the hour."""
    return exists().where(DRAW.c.entry_id == entry_id, _to_bill())


def beyond_retainers(session: Session, entry_ids: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """By entry the (offset, seconds) that are to be billed by the hour."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    if not entry_ids:
        return found
    statement = (
        select(DRAW.c.entry_id, DRAW.c.offset_seconds, DRAW.c.seconds)
        .where(among(session, DRAW.c.entry_id, entry_ids), _to_bill())
        .order_by(DRAW.c.entry_id, DRAW.c.offset_seconds)
    )
    for entry_id, offset, seconds in session.connection().execute(statement):
        found[entry_id].append((offset, seconds))
    return found


def within(parts: Iterable[tuple[int, int]], opened: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """What of the open (offset, seconds) lies in the parts.

    Of (0, 600) and (900, 300) open, (300, 900) holds (300, 300) and (900, 300).
    """
    found = []
    for offset, seconds in parts:
        for start, length in opened:
            first, last = max(offset, start), min(offset + seconds, start + length)
            if first < last:
                found.append((first, last - first))
    return sorted(found)


def drawn_minutes(columns: Sequence[Any]) -> Select[Any]:
    """Seconds and minutes by `columns` of entries that are not to be billed by the hour."""
    return (
        select(*columns, func.sum(DRAW.c.seconds), func.sum(DRAW.c.minutes))
        .select_from(ENTRY)
        .join(DRAW, DRAW.c.entry_id == ENTRY.c.id)
        .where(not_(_to_bill()))
        .group_by(*columns)
    )
