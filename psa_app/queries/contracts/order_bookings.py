"""What a change order's dates do to the bookings of its project, before it is signed and when it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, select

from psa_app.access import Actor
from psa_app.models import Person, Project, Role
from psa_app.queries.planning.booked import bookings, placed
from psa_app.queries.projects.tables import BOOKING
from psa_app.rules.booking_moves import Window, booked_after, window_after
from psa_app.rules.deltas import Delta


@dataclass(frozen=True, slots=True)
class BookingMove:
    """One booking: its days so far and from now on (None: it is gone), and minutes on working days.

    `who` is a person, or the open role. `lost` are the minutes that fall outside.
    """

    id: int
    who: str
    days: tuple[date, date]
    days_after: tuple[date, date] | None
    minutes: int
    lost: int

    @property
    def is_shifted(self) -> bool:
        """It moves as a whole, and loses nothing."""
        after = self.days_after
        return after is not None and after[0] - self.days[0] == after[1] - self.days[1]


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
    rows = bookings(session, actor, date.min, date.max, mine)
    moved = [
        (row, days)
        for row in rows
        if (days := booked_after(row.starts_on, row.ends_on, before, after, today))
        != (row.starts_on, row.ends_on)
    ]
    return tuple(_moves(session, actor, moved))


def _moves(
    session: Session, actor: Actor, moved: Sequence[tuple[Any, tuple[date, date] | None]]
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
        shifted = days is not None and days[1] - days[0] == row.ends_on - row.starts_on
        kept = sum(n for day, n in minutes.items() if days and days[0] <= day <= days[1])
        who = people.get(row.person_id) or f"{roles.get(row.role_id, 'a role')} (open)"
        own = (row.starts_on, row.ends_on)
        yield BookingMove(row.id, who, own, days, whole, 0 if shifted else whole - kept)


def _names(session: Session, model: type[Person] | type[Role]) -> dict[int, str]:
    return {int(row_id or 0): name for row_id, name in session.exec(select(model.id, model.name)).all()}
