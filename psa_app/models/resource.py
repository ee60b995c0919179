"""A plain table, declared once: its fields, filters and rights. The low-code layer reads it.

From a `Resource` come its list, form, REST endpoints, export and history
(`services/records.py`, `queries/records.py`, `api/records.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from sqlalchemy.orm import object_session
from sqlmodel import Session, SQLModel

Kind = Literal[
    "text",
    "multiline",
    "email",
    "number",
    "money",
    "hours",
    "minutes",
    "seconds",
    "date",
    "instant",
    "choice",
    "bool",
    "link",
    "percent",
    "ppm",
    "nano",
    "currency",
    "country",
    "zone",
]
TEXTS = ("text", "multiline", "choice")  # kinds of own fields that are empty, not missing
Check = Callable[[Session, Mapping[str, Any], Any], Mapping[str, Any] | None]
Saved = Callable[[Session, Any, Any], None]
Warns = Callable[[Any, date], str]
Values = Mapping[str, Any]
Write = Callable[[Session, Any, Any, Sequence[Values]], int]
Together = Callable[[Session, Any, Any, Sequence[Values]], None]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a resource.

    Of the kinds, `ppm` is a percentage kept in millionths (20 % is 200000) and `nano` a factor kept
    times 10⁹: people type and read "20" and "0.921". `links_to` is the table of a link's target;
    `money_in` the field that holds its currency ("" = the firm's base currency); `read_right` hides the
    field from roles without it; `set` says when it may be written: always, at creation only, or never
    (it is the app's). A field that the firm added has an `own_key`: its value lies in the record's `own`
    under that key. What is worked out of a loaded record says how by `reads`: no column holds it, so it
    is neither looked for nor sorted by. What a linked record holds (the scope of a line's part) is told
    `through` that link, and can be filtered by. `is_guarded` keeps a field's values out of history, which
    more people read. Amounts and times are summed below a list if the field `adds_up`, as rates do not.
    A text of a `form` is shown as a link out of the app. What is told of it now and then only is `more`: the
    form of a new record folds it away. Where nothing is given, the firm's own value called `usual` counts.
    """

    name: str
    label: str
    kind: Kind = "text"
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    links_to: type[SQLModel] | None = None
    money_in: str = ""
    help: str = ""
    max_length: int = 200
    read_right: str = ""
    set: Literal["always", "create", "never"] = "always"
    in_list: bool = True
    sortable: bool = True
    filterable: bool = False
    default: Any = None
    own_key: str = ""
    is_guarded: bool = False
    adds_up: bool = True
    form: Literal["", "website", "phone"] = ""
    reads: Callable[[Any], Any] | None = None
    through: str = ""
    more: bool = False
    usual: str = ""

    @property
    def opens(self) -> str:
        """What its text is an address of: "website", "email", "phone", or "" for plain text."""
        return "email" if self.kind == "email" else self.form


@dataclass(frozen=True, slots=True)
class Incoming:
    """How records that acts write come from a file.

    `fields` are what columns may fill. `write(session, actor, record, rows)` makes the record (None) or
    changes it by its acts and gives its id; a row holds the typed values that are new. With `gathered_by`,
    rows with the same values in these fields are one record: `together` refuses what the rows say as a
    whole, by `Problems` with names such as "1.value" (row and field), or the record that is there already.
    """

    right: str
    fields: tuple[FieldSpec, ...]
    write: Write
    check: Check | None = None
    gathered_by: tuple[str, ...] = ()
    together: Together | None = None


@dataclass(frozen=True, slots=True)
class ActWords:
    """What an act on many records is called: on its button, and asked, with `{rows}` for "3 entries"."""

    verb: str
    label: str
    question: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """A part of a list that has a tab of its own from the start: its name, and its filters as in the API."""

    name: str
    filters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Beside:
    """What the API tells of a record besides its fields: an object, or null where it is not the reader's.

    `read(session, actor, record)` gives it; `shape` are its members by name, as JSON Schema.
    """

    name: str
    label: str
    read: Callable[[Session, Any, Any], Mapping[str, Any] | None]
    shape: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of record.

    `check(session, values, record)` refuses what the fields alone cannot tell; what it gives back
    replaces values (an IBAN without blanks). `saved(session, actor, record)` does what follows from
    a new or changed record. `bulk` are the verbs of its acts that can be done to many records at once.
    What such an act must be told is asked for: a field of the same name says how, else one in `asks`,
    else the type of the input; what it may be told is asked for only by `asks`.
    `words` name the acts whose verb alone does not; `shelves` are tabs before the saved views.
    `keys` are the fields by which an import finds a record that is there already,
    the most telling first. `warns(record, today)` gives a sentence that its page says above all else,
    "" for nothing.
    """

    kind: str  # as in the address: clients, contacts, rates, ...
    model: type[SQLModel]
    one: str
    many: str
    fields: tuple[FieldSpec, ...]
    read_right: str
    change_right: str = ""  # "" = nobody changes it by hand
    create_right: str = ""  # "" = as change_right
    own_right: str = ""  # who fills the firm's own fields in where acts write the rest; "" = as change_right
    search: tuple[str, ...] = ("name",)
    sort: str = "id"
    title: str = "name"
    check: Check | None = None
    saved: Saved | None = None
    has_version: bool = True
    bulk: tuple[str, ...] = ()
    asks: tuple[FieldSpec, ...] = ()
    words: tuple[ActWords, ...] = ()
    several: str = ""  # what some of them are called where `many` names them all: entries of "Time"
    shelves: tuple[Shelf, ...] = ()
    beside: tuple[Beside, ...] = ()
    keys: tuple[tuple[str, ...], ...] = ()
    warns: Warns | None = None
    incoming: Incoming | None = None  # where acts write: how a file's rows become records

    def field(self, name: str) -> FieldSpec | None:
        """The field of this name, or None."""
        return next((field for field in self.fields if field.name == name), None)


def as_imported(resource: Resource) -> Resource:
    """The resource as a file fills it: where acts write, with the fields and the right of those acts."""
    way = resource.incoming
    if way is None:
        return resource
    fields = way.fields + tuple(field for field in resource.fields if field.own_key)
    return replace(resource, fields=fields, change_right=way.right, create_right=way.right, check=way.check)


def target(model: Any, link: str) -> type[SQLModel]:
    """The table that a link field of `model` points to."""
    (key,) = model.__table__.c[link].foreign_keys
    for mapper in model._sa_registry.mappers:
        if mapper.local_table is key.column.table:
            found: type[SQLModel] = mapper.class_
            return found
    raise LookupError(f"{model.__name__}.{link} points to no known table.")


def _linked(record: Any, link: str) -> Any:
    """The record that a link points to, or None; each is read once in a transaction."""
    session = object_session(record)
    linked_id = getattr(record, link)
    return session.get(target(type(record), link), linked_id) if session and linked_id else None


def value_of(record: Any, field: FieldSpec) -> Any:
    """What a loaded record holds in a field, a field of the firm's own too: None where nothing is given.

    A yes or no that nobody answered is a no; a text that nobody wrote is empty.
    """
    if field.reads is not None:
        return field.reads(record)
    if field.through:
        linked = _linked(record, field.through)
        return getattr(linked, field.name, None)
    if not field.own_key:
        return getattr(record, field.name)
    value = record.own.get(field.own_key)
    if field.kind == "date":
        return None if value is None else date.fromisoformat(value)
    if value is None and field.kind == "bool":
        return False
    return "" if value is None and field.kind in TEXTS else value
