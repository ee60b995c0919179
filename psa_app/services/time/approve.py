"""Approving time: bill rate, cost rate, currency, role and the rule that decided are frozen then."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Forbidden
from psa_app.models import Timesheet
from psa_app.queries.approvers import approver
from psa_app.queries.contracts.extra_hours import scopes_with_limits
from psa_app.queries.contracts.text import hash_of
from psa_app.queries.time.tables import ENTRY
from psa_app.rules.evidence import canonical
from psa_app.rules.timesheets import Approver, Decision
from psa_app.services import history
from psa_app.services.contracts.propose_later import propose_later
from psa_app.services.evidence import Deed, bind
from psa_app.services.retainers.write import redraw_tasks
from psa_app.services.time import deciding
from psa_app.services.time.entries import KIND, move_entries
from psa_app.services.time.pricing import Price, priced, write_prices

ALLOWED = (Decision.yes, Decision.own_alone)


@dataclass(frozen=True, slots=True)
class Approved:
    """What was approved. `unpriced` of the entries are billable and have no rate; `left` of the
    sheet's lines wait for someone else.
    """

    entry_ids: tuple[int, ...]
    seconds: int
    unpriced: int
    left: int = 0


@act("entries", "approve", right="time.approve")
def approve_entries(
    session: Session, actor: Actor, *, entry_ids: tuple[int, ...], past_lock_reason: str = ""
) -> Approved:
    """Approves lines that wait, all or none.

    Raises `Forbidden` for one's own (but for a sole approver) and for lines of another's project,
    `Conflict` when one of them is not waiting any more or lies in a locked period.
    """
    by = approver(session, actor)
    rows = deciding.lines_of(session, actor, entry_ids)
    deciding.check_decisions(list(deciding.decisions(by, rows)))
    deciding.check_status(rows, "submitted", "no longer waiting for approval.")
    return _approve(session, actor, by, rows, past_lock_reason)


@act("timesheets", "approve", right="time.approve")
def approve_timesheet(
    session: Session, actor: Actor, timesheet_id: int, *, past_lock_reason: str = ""
) -> Approved:
    """Approves the lines of a handed-in week that wait and are the actor's to decide.

    Raises `Conflict` when none waits, `Forbidden` when all of them are someone else's.
    """
    by = approver(session, actor)
    rows, left = waiting_lines(session, actor, by, timesheet_id)
    approved = _approve(session, actor, by, rows, past_lock_reason)
    return Approved(approved.entry_ids, approved.seconds, approved.unpriced, left)


def waiting_lines(session: Session, actor: Actor, by: Approver, timesheet_id: int) -> tuple[list[Any], int]:
    """The locked lines of a sheet that wait for `by`, and how many wait for someone else."""
    sheet = fetch(session, actor, Timesheet, timesheet_id)
    found = select(ENTRY.c.id).where(ENTRY.c.timesheet_id == sheet.id, ENTRY.c.status == "submitted")
    ids = [row.id for row in session.connection().execute(found)]
    if not ids:
        raise Conflict(
            "Nothing of this week is waiting for a decision any more. Reload to see how things stand."
        )
    rows = [row for row in deciding.locked_lines(session, ids) if row.status == "submitted"]
    if not rows:
        raise Conflict("Someone else has just decided on this week. Reload to see how things stand.")
    found_decisions = list(deciding.decisions(by, rows))
    mine = [row for row, one in zip(rows, found_decisions, strict=True) if one in ALLOWED]
    if not mine:
        deciding.check_decisions(found_decisions)
        raise Forbidden()
    return mine, len(rows) - len(mine)


def _approve(session: Session, actor: Actor, by: Approver, rows: Sequence[Any], reason: str) -> Approved:
    deciding.check_days(session, actor, rows, reason)
    frozen = _freeze(session, rows)
    for alone in (False, True):
        ids = [row.id for row in rows if (row.person_id == by.person_id) is alone]
        decided = {
            "decided_by": actor.user_id,
            "decided_at": clock.now(),
            "self_approved": alone,
            "reject_reason": "",
        }
        move_entries(session, ids, ["submitted"], "approved", decided)
    before = {"status": "submitted"}
    after = {price: _told(price) for price in set(frozen)}
    pairs = zip(rows, frozen, strict=True)
    history.note_many(
        session, actor, KIND, "approved", ((row.id, before, after[new]) for row, new in pairs), reason
    )
    _bind(session, actor, rows, frozen)
    look_at_scopes(session, rows)
    redraw_tasks(session, {row.task_id for row in rows})
    unpriced = sum(one.is_billable and not one.bill_level for one in frozen)
    return Approved(tuple(row.id for row in rows), sum(row.seconds for row in rows), unpriced)


def look_at_scopes(session: Session, rows: Sequence[Any]) -> None:
    """Promises to draft change orders where these lines may have passed a cap, or are out of scope."""
    propose_later(session, scopes_with_limits(session, {row.project_id for row in rows}))


def _bind(session: Session, actor: Actor, rows: Sequence[Any], frozen: Sequence[Price]) -> None:
    """One link of evidence for each sheet and project: lines, seconds, and the hash of what they say."""
    parts: dict[tuple[int, int], list[_Told]] = defaultdict(list)
    days = {day: day.isoformat() for day in {row.work_date for row in rows}}
    for row, price in zip(rows, frozen, strict=True):
        rate, currency = price.bill_rate_minor, price.bill_currency
        line = (row.id, row.person_id, days[row.work_date], row.task_id, row.seconds, rate, currency)
        parts[row.project_id, row.timesheet_id].append(line)
    bind(session, actor, [_deed(project, sheet, lines) for (project, sheet), lines in parts.items()])


_Told = tuple[int, int, str, int, int, int | None, str]


def _deed(project_id: int, timesheet_id: int, lines: list[_Told]) -> Deed:
    told = {
        "timesheet": timesheet_id,
        "lines": len(lines),
        "seconds": sum(line[4] for line in lines),
        "text_hash": hash_of(canonical({"lines": lines})),
    }
    return Deed("time", project_id, "approved", told)


def _told(price: Price) -> dict[str, Any]:
    return {
        "status": "approved",
        "rate": price.bill_rate_minor,
        "currency": price.bill_currency,
        "level": price.bill_level,
    }


def _freeze(session: Session, rows: Sequence[Any]) -> list[Price]:
    """Prices the lines once more and writes what is not on the entry already."""
    prices = list(priced(session, rows))
    write_prices(session, [(row.id, new) for row, old, new in prices if old != new])
    return [new for _, _, new in prices]
