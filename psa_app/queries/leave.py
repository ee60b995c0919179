"""Leave for a screen: one's own, what waits for a decision, and who is away when."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from psa_app.access import Actor, may, require, visible
from psa_app.models import Leave, Person


@dataclass(frozen=True, slots=True)
class LeaveRow:
    """One request: whose, when, what for, how it stands. `minutes_per_day` is None for whole days;
    `kind` and `note` are empty for who neither took the leave nor decides on it."""

    id: int
    person: str
    starts_on: date
    ends_on: date
    kind: str
    minutes_per_day: int | None
    status: str
    note: str
    mine: bool


def leave_from(session: Session, actor: Actor, since: date) -> list[LeaveRow]:
    """Leave that ends on or after `since` and that the actor may see, the latest first."""
    require(actor, "leave.read")
    rows = session.exec(
        select(Leave, Person)
        .join(Person, col(Person.id) == col(Leave.person_id))
        .where(visible(actor, Leave), Leave.ends_on >= since)
        .order_by(col(Leave.starts_on), col(Person.name))
    ).all()
    return [
        LeaveRow(
            id=int(leave.id or 0),
            person=person.name,
            starts_on=leave.starts_on,
            ends_on=leave.ends_on,
            kind=leave.kind if _knows(actor, leave) else "",
            minutes_per_day=leave.minutes_per_day,
            status=leave.status,
            note=leave.note if _knows(actor, leave) else "",
            mine=leave.person_id == actor.person_id,
        )
        for leave, person in rows
    ]


def _knows(actor: Actor, leave: Leave) -> bool:
    return leave.person_id == actor.person_id or may(actor, "leave.decide")
