"""Booking people (or open roles) on projects, moving and stretching bookings."""

from datetime import date, timedelta
from typing import Any, Literal

from sqlmodel import Session

from psa_app.access import Actor, act, fetch
from psa_app.errors import Invalid, Stale
from psa_app.models import Booking, Person, Project, Role, Task, touch
from psa_app.rules import fields
from psa_app.services import history
from psa_app.services.projects.make import add_to_team

LONGEST = timedelta(days=3 * 366)
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
    project = fetch(session, actor, Project, project_id, lock=True)
    values = {
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
        "is_billable": is_billable,
        "note": fields.text(note, "note", max=400, required=False),
    }
    _check(session, actor, values)
    booking = Booking(**values)
    session.add(booking)
    session.flush()
    _join(session, project, person_id, is_tentative)
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
    percent: int | None = None,
    minutes_per_day: int | None = None,
    total_minutes: int | None = None,
    mode: Mode | None = None,
    is_tentative: bool | None = None,
    note: str | None = None,
) -> Booking:
    """Moves, stretches or hands over a booking; what is not given stays. Raises `Stale` on a second save."""
    booking = fetch(session, actor, Booking, booking_id, lock=True)
    if booking.version != version:
        raise Stale()
    given: dict[str, Any] = {
        "starts_on": starts_on,
        "ends_on": ends_on,
        "person_id": person_id,
        "percent": percent,
        "minutes_per_day": minutes_per_day,
        "total_minutes": total_minutes,
        "mode": mode,
        "is_tentative": is_tentative,
        "note": None if note is None else fields.text(note, "note", max=400, required=False),
    }
    values = history.values_of(booking) | {name: value for name, value in given.items() if value is not None}
    if person_id is not None:
        values["role_id"] = None
    _check(session, actor, values)
    before, after = history.changed(history.values_of(booking), values)
    for name, value in after.items():
        setattr(booking, name, value)
    touch(booking)
    project = fetch(session, actor, Project, booking.project_id)
    _join(session, project, booking.person_id, booking.is_tentative)
    history.note(session, actor, "booking", booking_id, "changed", before, after)
    return booking


@act("bookings", "delete", right="bookings.change")
def delete_booking(session: Session, actor: Actor, booking_id: int) -> None:
    """Removes a booking from the plan."""
    booking = fetch(session, actor, Booking, booking_id, lock=True)
    history.note(session, actor, "booking", booking_id, "deleted", history.values_of(booking), {})
    session.delete(booking)


def _check(session: Session, actor: Actor, values: dict[str, Any]) -> None:
    if (values["person_id"] is None) == (values["role_id"] is None):
        raise Invalid("Choose a person, or a role that is still open.", "person_id")
    if values["person_id"] is not None:
        person = fetch(session, actor, Person, values["person_id"])
        if person.left_on is not None and values["starts_on"] > person.left_on:
            raise Invalid(f"{person.name} has left on {person.left_on}.", "person_id")
    elif session.get(Role, values["role_id"]) is None:
        raise Invalid("Choose a role from the list.", "role_id")
    if values["task_id"] is not None:
        task = session.get(Task, values["task_id"])
        if task is None or task.project_id != values["project_id"]:
            raise Invalid("Choose a task of this project.", "task_id")
    if values["ends_on"] < values["starts_on"]:
        raise Invalid("The end lies before the start.", "ends_on")
    if values["ends_on"] - values["starts_on"] > LONGEST:
        raise Invalid("A booking is at most three years long.", "ends_on")
    _check_amount(values)


def _check_amount(values: dict[str, Any]) -> None:
    match values["mode"]:
        case "percent":
            if not 1 <= values["percent"] <= 400:
                raise Invalid("Give between 1 and 400 %.", "percent")
        case "hours_per_day":
            if not 1 <= values["minutes_per_day"] <= 24 * 60:
                raise Invalid("Give the hours a day, such as 4:00.", "minutes_per_day")
        case _:
            if not 1 <= values["total_minutes"] <= 10**7:
                raise Invalid("Give the hours in all, such as 40:00.", "total_minutes")


def _join(session: Session, project: Project, person_id: int | None, is_tentative: bool) -> None:
    if person_id is not None and not is_tentative:
        add_to_team(session, project, person_id)
