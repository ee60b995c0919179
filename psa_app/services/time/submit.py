"""Handing a week in and taking it back.

A handing-in is a `Timesheet` row; its state follows from its entries (`rules/timesheets.py`).
What was rejected goes back to the sheet it came from; time that comes late is a supplement.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Forbidden
from psa_app.models import Timer, Timesheet
from psa_app.queries.time.tables import ENTRY, SHEET
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
    sheets = handed_in(session, person.id, week)
    drafts = _drafts(session, person.id, week)
    if not drafts and any(sheet.state is not Sheet.open for sheet in sheets):
        raise Conflict("This week is handed in already, and there is no new time in it.", "week")
    locked = facts.locked_through(session)
    for day in {row.work_date for row in drafts} or {weeks.days(week)[6]}:
        checks.check_open(locked, day, actor)
    return _hand_in(session, actor, person, week, sheets, drafts)


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
    session: Session, actor: Actor, person: Any, week: int, sheets: list[HandedIn], drafts: list[Any]
) -> Submitted:
    """Late drafts go to the sheet that is open, else to a new one; returned ones where they came from."""
    number = sheet_to_fill(sheets)
    target = _sheet(session, person.id, week, number, is_empty=not drafts)
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


def handed_in(session: Session, person_id: int, week: int) -> list[HandedIn]:
    """The handings-in of a person's week with the states of their entries."""
    days = weeks.days(week)
    connection = session.connection()
    statuses: dict[int, set[str]] = defaultdict(set)
    of_week = (ENTRY.c.person_id == person_id, ENTRY.c.work_date.between(days[0], days[6]))
    pairs = (
        select(ENTRY.c.timesheet_id, ENTRY.c.status)
        .where(*of_week, ENTRY.c.timesheet_id.is_not(None))
        .distinct()
    )
    for sheet_id, status in connection.execute(pairs):
        statuses[sheet_id].add(status)
    rows = connection.execute(
        select(SHEET.c.id, SHEET.c.number, SHEET.c.is_empty, SHEET.c.recalled_at)
        .where(SHEET.c.person_id == person_id, SHEET.c.week == week)
        .order_by(SHEET.c.number)
    )
    return [HandedIn(row.number, statuses[row.id], row.is_empty, row.recalled_at is not None) for row in rows]


def _drafts(session: Session, person_id: int, week: int) -> list[Any]:
    days = weeks.days(week)
    return list(
        session.connection().execute(
            select(ENTRY.c.id, ENTRY.c.work_date, ENTRY.c.seconds, ENTRY.c.timesheet_id)
            .where(
                ENTRY.c.person_id == person_id,
                ENTRY.c.work_date.between(days[0], days[6]),
                ENTRY.c.status == "draft",
            )
            .order_by(ENTRY.c.id)
        )
    )


def _check_no_timer(session: Session, person: Any, week: int) -> None:
    started = session.connection().execute(
        select(Timer.started_at, Timer.time_zone).where(Timer.person_id == person.id)  # type: ignore[call-overload]
    )
    row = started.first()
    if (
        row is not None
        and weeks.split_at_midnight(row.started_at, clock.now(), row.time_zone)[0][0] <= weeks.days(week)[6]
    ):
        raise Conflict("The timer is running. Stop or discard it, then hand in the week.", "timer")


def _sheet(session: Session, person_id: int, week: int, number: int, *, is_empty: bool) -> int:
    """The handing-in of this number, made or filled again; returns its id."""
    found = session.connection().execute(
        select(SHEET.c.id).where(
            SHEET.c.person_id == person_id, SHEET.c.week == week, SHEET.c.number == number
        )
    )
    sheet_id = found.scalar()
    now = clock.now()
    if sheet_id is None:
        sheet = Timesheet(person_id=person_id, week=week, number=number, is_empty=is_empty, submitted_at=now)
        session.add(sheet)
        session.flush()
        return int(sheet.id or 0)
    sheet = session.get_one(Timesheet, int(sheet_id), populate_existing=True)
    sheet.is_empty, sheet.submitted_at, sheet.recalled_at = is_empty, now, None
    session.flush()
    return int(sheet_id)
