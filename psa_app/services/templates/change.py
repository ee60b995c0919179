"""Templates by hand: written, changed, archived; and what one becomes when it starts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import Actor, act, fetch, require, visible
from psa_app.errors import Conflict, NotFound, Problems, Stale
from psa_app.models import Firm, Role, TaxRate, Template, User, touch
from psa_app.queries.templates.sources import firm_days
from psa_app.rules.templates import bodies
from psa_app.rules.templates.shape import Body, links_in
from psa_app.services import history
from psa_app.services.templates.make import TemplateKind, add_template, head_of

_TABLES: dict[str, Any] = {"role": Role, "user": User, "tax": TaxRate}
_WORDS = {"role": "a role", "user": "a person", "tax": "a tax"}


@act("templates", "create", right="templates.change")
def create_template(
    session: Session,
    actor: Actor,
    *,
    kind: TemplateKind,
    name: str,
    description: str = "",
    body: dict[str, Any] | None = None,
) -> Template:
    """Begins a template by hand; without a body it is empty (a scope in the firm's currency).

    Raises `Problems` that name each wrong field of the body ("phases.0.tasks.2.due_on").
    """
    made = add_template(session, kind, name, description, _body(session, kind, body))
    told = {"kind": kind, "name": made.name}
    history.note(session, actor, "template", int(made.id or 0), "created", {}, told)
    return made


@act("templates", "change", right="templates.change")
def change_template(
    session: Session,
    actor: Actor,
    template_id: int,
    *,
    version: int,
    name: str,
    description: str = "",
    body: dict[str, Any] | None = None,
) -> Template:
    """Changes name, description and, if given, the whole body. What was made from it before stays.

    Raises `Stale` if someone saved meanwhile, and as `create_template`.
    """
    template = fetch(session, actor, Template, template_id, lock=True)
    if template.version != version:
        raise Stale()
    values: dict[str, Any] = dict(head_of(session, template.kind, name, description, template_id))
    if body is not None:
        values["body"] = check(session, template.kind, body)
    before, after = history.changed(history.values_of(template, values), values)
    if after:
        for field, value in after.items():
            setattr(template, field, value)
        touch(template)
        history.note(session, actor, "template", template_id, "changed", before, after)
    return template


@act("templates", "archive", right="templates.change")
def archive_template(session: Session, actor: Actor, template_id: int, *, archived: bool = True) -> Template:
    """Puts a template away, or takes it out again; an archived one is not offered."""
    template = fetch(session, actor, Template, template_id, lock=True)
    if template.is_archived != archived:
        template.is_archived = archived
        touch(template)
        verb = "archived" if archived else "taken out again"
        history.note(session, actor, "template", template_id, verb)
    return template


@act("templates", "lay_out", right="templates.read")
def lay_out_template(session: Session, actor: Actor, template_id: int, *, starts_on: date) -> dict[str, Any]:
    """What a template becomes when it starts on a day; nothing is written."""
    template = fetch(session, actor, Template, template_id)
    return bodies.lay_out(template.kind, template.body, starts_on, firm_days(session))


def _body(session: Session, kind: str, body: Mapping[str, Any] | None) -> Body:
    if body is not None:
        return check(session, kind, body)
    firm = session.exec(select(Firm)).one()
    start = {"title": "Work for {client}", "currency": firm.base_currency} if kind == "sow" else {}
    return bodies.check_body(kind, start)


def check(session: Session, kind: str, raw: Mapping[str, Any]) -> Body:
    """The body in its form; roles, people and taxes that it names must be there. Raises `Problems`."""
    body = bodies.check_body(kind, raw)
    wanted = links_in(bodies.shape_of(kind), body)
    wrong: dict[str, str] = {}
    if body.get("deposit_minor") and body.get("deposit_ppm"):
        wrong["deposit_ppm"] = "Give the deposit as an amount or as a share, not both."
    for link, table in _TABLES.items():
        ids = {row_id for _, kind_of, row_id in wanted if kind_of == link}
        known = set(session.exec(select(table.id).where(col(table.id).in_(ids))).all()) if ids else set()
        wrong |= {
            at: f"Choose {_WORDS[link]} from the list."
            for at, kind_of, row_id in wanted
            if kind_of == link and row_id not in known
        }
    if wrong:
        raise Problems("Some fields of the template are not right.", wrong)
    return body


def offered(session: Session, actor: Actor, template_id: int, kind: str) -> Template:
    """A template of this kind that may be used. Raises `NotFound`, `Conflict` for an archived one."""
    require(actor, "templates.read")
    template = session.exec(
        select(Template).where(Template.id == template_id, visible(actor, Template))
    ).first()
    if template is None or template.kind != kind:
        raise NotFound()
    if template.is_archived:
        raise Conflict(f"“{template.name}” is archived. Take it out again, or choose another.")
    return template
