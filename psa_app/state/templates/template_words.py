"""A template's body in words, its parts as form fields, and what is typed into them."""

from collections.abc import Mapping
from typing import Any

from psa_app.display.figures import Fact
from psa_app.display.forms import FieldSpec, Option
from psa_app.display.templates import Piece, Section
from psa_app.errors import Invalid, Problems
from psa_app.formats import words
from psa_app.rules import fields, hours, money
from psa_app.rules.templates.bodies import LEVELS, shape_of
from psa_app.rules.templates.dates import offset_words, parse_offset
from psa_app.rules.templates.shape import LINKS, OFFSETS, Field, Shape
from psa_app.state.lowcode.record_words import named

Names = Mapping[str, Mapping[int, str]]
KINDS = {
    "text": "text",
    "lines": "textarea",
    "choice": "choice",
    "whole": "number",
    "minutes": "hours",
    "money": "money",
    "ppm": "percent",
    "bool": "bool",
    "role": "choice",
    "user": "choice",
    "tax": "choice",
    "day": "text",
    "workday": "text",
    "term": "text",
}
ALWAYS = ("kind", "model")
AT_ONCE, FIRST = ("0w", "0d"), "on the first day"
NOTHING = {
    "phases": "Phases group the tasks of a project.",
    "raid": "Risks and assumptions that projects of this kind share.",
    "items": "What is done for every new client.",
    "lines": "What a scope sells, and how it is billed.",
}


def sections(kind: str, body: Mapping[str, Any], names: Names) -> list[Section]:
    """The lists of a body, each with its parts and what belongs to them below."""
    currency = body.get("currency", "")
    found = []
    for field in shape_of(kind).fields:
        if field.kind == "list" and field.of is not None:
            pieces = _pieces(field.of, body.get(field.name, []), field.name, names, currency, inner=False)
            nothing = NOTHING.get(field.name, "None yet.")
            found.append(Section(field.name, field.label, field.of.one, pieces, nothing))
    return found


def _pieces(
    shape: Shape, parts: list[Any], path: str, names: Names, currency: str, *, inner: bool
) -> list[Piece]:
    found = []
    lists = [field for field in shape.fields if field.kind == "list" and field.of is not None]
    for place, part in enumerate(parts):
        here = f"{path}.{place}"
        adds = [Option(f"{here}.{one.name}", f"Add {one.of.one.lower()}") for one in lists if one.of]
        title, beside = _title(shape, part, names), _when(part)
        found.append(Piece(here, title, _sub(shape, part, names, currency), beside, inner, adds))
        for one in lists:
            if one.of is not None:
                inside = part.get(one.name, [])
                found += _pieces(one.of, inside, f"{here}.{one.name}", names, currency, inner=True)
    return found


def _title(shape: Shape, part: Mapping[str, Any], names: Names) -> str:
    name = part.get("title") or part.get("name")
    if name:
        return str(name)
    if "role_id" in part:
        return names["role"].get(part["role_id"], "Everyone")
    return shape.one


def _when(part: Mapping[str, Any]) -> str:
    last = part.get("ends_on") or part.get("due_on")
    return FIRST if last in AT_ONCE else f"after {offset_words(last)}" if last else ""


def _sub(shape: Shape, part: Mapping[str, Any], names: Names, currency: str) -> str:
    left_out = {"title", "name", "ends_on", "due_on"} | ({"role_id"} if "amount_minor" in part else set())
    told = [
        _told(field, part.get(field.name), names, currency)
        for field in shape.fields
        if field.kind not in ("list", "lines") and field.name not in left_out
    ]
    return " · ".join(one for one in told if one)


def _told(field: Field, value: Any, names: Names, currency: str) -> str:
    """A field in a line of others: nothing where it says what is usual."""
    if value is None or (value == field.empty() and field.name not in ALWAYS):
        return ""
    if value in AT_ONCE and field.kind in OFFSETS:
        return f"{field.label.removesuffix(' after')} {FIRST}"
    shown = value_words(field, value, names, currency)
    if field.kind == "bool":
        return field.label if value else f"Not {field.label.lower()}"
    if field.kind in ("choice", *LINKS, "minutes", "text") and field.choices != LEVELS:
        return shown
    return (
        f"{field.label} {shown[:1].lower()}{shown[1:]}"
        if field.choices == LEVELS
        else f"{field.label} {shown}"
    )


def value_words(field: Field, value: Any, names: Names, currency: str) -> str:
    """A field's value as a person reads it; "" for none."""
    if value is None or value == "":
        return ""
    if field.kind == "choice":
        return dict(field.choices).get(value, str(value))
    if field.kind in LINKS:
        return names[field.kind].get(value, words.MISSING)
    if field.kind == "minutes":
        return f"{words.hours(value)} h"
    if field.kind == "money":
        return words.money(value, currency) if currency else str(value)
    if field.kind == "ppm":
        return f"{_percent(value)}{words.NARROW_SPACE}%"
    if field.kind in (*OFFSETS, "term"):
        return offset_words(value)
    return ("Yes" if value else "No") if field.kind == "bool" else str(value)


def facts(kind: str, body: Mapping[str, Any], names: Names) -> list[Fact]:
    """What stands above the lists."""
    currency = body.get("currency", "")
    found = []
    for field in shape_of(kind).fields:
        shown = "" if field.kind == "list" else value_words(field, body.get(field.name), names, currency)
        if shown and body.get(field.name) != 0:
            found.append(Fact(field.label, shown if len(shown) < 160 else f"{shown[:157]}…"))
    return found


def specs(shape: Shape, part: Mapping[str, Any], names: Names, currency: str) -> list[FieldSpec]:
    """The fields of a part for the form."""
    return [_spec(field, part, names, currency) for field in shape.fields if field.kind != "list"]


def _spec(field: Field, part: Mapping[str, Any], names: Names, currency: str) -> FieldSpec:
    options = [Option(value, label) for value, label in field.choices]
    if field.kind in LINKS:
        options = [Option("", words.MISSING)]
        options += [Option(str(key), name) for key, name in names[field.kind].items()]
    elif field.kind == "choice" and field.or_none:
        options = [Option("", "As the scope"), *options]
    is_offset = field.kind in (*OFFSETS, "term")
    value = _typed(field, part.get(field.name, field.empty()), currency)
    wide = field.kind == "lines" or field.name in ("title", "name")
    if field.name == "currency":
        options = named("currency", value)
    return FieldSpec(
        field.name,
        field.label,
        "find" if field.name == "currency" else KINDS[field.kind],
        value,
        help=field.help,
        unit=currency if field.kind == "money" else "",
        placeholder="5 working days" if field.kind == "workday" else "2 months" if is_offset else "",
        required=field.required,
        wide=wide,
        options=options,
    )


def _typed(field: Field, value: Any, currency: str) -> str:
    """A value as it stands in its input."""
    if value is None or value == "":
        return ""
    if field.kind == "money":
        return money.plain(value, currency) if currency else str(value)
    if field.kind == "ppm":
        return _percent(value)
    if field.kind == "minutes":
        return words.hours(value) if value else ""
    if field.kind in (*OFFSETS, "term"):
        return offset_words(value)
    return ("true" if value else "") if field.kind == "bool" else str(value)


def _percent(ppm: int) -> str:
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04}".rstrip("0").rstrip(".") if rest else str(whole)


def read(shape: Shape, texts: Mapping[str, str], currency: str) -> dict[str, Any]:
    """What was typed, in the body's form. Raises `Problems` with a sentence for each wrong field."""
    values, wrong = dict[str, Any](), dict[str, str]()
    for field in shape.fields:
        if field.kind == "list":
            continue
        try:
            values[field.name] = _read(field, texts.get(field.name, ""), currency)
        except Invalid as error:
            wrong[field.name] = error.sentence
    if wrong:
        raise Problems("Some fields are not right.", wrong)
    return values


def _read(field: Field, text: str, currency: str) -> Any:
    if field.kind == "bool":
        return text == "on"
    if field.kind in ("text", "lines"):
        return text
    if not text:
        if field.required:
            raise Invalid("Please fill this in.", field.name)
        return None if field.kind != "choice" or field.or_none else text
    if field.kind in (*OFFSETS, "term"):
        return parse_offset(text, field.name)
    if field.kind == "money":
        return money.parse_amount(text, currency, field.name)
    if field.kind == "ppm":
        return fields.percent_ppm(text, field.name, high=field.most or 1_000_000)
    if field.kind == "minutes":
        return hours.parse_duration(text, field.name)
    return text if field.kind == "choice" else fields.whole(text, field.name)
