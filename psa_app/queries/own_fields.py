"""The firm's own fields: appended to a declared resource, and read from a record's `own` in SQL."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, Boolean, cast, false, func, select
from sqlmodel import Session, SQLModel, col

from psa_app.access import Actor
from psa_app.models import Account, Contact, CustomField, Opportunity, Person, Project, Sow, Task
from psa_app.models.resource import FieldSpec, Resource
from psa_app.rules.own_fields import LONGEST_NOTE, LONGEST_TEXT, sees

# Kinds of record that carry own fields, and where their links may lead.
MODELS: Mapping[str, type[SQLModel]] = {
    "accounts": Account,
    "contacts": Contact,
    "opportunities": Opportunity,
    "sows": Sow,
    "projects": Project,
    "tasks": Task,
    "people": Person,
}
_KINDS: Mapping[str, Any] = {"person": "link"}
_WHOLE = ("number", "money", "link")
_TABLE: Any = CustomField.__table__  # type: ignore[attr-defined]
_STATEMENT = select(_TABLE).where(_TABLE.c.is_archived.is_(False)).order_by(_TABLE.c.position, _TABLE.c.id)


def full(session: Session, resource: Resource, actor: Actor | None = None, *, held: bool = False) -> Resource:
    """The resource with the firm's own fields at its end: all of them, or those the actor may see.

    `held` keeps the fields as they are until the transaction ends: nobody turns a number into a date
    between the check of a value and the moment it is saved.
    """
    if resource.kind not in MODELS:
        return resource
    statement = _STATEMENT.where(_TABLE.c.kind == resource.kind)
    if held:
        statement = statement.with_for_update(read=True)
    rows = session.connection().execute(statement).all()
    own = tuple(
        spec_of(row, has_currency=resource.field("currency") is not None)
        for row in rows
        if actor is None or sees(actor.role, row.seen_by)
    )
    declared = tuple(field for field in resource.fields if not field.own_key)
    return (
        replace(resource, fields=declared + own) if own or len(declared) < len(resource.fields) else resource
    )


def hides(session: Session, actor: Actor, kind: str) -> bool:
    """Whether a kind has, or had, an own field that the actor may not see."""
    seen = session.connection().execute(select(_TABLE.c.seen_by).where(_TABLE.c.kind == kind)).scalars()
    return not all(sees(actor.role, one) for one in seen)


def spec_of(row: Any, *, has_currency: bool) -> FieldSpec:
    """A `CustomField` (or a row of its table) as a field. Amounts are in the record's currency, if any."""
    links_to = Person if row.type == "person" else MODELS.get(row.links_to) if row.type == "link" else None
    return FieldSpec(
        name=f"own_{row.key}",
        label=row.label,
        kind=_KINDS.get(row.type, row.type),
        required=row.is_required,
        choices=tuple((one, one) for one in row.choices),
        links_to=links_to,
        money_in="currency" if row.type == "money" and has_currency else "",
        help=row.help,
        max_length=LONGEST_NOTE if row.type == "multiline" else LONGEST_TEXT,
        in_list=row.type != "multiline",
        sortable=row.type != "multiline",
        filterable=row.type in ("choice", "person", "link", "bool", "date"),
        default=_default(row),
        own_key=row.key,
        is_guarded=bool(row.seen_by),
    )


def _default(row: Any) -> Any:
    """As it would be typed; None without one."""
    if row.type == "bool":
        return row.default == "yes"
    return row.default or None


def column(resource: Resource, field: FieldSpec) -> Any:
    """A field as SQL: its column, or what lies under its key in `own` (NULL where nothing is given).

    Days are text there ("2026-11-23"), which sorts and compares as days do.
    """
    model: Any = resource.model
    if not field.own_key:
        return col(getattr(model, field.name))
    inside = col(model.own)[field.own_key]
    if field.kind == "bool":
        return func.coalesce(inside.as_boolean(), false(), type_=Boolean)
    if field.kind in _WHOLE:
        return cast(inside.as_string(), BigInteger)
    return inside.as_string()


def python_type(field: FieldSpec) -> type:
    """In what type an own field's `column` comes."""
    if field.kind == "bool":
        return bool
    return int if field.kind in _WHOLE else str


def used_values(session: Session, kind: str, key: str) -> set[str]:
    """The distinct values under a key in all records of this kind, as text; empty if nobody gave one."""
    model: Any = MODELS[kind]
    inside = col(model.own)[key].as_string()
    found = session.connection().execute(select(inside).where(inside.is_not(None)).distinct())
    return {str(value) for (value,) in found}
