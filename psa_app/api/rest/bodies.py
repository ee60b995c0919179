"""The bodies that requests carry: typed by the declaration of a record, or by an act's signature."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from psa_app.access import Act
from psa_app.api.rest.wire import name_of
from psa_app.errors import Problems
from psa_app.models.resource import FieldSpec, Resource
from psa_app.rules.money import Money

TEXTS = ("text", "multiline", "email", "currency", "country", "zone")
COUNTS = ("hours", "minutes", "seconds", "percent")
LARGEST_WHOLE = 2**31 - 1
_WRONG = "Some fields are not right."
_SENTENCES = {
    "missing": "Please fill this in.",
    "extra_forbidden": "There is no such field here.",
    "unexpected_keyword_argument": "There is no such field here.",
    "missing_argument": "Please fill this in.",
    "int_type": "Please give a whole number.",
    "bool_type": "Please say true or false.",
    "string_type": "Please give text.",
    "tuple_type": "Please give a list.",
    "list_type": "Please give a list.",
    "dict_type": "Please give an object.",
    "model_type": "Please give an object.",
    "dataclass_type": "Please give an object.",
    "model_attributes_type": "Please give an object.",
}


def body_of(resource_kind: str, *, new: bool) -> type[BaseModel]:
    """The body that makes (`new`) or changes a plain record of this kind."""
    from psa_app.resources import RESOURCES

    return body_for(RESOURCES[resource_kind], new=new)


@lru_cache(maxsize=512)
def body_for(resource: Resource, *, new: bool) -> type[BaseModel]:
    """The body that makes (`new`) or changes a record with these fields, the firm's own ones too."""
    fields: dict[str, Any] = {}
    for field in resource.fields:
        if field.set == "never" or (field.set == "create" and not new):
            continue
        needed = field.required and new and not (field.own_key and field.default is not None)
        fields[name_of(field)] = (_type(field), ...) if needed else (_type(field), None)
    if not new and resource.has_version:
        fields["version"] = (Annotated[int, Field(ge=1, le=LARGEST_WHOLE)], None)
    name = f"{resource.model.__name__}{'Create' if new else 'Change'}"
    return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)


def record_values(resource: Resource, raw: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
    """The given fields under the names of the table, checked for their types. Raises `Problems`."""
    strictly(body_for(resource, new=new), raw)
    names = {name_of(field): field.name for field in resource.fields}
    return {names.get(name, name): value for name, value in raw.items()}


def act_values(act: Act, raw: Mapping[str, Any]) -> dict[str, Any]:
    """All inputs of an act, typed by its signature. Raises `Problems`."""
    values = strictly(act.inputs, raw)
    large = {name: "This number is too large." for name, value in values.items() if _is_large(value)}
    if large:
        raise Problems(_WRONG, large)
    return values


def strictly(model: type[BaseModel], raw: Mapping[str, Any]) -> dict[str, Any]:
    """The values of all fields of `model`, typed; JSON's types are taken as they are: "12" is no number.

    Raises `Problems` with a sentence for each field.
    """
    try:
        parsed = model.model_validate_json(json.dumps(raw), strict=True)
    except ValidationError as error:
        raise Problems(_WRONG, _sentences(error)) from None
    values = {name: getattr(parsed, name) for name in model.model_fields}
    strange = {name: sentence for name, value in values.items() if (sentence := _strange(value))}
    if strange:
        raise Problems(_WRONG, strange)
    return values


def _type(field: FieldSpec) -> Any:
    kind = _plain_type(field)
    is_text = field.kind in (*TEXTS, "choice", "bool")
    return kind if field.required or is_text else kind | None


def _plain_type(field: FieldSpec) -> Any:
    if field.kind in TEXTS:
        shortest = 1 if field.required else 0
        return Annotated[str, Field(min_length=shortest, max_length=_longest(field))]
    if field.kind == "choice":
        nothing = ("",) if field.own_key and not field.required else ()
        return Literal[(*nothing, *(value for value, _ in field.choices))]
    if field.kind == "money":
        return Money
    if field.kind == "link":
        return Annotated[int, Field(ge=1, le=LARGEST_WHOLE)]
    if field.kind in COUNTS:
        return Annotated[int, Field(ge=0, le=LARGEST_WHOLE)]
    kinds: dict[str, Any] = {"bool": bool, "date": date}
    return kinds.get(field.kind, Annotated[int, Field(ge=-(10**15), le=10**15)])


def _longest(field: FieldSpec) -> int:
    return {"currency": 3, "country": 2, "email": 254, "zone": 60}.get(field.kind, field.max_length)


def _sentences(error: ValidationError) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in error.errors(include_url=False, include_input=False, include_context=True):
        name = ".".join(str(part) for part in one["loc"]) or "body"
        found.setdefault(name, _sentence(one["type"], one["msg"], one.get("ctx") or {}))
    return found


def _sentence(kind: str, message: str, context: Mapping[str, Any]) -> str:
    if kind == "literal_error":
        return f"Choose one of {context['expected']}."
    if kind.startswith(("date_", "datetime_")):
        what = (
            "moment such as 2026-11-23T09:00:00Z" if kind.startswith("datetime") else "day such as 2026-11-23"
        )
        return f"Please give a {what}."
    return _SENTENCES.get(kind) or message.replace("Input should", "This should") + "."


def _is_large(value: Any) -> bool:
    """True for a number that no column but an amount's holds."""
    if isinstance(value, int):
        return abs(value) > LARGEST_WHOLE
    if isinstance(value, list | tuple):
        return any(_is_large(one) for one in value)
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, Money):
        return any(_is_large(getattr(value, name)) for name in value.__dataclass_fields__)
    return False


def _strange(value: Any) -> str:
    """What is typed right and still no day or moment of this program."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return "Say the time zone as well: 2026-11-23T09:00:00Z."
    if isinstance(value, date) and not 1900 <= value.year <= 2199:
        return "Give a day between 1900 and 2199."
    if isinstance(value, list | tuple):
        return next((found for one in value if (found := _strange(one))), "")
    if hasattr(value, "__dataclass_fields__"):
        parts = (getattr(value, name) for name in value.__dataclass_fields__)
        return next((found for one in parts if (found := _strange(one))), "")
    return ""
