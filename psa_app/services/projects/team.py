"""Who works on a project. The role in which someone works there prices their unapproved time."""

from datetime import date

from sqlmodel import Session, func, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.models import Booking, Person, Project, ProjectMember, Role, touch
from psa_app.queries.time.tables import ENTRY
from psa_app.services import history
from psa_app.services.time.pricing import reprice


@act("projects", "add_member", right="projects.change")
def add_member(
    session: Session, actor: Actor, project_id: int, *, person_id: int, role_id: int | None = None
) -> ProjectMember:
    """Lets someone log time on a project, in a role of its own if it differs from theirs.

    Someone who is on it already changes role; their unapproved time there is priced anew.
    """
    project = fetch(session, actor, Project, project_id, lock=True)
    fetch(session, actor, Person, person_id)
    if role_id is not None and session.get(Role, role_id) is None:
        raise Invalid("Choose a role from the list.", "role_id")
    member = add_to_team(session, actor, project, person_id)
    if member.role_id != role_id:
        before = {"role_id": member.role_id}
        member.role_id = role_id
        touch(member)
        after = {"role_id": role_id, "person_id": person_id}
        history.note(session, actor, "project", project_id, "role changed", before, after)
        _reprice(session, actor, project_id, person_id)
    return member


@act("projects", "remove_member", right="projects.change")
def remove_member(session: Session, actor: Actor, project_id: int, *, person_id: int) -> None:
    """Takes someone off a project; their time stays. Raises `Conflict` for the lead and for who is booked."""
    project = fetch(session, actor, Project, project_id, lock=True)
    member = _member(session, project_id, person_id)
    if member is None:
        raise Conflict("This person is not on the project any more.", "person_id")
    person = session.get_one(Person, person_id)
    if project.lead_id == person_id:
        raise Conflict(f"{person.name} leads this project. Name another lead first.", "person_id")
    until = _booked_until(session, project_id, person)
    if until is not None:
        raise Conflict(
            f"{person.name} is booked here until {until.isoformat()}. Take the booking away first.",
            "person_id",
        )
    session.delete(member)
    history.note(session, actor, "project", project_id, "member removed", {"person_id": person_id}, {})
    _reprice(session, actor, project_id, person_id)


def add_to_team(session: Session, actor: Actor, project: Project, person_id: int) -> ProjectMember:
    """The membership of a person, made if there is none yet. The project's row must be locked or new."""
    project_id = int(project.id or 0)
    member = _member(session, project_id, person_id)
    if member is None:
        member = ProjectMember(project_id=project_id, person_id=person_id)
        session.add(member)
        session.flush()
        history.note(session, actor, "project", project_id, "member added", {}, {"person_id": person_id})
    return member


def _member(session: Session, project_id: int, person_id: int) -> ProjectMember | None:
    return session.exec(
        select(ProjectMember).where(
            ProjectMember.project_id == project_id, ProjectMember.person_id == person_id
        )
    ).first()


def _booked_until(session: Session, project_id: int, person: Person) -> date | None:
    today = clock.today(person.time_zone)
    mine = (Booking.project_id == project_id, Booking.person_id == person.id, Booking.ends_on >= today)
    return session.exec(select(func.max(Booking.ends_on)).where(*mine)).one()


def _reprice(session: Session, actor: Actor, project_id: int, person_id: int) -> None:
    session.flush()
    reprice(session, actor, ENTRY.c.project_id == project_id, ENTRY.c.person_id == person_id)
