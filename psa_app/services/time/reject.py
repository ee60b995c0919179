"""Sending time back with a reason, and taking an approval back. Both are recorded."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psa_app import clock, routes
from psa_app.access import Actor, act
from psa_app.db import among
from psa_app.errors import Conflict
from psa_app.models import Firm, Person
from psa_app.queries.approvers import approver
from psa_app.queries.time.tables import BILLED, ENTRY
from psa_app.rules import fields, hours
from psa_app.services import history
from psa_app.services.mails import promise_mail
from psa_app.services.retainers.write import check_open, redraw_tasks
from psa_app.services.time import deciding
from psa_app.services.time.approve import look_at_scopes, waiting_lines
from psa_app.services.time.client_lines import UNDECIDED, withdraw_lines
from psa_app.services.time.entries import KIND, move_entries
from psa_app.services.time.pricing import reprice


@act("entries", "reject", right="time.approve")
def reject_entries(
    session: Session, actor: Actor, *, entry_ids: tuple[int, ...], reason: str, past_lock_reason: str = ""
) -> int:
    """Sends lines that wait back to the person, who gets the reason by mail; returns how many.

    Raises as `approve_entries` does, and `Invalid` without a reason.
    """
    by = approver(session, actor)
    rows = deciding.lines_of(session, actor, entry_ids)
    deciding.check_decisions(list(deciding.decisions(by, rows)))
    deciding.check_status(rows, "submitted", "no longer waiting for approval.")
    return _reject(session, actor, rows, reason, past_lock_reason)


@act("timesheets", "reject", right="time.approve")
def reject_timesheet(
    session: Session, actor: Actor, timesheet_id: int, *, reason: str, past_lock_reason: str = ""
) -> int:
    """Sends the lines of a week that wait for the actor back; returns how many."""
    rows, _ = waiting_lines(session, actor, approver(session, actor), timesheet_id)
    return _reject(session, actor, rows, reason, past_lock_reason)


@act("entries", "unapprove", right="time.approve")
def unapprove_entries(
    session: Session,
    actor: Actor,
    *,
    entry_ids: tuple[int, ...],
    reason: str = "",
    past_lock_reason: str = "",
) -> int:
    """Takes approvals back: the lines wait again and their prices follow again; returns how many.

    Raises `Conflict` for lines on an invoice, also on a draft of one.
    """
    by = approver(session, actor)
    rows = deciding.lines_of(session, actor, entry_ids)
    deciding.check_decisions(list(deciding.decisions(by, rows)))
    _check_unbilled(session, rows)
    deciding.check_status(rows, "approved", "not approved.")
    check_open(session, rows)
    deciding.check_days(session, actor, rows, past_lock_reason)
    ids = [row.id for row in rows]
    undone = {**UNDECIDED, "decided_by": None, "decided_at": None}
    withdraw_lines(session, ids)
    move_entries(session, ids, ["approved"], "submitted", undone)
    lines = ((one, {"status": "approved"}, {"status": "submitted"}) for one in ids)
    history.note_many(session, actor, KIND, "approval taken back", lines, reason or past_lock_reason)
    reprice(session, actor, among(session, ENTRY.c.id, ids))
    look_at_scopes(session, rows)
    redraw_tasks(session, {row.task_id for row in rows})
    return len(ids)


def send_back(session: Session, actor: Actor, rows: Sequence[Any], reason: str) -> None:
    """The client refuses approved lines: back to the person as rejected, who gets the reason by mail.

    The client's word counts in a locked period too. Raises `Conflict` for lines on an invoice.
    """
    if billed_lines(session, rows):
        raise Conflict("Some of this time is on an invoice already. Ask about it there.", "entry_ids")
    check_open(session, rows)
    ids = [row.id for row in rows]
    told = {**UNDECIDED, "reject_reason": reason, "decided_by": actor.user_id, "decided_at": clock.now()}
    move_entries(session, ids, ["approved"], "draft", told)
    lines = ((one, {"status": "approved"}, {"status": "draft"}) for one in ids)
    history.note_many(session, actor, KIND, "refused by the client", lines, reason)
    _tell_each(session, actor, rows, reason)
    reprice(session, actor, among(session, ENTRY.c.id, ids))
    look_at_scopes(session, rows)
    redraw_tasks(session, {row.task_id for row in rows})


def _reject(session: Session, actor: Actor, rows: Sequence[Any], reason: str, past_lock_reason: str) -> int:
    why = fields.text(reason, "reason", max=500, multiline=True)
    deciding.check_days(session, actor, rows, past_lock_reason)
    ids = [row.id for row in rows]
    decided = {"reject_reason": why, "decided_by": actor.user_id, "decided_at": clock.now()}
    move_entries(session, ids, ["submitted"], "draft", decided)
    lines = ((one, {"status": "submitted"}, {"status": "draft"}) for one in ids)
    history.note_many(session, actor, KIND, "rejected", lines, why)
    _tell_each(session, actor, rows, why)
    return len(ids)


def _tell_each(session: Session, actor: Actor, rows: Sequence[Any], why: str) -> None:
    by_week: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in rows:
        by_week[row.person_id, row.week].append(row)
    for (person_id, week), part in by_week.items():
        _tell(session, actor, person_id, week, part, why)


def _tell(session: Session, actor: Actor, person_id: int, week: int, rows: Sequence[Any], why: str) -> None:
    person = session.get_one(Person, person_id)
    firm = session.get_one(Firm, 1)
    time = hours.h_mm_seconds(sum(row.seconds for row in rows))
    values = {
        "firm": firm.name,
        "reader": person.name,
        "rejected_by": actor.name,
        "reason": why,
        "what": f"Week {week % 100}: {deciding.count(len(rows))}, {time} h",
    }
    key = f"time-rejected-{rows[0].id}-v{rows[0].version}"
    promise_mail(session, key, "time_rejected", [person.email], routes.week(week), values)


def billed_lines(session: Session, rows: Sequence[Any]) -> int:
    """How many of the lines are on an invoice, a draft of one too."""
    billed = sum(row.status == "invoiced" for row in rows)
    on_drafts = select(BILLED.c.entry_id).where(
        among(session, BILLED.c.entry_id, [row.id for row in rows]), BILLED.c.released_at.is_(None)
    )
    found: int = billed + len(session.connection().execute(on_drafts.distinct()).all())
    return found


def _check_unbilled(session: Session, rows: Sequence[Any]) -> None:
    billed = billed_lines(session, rows)
    if billed:
        sentence = (
            f"{deciding.are(billed)} on an invoice. Take the time off the draft, or void the invoice, first."
        )
        raise Conflict(sentence, "entry_ids")
