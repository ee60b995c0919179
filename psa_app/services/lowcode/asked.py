"""What an act on many records asks for: its inputs as fields, drawn and checked as those of any form."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from sqlmodel import Session

from psa_app.access import Act, Actor, fetch
from psa_app.errors import Invalid, NotFound
from psa_app.models.resource import FieldSpec, Kind, Resource
from psa_app.queries.values import typed
from psa_app.services.problems import FieldProblems

_KINDS: Mapping[Any, Kind] = {str: "text", date: "date", bool: "bool", int: "number"}
_LONG = ("reason", "text", "how")  # inputs that hold a sentence or two


def asked_fields(resource: Resource, act: Act) -> tuple[FieldSpec, ...]:
    """The inputs that are asked for: what the act must be told, and what `resource.asks` names.

    Raises `LookupError` for an input of a shape that no field has: such an act is not one for many.
    """
    named = {field.name: field for field in resource.asks}
    return tuple(
        _field(resource, named, name, info)
        for name, info in act.inputs.model_fields.items()
        if name != "version" and (info.is_required() or name in named)
    )


def _field(resource: Resource, named: Mapping[str, FieldSpec], name: str, info: FieldInfo) -> FieldSpec:
    given = named.get(name) or resource.field(name)
    default = None if info.is_required() else info.default
    common: dict[str, Any] = {"required": info.is_required(), "default": default or None, "set": "always"}
    if name in named:
        return replace(named[name], **common)
    if given is not None and given.links_to is not None:
        return replace(given, read_right="", help="", **common)
    kind, choices = _kind(info.annotation)
    label = given.label if given is not None else name.replace("_", " ").capitalize()
    if kind is None or name.endswith("_id"):
        raise LookupError(f"{resource.kind}: nothing says how {name} is asked for. Add it to asks.")
    if kind == "text" and name in _LONG:
        kind = "multiline"
    return FieldSpec(name, label, kind, choices=choices, max_length=400, **common)


def _kind(annotation: Any) -> tuple[Kind | None, tuple[tuple[str, str], ...]]:
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(one for one in get_args(annotation) if one is not NoneType)
    if get_origin(annotation) is Literal:
        return "choice", tuple((one, one.replace("_", " ").capitalize()) for one in get_args(annotation))
    return _KINDS.get(annotation), ()


def given_inputs(
    session: Session, actor: Actor, fields: tuple[FieldSpec, ...], raw: Mapping[str, Any]
) -> dict[str, Any]:
    """The typed inputs out of what a form says; empty ones that may be left out are left out.

    Raises `Invalid` or `Problems` with a sentence for each wrong field.
    """
    problems = FieldProblems()
    for name in set(raw) - {field.name for field in fields}:
        problems.say(name, "There is no such field here.")
    values = {
        field.name: problems.tried(partial(_value, session, actor, field, raw.get(field.name)), None)
        for field in fields
    }
    problems.stop_if_any()
    return {name: value for name, value in values.items() if value not in (None, "")}


def _value(session: Session, actor: Actor, field: FieldSpec, raw: Any) -> Any:
    value = typed(field, raw, currency="", session=session)
    if field.links_to is not None and value is not None:
        try:
            fetch(session, actor, field.links_to, value)
        except NotFound:
            raise Invalid("Choose one from the list.", field.name) from None
    return value
