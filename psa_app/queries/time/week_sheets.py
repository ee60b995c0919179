"""How a week was handed in: the sheet and its supplements."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from psa_app.access import Actor, once_alike, visible
from psa_app.models import Timesheet
from psa_app.prepared import Prepared
from psa_app.queries.time.tables import SHEET
from psa_app.rules.timesheets import HandedIn


@dataclass(frozen=True, slots=True)
class SheetView:
    """One handing-in of the week; above number 0 a supplement."""

    id: int
    number: int
    state: str
    submitted_at: datetime
    entries: int
    seconds: int
    waiting: int


def sheets_of(
    session: Session, actor: Actor, person_id: int, week: int, entries: Sequence[Any]
) -> list[tuple[SheetView, HandedIn]]:
    """How a person's week was handed in, by supplement, each with its state as the rules see it."""
    of_sheet: dict[int, list[Any]] = defaultdict(list)
    for entry in entries:
        if entry.timesheet_id is not None:
            of_sheet[entry.timesheet_id].append(entry)
    found = []
    for row in _prepared(actor).all(session, {"whose": person_id, "week": week}):
        lines = of_sheet[row.id]
        state = HandedIn(row.number, {e.status for e in lines}, row.is_empty, row.recalled_at is not None)
        view = SheetView(
            row.id,
            row.number,
            state.state.value,
            row.submitted_at,
            len(lines),
            sum(e.seconds for e in lines),
            sum(e.status == "submitted" for e in lines),
        )
        found.append((view, state))
    return found


@once_alike
def _prepared(actor: Actor) -> Prepared:
    return Prepared(
        select(SHEET.c.id, SHEET.c.number, SHEET.c.is_empty, SHEET.c.submitted_at, SHEET.c.recalled_at)
        .where(
            SHEET.c.person_id == bindparam("whose"),
            SHEET.c.week == bindparam("week"),
            visible(actor, Timesheet),
        )
        .order_by(SHEET.c.number)
    )
