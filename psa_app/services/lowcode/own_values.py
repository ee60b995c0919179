"""Values of a record's fields, wherever they lie: in a column, or in `own` under the key of an own field."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from psa_app.errors import Invalid
from psa_app.models.resource import TEXTS, FieldSpec, Resource
from psa_app.rules import fields

MOST = 10**15 - 1
_MOST_TYPED = 10**12 - 1


def of(record: Any, resource: Resource, names: Iterable[str]) -> dict[str, Any]:
    """What the record holds in these fields, as it is kept; None for an own field that is not given."""
    keys = _keys(resource)
    return {name: record.own.get(keys[name]) if name in keys else getattr(record, name) for name in names}


def put(record: Any, resource: Resource, values: Mapping[str, Any]) -> None:
    """Sets these fields; an own field without a value leaves `own`."""
    keys, own = _keys(resource), None
    for name, value in values.items():
        if name not in keys:
            setattr(record, name, value)
            continue
        own = dict(record.own or {}) if own is None else own
        own.pop(keys[name], None)
        if value is not None:
            own[keys[name]] = value
    if own is not None:
        record.own = own


def _keys(resource: Resource) -> dict[str, str]:
    """The own fields' keys by their names."""
    return {field.name: field.own_key for field in resource.fields if field.own_key}


def kept(field: FieldSpec, given: Any, typed: Callable[[FieldSpec, Any], Any]) -> Any:
    """The value of an own field as `own` keeps it, from what a form, the API or a file gives.

    `typed` reads what is not empty. None where nothing is given; raises `Invalid` with a sentence.
    """
    if given is None or (isinstance(given, str) and not given.strip() and field.kind != "bool"):
        if field.required:
            raise Invalid("Please fill this in.", field.name)
        return None
    if field.kind == "number" and isinstance(given, str):
        return fields.whole(given, field.name, -_MOST_TYPED, _MOST_TYPED)
    value = typed(field, given)
    if isinstance(value, date):
        return value.isoformat()
    if field.kind in TEXTS and not value:
        return None
    if isinstance(value, int) and abs(value) > MOST:
        raise Invalid("This number is too large.", field.name)
    return value
