"""What a declaration tells an import: whether records may come from a file, and by what they are found."""

from collections.abc import Sequence

from psa_app.access import Actor, may
from psa_app.models.resource import FieldSpec, Resource, as_imported
from psa_app.rules.import_columns import ID

RIGHT = "records.import"
_TEXTS = ("text", "email", "multiline")
_KEYS = ("text", "email", "number")


def importable(resource: Resource) -> bool:
    """Whether records of this kind can come from a file: what a form makes, or acts that take rows."""
    return bool(import_right(resource))


def import_right(resource: Resource) -> str:
    """The right to write this kind that an import needs beside its own; "" where none can come in."""
    whole = as_imported(resource)
    return whole.create_right or whole.change_right


def may_import(actor: Actor, resource: Resource) -> bool:
    """Whether someone may bring in records of this kind."""
    right = import_right(resource)
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
    resource = as_imported(resource)
    there = set(mapped) | ({"domain"} if {"website", "email"} & set(mapped) else set())
    own = [(field.name,) for field in resource.fields if field.own_key and field.kind in _KEYS]
    found = [key for key in [(ID,), *keys_of(resource), *own] if set(key) <= there]
    return [key for key in found if not any(_says_more(resource, other, key) for other in found)]


def may_be_blank(resource: Resource, key: Sequence[str]) -> set[str]:
    """The parts of a key that say something when empty: the client of a project of our own."""
    fields = [resource.field(name) for name in key] if len(key) > 1 else []
    return {one.name for one in fields if one is not None and one.links_to is not None and not one.required}


def _says_more(resource: Resource, other: Sequence[str], key: Sequence[str]) -> bool:
    """Whether `other` is `key` with links that are mapped as well, and say something even when empty."""
    more = set(other) - set(key)
    return bool(more) and set(key) < set(other) and more <= may_be_blank(resource, other)


def key_label(resource: Resource, key: Sequence[str]) -> str:
    """ "Client and e-mail"."""
    words = []
    for name in key:
        field = as_imported(resource).field(name)
        words.append(field.label if field is not None else {"id": "Id"}.get(name, name.capitalize()))
    return " and ".join([words[0], *(word[:1].lower() + word[1:] for word in words[1:])]) if words else ""
