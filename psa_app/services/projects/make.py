"""Making and changing a project."""

from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid, Stale
from psa_app.models import (
    Account,
    Firm,
    Person,
    Project,
    Sow,
    SowLine,
    Task,
    Timer,
    move,
    touch,
)
from psa_app.queries.contracts.change_orders import contract_of
from psa_app.rules import fields, money
from psa_app.rules.hours import Rounding
from psa_app.services import history
from psa_app.services.projects.team import add_to_team

COLORS = 6
NAME_LENGTH = 120
MOST_MINUTES = 10**8


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
    status: Literal["planned", "active"] = "active",
) -> Project:
    """A project without a SOW: for a client, or for the firm itself when `account_id` is empty."""
    account = fetch(session, actor, Account, account_id) if account_id is not None else None
    firm = session.exec(select(Firm)).one()
    values = _values(session, actor, name, lead_id, starts_on, ends_on, budget_minutes)
    money_in = (currency or (account.currency if account else firm.base_currency)).upper()
    money.exponent(money_in)
    project = Project(
        account_id=account_id,
        status=status,
        currency=money_in,
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

    Who makes it leads it, unless `lead_id` names another. Raises `Conflict` when the SOW is not
    signed, or has its project already.
    """
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    if sow.status != "signed":
        raise Conflict(f"{sow.number} is {sow.status}. The client has to accept it first.")
    known = session.exec(select(Project).where(Project.sow_id == sow_id)).first()
    if known is not None:
        raise Conflict(f"{sow.number} already has the project {known.name}.")
    statement = select(SowLine).where(SowLine.sow_id == sow_id).order_by(col(SowLine.position))
    lines = session.exec(statement).all()
    estimate = sum(line.estimate_minutes + line.period_minutes * line.periods for line in lines)
    leads = lead_id if lead_id is not None else actor.person_id
    values = _values(session, actor, name or sow.title, leads, sow.starts_on, sow.ends_on, estimate)
    project = Project(
        account_id=sow.account_id,
        sow_id=sow_id,
        currency=sow.currency,
        color=_next_color(session),
        budget_minor=contract_of(session, sow).worth(),
        **values,
    )
    _add(session, actor, project, values)
    _add_tasks(session, actor, int(project.id or 0), lines)
    return project


def _add_tasks(session: Session, actor: Actor, project_id: int, lines: Any) -> None:
    names: set[str] = set()
    for position, line in enumerate(lines, 1):
        name = line.title[:NAME_LENGTH]
        if name in names:
            mark = f" ({position})"
            name = line.title[: NAME_LENGTH - len(mark)] + mark
        names.add(name)
        task = Task(
            project_id=project_id,
            name=name,
            sow_line_id=line.id,
            budget_minutes=line.estimate_minutes + line.period_minutes * line.periods,
            position=position,
        )
        session.add(task)
        session.flush()
        history.note(session, actor, "task", int(task.id or 0), "created", {}, history.values_of(task))


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
    rounding: Rounding | None = None,
) -> Project:
    """Changes name, lead, dates, budget and, on a project without a SOW, how billed time is rounded.

    Raises `Stale` when someone saved meanwhile. What is drafted or billed already stays as it is.
    """
    project = fetch(session, actor, Project, project_id, lock=True)
    if project.version != version:
        raise Stale()
    values = _values(session, actor, name, lead_id, starts_on, ends_on, budget_minutes)
    if rounding is not None:
        values |= _rounding(project, rounding)
    before, after = history.changed(history.values_of(project, values), values)
    for field, value in after.items():
        setattr(project, field, value)
    touch(project)
    if project.lead_id is not None:
        add_to_team(session, actor, project, project.lead_id)
    history.note(session, actor, "project", project_id, "changed", before, after)
    return project


@act("projects", "set_status", right="projects.change")
def set_project_status(
    session: Session, actor: Actor, project_id: int, *, status: Literal["planned", "active", "closed"]
) -> Project:
    """Opens or closes a project; on a closed one no time is logged.

    Raises `Conflict` while somebody's timer runs on it: that time would be lost.
    """
    project = fetch(session, actor, Project, project_id, lock=True)
    if status == "closed":
        tasks = select(Task.id).where(Task.project_id == project_id)
        check_no_timer(session, col(Timer.task_id).in_(tasks))
    old = move(project, "project", status)
    history.note(session, actor, "project", project_id, status, {"status": old}, {"status": status})
    return project


def check_no_timer(session: Session, where: ColumnElement[bool] | bool) -> None:
    """Raises `Conflict` while a timer runs that `where` (columns of `Timer`) picks."""
    name = session.exec(
        select(Person.name).join(Timer, col(Timer.person_id) == col(Person.id)).where(where)
    ).first()
    if name is not None:
        raise Conflict(f"The timer of {name} runs on it. Have it stopped first, so that no time is lost.")


def _values(
    session: Session,
    actor: Actor,
    name: str,
    lead_id: int | None,
    starts_on: date | None,
    ends_on: date | None,
    budget_minutes: int,
) -> dict[str, Any]:
    check_days(starts_on, ends_on)
    if not 0 <= budget_minutes <= MOST_MINUTES:
        raise Invalid("The budget is not a sensible number of hours.", "budget_minutes")
    if lead_id is not None:
        _check_lead(session, actor, lead_id)
    return {
        "name": fields.text(name, "name", max=NAME_LENGTH),
        "lead_id": lead_id,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "budget_minutes": budget_minutes,
    }


def check_days(starts_on: date | None, ends_on: date | None) -> None:
    """Raises `Invalid` for an end before the start."""
    if starts_on and ends_on and ends_on < starts_on:
        raise Invalid("The end lies before the start.", "ends_on")


def _rounding(project: Project, rounding: Rounding) -> dict[str, Any]:
    if project.sow_id is not None:
        raise Invalid("The signed scope says how its time is rounded.", "rounding")
    return {
        "round_increment": rounding.increment,
        "round_mode": rounding.mode,
        "round_minimum": rounding.minimum,
        "round_per": rounding.per,
    }


def _check_lead(session: Session, actor: Actor, lead_id: int) -> None:
    lead = fetch(session, actor, Person, lead_id)
    if lead.left_on is not None and lead.left_on < clock.today(lead.time_zone):
        raise Invalid(f"{lead.name} left on {lead.left_on.isoformat()}. Choose someone else.", "lead_id")


def _next_color(session: Session) -> int:
    count = session.exec(select(func.count()).select_from(Project)).one()
    return count % COLORS + 1


def _add(session: Session, actor: Actor, project: Project, values: dict[str, Any]) -> None:
    session.add(project)
    session.flush()
    after = values | {"account_id": project.account_id, "sow_id": project.sow_id}
    history.note(session, actor, "project", int(project.id or 0), "created", {}, after)
    if project.lead_id is not None:
        add_to_team(session, actor, project, project.lead_id)
