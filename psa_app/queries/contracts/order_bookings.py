"""What a change order's dates do to the bookings of its project, before it is signed and when it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, select

from psa_app.access import Actor
from psa_app.models import Person, Project, Role
from psa_app.queries.planning.booked import bookings, placed
from psa_app.queries.projects.tables import BOOKING
from psa_app.queries.templates.sources import firm_days
from psa_app.rules.booking_moves import Window, booked_after, shift_of, window_after
from psa_app.rules.deltas import Delta
from psa_app.rules.templates.dates import Days

Moved = tuple[Any, tuple[date, date] | None]


@dataclass(frozen=True, slots=True)
class BookingMove:
    """One booking: its days so far and from now on (None: it is gone), and minutes on working days.

    `who` is a person, or the open role. `lost` are the minutes that fall outside. `by` are the days by
    which it moves with the project as a whole, 0 when it is cut.
    """

    id: int
    who: str
    days: tuple[date, date]
    days_after: tuple[date, date] | None
    minutes: int
    lost: int
    by: int = 0


def booking_moves(
    session: Session, actor: Actor, project: Project | None, deltas: Iterable[Delta], today: date
) -> tuple[BookingMove, ...]:
    """The bookings that move or are cut once these deltas are signed, by start; those that stay are not
    named. Needs "bookings.read"."""
    if project is None:
        return ()
    before = Window(project.starts_on, project.ends_on)
    after = window_after(before, deltas)
    if after == before:
        return ()
    mine = BOOKING.c.project_id == project.id
    rows, worked = bookings(session, actor, date.min, date.max, mine), firm_days(session)
    moved = [
        (row, days)
        for row in rows
        if (days := booked_after(row.starts_on, row.ends_on, before, after, today, worked))
        != (row.starts_on, row.ends_on)
    ]
    by = shift_of(before, after).days
    shifts = {row.id: by for row, _ in moved if row.ends_on >= today}
    return tuple(_moves(session, actor, moved, shifts, worked))


def _moves(
    session: Session, actor: Actor, moved: Sequence[Moved], shifts: Mapping[int, int], worked: Days
) -> Iterable[BookingMove]:
    if not moved:
        return
    first = min(row.starts_on for row, _ in moved)
    last = max(row.ends_on for row, _ in moved)
    plans = placed(session, actor, [row for row, _ in moved], first, last)
    people, roles = _names(session, Person), _names(session, Role)
    for row, days in moved:
        minutes = plans[row.id].minutes
        whole = sum(minutes.values()) + plans[row.id].unplaced
        own, by = (row.starts_on, row.ends_on), shifts.get(row.id, 0)
        within = _still_within(own, days, worked) if days and by else days
        kept = sum(n for day, n in minutes.items() if within and within[0] <= day <= within[1])
        who = people.get(row.person_id) or f"{roles.get(row.role_id, 'a role')} (open)"
        lost = 0 if within == own else whole - kept
        yield BookingMove(row.id, who, own, days, whole, lost, by)


def _still_within(own: tuple[date, date], days: tuple[date, date], worked: Days) -> tuple[date, date]:
    """The part of a booking for which there are working days where it moves to."""
    many = worked.count(*days)
    if many >= worked.count(*own):
        return own
    return own[0], worked.after(worked.first(own[0]), many - 1)


def _names(session: Session, model: type[Person] | type[Role]) -> dict[int, str]:
    return {int(row_id or 0): name for row_id, name in session.exec(select(model.id, model.name)).all()}
