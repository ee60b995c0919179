"""How records and results look in JSON: money as an amount with its currency, days and instants as text."""

import dataclasses
from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Any

from sqlmodel import Session, SQLModel

from psa_app.access import Actor, may
from psa_app.models.resource import FieldSpec, Resource, value_of
from psa_app.queries.currencies import Lookup, lookup
from psa_app.queries.own_fields import full
from psa_app.queries.records import readable
from psa_app.resources import RESOURCES


def name_of(field: FieldSpec) -> str:
    """A field's name in the API: an amount is called without its unit, for it carries its currency."""
    is_amount = field.kind == "money" and not field.own_key
    return field.name.removesuffix("_minor") if is_amount else field.name


@cache
def resource_of(model: type[SQLModel]) -> Resource | None:
    """The resource that shows rows of this table."""
    return next((one for one in RESOURCES.values() if one.model is model), None)


def records_out(
    session: Session, actor: Actor, resource: Resource, fields: Iterable[FieldSpec], records: list[Any]
) -> list[dict[str, Any]]:
    """Records as JSON objects, with the given fields and what is told beside them."""
    shown, currency_of = tuple(fields), lookup(session, resource, records)
    return [
        _record(resource, shown, record, currency_of)
        | {one.name: plain(one.read(session, actor, record)) for one in resource.beside}
        for record in records
    ]


def record_out(session: Session, actor: Actor, record: SQLModel) -> dict[str, Any]:
    """One record as a JSON object, with the fields that the actor may read."""
    resource = resource_of(type(record))
    if resource is None or not may(actor, resource.read_right):
        return {"id": record.id}  # type: ignore[attr-defined]
    fields = readable(full(session, resource, actor), actor)
    return records_out(session, actor, resource, fields, [record])[0]


def result_out(session: Session, actor: Actor, value: Any) -> Any:
    """What an act returned, as JSON."""
    if isinstance(value, SQLModel):
        return record_out(session, actor, value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        return {name: result_out(session, actor, getattr(value, name)) for name in names}
    if isinstance(value, list | tuple | set | frozenset):
        return [result_out(session, actor, one) for one in value]
    if isinstance(value, dict):
        return {str(key): result_out(session, actor, one) for key, one in value.items()}
    return plain(value)


def plain(value: Any) -> Any:
    """A value as JSON; of a list or an object that a column keeps, all that is in it."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"{type(value).__name__} has no form in the API.")


def _record(
    resource: Resource, fields: tuple[FieldSpec, ...], record: Any, currency_of: Lookup
) -> dict[str, Any]:
    values: dict[str, Any] = {"id": record.id}
    if resource.has_version:
        values["version"] = record.version
    for field in fields:
        value = value_of(record, field)
        if field.kind == "money":
            money = {"amount": value, "currency": currency_of(field, record)}
            values[name_of(field)] = None if value is None else money
        else:
            values[field.name] = plain(value)
    return values
