"""Filters between an address and a person: the fields of their form, what was typed, and the chips."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import String, cast
from sqlmodel import Session, col, select

from psa_app.access import Actor, visible
from psa_app.display.forms import FieldSpec as Field
from psa_app.display.forms import Option
from psa_app.display.states import badge
from psa_app.display.tables import Chip
from psa_app.errors import Invalid, PsaError
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries import filtering, record_links
from psa_app.queries.records import readable
from psa_app.queries.values import typed
from psa_app.services.problems import FieldProblems
from psa_app.state.lowcode import record_words
from psa_app.state.lowcode.address import RESERVED
from psa_app.state.lowcode.reading import ARCHIVED, firm_of
from psa_app.state.lowcode.specs import spec_of

RANGES = ("date", "money", "number", "hours", "minutes", "percent")
_ALWAYS = ("bool", "date", "money")
_MOST_WORDS = 30  # different words of a text field that are offered


def filterable(resource: Resource, who: Actor) -> list[FieldSpec]:
    """The fields that the page offers to filter by."""
    return [
        field
        for field in readable(resource, who)
        if field.name not in (*RESERVED, ARCHIVED)
        and (field.filterable or field.choices or field.kind in _ALWAYS or (field.own_key and field.in_list))
        and field.kind not in ("instant", "multiline", "seconds", "ppm", "nano")
    ]


def specs(session: Session, who: Actor, resource: Resource, now: Mapping[str, str]) -> list[Field]:
    """The fields of the filter form, with what is in force."""
    base, _ = firm_of(session)
    found: list[Field] = []
    for field in filterable(resource, who):
        if field.kind in RANGES:
            found += [
                _end(field, now, base, "from", "at least"),
                _end(field, now, base, "to", "at most"),
            ]
        else:
            found.append(_one(session, who, resource, field, now.get(field.name, "")))
    return found


def read_form(session: Session, who: Actor, resource: Resource, data: Mapping[str, str]) -> dict[str, str]:
    """Filter → its text in the address, "" where nothing is asked. Raises `Problems` beside the fields."""
    base, _ = firm_of(session)
    problems = FieldProblems()
    asked: dict[str, str] = {}
    for field in filterable(resource, who):
        names = [f"{field.name}__{end}" for end in ("from", "to")] if field.kind in RANGES else [field.name]
        for name in names:
            text = data.get(name, "").strip()
            asked[name] = problems.tried(lambda t=text, f=field, n=name: _raw(session, f, t, base, n), "")
    problems.stop_if_any()
    return asked


def chips(session: Session, who: Actor, resource: Resource, now: Mapping[str, str]) -> list[Chip]:
    """The filters in force, in words."""
    base, zone = firm_of(session)
    found = []
    for name, text in now.items():
        bare, _, end = name.partition("__")
        field = resource.field(bare)
        if field is None or bare == ARCHIVED:
            continue
        try:
            value: Any = filtering.typed(field, text) if text.strip() else None
        except PsaError:
            continue
        names = record_links.names(session, who, [field], [{bare: value}])
        shown = record_words.text(field, {bare: value}, names.get(bare, {}), base, zone)
        if field.kind == "bool":
            shown = "Yes" if value else "No"
        elif bare == "status":
            shown = badge(text).text
        word = {"from": "from ", "to": "up to "}.get(end, "")
        found.append(Chip(name, field.label, f"{word}{shown or '–'}"))
    return found


def _one(session: Session, who: Actor, resource: Resource, field: FieldSpec, now: str) -> Field:
    if field.kind == "bool":
        options = [Option("", "Any"), Option("true", "Yes"), Option("false", "No")]
        return Field(field.name, field.label, "choice", value=now, options=options)
    if field.kind == "link":
        chosen = {field.name: int(now)} if now.isascii() and now.isdecimal() and len(now) < 10 else {}
        asked = spec_of(session, who, field, chosen, "", new=False)
        return Field(field.name, field.label, "picker", asked.value, asked.shown, options=asked.options)
    words = [Option(value, label) for value, label in field.choices] or _words(session, who, resource, field)
    return Field(field.name, field.label, "choice", value=now, options=[Option("", "Any"), *words])


def _words(session: Session, who: Actor, resource: Resource, field: FieldSpec) -> list[Option]:
    """What a text field holds in the records that someone sees."""
    if field.own_key:
        return []
    column: Any = cast(col(getattr(resource.model, field.name)), String)
    statement = select(column).where(visible(who, resource.model)).distinct().limit(_MOST_WORDS)
    found = sorted(str(word) for word in session.exec(statement) if word)
    return [Option(word, badge(word).text if field.name == "status" else word) for word in found]


def _end(field: FieldSpec, now: Mapping[str, str], base: str, end: str, word: str) -> Field:
    name = f"{field.name}__{end}"
    text = now.get(name, "")
    try:
        value = filtering.typed(field, text) if text else None
    except PsaError:
        value = None
    spec = record_words.spec(field, {field.name: value}, [], base, new=False)
    label = (
        f"{field.label}, {'from' if end == 'from' else 'to'}"
        if field.kind == "date"
        else (f"{field.label}, {word}")
    )
    return Field(name, label, spec.kind, spec.value, unit=spec.unit)


def _raw(session: Session, field: FieldSpec, text: str, base: str, name: str) -> str:
    """What was typed as the address holds it: money in minor units, a day in ISO form."""
    if not text:
        return ""
    try:
        if field.kind == "bool":
            return "true" if filtering.typed(field, text) else "false"
        if field.kind in RANGES:
            value = typed(field, text, currency=base, session=session)
            return str(value.isoformat() if field.kind == "date" else value)
        return str(filtering.typed(field, text))
    except Invalid as error:
        raise Invalid(error.sentence, name) from None
