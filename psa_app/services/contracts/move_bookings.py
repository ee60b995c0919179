"""The bookings of a project follow its contract's days when a change order is signed."""

from datetime import date

from sqlmodel import Session, col, select

from psa_app.access import Actor, system
from psa_app.models import Booking, ChangeOrder, Project, touch
from psa_app.queries.contracts.order_bookings import BookingMove, booking_moves
from psa_app.rules.deltas import read_deltas
from psa_app.services import history


def move_bookings(
    session: Session, actor: Actor, order: ChangeOrder, project: Project, today: date
) -> tuple[BookingMove, ...]:
    """Moves and cuts them, each with its history; which those are.

    Within the signing transaction, before the project has its new days; the project is locked. The
    client signs and may not see the plan, so the app reads it.
    """
    # Whoever moves one of them meanwhile waits: neither change is lost, and none of them is gone.
    held = select(Booking.id).where(Booking.project_id == project.id).order_by(col(Booking.id))
    session.connection().execute(held.with_for_update())
    moves = booking_moves(session, system(), project, read_deltas(order.deltas), today)
    for one in moves:
        _move(session, actor, order, one)
    return moves


def _move(session: Session, actor: Actor, order: ChangeOrder, one: BookingMove) -> None:
    booking = session.get_one(Booking, one.id, populate_existing=True)
    before = history.values_of(booking)
    left = one.minutes - one.lost
    if one.days_after is None or (booking.mode == "total" and not left):
        history.note(session, actor, "booking", one.id, "deleted", before, {}, order.number)
        session.delete(booking)
        return
    booking.starts_on, booking.ends_on = one.days_after
    if booking.mode == "total":
        booking.total_minutes = left
    touch(booking)
    was, now = history.changed(before, history.values_of(booking))
    history.note(session, actor, "booking", one.id, "changed", was, now, order.number)
