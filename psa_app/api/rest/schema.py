"""The OpenAPI 3.1 document, from the operations."""

import dataclasses
import types
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic.json_schema import models_json_schema
from sqlmodel import SQLModel

from psa_app import routes
from psa_app.api.rest.bodies import LARGEST_WHOLE, body_for
from psa_app.api.rest.importing import FORM, OPTIONS, TYPES
from psa_app.api.rest.operations import Operation
from psa_app.api.rest.problems import MEDIA_TYPE, FieldProblem, Problem
from psa_app.api.rest.wire import name_of, resource_of
from psa_app.api.sheets import SHEETS
from psa_app.models.resource import TEXTS, Beside, FieldSpec, Resource, target
from psa_app.queries.records import MAX_LIMIT
from psa_app.rules.money import Money

REF = "#/components/schemas/{model}"
PROBLEMS = {
    400: "The request cannot be read",
    401: "No token, or one that no longer holds",
    403: "The role, or the token, may not do this",
    404: "There is nothing here, or it is not yours to see",
    405: "This address knows other methods",
    409: "The state of things does not allow it now",
    412: "Someone changed the record since you read it",
    413: "Too large",
    415: "Not JSON",
    422: "Some fields are not right",
    428: "Say which version you read",
    429: "Too many attempts",
    503: "Busy; nothing was saved, try again",
}
MONEY = {
    "type": "object",
    "description": "Whole minor units beside their ISO 4217 currency: 123456 EUR is 1,234.56 euro.",
    "properties": {
        "amount": {"type": "integer", "minimum": -(10**15), "maximum": 10**15},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
    "example": {"amount": 123456, "currency": "EUR"},
}
ABOUT = """Everything that the pages do, with the same services and the same rights.

Send a token with each request: `Authorization: Bearer psa_…` (`psa user token`, or your profile page).
Lists take `q`, `sort` (`-` before a field: descending), `limit`, `cursor`, and each field as a filter, also
as `field__from` and `field__to`. Archived records are among the others here, unlike in the pages:
`is_archived=false` leaves them out. Money is `{"amount": 123456, "currency": "EUR"}` in minor units. Every
POST takes an `Idempotency-Key`: the same request with the same key within 24 hours is done once. A change
names the version that was read, by `If-Match` or the field `version`. Errors are problem documents
(RFC 9457) with a sentence and the fields.
"""


def openapi(operations: Iterable[Operation]) -> dict[str, Any]:
    """The whole document."""
    listed = list(operations)
    paths: dict[str, dict[str, Any]] = {}
    for one in listed:
        paths.setdefault(shown_path(one), {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "PSA", "version": "1", "description": ABOUT},
        "servers": [{"url": routes.API}],
        "security": [{"bearer": []}],
        "tags": [{"name": kind} for kind in sorted({one.kind for one in listed})],
        "paths": paths,
        "components": {
            "schemas": _schemas(listed),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "parameters": {name: one for each in listed for name, one in _of_lists(each).items()},
            "responses": {str(status): _problem(text) for status, text in PROBLEMS.items()},
        },
    }


def shown_path(one: Operation) -> str:
    """An address as OpenAPI writes it."""
    return one.path.replace("{id:rowid}", "{id}")


def _operation(one: Operation) -> dict[str, Any]:
    said = [one.description, f"Roles: {', '.join(one.roles)}."]
    found: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.kind],
        "summary": one.summary,
        "description": "\n\n".join(part for part in said if part),
        "parameters": list(_parameters(one)),
        "responses": {str(one.status): _good(one)}
        | {str(status): {"$ref": f"#/components/responses/{status}"} for status in PROBLEMS},
    }
    if one.takes_file:
        found["requestBody"] = _file_body()
    if one.begins is not None:
        found["responses"]["202"] = _begun(one)
    if one.writes and one.body is not None:
        schema = {"$ref": REF.format(model=_body_name(one))}
        needed = one.method != "POST" or bool(_required(one))
        found["requestBody"] = {"required": needed, "content": {"application/json": {"schema": schema}}}
    return found


def _file_body() -> dict[str, Any]:
    raw = {"schema": {"type": "string", "format": "binary"}}
    parts = {"file": raw["schema"]} | {name: shape for name, (_, shape) in OPTIONS.items()}
    form = {"schema": {"type": "object", "properties": parts, "required": ["file"]}}
    return {"required": True, "content": dict.fromkeys(TYPES, raw) | {FORM: form}}


def _required(one: Operation) -> list[str]:
    return [
        name for name, field in (one.body.model_fields.items() if one.body else ()) if field.is_required()
    ]


def _body_name(one: Operation) -> str:
    name: str = one.body.__name__ if one.body else ""
    return name


def _parameters(one: Operation) -> Iterable[dict[str, Any]]:
    if one.has_id:
        whole = {"type": "integer", "minimum": 1, "maximum": LARGEST_WHOLE}
        yield {"name": "id", "in": "path", "required": True, "schema": whole}
    if one.takes_file:
        yield from (_query(name, words, shape) for name, (words, shape) in OPTIONS.items())
    for name in _of_lists(one):
        yield {"$ref": f"#/components/parameters/{name}"}
    if one.is_list and not one.sheet:
        page = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 50}
        yield _query("limit", "Records on a page.", page)
        yield _query("cursor", "Where the page starts: next_cursor of the last.", {"type": "string"})
        yield _query("count", "Whether total is told.", {"type": "string", "enum": ["true", "false"]})
    if one.method == "POST":
        key = {"type": "string", "maxLength": 200, "pattern": "^[!-~]+$"}
        yield _header("Idempotency-Key", "The same key again gives the same answer, and does nothing.", key)
    if one.body is not None and "version" in one.body.model_fields:
        version = {"type": "string", "pattern": '^"[0-9]{1,9}"$'}
        yield _header("If-Match", "The version that you read; instead of the field version.", version)


def _of_lists(one: Operation) -> dict[str, dict[str, Any]]:
    """What narrows and sorts a list, by name; the list and its files share these."""
    if not one.is_list:
        return {}
    names = [name_of(field) for field in one.filters]
    sortable = [name_of(field) for field in one.filters if field.sortable]
    sorts = ["id", "-id", *sortable, *(f"-{name}" for name in sortable)]
    words = _query("q", "Words to search for.", {"type": "string", "maxLength": 200})
    order = _query("sort", "A field; - before it: descending.", {"type": "string", "enum": sorts})
    found = {"q": words, f"{one.kind}.sort": order}
    for name, field in zip(names, one.filters, strict=True):
        about = _about(field, name)
        found[f"{one.kind}.{name}"] = _query(name, about, _filter(field))
    return found


def _about(field: FieldSpec, name: str) -> str:
    if name == "is_archived":
        return "Archived records too unless this says false; true: them alone."
    return f"{field.label}." if field.kind == "bool" else f"{field.label}. Also {name}__from and {name}__to."


def _filter(field: FieldSpec) -> dict[str, Any]:
    if field.kind == "bool":
        return {"type": "string", "enum": ["true", "false"]}
    if field.kind in (*_WHOLE, "money"):
        return {"type": "integer", "minimum": -(10**15) + 1, "maximum": 10**15 - 1}
    if field.kind in ("date", "instant"):
        return _PLAIN[field.kind]
    return {"type": "string", "maxLength": 200}


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _header(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "schema": schema}


def _good(one: Operation) -> dict[str, Any]:
    if one.sheet or one.media:
        return {"description": "The file", "content": {one.media or SHEETS[one.sheet]: {}}}
    if one.status == 204:
        return {"description": "Done"}
    schema = annotated(one.answer)
    if one.is_list:
        schema = {
            "type": "object",
            "properties": {
                "data": {"type": "array", "items": schema},
                "next_cursor": {"type": ["string", "null"]},
                "total": {"type": "integer"},
            },
            "required": ["data", "next_cursor"],
        }
    return {"description": "Done", "content": {"application/json": {"schema": schema}}}


def _begun(one: Operation) -> dict[str, Any]:
    shown = {"application/json": {"schema": annotated(one.begins)}}
    where = {"description": "Where its state is asked.", "schema": {"type": "string"}}
    after = {"description": "Seconds until then.", "schema": {"type": "integer"}}
    headers = {"Location": where, "Retry-After": after}
    return {"description": "Begun; it goes on by itself", "headers": headers, "content": shown}


def _problem(text: str) -> dict[str, Any]:
    schema = {"$ref": REF.format(model="Problem")}
    return {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}}


def _schemas(listed: list[Operation]) -> dict[str, Any]:
    bodies = {one.body for one in listed if one.body is not None}
    wanted: Any = [(body, "validation") for body in sorted(bodies, key=lambda one: one.__name__)]
    wanted += [(Problem, "serialization"), (FieldProblem, "serialization")]
    _, found = models_json_schema(wanted, ref_template=REF)
    schemas: dict[str, Any] = {name: _tidy(schema) for name, schema in found["$defs"].items()}
    for one in listed:
        if one.is_partial:
            schemas[_body_name(one)].pop("required", None)
        resource = resource_of(one.answer) if isinstance(one.answer, type) else None
        if resource is not None:
            schemas[resource.model.__name__] = _record(resource)
    return schemas | {"Money": MONEY}


def _tidy(schema: Any) -> Any:
    """Without pydantic's titles, and with the bounds that every number has."""
    if isinstance(schema, list):
        return [_tidy(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {
        name: (
            {key: _tidy(one) for key, one in value.items()}
            if name in ("properties", "$defs")
            else _tidy(value)
        )
        for name, value in schema.items()
        if name != "title" or not isinstance(value, str)
    }
    if found.get("type") == "integer":
        found = {"minimum": -LARGEST_WHOLE, "maximum": LARGEST_WHOLE} | found
    return found


def _record(resource: Resource) -> dict[str, Any]:
    properties: dict[str, Any] = {"id": {"type": "integer"}}
    required = ["id"]
    if resource.has_version:
        properties["version"] = {"type": "integer"}
        required.append("version")
    for field in resource.fields:
        properties[name_of(field)] = _field(resource, field)
        if not field.read_right:
            required.append(name_of(field))
    for one in resource.beside:
        properties[one.name] = _beside(one)
        required.append(one.name)
    warnings = {
        "type": "array",
        "items": {"type": "string"},
        "description": "What looks wrong but is allowed.",
    }
    return {
        "type": "object",
        "description": f"{resource.one}.",
        "properties": properties | {"warnings": warnings},
        "required": required,
    }


_PLAIN: dict[str, dict[str, Any]] = {
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
    "money": {"$ref": REF.format(model="Money")},
}
_KEPT = {"ppm": ". In millionths: 20 % is 200000", "nano": ". Times 1,000,000,000"}
_WHOLE = ("number", "hours", "minutes", "seconds", "percent", "ppm", "nano", "link")


def _field(resource: Resource, field: FieldSpec) -> dict[str, Any]:
    schema = _PLAIN.get(field.kind) or {"type": "integer" if field.kind in _WHOLE else "string"}
    if _may_be_null(resource, field):
        schema = {"anyOf": [schema, {"type": "null"}]}
    words = ". ".join(part for part in (field.label, field.help.rstrip(".")) if part)
    words += _KEPT.get(field.kind, "")
    if field.read_right:
        words += f". Only for who has {field.read_right}"
    return schema | {"description": f"{words}."}


def _beside(one: Beside) -> dict[str, Any]:
    shape = {"type": "object", "properties": {name: dict(kind) for name, kind in one.shape.items()}}
    return {"anyOf": [shape, {"type": "null"}], "description": f"{one.label}."}


def _may_be_null(resource: Resource, field: FieldSpec) -> bool:
    if field.own_key:
        return field.kind not in (*TEXTS, "bool")
    if field.reads is not None:
        return True
    columns: Any = resource.model.__table__.c  # type: ignore[attr-defined]
    if not field.through:
        return bool(columns[field.name].nullable)
    linked: Any = target(resource.model, field.through)
    return bool(columns[field.through].nullable or linked.__table__.c[field.name].nullable)


def with_own(
    document: dict[str, Any], operations: Iterable[Operation], resources: Iterable[Resource]
) -> dict[str, Any]:
    """The document with the firm's own fields of these resources, in bodies, answers and filters."""
    found = deepcopy(document)
    by_kind = {resource.kind: resource for resource in resources}
    for one in operations:
        resource = by_kind.get(one.kind)
        if resource is None:
            continue
        own = [field for field in resource.fields if field.own_key]
        if one.is_list:
            _add_filters(found, one, own)
        if one.body is not None and one.name in (f"create_{one.kind}", f"change_{one.kind}"):
            body = found["components"]["schemas"][_body_name(one)]
            only = body_for(replace(resource, fields=tuple(own), has_version=False), new=True)
            body["properties"] |= _tidy(only.model_json_schema(ref_template=REF))["properties"]
        shown = found["components"]["schemas"].get(resource.model.__name__)
        if shown is not None:
            shown["properties"] |= {field.name: _field(resource, field) for field in own}
    return found


def _add_filters(document: dict[str, Any], one: Operation, own: list[FieldSpec]) -> None:
    parameters = document["components"]["parameters"]
    operation = document["paths"][shown_path(one)][one.method.lower()]
    sorts = parameters[f"{one.kind}.sort"]["schema"]["enum"]
    for field in own:
        about = _about(field, field.name)
        parameters[f"{one.kind}.{field.name}"] = _query(field.name, about, _filter(field))
        operation["parameters"].append({"$ref": f"#/components/parameters/{one.kind}.{field.name}"})
        names = (field.name, f"-{field.name}") if field.sortable else ()
        sorts.extend(name for name in names if name not in sorts)


def annotated(kind: Any) -> dict[str, Any]:
    """The schema of what an act returns, by its annotation."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return {"anyOf": [annotated(one) for one in get_args(kind)]}
    if origin in (tuple, list, set, frozenset):
        return {"type": "array", "items": annotated(get_args(kind)[0])}
    if origin is Literal:
        return {"type": "string", "enum": list(get_args(kind))}
    if origin is dict:
        return {"type": "object", "additionalProperties": annotated(get_args(kind)[1])}
    if kind is Money:
        return {"$ref": REF.format(model="Money")}
    if isinstance(kind, type) and issubclass(kind, SQLModel):
        return _record_ref(kind)
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        names = [field.name for field in dataclasses.fields(kind)]
        properties = {name: annotated(hints[name]) for name in names}
        return {"type": "object", "properties": properties, "required": names}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"type": "string", "enum": [one.value for one in kind]}
    return _SIMPLE[kind]


def _record_ref(model: type[SQLModel]) -> dict[str, Any]:
    if resource_of(model) is None:
        return {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
    return {"$ref": REF.format(model=model.__name__)}


_SIMPLE: dict[Any, dict[str, Any]] = {
    Any: {},
    int: {"type": "integer"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    type(None): {"type": "null"},
    None: {"type": "null"},
}
