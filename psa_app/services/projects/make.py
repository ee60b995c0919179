"""Making and changing a project."""

from datetime import date
from typing import Any, Literal

from sqlmodel import Session, col, func, select

from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid, Stale
from psa_app.models import Account, Firm, Person, Project, ProjectMember, Sow, SowLine, Task, move, touch
from psa_app.rules import fields
from psa_app.services import history

COLORS = 6


@act("projects", "create", right="projects.change")
def create_project(
    session: Session,
    actor: Actor,
    *,
    name: str,
    account_id: int | None = None,
    lead_id: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    budget_minutes: int = 0,
    currency: str = "",
) -> Project:
    """A project without a SOW: for a client, or for the firm itself when `account_id` is empty."""
    account = fetch(session, actor, Account, account_id) if account_id is not None else None
    firm = session.exec(select(Firm)).one()
    values = _values(session, actor, name, lead_id, starts_on, ends_on, budget_minutes)
    project = Project(
        account_id=account_id,
        currency=currency or (account.currency if account else firm.base_currency),
        color=_next_color(session),
        round_increment=firm.round_increment,
        round_mode=firm.round_mode,
        round_minimum=firm.round_minimum,
        round_per=firm.round_per,
        **values,
    )
    _add(session, actor, project, values)
    return project


@act("sows", "make_project", right="projects.change")
def make_project_from_sow(
    session: Session, actor: Actor, sow_id: int, *, name: str = "", lead_id: int | None = None
) -> Project:
    """Makes the project of a signed SOW: a task for each line that bills to it, budget from the lines.

    Raises `Conflict` when the SOW is not signed, or has its project already.
    """
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    if sow.status != "signed":
        raise Conflict(f"{sow.number} is {sow.status}. The client has to accept it first.")
    known = session.exec(select(Project).where(Project.sow_id == sow_id)).first()
    if known is not None:
        raise Conflict(f"{sow.number} already has the project {known.name}.")
    lines = session.exec(
        select(SowLine).where(SowLine.sow_id == sow_id).order_by(col(SowLine.position))
    ).all()
    values = _values(
        session,
        actor,
        name or sow.title,
        lead_id if lead_id is not None else actor.person_id,
        sow.starts_on,
        sow.ends_on,
        sum(line.estimate_minutes for line in lines),
    )
    project = Project(
        account_id=sow.account_id,
        sow_id=sow_id,
        currency=sow.currency,
        color=_next_color(session),
        budget_minor=sum(line.value_minor or line.cap_minor or 0 for line in lines),
        **values,
    )
    _add(session, actor, project, values)
    names: set[str] = set()
    for position, line in enumerate(lines, 1):
        title = line.title if line.title not in names else f"{line.title} ({position})"
        names.add(title)
        session.add(
            Task(
                project_id=int(project.id or 0),
                name=title[:120],
                sow_line_id=line.id,
                budget_minutes=line.estimate_minutes,
                position=position,
            )
        )
    session.flush()
    return project


@act("projects", "change", right="projects.change")
def change_project(
    session: Session,
    actor: Actor,
    project_id: int,
    *,
    version: int,
    name: str,
    lead_id: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    budget_minutes: int = 0,
) -> Project:
    """Changes name, lead, dates and budget. Raises `Stale` when someone saved meanwhile."""
    project = fetch(session, actor, Project, project_id, lock=True)
    if project.version != version:
        raise Stale()
    values = _values(session, actor, name, lead_id, starts_on, ends_on, budget_minutes)
    before, after = history.changed(history.values_of(project, values), values)
    for field, value in after.items():
        setattr(project, field, value)
    touch(project)
    if project.lead_id is not None:
        add_to_team(session, project, project.lead_id)
    history.note(session, actor, "project", project_id, "changed", before, after)
    return project


@act("projects", "set_status", right="projects.change")
def set_project_status(
    session: Session, actor: Actor, project_id: int, *, status: Literal["planned", "active", "closed"]
) -> Project:
    """Opens or closes a project; on a closed one no time is logged."""
    project = fetch(session, actor, Project, project_id, lock=True)
    old = move(project, "project", status)
    history.note(session, actor, "project", project_id, status, {"status": old}, {"status": status})
    return project


@act("projects", "add_member", right="projects.change")
def add_member(
    session: Session, actor: Actor, project_id: int, *, person_id: int, role_id: int | None = None
) -> ProjectMember:
    """Lets someone log time on a project, in a role of its own if it differs from theirs."""
    project = fetch(session, actor, Project, project_id, lock=True)
    fetch(session, actor, Person, person_id)
    member = add_to_team(session, project, person_id)
    if member.role_id != role_id:
        member.role_id = role_id
        touch(member)
    history.note(session, actor, "project", project_id, "member added", {}, {"person_id": person_id})
    return member


@act("projects", "remove_member", right="projects.change")
def remove_member(session: Session, actor: Actor, project_id: int, *, person_id: int) -> None:
    """Takes someone off a project; their time stays."""
    fetch(session, actor, Project, project_id, lock=True)
    member = session.exec(
        select(ProjectMember).where(
            ProjectMember.project_id == project_id, ProjectMember.person_id == person_id
        )
    ).first()
    if member is None:
        raise Conflict("This person is not on the project any more.")
    session.delete(member)
    history.note(session, actor, "project", project_id, "member removed", {"person_id": person_id}, {})


def add_to_team(session: Session, project: Project, person_id: int) -> ProjectMember:
    """The membership of a person, made if there is none yet."""
    member = session.exec(
        select(ProjectMember).where(
            ProjectMember.project_id == project.id, ProjectMember.person_id == person_id
        )
    ).first()
    if member is None:
        member = ProjectMember(project_id=int(project.id or 0), person_id=person_id)
        session.add(member)
        session.flush()
    return member


def _values(
    session: Session,
    actor: Actor,
    name: str,
    lead_id: int | None,
    starts_on: date | None,
    ends_on: date | None,
    budget_minutes: int,
) -> dict[str, Any]:
    if starts_on and ends_on and ends_on < starts_on:
        raise Invalid("The end lies before the start.", "ends_on")
    if not 0 <= budget_minutes <= 10**8:
        raise Invalid("The budget is not a sensible number of hours.", "budget_minutes")
    if lead_id is not None:
        fetch(session, actor, Person, lead_id)
    return {
        "name": fields.text(name, "name", max=120),
        "lead_id": lead_id,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "budget_minutes": budget_minutes,
    }


def _next_color(session: Session) -> int:
    count = session.exec(select(func.count()).select_from(Project)).one()
    return count % COLORS + 1


def _add(session: Session, actor: Actor, project: Project, values: dict[str, Any]) -> None:
    session.add(project)
    session.flush()
    if project.lead_id is not None:
        add_to_team(session, project, project.lead_id)
    after = values | {"account_id": project.account_id, "sow_id": project.sow_id}
    history.note(session, actor, "project", int(project.id or 0), "created", {}, after)
