"""Making the clients, projects, tasks and memberships that an import needs."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from psa_app.access import Actor
from psa_app.models import Account, Project, ProjectMember, Task
from psa_app.services import history
from psa_app.services.time.imports.plan import Prepared
from psa_app.services.time.imports.values import ImportChoices, ProjectTarget, TaskTarget

COLORS = 8


def make_missing(session: Session, actor: Actor, prepared: Prepared, choices: ImportChoices) -> None:
    """Makes what the plan names as new, each with its line of history; ids go into the targets."""
    accounts: dict[str, int] = {}
    firm = prepared.firm
    currency = choices.currency or firm.base_currency
    color = session.connection().execute(select(func.count()).select_from(Project)).scalar_one()
    for place, project in enumerate(prepared.matcher.new_projects):
        _make_project(session, actor, project, accounts, firm, currency, (color + place) % COLORS + 1)
    for task in prepared.matcher.tasks:
        if task.id is None:
            _make_task(session, actor, task)
    for project, person_id in prepared.new_members:
        member = ProjectMember(project_id=int(project.id or 0), person_id=person_id)
        session.add(member)
        history.note(
            session, actor, "project", int(project.id or 0), "member added", {}, {"person_id": person_id}
        )
    session.flush()


def _make_project(
    session: Session,
    actor: Actor,
    project: ProjectTarget,
    accounts: dict[str, int],
    firm: Any,
    currency: str,
    color: int,
) -> None:
    if project.account_id is None and project.account_name:
        if project.account_name not in accounts:
            account = Account(name=project.account_name, currency=currency)
            accounts[project.account_name] = _added(
                session, actor, "account", account, {"name": account.name}
            )
        project.account_id = accounts[project.account_name]
    elif project.account_id is not None:
        currency = session.get_one(Account, project.account_id).currency
    project.currency = currency
    made = Project(
        name=project.name,
        account_id=project.account_id,
        lead_id=project.lead_id,
        currency=currency,
        color=color,
        round_increment=firm.round_increment,
        round_mode=firm.round_mode,
        round_minimum=firm.round_minimum,
        round_per=firm.round_per,
    )
    project.id = _added(session, actor, "project", made, {"name": made.name, "account_id": made.account_id})


def _make_task(session: Session, actor: Actor, task: TaskTarget) -> None:
    task.contract_currency = task.contract_currency or task.project.currency
    made = Task(project_id=int(task.project.id or 0), name=task.name, is_billable=task.is_billable)
    task.id = _added(session, actor, "task", made, {"name": made.name, "project_id": made.project_id})


def _added(session: Session, actor: Actor, kind: str, record: Any, told: dict[str, Any]) -> int:
    session.add(record)
    session.flush()
    history.note(session, actor, kind, int(record.id), "created", {}, told)
    return int(record.id)
