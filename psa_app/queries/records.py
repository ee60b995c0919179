"""Lists and single records of any resource, within what the actor may see.

Lists are paged by a cursor over (sort value, id), so a page costs the same at row 250,000 as
at row 1, and nothing is skipped or doubled while others write.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, func, literal
from sqlmodel import Session, select

from psa_app.access import Actor, fetch, may, require, visible
from psa_app.db import among, is_sqlite
from psa_app.models.resource import FieldSpec, Resource, target, value_of
from psa_app.queries import filtering, paging
from psa_app.queries.own_fields import full

MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as plain values by field name (with `id` and `version`), and where the next page starts."""

    rows: list[dict[str, Any]]
    next_cursor: str | None
    total: int | None = None
    is_longer: bool = False


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Loaded records, the fields that the actor may read, and where the next page starts."""

    records: list[Any]
    fields: tuple[FieldSpec, ...]
    next_cursor: str | None
    total: int | None = None
    is_longer: bool = False


def readable(resource: Resource, actor: Actor) -> tuple[FieldSpec, ...]:
    """The fields of a resource that the actor may read."""
    return tuple(field for field in resource.fields if not field.read_right or may(actor, field.read_right))


def list_records(session: Session, actor: Actor, resource: Resource, **how: Any) -> Page:
    """Like `page_of_records`, as plain values."""
    page = page_of_records(session, actor, resource, **how)
    rows = [row_values(resource, page.fields, record) for record in page.records]
    return Page(rows, page.next_cursor, page.total, page.is_longer)


def page_of_records(
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
    count_to: int = 0,
) -> RecordPage:
    """One page of records; `sort` is a field's name, with "-" before it for descending.

    `count` gives the `total`, counted no further than `count_to` if that is given: a list that is longer
    has `is_longer`. Raises `Invalid` for an unknown field, a wrong value or a cursor that is not ours.
    """
    require(actor, resource.read_right)
    resource = full(session, resource, actor)
    fields = readable(resource, actor)
    where = narrowed(session, actor, resource, search, filters or {})
    names = {field.name: field for field in fields}
    order = paging.ordering(resource, names, sort or resource.sort)
    if search.strip() or any(name.startswith("own_") for name in filters or {}):
        order = replace(order, by_scan=True)
    after = [order.after(cursor)] if cursor else []
    limit = max(1, min(limit, MAX_LIMIT))
    statement = select(resource.model).where(*where, *after).order_by(*order.clauses).limit(limit + 1)
    found = list(session.exec(statement).all())
    _read_linked(session, resource, fields, found[:limit])
    next_cursor = order.cursor_at(found[limit - 1]) if len(found) > limit else None
    total = _count(session, resource, where, count_to) if count or count_to else None
    is_longer = bool(count_to and total and total > count_to)
    return RecordPage(found[:limit], fields, next_cursor, count_to if is_longer else total, is_longer)


def _read_linked(
    session: Session, resource: Resource, fields: Iterable[FieldSpec], records: Iterable[Any]
) -> None:
    """Reads what the fields `through` a link tell in one query a link; the session keeps it."""
    for link in {field.through for field in fields if field.through}:
        linked: Any = target(resource.model, link)
        ids = {getattr(record, link) for record in records} - {None}
        kept = session.exec(select(linked).where(among(session, linked.id, sorted(ids)))).all()
        session.info.setdefault("linked", []).extend(kept)


def narrowed(
    session: Session, actor: Actor, resource: Resource, search: str, filters: Mapping[str, str]
) -> list[ColumnElement[bool]]:
    """The WHERE clauses of a list: what the actor sees, what is filtered and searched for.

    `resource` is the whole one (`own_fields.full`).
    """
    names = {field.name: field for field in readable(resource, actor)}
    return [
        visible(actor, resource.model),
        *filtering.clauses(resource, names, filters),
        *filtering.searched(resource, names, search, sqlite=is_sqlite(session)),
    ]


def read_record(session: Session, actor: Actor, resource: Resource, record_id: int) -> dict[str, Any]:
    """One record as plain values; `NotFound` outside the actor's scope."""
    require(actor, resource.read_right)
    record = fetch(session, actor, resource.model, record_id)
    return row_values(resource, readable(full(session, resource, actor), actor), record)


def row_values(resource: Resource, names: Iterable[FieldSpec], record: Any) -> dict[str, Any]:
    """The readable fields of a loaded record, with its id and version."""
    values = {"id": record.id}
    if resource.has_version:
        values["version"] = record.version
    return values | {field.name: value_of(record, field) for field in names}


def _count(session: Session, resource: Resource, where: list[ColumnElement[bool]], most: int) -> int:
    if not most:
        return session.exec(select(func.count()).select_from(resource.model).where(*where)).one()
    some = select(literal(1)).select_from(resource.model).where(*where).limit(most + 1).subquery()
    return session.exec(select(func.count()).select_from(some)).one()
