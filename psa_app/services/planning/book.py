"""Booking people (or open roles) on projects, moving and stretching bookings."""

from datetime import date, timedelta
from typing import Any, Literal

from sqlmodel import Session

from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid, Stale
from psa_app.models import Booking, Person, Project, Role, Task, touch
from psa_app.rules import fields
from psa_app.rules.capacity import BookingPlan
from psa_app.services import history
from psa_app.services.projects.team import add_to_team

LONGEST = timedelta(days=3 * 366)
MOST_MINUTES = 10**7
Mode = Literal["hours_per_day", "percent", "total"]


@act("bookings", "create", right="bookings.change")
def create_booking(
    session: Session,
    actor: Actor,
    *,
    project_id: int,
    starts_on: date,
    ends_on: date,
    person_id: int | None = None,
    role_id: int | None = None,
    task_id: int | None = None,
    mode: Mode = "percent",
    minutes_per_day: int = 0,
    percent: int = 100,
    total_minutes: int = 0,
    is_tentative: bool = False,
    is_billable: bool = True,
    note: str = "",
) -> Booking:
    """Books a person, or an open role, between two days; whoever is booked joins the project's team.

    Raises `Invalid` for dates in the wrong order or an amount that does not fit the mode.
    Overbooking is allowed and shown, never refused.
    """
    project = _open_project(session, actor, project_id)
    values: dict[str, Any] = {
        "project_id": project_id,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "person_id": person_id,
        "role_id": role_id,
        "task_id": task_id,
        "mode": mode,
        "minutes_per_day": minutes_per_day,
        "percent": percent,
        "total_minutes": total_minutes,
        "is_tentative": is_tentative,
        "is_billable": is_billable and project.account_id is not None,
        "note": fields.text(note, "note", max=400, required=False),
    }
    _check(session, actor, values)
    booking = Booking(**values)
    session.add(booking)
    session.flush()
    _join(session, actor, project, booking)
    history.note(session, actor, "booking", int(booking.id or 0), "created", {}, values)
    return booking


@act("bookings", "change", right="bookings.change")
def change_booking(
    session: Session,
    actor: Actor,
    booking_id: int,
    *,
    version: int,
    starts_on: date | None = None,
    ends_on: date | None = None,
    person_id: int | None = None,
    role_id: int | None = None,
    task_id: int | None = None,
    mode: Mode | None = None,
    minutes_per_day: int | None = None,
    percent: int | None = None,
    total_minutes: int | None = None,
    is_tentative: bool | None = None,
    is_billable: bool | None = None,
    note: str | None = None,
) -> Booking:
    """Moves, stretches or hands over a booking; what is not given stays. Raises `Stale` on a second save.

    Giving `person_id` hands it to a person, giving `role_id` makes it an open role again; `task_id` 0
    takes the task off.
    """
    booking = fetch(session, actor, Booking, booking_id)
    project = _open_project(session, actor, booking.project_id)
    booking = fetch(session, actor, Booking, booking_id, lock=True)
    if booking.version != version:
        raise Stale()
    given: dict[str, Any] = {
        "starts_on": starts_on,
        "ends_on": ends_on,
        "person_id": person_id,
        "role_id": role_id,
        "task_id": task_id,
        "mode": mode,
        "minutes_per_day": minutes_per_day,
        "percent": percent,
        "total_minutes": total_minutes,
        "is_tentative": is_tentative,
        "is_billable": is_billable,
        "note": None if note is None else fields.text(note, "note", max=400, required=False),
    }
    _set(session, actor, project, booking, given)
    return booking


@act("bookings", "delete", right="bookings.change")
def delete_booking(session: Session, actor: Actor, booking_id: int) -> None:
    """Removes a booking from the plan."""
    booking = fetch(session, actor, Booking, booking_id, lock=True)
    history.note(session, actor, "booking", booking_id, "deleted", history.values_of(booking), {})
    session.delete(booking)


def _open_project(session: Session, actor: Actor, project_id: int) -> Project:
    project = fetch(session, actor, Project, project_id, lock=True)
    if project.status == "closed":
        raise Conflict(f"{project.name} is closed. Open it again to plan on it.", "project_id")
    return project


def _set(session: Session, actor: Actor, project: Project, booking: Booking, given: dict[str, Any]) -> None:
    values = history.values_of(booking) | {name: value for name, value in given.items() if value is not None}
    if given["person_id"] is not None and given["role_id"] is None:
        values["role_id"] = None
    if given["role_id"] is not None and given["person_id"] is None:
        values["person_id"] = None
    values["task_id"] = values["task_id"] or None
    _check(session, actor, values)
    before, after = history.changed(history.values_of(booking), values)
    if not after:
        return
    for name, value in after.items():
        setattr(booking, name, value)
    touch(booking)
    _join(session, actor, project, booking)
    history.note(session, actor, "booking", int(booking.id or 0), "changed", before, after)


def _check(session: Session, actor: Actor, values: dict[str, Any]) -> None:
    if (values["person_id"] is None) == (values["role_id"] is None):
        raise Invalid("Choose a person, or a role that is still open.", "person_id")
    _check_plan(values)
    if values["person_id"] is not None:
        _check_employed(fetch(session, actor, Person, values["person_id"]), values)
    elif session.get(Role, values["role_id"]) is None:
        raise Invalid("Choose a role from the list.", "role_id")
    if values["task_id"] is not None:
        task = session.get(Task, values["task_id"])
        if task is None or task.project_id != values["project_id"]:
            raise Invalid("Choose a task of this project.", "task_id")


def _check_plan(values: dict[str, Any]) -> None:
    names = ("starts_on", "ends_on", "mode", "minutes_per_day", "percent", "total_minutes")
    BookingPlan(**{name: values[name] for name in names})
    if values["ends_on"] - values["starts_on"] > LONGEST:
        raise Invalid("A booking is at most three years long.", "ends_on")
    if values["total_minutes"] > MOST_MINUTES:
        raise Invalid("Give the hours in all, such as 40:00.", "total_minutes")
    for name in ("minutes_per_day", "percent", "total_minutes"):
        if values[name] < 0 or values[name] > MOST_MINUTES:
            raise Invalid("Give an amount of zero or more.", name)


def _check_employed(person: Person, values: dict[str, Any]) -> None:
    if values["ends_on"] < person.hired_on:
        raise Invalid(f"{person.name} starts on {person.hired_on.isoformat()}.", "ends_on")
    if person.left_on is not None and values["starts_on"] > person.left_on:
        raise Invalid(f"{person.name} left on {person.left_on.isoformat()}.", "person_id")


def _join(session: Session, actor: Actor, project: Project, booking: Booking) -> None:
    """A confirmed booking lets the person log time; a tentative one does not yet."""
    if booking.person_id is not None and not booking.is_tentative:
        add_to_team(session, actor, project, booking.person_id)
