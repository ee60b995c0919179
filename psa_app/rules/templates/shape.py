"""The form of a template's body: fields and lists of parts, checked, made from a finished thing, laid out.

A body is plain JSON. A finished thing is the same mapping with days in place of offsets and terms.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from psa_app.errors import Invalid
from psa_app.rules import fields
from psa_app.rules.templates import dates
from psa_app.rules.templates.dates import Days

Kind = Literal[
    "text",
    "lines",
    "choice",
    "whole",
    "minutes",
    "money",
    "ppm",
    "bool",
    "role",
    "user",
    "tax",
    "day",
    "workday",
    "term",
    "list",
]
NUMBERS = ("whole", "minutes", "money", "ppm")
LINKS = ("role", "user", "tax")
OFFSETS = ("day", "workday")
MOST_PARTS = 200
USUAL_LENGTH = 200
MOST_NUMBER = 10**15 - 1
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a part. `day` and `workday` are offsets from the start (`rules/templates/dates.py`),
    `term` a length; `money` whole minor units, `ppm` millionths; a link is an id. `or_none`: may be empty.
    """

    name: str
    label: str
    kind: Kind = "text"
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    default: Any = None
    most: int = 0  # of a text its length, of a number its size; 0 = what is usual
    least: int = 0
    or_none: bool = False
    help: str = ""
    of: "Shape | None" = None

    def empty(self) -> Any:
        """What stands in the field when nobody said anything."""
        if self.default is not None:
            return self.default
        if self.or_none or self.kind in LINKS:
            return None
        if self.kind in NUMBERS:
            return 0
        return [] if self.kind == "list" else False if self.kind == "bool" else ""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a part of a body is called, and its fields in order."""

    one: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        """The field of this name."""
        return next((field for field in self.fields if field.name == name), None)


def checked(shape: Shape, raw: Any, at: str, say: Callable[[str, str], object]) -> Body:
    """The part in `raw` with every field in its form; `say(field, sentence)` hears what is wrong."""
    if not isinstance(raw, Mapping):
        say(at or "body", "Give the fields of this part.")
        return {}
    for name in raw:
        if shape.field(str(name)) is None and not (at == "" and name == "version"):
            say(_at(at, str(name)), "There is no such field here.")
    body: Body = {}
    for field in shape.fields:
        place = _at(at, field.name)
        value = raw.get(field.name, field.empty())
        if field.kind == "list":
            body[field.name] = _checked_list(field, value, place, say)
            continue
        try:
            body[field.name] = _value(field, value, place)
        except Invalid as error:
            say(place, error.sentence)
    _in_order(body, at, say)
    return body


def _checked_list(field: Field, raw: Any, at: str, say: Callable[[str, str], object]) -> list[Body]:
    if not isinstance(raw, list | tuple) or field.of is None:
        say(at, "Give a list.")
        return []
    if len(raw) > MOST_PARTS:
        say(at, f"At most {MOST_PARTS} of them fit into a template.")
        return []
    return [checked(field.of, one, f"{at}.{place}", say) for place, one in enumerate(raw)]


def _value(field: Field, value: Any, at: str) -> Any:
    if value is None or (value == "" and (field.or_none or field.required)):
        if field.required:
            raise Invalid("Please fill this in.", at)
        return field.empty()
    if field.kind in ("text", "lines"):
        most, many = field.most or USUAL_LENGTH, field.kind == "lines"
        return fields.text(_text(value, at), at, max=most, required=field.required, multiline=many)
    if field.kind in (*OFFSETS, "term"):
        return dates.parse_offset(_text(value, at), at)
    if field.kind == "choice":
        if value not in dict(field.choices):
            raise Invalid("Choose one from the list.", at)
        return value
    if field.kind == "bool":
        if not isinstance(value, bool):
            raise Invalid("Say yes or no.", at)
        return value
    return _number(field, value, at)


def _text(value: Any, at: str) -> str:
    if not isinstance(value, str):
        raise Invalid("Give text.", at)
    return value


def _number(field: Field, value: Any, at: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid("Give a whole number.", at)
    most = field.most or MOST_NUMBER
    if not field.least <= value <= most:
        raise Invalid(f"Give a number from {field.least} to {most}.", at)
    return value


def _in_order(body: Body, at: str, say: Callable[[str, str], object]) -> None:
    """A part that begins after it ends is refused; offsets of two units are ordered by the start alone."""
    starts, last = body.get("starts_on"), next((one for one in ("ends_on", "due_on") if body.get(one)), "")
    if starts and last and body[last][-1] == starts[-1] and int(body[last][:-1]) < int(starts[:-1]):
        say(_at(at, last), "The end lies before the start.")


def made(shape: Shape, found: Mapping[str, Any], start: date, days: Days) -> Body:
    """The body of a finished thing: its days become offsets from `start`."""
    body: Body = {}
    for field in shape.fields:
        value = found.get(field.name, field.empty())
        if field.kind == "list" and field.of is not None:
            body[field.name] = [made(field.of, one, start, days) for one in value]
        elif field.kind == "term":
            body[field.name] = dates.term_of(start, value or None)
        elif field.kind in OFFSETS:
            body[field.name] = dates.offset_of(start, value or None, days, working=field.kind == "workday")
        else:
            body[field.name] = value
    return body


def laid_out(shape: Shape, body: Mapping[str, Any], start: date, days: Days) -> dict[str, Any]:
    """A body with days in place of offsets, counted from `start`: the opposite of `made`."""
    found: dict[str, Any] = {}
    for field in shape.fields:
        value = body.get(field.name, field.empty())
        if field.kind == "list" and field.of is not None:
            found[field.name] = [laid_out(field.of, one, start, days) for one in value]
        elif field.kind == "term":
            found[field.name] = dates.term_end(start, value)
        elif field.kind in OFFSETS:
            found[field.name] = dates.day_at(start, value, days)
        else:
            found[field.name] = value
    return found


def with_texts(shape: Shape, body: Mapping[str, Any], change: Callable[[str], str]) -> Body:
    """The body with every text put through `change`."""
    new: Body = dict(body)
    for field in shape.fields:
        value = body.get(field.name)
        if field.kind == "list" and field.of is not None:
            new[field.name] = [with_texts(field.of, one, change) for one in value or []]
        elif field.kind in ("text", "lines") and isinstance(value, str):
            new[field.name] = change(value)
    return new


def links_in(shape: Shape, body: Mapping[str, Any], at: str = "") -> list[tuple[str, str, int]]:
    """Every id in a body: (where, role | user | tax, id)."""
    found: list[tuple[str, str, int]] = []
    for field in shape.fields:
        value, place = body.get(field.name), _at(at, field.name)
        if field.kind == "list" and field.of is not None:
            for number, one in enumerate(value or []):
                found += links_in(field.of, one, f"{place}.{number}")
        elif field.kind in LINKS and value is not None:
            found.append((place, field.kind, value))
    return found


def _at(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
