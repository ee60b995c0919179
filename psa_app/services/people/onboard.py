"""A new colleague in one act: the person, their first hours and cost, and an invitation to sign in."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlmodel import Session, col, select

from psa_app.access import STAFF, Actor, act, require
from psa_app.errors import Conflict
from psa_app.models import CostRate, Firm, Person, Role, User, WorkPattern, touch
from psa_app.rules import fields
from psa_app.rules.money import Money
from psa_app.services import history
from psa_app.services.firm.calendars import calendar_code
from psa_app.services.identity.users import invite_user
from psa_app.services.problems import FieldProblems

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
MOST_COST = 10**9


@dataclass(frozen=True, slots=True)
class Hours:
    """Contract minutes by weekday."""

    mon: int = 0
    tue: int = 0
    wed: int = 0
    thu: int = 0
    fri: int = 0
    sat: int = 0
    sun: int = 0


@act("people", "onboard", right="people.change")
def onboard_person(
    session: Session,
    actor: Actor,
    *,
    name: str,
    email: str,
    role_id: int,
    hired_on: date,
    hours: Hours,
    employment: Literal["employee", "contractor"] = "employee",
    cost: Money | None = None,
    calendar: str = "",
    time_zone: str = "",
    target_percent: int | None = None,
    invite_as: Literal["", "owner", "finance", "lead", "member"] = "",
) -> Person:
    """Adds a person with hours and cost (an hour, base currency) from their first day.

    `invite_as` is the role of the sign-in that they get by mail, "" for none. Who signs in with this
    address already, such as the owner of a new firm, becomes the person. Everything is checked before
    anything is written: `Invalid` or `Problems`; `Conflict` for an address that is taken.
    """
    firm = session.exec(select(Firm)).one()
    found = FieldProblems()
    clean_name = found.tried(lambda: fields.text(name, "name", max=120), "")
    address = found.tried(lambda: fields.email(email, "email"), "")
    _check(session, found, role_id, hired_on, target_percent)
    _check_hours(found, hours)
    _check_cost(found, cost, firm.base_currency)
    lives_by = found.tried(lambda: calendar_code(calendar or firm.country), "")
    zone = found.tried(lambda: fields.zone(time_zone or firm.time_zone, "time_zone"), "")
    found.stop_if_any()
    if session.exec(select(Person.id).where(Person.email == address)).first() is not None:
        raise Conflict("Someone has this address already.", "email")
    person = Person(
        name=clean_name,
        email=address,
        role_id=role_id,
        employment=employment,
        hired_on=hired_on,
        time_zone=zone,
        calendar=lives_by,
        target_percent=target_percent,
    )
    session.add(person)
    session.flush()
    person_id = int(person.id or 0)
    session.add(
        WorkPattern(person_id=person_id, valid_from=hired_on, **{day: getattr(hours, day) for day in DAYS})
    )
    if cost is not None:
        require(actor, "cost.change")
        session.add(CostRate(person_id=person_id, valid_from=hired_on, amount_minor=cost.amount))
    session.flush()
    history.note(session, actor, "person", person_id, "created", {}, history.values_of(person))
    if not _is_known(session, actor, address, person_id) and invite_as:
        invite_user(session, actor, email=address, name=clean_name, role=invite_as, person_id=person_id)
    return person


def _is_known(session: Session, actor: Actor, email: str, person_id: int) -> bool:
    """Makes a sign-in of this address, that is nobody's yet, the person's."""
    free = (User.email == email, col(User.role).in_(STAFF), col(User.person_id).is_(None))
    user = session.exec(select(User).where(*free).with_for_update()).first()
    if user is None:
        return False
    user.person_id = person_id
    touch(user)
    history.note(session, actor, "user", int(user.id or 0), "became a person", {}, {"person_id": person_id})
    return True


def _check(
    session: Session, found: FieldProblems, role_id: int, hired_on: date, target_percent: int | None
) -> None:
    role = session.get(Role, role_id)
    if role is None or not role.is_active:
        found.say("role_id", "Choose a role from the list.")
    if not 1950 <= hired_on.year <= 2199:
        found.say("hired_on", "Give the first day, such as 2026-12-01.")
    if target_percent is not None and not 0 <= target_percent <= 100:
        found.say("target_percent", "The target lies between 0 and 100 %.")


def _check_hours(found: FieldProblems, hours: Hours) -> None:
    for day in DAYS:
        if not 0 <= getattr(hours, day) <= DAY_MINUTES:
            found.say(day, "A day has between 0:00 and 24:00.")


def _check_cost(found: FieldProblems, cost: Money | None, currency: str) -> None:
    if cost is None:
        return
    if cost.currency != currency:
        found.say("cost", f"Cost is kept in {currency}.")
    elif not 0 <= cost.amount <= MOST_COST:
        found.say("cost", "Give what an hour costs, such as 55.00.")
