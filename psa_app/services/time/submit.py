"""Handing a week in and taking it back.

A handing-in is a `Timesheet` row; its state follows from its entries (`rules/timesheets.py`).
What was rejected goes back to the sheet it came from; time that comes late is a supplement.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.db import insert_row
from psa_app.errors import Conflict, Forbidden
from psa_app.models import Timesheet
from psa_app.prepared import Prepared
from psa_app.queries.time.tables import ENTRY, SHEET, TIMER
from psa_app.rules import weeks
from psa_app.rules.timesheets import HandedIn, Sheet, sheet_to_fill
from psa_app.services import history
from psa_app.services.time import checks, facts
from psa_app.services.time.entries import KIND, move_entries


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was handed in: the sheet, its number in the week (above 0: a supplement), its entries."""

    timesheet_id: int
    number: int
    entries: int
    seconds: int


@act("timesheets", "submit", right="time.log")
def submit_week(session: Session, actor: Actor, *, week: int, person_id: int | None = None) -> Submitted:
    """Hands in all drafts of a person's week (yyyyww); a week without any is handed in as empty.

    Refused while the timer runs in this week, in a locked period, and when there is nothing new
    to hand in.
    """
    person = facts.locked_person(session, facts.whose(actor, person_id))
    _check_no_timer(session, person, week)
    entries, sheets = _week(session, person.id, week)
    drafts = [row for row in entries if row.status == "draft"]
    handed_in = _handed_in(entries, sheets)
    if not drafts and any(sheet.state is not Sheet.open for sheet in handed_in):
        raise Conflict("This week is handed in already, and there is no new time in it.", "week")
    locked = facts.locked_through(session)
    for day in {row.work_date for row in drafts} or {weeks.days(week)[6]}:
        checks.check_open(locked, day, actor)
    number = sheet_to_fill(handed_in)
    known = next((row.id for row in sheets if row.number == number), None)
    target = _sheet(session, person.id, week, number, known, is_empty=not drafts)
    return _hand_in(session, actor, week, number, target, drafts)


@act("timesheets", "submit_all", right="time.log")
def submit_all(
    session: Session, actor: Actor, *, until: int, person_id: int | None = None
) -> tuple[Submitted, ...]:
    """Hands in every week up to `until` (yyyyww) that holds drafts, such as after an import."""
    person = facts.locked_person(session, facts.whose(actor, person_id))
    found = session.connection().execute(
        select(ENTRY.c.week)
        .where(ENTRY.c.person_id == person.id, ENTRY.c.status == "draft", ENTRY.c.week <= until)
        .distinct()
        .order_by(ENTRY.c.week)
    )
    return tuple(submit_week(session, actor, week=week, person_id=person_id) for (week,) in found.all())


def _hand_in(
    session: Session, actor: Actor, week: int, number: int, target: int, drafts: list[Any]
) -> Submitted:
    """Late drafts go to the sheet that is open, else to a new one; returned ones where they came from."""
    by_sheet: dict[int, list[int]] = defaultdict(list)
    for row in drafts:
        by_sheet[row.timesheet_id or target].append(row.id)
    for sheet_id, ids in by_sheet.items():
        move_entries(session, ids, ["draft"], "submitted", {"timesheet_id": sheet_id, "reject_reason": ""})
    after = {"week": week, "number": number, "entries": len(drafts)}
    history.note(session, actor, "timesheet", target, "submitted", {}, after)
    history.note_many(
        session,
        actor,
        KIND,
        "submitted",
        [(row.id, {"status": "draft"}, {"status": "submitted"}) for row in drafts],
    )
    return Submitted(target, number, len(drafts), sum(row.seconds for row in drafts))


@act("timesheets", "recall", right="time.log")
def recall_week(session: Session, actor: Actor, timesheet_id: int) -> int:
    """Takes back what of a handing-in is not decided yet; returns how many entries.

    Raises `Conflict` when all of it is decided.
    """
    sheet = fetch(session, actor, Timesheet, timesheet_id)
    if sheet.person_id != actor.person_id and facts.whose(actor, sheet.person_id) != sheet.person_id:
        raise Forbidden("You may recall your own week only.")
    facts.locked_person(session, sheet.person_id)
    sheet = fetch(session, actor, Timesheet, timesheet_id, lock=True)
    rows = session.connection().execute(_OF_SHEET.where(ENTRY.c.timesheet_id == timesheet_id)).all()
    waiting = [row for row in rows if row.status == "submitted"]
    if sheet.recalled_at is not None or (rows and not waiting):
        raise Conflict(
            "All of this week is decided already. Ask an approver to take the approval back.", "week"
        )
    locked = facts.locked_through(session)
    for day in {row.work_date for row in waiting} or {weeks.days(sheet.week)[6]}:
        checks.check_open(locked, day, actor)
    ids = [row.id for row in waiting]
    move_entries(session, ids, ["submitted"], "draft", {"timesheet_id": None})
    if len(waiting) == len(rows):
        sheet.recalled_at = clock.now()
        sheet.is_empty = False
    session.flush()
    history.note(
        session, actor, "timesheet", timesheet_id, "recalled", {"entries": len(rows)}, {"back": len(ids)}
    )
    history.note_many(
        session, actor, KIND, "recalled", [(one, {"status": "submitted"}, {"status": "draft"}) for one in ids]
    )
    return len(ids)


_OF_SHEET = select(ENTRY.c.id, ENTRY.c.status, ENTRY.c.work_date).order_by(ENTRY.c.id)


_ENTRIES = Prepared(
    select(ENTRY.c.id, ENTRY.c.work_date, ENTRY.c.seconds, ENTRY.c.timesheet_id, ENTRY.c.status)
    .where(
        ENTRY.c.person_id == bindparam("person_id"),
        ENTRY.c.work_date.between(bindparam("first"), bindparam("last")),
    )
    .order_by(ENTRY.c.id)
)
_SHEETS = Prepared(
    select(SHEET.c.id, SHEET.c.number, SHEET.c.is_empty, SHEET.c.recalled_at)
    .where(SHEET.c.person_id == bindparam("person_id"), SHEET.c.week == bindparam("week"))
    .order_by(SHEET.c.number)
)


def _week(session: Session, person_id: int, week: int) -> tuple[Sequence[Any], Sequence[Any]]:
    """A person's entries of a week, by id, and its handings-in, by number."""
    days = weeks.days(week)
    entries = _ENTRIES.all(session, {"person_id": person_id, "first": days[0], "last": days[6]})
    return entries, _SHEETS.all(session, {"person_id": person_id, "week": week})


def _handed_in(entries: Sequence[Any], sheets: Sequence[Any]) -> list[HandedIn]:
    """The handings-in with the states of their entries."""
    statuses: dict[int, set[str]] = defaultdict(set)
    for row in entries:
        if row.timesheet_id is not None:
            statuses[row.timesheet_id].add(row.status)
    return [
        HandedIn(row.number, statuses[row.id], row.is_empty, row.recalled_at is not None) for row in sheets
    ]


_RUNNING = Prepared(
    select(TIMER.c.started_at, TIMER.c.time_zone).where(TIMER.c.person_id == bindparam("person_id"))
)


def _check_no_timer(session: Session, person: Any, week: int) -> None:
    row: Any = _RUNNING.first(session, {"person_id": person.id})
    if (
        row is not None
        and weeks.split_at_midnight(row.started_at, clock.now(), row.time_zone)[0][0] <= weeks.days(week)[6]
    ):
        raise Conflict("The timer is running. Stop or discard it, then hand in the week.", "timer")


def _sheet(
    session: Session, person_id: int, week: int, number: int, known: int | None, *, is_empty: bool
) -> int:
    """The handing-in of this number, made, or the `known` one filled again; returns its id."""
    now = clock.now()
    if known is None:
        return insert_row(
            session,
            Timesheet,
            version=1,
            created_at=now,
            updated_at=now,
            person_id=person_id,
            week=week,
            number=number,
            is_empty=is_empty,
            submitted_at=now,
            recalled_at=None,
        )
    sheet = session.get_one(Timesheet, known, populate_existing=True)
    sheet.is_empty, sheet.submitted_at, sheet.recalled_at = is_empty, now, None
    session.flush()
    return known
