"""What a time entry stands on, read by statements that are built once: person, task, day.

Reading the person locks them, so that two writers never count the same day or week at once.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select, true
from sqlmodel import Session

from psa_app.access import Actor, as_id, may
from psa_app.errors import Forbidden, NotFound
from psa_app.prepared import Prepared
from psa_app.queries.rates import CONTRACT_CURRENCY
from psa_app.queries.time.tables import BILLED, ENTRY, FIRM, LINE, MEMBER, PERSON, PROJECT, ROLE, SOW, TASK

# Shared, so that locking a period waits for those who write time, and they for it.
_LOCKED_THROUGH = Prepared(select(FIRM.c.locked_through).with_for_update(read=True))
_A_PERSON = Prepared(
    select(
        PERSON.c.id,
        PERSON.c.name,
        PERSON.c.hired_on,
        PERSON.c.left_on,
        PERSON.c.time_zone,
        PERSON.c.role_id,
        ROLE.c.standard_cost_minor.label("standard_minor"),
    )
    .join(ROLE, ROLE.c.id == PERSON.c.role_id)
    .where(PERSON.c.id == bindparam("person_id"))
    .with_for_update(of=PERSON, key_share=True)
)
_DAY_SECONDS = (
    select(func.coalesce(func.sum(ENTRY.c.seconds), 0))
    .where(ENTRY.c.person_id == bindparam("person_id"), ENTRY.c.work_date == bindparam("day"))
    .scalar_subquery()
)
_IS_MEMBER = (MEMBER.c.project_id == TASK.c.project_id) & (MEMBER.c.person_id == bindparam("person_id"))
_A_TASK = Prepared(
    select(
        TASK.c.id,
        TASK.c.name,
        TASK.c.status,
        TASK.c.is_billable,
        TASK.c.sow_line_id,
        TASK.c.project_id,
        PROJECT.c.name.label("project_name"),
        PROJECT.c.status.label("project_status"),
        PROJECT.c.account_id,
        PROJECT.c.lead_id,
        CONTRACT_CURRENCY,
        MEMBER.c.id.label("member_id"),
        MEMBER.c.role_id.label("member_role_id"),
        ROLE.c.standard_cost_minor.label("member_standard_minor"),
        FIRM.c.locked_through,
        _DAY_SECONDS.label("day_seconds"),
    )
    .select_from(TASK)
    .join(PROJECT, PROJECT.c.id == TASK.c.project_id)
    .join(FIRM, true())
    .outerjoin(LINE, LINE.c.id == TASK.c.sow_line_id)
    .outerjoin(SOW, SOW.c.id == LINE.c.sow_id)
    .outerjoin(MEMBER, _IS_MEMBER)
    .outerjoin(ROLE, ROLE.c.id == MEMBER.c.role_id)
    .where(TASK.c.id == bindparam("task_id"))
    .with_for_update(read=True, of=FIRM)
)
_A_DAY = Prepared(
    select(
        ENTRY.c.id,
        ENTRY.c.task_id,
        ENTRY.c.seconds,
        ENTRY.c.status,
        ENTRY.c.source,
        ENTRY.c.started_at,
        ENTRY.c.note,
        ENTRY.c.modifier_id,
        ENTRY.c.no_charge_reason,
        ENTRY.c.override_minor,
    )
    .where(ENTRY.c.person_id == bindparam("person_id"), ENTRY.c.work_date == bindparam("day"))
    .order_by(ENTRY.c.id)
)
_EVER_BILLED = select(BILLED.c.id).where(BILLED.c.entry_id == bindparam("entry_id")).limit(1)


@dataclass(frozen=True, slots=True)
class DayEntry:
    """One entry of a person's day."""

    id: int
    task_id: int
    seconds: int
    status: str
    source: str
    has_clock: bool
    note: str
    modifier_id: int | None = None
    no_charge_reason: str = ""
    override_minor: int | None = None


def whose(actor: Actor, person_id: int | None) -> int:
    """The person whose time the actor writes: their own, or another's with the right "time.import".

    Raises `Forbidden` for another's time without it, and for a user who is no person.
    """
    if person_id is None or person_id == actor.person_id:
        if actor.person_id is None:
            raise Forbidden("You have no time sheet: your sign-in belongs to no person.")
        return actor.person_id
    if not may(actor, "time.import"):
        raise Forbidden("You may write your own time only.")
    return as_id(person_id)


def locked_through(session: Session) -> date | None:
    """The last day of the locked period; nobody moves it until the commit."""
    found = _LOCKED_THROUGH.first(session, {})
    return found.locked_through if found else None


def locked_person(session: Session, person_id: int) -> Any:
    """id, name, hired_on, left_on, time_zone, role_id, standard_minor, locked. Raises `NotFound`."""
    row = _A_PERSON.first(session, {"person_id": person_id})
    if row is None:
        raise NotFound()
    return row


def task_for(session: Session, actor: Actor, person: Any, task_id: int, day: date) -> Any:
    """A task with its project and what `person` is in it; `locked_through` of the firm (which stays
    as it is until the commit) and `day_seconds`, what the person logged on `day` so far.

    Read after `locked_person`. `NotFound` for no such task, and for one out of a member's sight.
    """
    about = {"task_id": as_id(task_id), "person_id": person.id, "day": day}
    row = _A_TASK.first(session, about)
    if row is None:
        raise NotFound()
    if actor.role == "member" and not belongs(row, person.id):
        raise NotFound()
    return row


def belongs(task: Any, person_id: int) -> bool:
    """Whether someone may log on a task: the firm's own work is everybody's, a project its team's."""
    return task.account_id is None or task.member_id is not None or task.lead_id == person_id


def day_entries(session: Session, person_id: int, day: date) -> list[DayEntry]:
    """All entries of a person on a day, oldest first."""
    rows = _A_DAY.all(session, {"person_id": person_id, "day": day})
    return [
        DayEntry(
            row.id,
            row.task_id,
            row.seconds,
            row.status,
            row.source,
            row.started_at is not None,
            row.note,
            row.modifier_id,
            row.no_charge_reason,
            row.override_minor,
        )
        for row in rows
    ]


def was_billed(session: Session, entry_id: int) -> bool:
    """Whether the entry ever stood on an invoice, also on one that is void now."""
    return session.connection().execute(_EVER_BILLED, {"entry_id": entry_id}).first() is not None
