"""The bookings of a project follow its contract's days when a change order is signed."""

from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, system
from psa_app.formats import words
from psa_app.models import Booking, ChangeOrder, Firm, Person, Project, User, touch
from psa_app.queries.contracts.order_bookings import BookingMove, booking_moves
from psa_app.rules.deltas import read_deltas
from psa_app.services import history
from psa_app.services.mails import promise_mail


def move_bookings(session: Session, actor: Actor, order: ChangeOrder, project: Project) -> int:
    """Moves and cuts them, each with its history, and tells the lead; how many it was.

    Within the signing transaction, before the project has its new days; the project is locked. The
    client signs and may not see the plan, so the app reads it.
    """
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    # Whoever moves one of them meanwhile waits: neither change is lost, and none of them is gone.
    held = select(Booking.id).where(Booking.project_id == project.id).order_by(col(Booking.id))
    session.connection().execute(held.with_for_update())
    moves = booking_moves(session, system(), project, read_deltas(order.deltas), today)
    for one in moves:
        _move(session, actor, order, one)
    if moves:
        _tell_lead(session, order, project, moves)
    return len(moves)


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


def _tell_lead(
    session: Session, order: ChangeOrder, project: Project, moves: tuple[BookingMove, ...]
) -> None:
    lead = session.get(Person, project.lead_id) if project.lead_id else None
    user = session.exec(select(User).where(User.person_id == lead.id)).first() if lead else None
    if lead is None or user is None or not user.is_active:
        return
    values = {
        "firm": session.exec(select(Firm.name)).one(),
        "reader": lead.name,
        "number": order.number,
        "title": order.title,
        "project": project.name,
        "moves": "\n".join(told(one) for one in moves),
    }
    path = routes.project(int(project.id or 0))
    promise_mail(session, f"bookings-moved-{order.id}", "bookings_moved", [user.email], path, values)


def told(one: BookingMove) -> str:
    """ "Ann Berg, 1 – 12 Dec 2026: now 1 – 4 Dec 2026, 32:00 h fall away"."""
    begin = f"{one.who}, {words.day_range(*one.days)}"
    if one.days_after is None:
        return f"{begin}: no longer planned, {words.hours(one.lost)} h fall away"
    now = f"{begin}: now {words.day_range(*one.days_after)}"
    return f"{now}, {words.hours(one.lost)} h fall away" if one.lost else now
