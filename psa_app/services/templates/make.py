"""A finished scope, project, set of billing rules or checklist becomes a template, in one act."""

from collections.abc import Callable
from datetime import date
from typing import Any, Literal

from sqlmodel import Session, col, func, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.models import Account, Firm, Project, Sow, Template
from psa_app.queries.templates import sources
from psa_app.rules import fields
from psa_app.rules.templates import bodies
from psa_app.rules.templates.shape import Body
from psa_app.services import history

TemplateKind = Literal["sow", "project", "billing", "onboarding"]
NAME_LENGTH = 80
Source = tuple[dict[str, Any], date, Account | None]


@act("templates", "make_from", right="templates.change")
def make_template_from(
    session: Session, actor: Actor, *, kind: TemplateKind, record_id: int, name: str, description: str = ""
) -> Template:
    """Makes a template from a finished thing: a scope or its billing rules (`record_id` is the scope's),
    a project, or the checklist of a client.

    Days become offsets, the client's name `{client}`; people, mail addresses, dates and numbers of the
    client are left out of the texts. Prices stay. Raises `Conflict` for what is not finished or empty,
    `Invalid` for a name that is taken.
    """
    found, start, account = _SOURCES[kind](session, actor, record_id)
    body = bodies.body_of(kind, found, start, sources.firm_days(session))
    left_out = 0
    if account is not None:
        names, others = sources.words_of_client(session, account)
        body, left_out = bodies.without_client(kind, body, names, others)
        body = bodies.check_body(kind, body)
    made = add_template(session, kind, name, description, body)
    told = {"kind": kind, "name": made.name, "from": record_id, "left_out": left_out}
    history.note(session, actor, "template", int(made.id or 0), "made", {}, told)
    return made


def add_template(session: Session, kind: str, name: str, description: str, body: Body) -> Template:
    """A new template under a name of its own; `body` must be checked."""
    head: dict[str, Any] = dict(head_of(session, kind, name, description, None))
    template = Template(kind=kind, body=body, **head)
    session.add(template)
    session.flush()
    return template


def head_of(
    session: Session, kind: str, name: str, description: str, template_id: int | None
) -> dict[str, str]:
    """Name and description in their form. Raises `Invalid` for a name that another one of its kind has."""
    clean = fields.text(name, "name", max=NAME_LENGTH)
    twin = session.exec(
        select(Template).where(Template.kind == kind, func.lower(col(Template.name)) == clean.lower())
    ).first()
    if twin is not None and twin.id != template_id:
        where = " among the archived ones" if twin.is_archived else ""
        raise Invalid(f"There is a template “{twin.name}” already{where}. Choose another name.", "name")
    words = fields.text(description, "description", max=1000, required=False, multiline=True)
    return {"name": clean, "description": words}


def _agreed(session: Session, actor: Actor, sow_id: int) -> tuple[Sow, Account]:
    sow = fetch(session, actor, Sow, sow_id)
    if sow.status not in ("signed", "closed"):
        raise Conflict(f"{sow.number} is {sow.status}. A template is made from a scope that was signed.")
    return sow, fetch(session, actor, Account, sow.account_id)


def _scope(session: Session, actor: Actor, sow_id: int) -> Source:
    sow, account = _agreed(session, actor, sow_id)
    return sources.scope_found(session, sow), sow.starts_on, account


def _billing(session: Session, actor: Actor, sow_id: int) -> Source:
    sow, account = _agreed(session, actor, sow_id)
    return sources.billing_found(session, sow), sow.starts_on, account


def _project(session: Session, actor: Actor, project_id: int) -> Source:
    project = fetch(session, actor, Project, project_id)
    account = None if project.account_id is None else fetch(session, actor, Account, project.account_id)
    found = sources.project_found(session, project)
    if not any(found[name] for name in ("phases", "tasks", "milestones", "raid")):
        raise Conflict(f"{project.name} has no tasks yet. There is nothing to make a template from.")
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    return found, sources.project_start(project, found) or today, account


def _checklist(session: Session, actor: Actor, account_id: int) -> Source:
    account = fetch(session, actor, Account, account_id)
    items = sources.checklist_of(session, account_id)
    if not items:
        raise Conflict(f"{account.name} has no checklist. Start one, or add what is to do.")
    return sources.checklist_found(items), sources.checklist_start(session, items), account


_SOURCES: dict[str, Callable[[Session, Actor, int], Source]] = {
    "sow": _scope,
    "billing": _billing,
    "project": _project,
    "onboarding": _checklist,
}
