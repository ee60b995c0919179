"""Work that is booked from tomorrow on: what fixed lines still need, and what time will be worth."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session

from psa_app.access import Actor
from psa_app.queries.planning.booked import Minutes, bookings, placed


@dataclass(frozen=True, slots=True)
class Planned:
    """A booking's row and its minutes by day, from tomorrow on."""

    row: Any
    minutes: Minutes


def planned_from(session: Session, actor: Actor, today: date, *where: ColumnElement[bool]) -> list[Planned]:
    """All that is booked after today, tentative or not."""
    tomorrow = today + timedelta(1)
    rows = bookings(session, actor, tomorrow, date.max, *where)
    if not rows:
        return []
    found = placed(session, actor, rows, tomorrow, max(row.ends_on for row in rows))
    return [Planned(row, found[row.id].minutes) for row in rows]


def still_to_come(plan: Iterable[Planned]) -> Mapping[int, int]:
    """Confirmed minutes by task, and by project (as a negative number) where no task is named."""
    found: dict[int, int] = defaultdict(int)
    for one in plan:
        if not one.row.is_tentative:
            key = one.row.task_id if one.row.task_id is not None else -one.row.project_id
            found[key] += sum(one.minutes.values())
    return found


def by_project(plan: Iterable[Planned]) -> Mapping[int, int]:
    """Confirmed minutes still to come of each project."""
    found: dict[int, int] = defaultdict(int)
    for one in plan:
        if not one.row.is_tentative:
            found[one.row.project_id] += sum(one.minutes.values())
    return found
