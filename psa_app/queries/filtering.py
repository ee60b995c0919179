"""What a list is narrowed to: values of its fields, from and to, and words to look for."""

from collections.abc import Callable, Container, Mapping
from datetime import UTC, date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, String, and_, or_, type_coerce
from sqlalchemy import cast as sql_cast
from sqlmodel import col, select

from psa_app.errors import Invalid
from psa_app.models.resource import TEXTS, FieldSpec, Resource, target
from psa_app.queries import own_fields
from psa_app.rules import fields as check

MOST_WORDS = 6
LONGEST = 200
_MOST = 10**15
_YES, _NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
_NUMBERS = ("link", "number", "money", "hours", "minutes", "seconds", "percent", "ppm", "nano")
_RANGES: dict[str, Callable[[Any, Any], Any]] = {
    "": lambda column, value: column == value,
    "from": lambda column, value: column >= value,
    "to": lambda column, value: column <= value,
}


def clauses(
    resource: Resource, names: Mapping[str, FieldSpec], given: Mapping[str, str]
) -> list[ColumnElement[bool]]:
    """The WHERE clauses of `given`: `status`, `issued_on__from`, `issued_on__to` and so on.

    Raises `Invalid` for a field that is not there (or not the actor's to read) and for a wrong value.
    """
    found: list[ColumnElement[bool]] = []
    for name, text in given.items():
        base, _, operator = name.partition("__")
        field = names.get(base)
        if field is None or name.endswith("__") or operator not in _operators(field):
            raise Invalid(f"There is no filter “{_shown(name)}” here.", _shown(name))
        found.append(
            _own(resource, field, operator, text)
            if field.own_key
            else _RANGES[operator](_column(resource, field), typed(field, text))
        )
    return found


def _column(resource: Resource, field: FieldSpec) -> Any:
    """What holds a field's value: a column of the table, or of the one that a link leads to."""
    model: Any = resource.model
    if not field.through:
        return getattr(model, field.name)
    linked: Any = target(model, field.through)
    of_link = col(linked.id) == col(getattr(model, field.through))
    return select(getattr(linked, field.name)).where(of_link).scalar_subquery()


def _operators(field: FieldSpec) -> Container[str]:
    """A yes or no has neither a from nor a to; what lies in no column has nothing."""
    if field.reads is not None:
        return ()
    return ("",) if field.kind == "bool" else _RANGES


def _own(resource: Resource, field: FieldSpec, operator: str, text: str) -> ColumnElement[bool]:
    """A field of the firm's own; an empty text asks for the records where nothing is given."""
    key: Any = own_fields.column(resource, field)
    if not text.strip() and not operator:
        return cast("ColumnElement[bool]", key.is_(None))
    value = typed(field, text)
    kept = value.isoformat() if isinstance(value, date) else value
    return cast("ColumnElement[bool]", _RANGES[operator](key, kept))


def searched(
    resource: Resource, names: Mapping[str, FieldSpec], text: str, *, sqlite: bool
) -> list[ColumnElement[bool]]:
    """One clause for each word: it stands in one of the fields that are searched, or in an own text."""
    words = plain_text(text, "q").split()[:MOST_WORDS]
    columns = [_text_of(getattr(resource.model, name)) for name in resource.search if name in names]
    if words and not columns:
        raise Invalid("This list cannot be searched. Use a filter.", "q")
    own = [own_fields.column(resource, one) for one in names.values() if one.own_key and one.kind in TEXTS]
    return [_word(resource, columns, own, word, sqlite=sqlite) for word in words]


def _text_of(column: Any) -> Any:
    return column if column.type.python_type is str else sql_cast(column, String)


def _word(
    resource: Resource, columns: list[Any], own: list[Any], word: str, *, sqlite: bool
) -> ColumnElement[bool]:
    """The word stands in one of these. SQLite's LIKE tells no case apart by itself, and is far quicker
    alone; its `own` is text, so a look at the whole of it spares taking most of them apart.
    """

    def holds(text: Any) -> ColumnElement[bool]:
        how = text.contains if sqlite else text.icontains
        return cast("ColumnElement[bool]", how(word, autoescape=True))

    found = [holds(column) for column in columns]
    if own:
        inside = or_(*(holds(column) for column in own))
        is_plain = word.isascii() and not set(word) & set('"\\')
        model: Any = resource.model
        whole = holds(type_coerce(model.own, String))
        found.append(and_(whole, inside) if sqlite and is_plain else inside)
    return or_(*found)


def typed(field: FieldSpec, text: str) -> Any:
    """The value of a filter in the field's type; raises `Invalid` with the field."""
    clean = plain_text(text, field.name)
    if field.kind == "date":
        return check.iso_date(clean, field.name)
    if field.kind == "instant":
        return _instant(clean, field.name)
    if field.kind == "bool":
        return _bool(clean, field.name)
    if field.kind in _NUMBERS:
        return _whole(clean, field.name)
    return clean


def plain_text(text: str, name: str) -> str:
    """The text as it is; raises `Invalid` for one that is too long or that no database keeps."""
    if len(text) > LONGEST or (not text.isascii() and _unusable(text)) or "\0" in text:
        raise Invalid(f"Give at most {LONGEST} plain characters.", name)
    return text


def _unusable(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def _bool(text: str, name: str) -> bool:
    word = text.strip().lower()
    if word not in _YES + _NO:
        raise Invalid("Say true or false.", name)
    return word in _YES


def _whole(text: str, name: str) -> int:
    digits = text.strip().removeprefix("-")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 15:
        raise Invalid("Type a whole number.", name)
    return int(text)


def _instant(text: str, name: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text.strip())
        if not 1900 <= instant.year <= 2199:
            raise ValueError
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except ValueError:
        raise Invalid("Give a moment such as 2026-11-23T09:00:00Z.", name) from None


def _shown(name: str) -> str:
    return "".join(char for char in name[:40] if char.isprintable())
