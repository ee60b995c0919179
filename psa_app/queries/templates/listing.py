"""Templates as lists: all of a kind with what each holds, and those that a form offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import STAFF, Actor, fetch, require, visible
from psa_app.models import Role, TaxRate, Template, User
from psa_app.rules.templates.summary import summary


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template and, in words, what it holds."""

    id: int
    version: int
    kind: str
    name: str
    description: str
    holds: str
    is_archived: bool
    updated_at: datetime
    body: Mapping[str, Any]


def one_template(session: Session, actor: Actor, template_id: int) -> TemplateRow:
    """One of them. `NotFound` for who may see none."""
    require(actor, "templates.read")
    return _row(fetch(session, actor, Template, template_id))


def offers(session: Session, actor: Actor, kind: str) -> list[tuple[int, str, str]]:
    """The templates of a kind that can be used: (id, name, what it holds), by name."""
    require(actor, "templates.read")
    rows = session.exec(
        select(Template)
        .where(visible(actor, Template), Template.kind == kind, ~col(Template.is_archived))
        .order_by(Template.name)
    ).all()
    return [(int(row.id or 0), row.name, summary(kind, row.body)) for row in rows]


def names(session: Session, actor: Actor) -> dict[str, dict[int, str]]:
    """What the links in a body are called: role, user and tax by id, each by name."""
    require(actor, "templates.read")
    roles = session.exec(select(Role.id, Role.name).order_by(Role.name)).all()
    people = session.exec(
        select(User.id, User.name).where(col(User.is_active), col(User.role).in_(STAFF)).order_by(User.name)
    ).all()
    taxes = session.exec(select(TaxRate.id, TaxRate.name).order_by(TaxRate.name)).all()
    return {
        kind: {int(row_id or 0): name for row_id, name in rows}
        for kind, rows in (("role", roles), ("user", people), ("tax", taxes))
    }


def _row(row: Template) -> TemplateRow:
    return TemplateRow(
        int(row.id or 0),
        row.version,
        row.kind,
        row.name,
        row.description,
        summary(row.kind, row.body),
        row.is_archived,
        row.updated_at,
        row.body,
    )
