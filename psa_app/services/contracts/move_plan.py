"""The plan of a project follows its contract's days when a change order is signed."""

from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor
from psa_app.formats import words
from psa_app.models import ChangeOrder, Firm, Person, Phase, Project, ProjectMilestone, Task, User, touch
from psa_app.queries.contracts.order_bookings import BookingMove
from psa_app.queries.contracts.order_plan import DAYS, PlanMove, plan_moves
from psa_app.rules.deltas import read_deltas
from psa_app.services import history
from psa_app.services.contracts.move_bookings import move_bookings
from psa_app.services.mails import promise_mail

MODELS: dict[str, Any] = {"phase": Phase, "task": Task, "project_milestone": ProjectMilestone}


def move_plan(session: Session, actor: Actor, order: ChangeOrder, project: Project) -> dict[str, int]:
    """Moves bookings, phases, tasks and milestones, each with its history, and tells the lead.

    Within the signing transaction, before the project has its new days; the project is locked. How many
    of each ("bookings", "planned") moved; nothing for none.
    """
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    booked = move_bookings(session, actor, order, project, today)
    planned = _move_planned(session, actor, order, project, today)
    if booked or planned:
        _tell_lead(session, order, project, booked, planned)
    found = {"bookings": len(booked), "planned": len(planned)}
    return {name: many for name, many in found.items() if many}


def _move_planned(
    session: Session, actor: Actor, order: ChangeOrder, project: Project, today: date
) -> tuple[PlanMove, ...]:
    for model in MODELS.values():  # whoever changes one of them meanwhile waits: neither change is lost
        held = select(model.id).where(model.project_id == project.id).order_by(col(model.id))
        session.connection().execute(held.with_for_update())
    moves = plan_moves(session, project, read_deltas(order.deltas), today)
    for one in moves:
        row = session.get_one(MODELS[one.kind], one.id, populate_existing=True)
        names = DAYS[one.kind]
        before = history.values_of(row, names)
        for name, day in zip(names, one.days_after[-len(names) :], strict=True):
            setattr(row, name, day)
        touch(row)
        was, now = history.changed(before, history.values_of(row, names))
        history.note(session, actor, one.kind, one.id, "changed", was, now, order.number)
    return moves


def _tell_lead(
    session: Session,
    order: ChangeOrder,
    project: Project,
    booked: tuple[BookingMove, ...],
    planned: tuple[PlanMove, ...],
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
        "moves": "\n".join([*map(_booking, booked), *map(_planned, planned)]),
    }
    path = routes.project(int(project.id or 0))
    promise_mail(session, f"bookings-moved-{order.id}", "bookings_moved", [user.email], path, values)


def _booking(one: BookingMove) -> str:
    """ "Ann Berg, 1 – 12 Dec 2026: now 1 – 4 Dec 2026, 32:00 h fall away"."""
    begin = f"{one.who}, {words.day_range(*one.days)}"
    if one.days_after is None:
        return f"{begin}: no longer planned, {words.hours(one.lost)} h fall away"
    now = f"{begin}: now {words.day_range(*one.days_after)}"
    return f"{now}, {words.hours(one.lost)} h fall away" if one.lost else now


def _planned(one: PlanMove) -> str:
    """ "Design, 1 – 12 Dec 2026: now 8 – 18 Dec 2026"."""
    return f"{one.name}, {_span(*one.days)}: now {_span(*one.days_after)}"


def _span(first: date | None, last: date | None) -> str:
    if first and last:
        return words.day_range(first, last)
    return f"from {words.day(first)}" if first else f"due {words.day(last)}" if last else ""
