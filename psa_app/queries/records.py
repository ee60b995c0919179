"""Lists and single records of any resource, within what the actor may see.

Lists are paged by a cursor over (sort value, id), so a page costs the same at row 250,000 as
at row 1, and nothing is skipped or doubled while others write.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, or_
from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch, may, require, visible
from psa_app.errors import Invalid
from psa_app.models.resource import FieldSpec, Resource
from psa_app.rules import fields as check

MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as plain values by field name (with `id` and `version`), and where the next page starts."""

    rows: list[dict[str, Any]]
    next_cursor: str | None
    total: int | None = None


def readable(resource: Resource, actor: Actor) -> tuple[FieldSpec, ...]:
    """The fields of a resource that the actor may read."""
    return tuple(field for field in resource.fields if not field.read_right or may(actor, field.read_right))


def list_records(
    session: Session,
    actor: Actor,
    resource: Resource,
    *,
    search: str = "",
    filters: Mapping[str, str] | None = None,
    sort: str = "",
    limit: int = 50,
    cursor: str | None = None,
    count: bool = False,
) -> Page:
    """One page of records; `sort` is a field's name, with "-" before it for descending.

    Raises `Invalid` for an unknown field, a wrong value or a cursor that is not ours.
    """
    require(actor, resource.read_right)
    names = {field.name: field for field in readable(resource, actor)}
    where = [
        visible(actor, resource.model),
        *_filters(resource, names, filters or {}),
        *_search(resource, search),
    ]
    key, descending = _sorting(resource, names, sort or resource.sort)
    statement = select(resource.model).where(*where)
    identity = col(resource.model.id)  # type: ignore[attr-defined]
    if cursor:
        statement = statement.where(_after(key, identity, descending, _decode(cursor)))
    order = (key.desc(), identity.desc()) if descending else (key, identity)
    limit = max(1, min(limit, MAX_LIMIT))
    found = session.exec(statement.order_by(*order).limit(limit + 1)).all()
    rows = [row_values(resource, names.values(), record) for record in found[:limit]]
    next_cursor = _encode(found[limit - 1], sort or resource.sort) if len(found) > limit else None
    total = (
        session.exec(select(func.count()).select_from(resource.model).where(*where)).one() if count else None
    )
    return Page(rows, next_cursor, total)


def read_record(session: Session, actor: Actor, resource: Resource, record_id: int) -> dict[str, Any]:
    """One record as plain values; `NotFound` outside the actor's scope."""
    require(actor, resource.read_right)
    record = fetch(session, actor, resource.model, record_id)
    return row_values(resource, readable(resource, actor), record)


def row_values(resource: Resource, names: Iterable[FieldSpec], record: Any) -> dict[str, Any]:
    """The readable fields of a loaded record, with its id and version."""
    values = {"id": record.id}
    if resource.has_version:
        values["version"] = record.version
    return values | {field.name: getattr(record, field.name) for field in names}


def _filters(
    resource: Resource, names: Mapping[str, FieldSpec], given: Mapping[str, str]
) -> list[ColumnElement[bool]]:
    clauses = []
    for name, text in given.items():
        base, _, operator = name.partition("__")
        field = names.get(base)
        if field is None or operator not in ("", "from", "to"):
            raise Invalid(f"There is no filter “{name[:40]}” here.", name[:40])
        column = getattr(resource.model, base)
        value = _filter_value(field, text)
        if operator == "from":
            clauses.append(column >= value)
        elif operator == "to":
            clauses.append(column <= value)
        else:
            clauses.append(column == value)
    return clauses


def _filter_value(field: FieldSpec, text: str) -> Any:
    if field.kind == "date":
        return check.iso_date(text, field.name)
    if field.kind == "bool":
        return text.lower() in ("true", "1", "yes", "on")
    if field.kind in ("link", "number", "money", "hours", "minutes", "seconds", "percent"):
        return check.whole(text, field.name)
    return text


def _search(resource: Resource, text: str) -> list[ColumnElement[bool]]:
    words = text.split()[:6]
    return [
        or_(
            *(
                cast(getattr(resource.model, name), String).icontains(word, autoescape=True)
                for name in resource.search
            )
        )
        for word in words
    ]


def _sorting(resource: Resource, names: Mapping[str, FieldSpec], sort: str) -> tuple[Any, bool]:
    name = sort.removeprefix("-")
    if name != "id" and (name not in names or not names[name].sortable):
        raise Invalid(f"This list cannot be sorted by “{name[:40]}”.", "sort")
    return col(getattr(resource.model, name)), sort.startswith("-")


def _after(key: Any, identity: Any, descending: bool, mark: tuple[Any, int]) -> ColumnElement[bool]:
    value, row_id = mark
    if value is None:
        return and_(key.is_(None), identity < row_id if descending else identity > row_id)
    if descending:
        return or_(key < value, and_(key == value, identity < row_id), key.is_(None))
    return or_(key > value, and_(key == value, identity > row_id))


def _encode(record: Any, sort: str) -> str:
    value = getattr(record, sort.removeprefix("-"))
    if isinstance(value, datetime):
        value = {"t": value.isoformat()}
    elif isinstance(value, date):
        value = {"d": value.isoformat()}
    return base64.urlsafe_b64encode(json.dumps([value, record.id]).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[Any, int]:
    try:
        value, row_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(value, dict):
            value = datetime.fromisoformat(value["t"]) if "t" in value else date.fromisoformat(value["d"])
        if not isinstance(row_id, int) or not isinstance(value, (str, int, bool, date, datetime, type(None))):
            raise ValueError
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise Invalid("This cursor is not one of ours. Start again without it.", "cursor") from None
    return value, row_id
