"""What a declaration tells an import: whether records may come from a file, and by what they are found."""

from collections.abc import Sequence

from psa_app.access import Actor, may
from psa_app.models.resource import FieldSpec, Resource
from psa_app.rules.import_columns import ID

RIGHT = "records.import"
_TEXTS = ("text", "email", "multiline")
_KEYS = ("text", "email", "number")


def importable(resource: Resource) -> bool:
    """Whether records of this kind can come from a file: those that a form makes."""
    return bool(resource.create_right or resource.change_right)


def may_import(actor: Actor, resource: Resource) -> bool:
    """Whether someone may bring in records of this kind."""
    right = resource.create_right or resource.change_right
    return bool(right) and may(actor, RIGHT) and may(actor, right) and may(actor, resource.read_right)


def takes_parts(field: FieldSpec) -> bool:
    """Whether a field's text may be put together from several columns."""
    return field.kind in _TEXTS and field.kind != "email"


def keys_of(resource: Resource) -> tuple[tuple[str, ...], ...]:
    """The declared keys; without any the field that names the record."""
    title = resource.field(resource.title)
    return resource.keys or (((resource.title,),) if title is not None and title.kind in _KEYS else ())


def key_choices(resource: Resource, mapped: Sequence[str]) -> list[tuple[str, ...]]:
    """The keys that the mapped fields allow, the one that counts first: the id, the declared, own fields."""
    there = set(mapped) | ({"domain"} if {"website", "email"} & set(mapped) else set())
    own = [(field.name,) for field in resource.fields if field.own_key and field.kind in _KEYS]
    return [key for key in [(ID,), *keys_of(resource), *own] if set(key) <= there]


def key_label(resource: Resource, key: Sequence[str]) -> str:
    """ "Client and e-mail"."""
    words = []
    for name in key:
        field = resource.field(name)
        words.append(field.label if field is not None else {"id": "Id"}.get(name, name.capitalize()))
    return " and ".join([words[0], *(word[:1].lower() + word[1:] for word in words[1:])]) if words else ""
