"""Leave: asked for by the person, decided by owner or finance; approved leave lowers net capacity."""

from datetime import date, timedelta
from typing import Literal

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, fetch, may
from psa_app.access.permissions import RIGHTS
from psa_app.errors import Conflict, Forbidden, Invalid
from psa_app.formats import words
from psa_app.models import Leave, Person, User, move
from psa_app.rules import fields
from psa_app.services import history

LONGEST = timedelta(days=366)
DAY_MINUTES = 24 * 60


@act("leaves", "request", right="leave.request")
def request_leave(
    session: Session,
    actor: Actor,
    *,
    starts_on: date,
    ends_on: date,
    kind: Literal["vacation", "sick", "other"] = "vacation",
    minutes_per_day: int | None = None,
    note: str = "",
    person_id: int | None = None,
) -> Leave:
    """Asks for days off for oneself; who decides on leave may enter it for others, approved at once.

    `minutes_per_day` empty means whole days. Raises `Invalid` for dates in the wrong order or
    outside the person's employment, `Conflict` where other leave lies on the days.
    """
    whose = actor.person_id if person_id is None else person_id
    decides = may(actor, "leave.decide")
    if whose is None or (whose != actor.person_id and not decides):
        raise Forbidden("You may ask for your own leave only.")
    reason = fields.text(note, "note", max=400, required=False)
    _check_days(starts_on, ends_on, minutes_per_day)
    person = fetch(session, actor, Person, whose, lock=True)
    _check_employed(person, starts_on, ends_on)
    _check_free(session, person, starts_on, ends_on)
    leave = Leave(
        person_id=whose,
        starts_on=starts_on,
        ends_on=ends_on,
        kind=kind,
        minutes_per_day=minutes_per_day,
        note=reason,
    )
    session.add(leave)
    session.flush()
    history.note(session, actor, "leave", int(leave.id or 0), "requested", {}, history.values_of(leave))
    if decides and whose != actor.person_id:
        _decide(session, actor, leave, "approved", "")
    return leave


@act("leaves", "approve", right="leave.decide")
def approve_leave(session: Session, actor: Actor, leave_id: int) -> Leave:
    """Approves leave; nobody approves their own unless nobody else may."""
    leave = fetch(session, actor, Leave, leave_id, lock=True)
    _check_not_own(session, actor, leave)
    return _decide(session, actor, leave, "approved", "")


@act("leaves", "reject", right="leave.decide")
def reject_leave(session: Session, actor: Actor, leave_id: int, *, reason: str) -> Leave:
    """Says no, with a reason; approved leave can be taken back this way as well."""
    leave = fetch(session, actor, Leave, leave_id, lock=True)
    _check_not_own(session, actor, leave)
    return _decide(session, actor, leave, "rejected", fields.text(reason, "reason", max=400))


@act("leaves", "withdraw", right="leave.request")
def withdraw_leave(session: Session, actor: Actor, leave_id: int) -> None:
    """Takes back a request of one's own that is not decided yet."""
    leave = fetch(session, actor, Leave, leave_id, lock=True)
    if leave.person_id != actor.person_id:
        raise Forbidden("You may withdraw your own leave only.")
    if leave.status != "requested":
        raise Conflict(f"This leave is already {leave.status}. Ask who decided it to take it back.")
    history.note(session, actor, "leave", leave_id, "withdrawn", history.values_of(leave), {})
    session.delete(leave)


def _check_days(starts_on: date, ends_on: date, minutes_per_day: int | None) -> None:
    if not 1990 <= starts_on.year <= 2199:
        raise Invalid("Give a day such as 2026-12-01.", "starts_on")
    if ends_on < starts_on:
        raise Invalid("The last day lies before the first.", "ends_on")
    if ends_on - starts_on > LONGEST:
        raise Invalid("Leave is at most a year long; enter the rest separately.", "ends_on")
    if minutes_per_day is not None and not 0 < minutes_per_day <= DAY_MINUTES:
        sentence = "Give the time a day, such as 4:00, or leave it empty for whole days."
        raise Invalid(sentence, "minutes_per_day")


def _check_employed(person: Person, starts_on: date, ends_on: date) -> None:
    if starts_on < person.hired_on:
        raise Invalid(f"{person.name} works here from {words.day(person.hired_on)}.", "starts_on")
    if person.left_on is not None and ends_on > person.left_on:
        raise Invalid(f"{person.name} works here until {words.day(person.left_on)}.", "ends_on")


def _check_free(session: Session, person: Person, starts_on: date, ends_on: date) -> None:
    other = session.exec(
        select(Leave).where(
            Leave.person_id == person.id,
            col(Leave.status) != "rejected",
            Leave.starts_on <= ends_on,
            Leave.ends_on >= starts_on,
        )
    ).first()
    if other is not None:
        when = words.day_range(other.starts_on, other.ends_on)
        raise Conflict(f"There is leave on these days already: {when}.", "starts_on")


def _check_not_own(session: Session, actor: Actor, leave: Leave) -> None:
    if actor.person_id is None or leave.person_id != actor.person_id:
        return
    deciding = [role for role, rights in RIGHTS.items() if "leave.decide" in rights]
    others = session.exec(
        select(User.id).where(
            col(User.role).in_(deciding), col(User.is_active), col(User.id) != actor.user_id
        )
    ).first()
    if others is not None:
        raise Forbidden("Nobody decides on their own leave; ask someone else who may.")


def _decide(session: Session, actor: Actor, leave: Leave, to: str, reason: str) -> Leave:
    old = move(leave, "leave", to)
    leave.decided_by, leave.decided_at = actor.user_id, clock.now()
    history.note(session, actor, "leave", int(leave.id or 0), to, {"status": old}, {"status": to}, reason)
    return leave
