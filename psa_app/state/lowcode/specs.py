"""Descriptors of a form for any kind of record: the right input for each field, with its value as text."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from psa_app.access import Actor, fetch, may
from psa_app.display import forms
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries import record_links
from psa_app.queries.currencies import lookup
from psa_app.queries.records import read_record, readable, row_values
from psa_app.queries.values import with_usual
from psa_app.state.base import actor, form_values
from psa_app.state.lowcode import record_words
from psa_app.state.lowcode.kinds import resource_of
from psa_app.state.lowcode.reading import ARCHIVED, firm_of

MORE = "More fields"
OFFERED = 20  # what a picker shows before anything is typed


def form_of(
    session: Session, who: Actor, kind: str, record_id: int, fixed: Mapping[str, Any]
) -> tuple[Resource, dict[str, Any], list[forms.FieldSpec]]:
    """The declaration, a record's values (of a new one: `fixed`) and the fields that can be filled in."""
    resource = resource_of(session, who, kind)
    base, _ = firm_of(session)
    values: dict[str, Any] = dict(fixed)
    currencies: dict[str, str] = {}
    if record_id:
        record = fetch(session, who, resource.model, record_id)
        values = row_values(resource, readable(resource, who), record)
        currency_of = lookup(session, resource, [record])
        currencies = {one.name: currency_of(one, record) for one in resource.fields if one.kind == "money"}
    shown = [
        field
        for field in readable(resource, who)
        if field.set != "never" and field.name not in fixed and (record_id or field.name != ARCHIVED)
    ]
    told = {
        field.name: spec_of(session, who, field, values, currencies.get(field.name, base), new=not record_id)
        for field in shown
    }
    return resource, values, list(told.values()) if record_id else _folded(shown, told)


def _folded(fields: list[FieldSpec], specs: Mapping[str, forms.FieldSpec]) -> list[forms.FieldSpec]:
    """The fields of a new record: those that matter first, then what unfolds the others."""
    first = [specs[field.name] for field in fields if not field.more]
    later = [specs[field.name] for field in fields if field.more]
    return [*first, forms.FieldSpec("more", MORE, forms.MORE), *later] if later else first


def raw_values(
    resource: Resource, data: dict[str, Any], fixed: dict[str, Any], *, new: bool
) -> dict[str, Any]:
    """What the form says, for the fields that it shows; an unticked box is "off"."""
    wanted = [
        field
        for field in resource.fields
        if field.set != "never" and field.name not in fixed and (new or field.set == "always")
    ]
    texts = form_values(data, [field.name for field in wanted])
    raw: dict[str, Any] = {
        field.name: (texts[field.name] or "off") if field.kind == "bool" else texts[field.name]
        for field in wanted
        if may(actor(), field.read_right or resource.read_right)
    }
    return raw | (fixed if new else {})


def spec_of(
    session: Session, who: Actor, field: FieldSpec, values: Mapping[str, Any], currency: str, *, new: bool
) -> forms.FieldSpec:
    """One field; a link is found by typing, asked of the server."""
    field = with_usual(session, field)
    spec = record_words.spec(field, values, [], currency, new)
    if field.kind != "link":
        return spec
    chosen = values.get(field.name)
    named = record_links.names(session, who, [field], [values]) if chosen else {}
    offered = record_links.found(session, who, field, "", OFFERED)
    return replace(
        spec,
        kind="picker",
        value=str(chosen or ""),
        shown=named.get(field.name, {}).get(chosen, "") if chosen else "",
        options=[forms.Option(str(key), name) for key, name in offered],
    )


def form_specs(
    session: Session, who: Actor, resource: Resource, row_id: int, fixed: dict[str, Any]
) -> tuple[dict[str, Any], list[forms.FieldSpec]]:
    """The values and the fields of a form that draws every link as a choice of all that there is."""
    values = read_record(session, who, resource, row_id) if row_id else dict(fixed)
    base, _ = firm_of(session)
    specs = []
    for field in readable(resource, who):
        if field.set == "never" or field.name in fixed:
            continue
        options = [forms.Option(str(key), name) for key, name in record_links.choices(session, who, field)]
        specs.append(record_words.spec(field, values, options, base, new=not row_id))
    return values, specs


def differences(
    resource: Resource, before: list[forms.FieldSpec], after: list[forms.FieldSpec]
) -> list[tuple[str, str]]:
    """What two states of a form say differently: label and the later words."""
    old = {spec.name: (spec.value, spec.shown) for spec in before}
    return [
        (spec.label, _words(resource, spec))
        for spec in after
        if old.get(spec.name) != (spec.value, spec.shown)
    ]


def _words(resource: Resource, spec: forms.FieldSpec) -> str:
    field = resource.field(spec.name)
    if spec.kind == "bool":
        return "Yes" if spec.value else "No"
    choices = dict(field.choices) if field else {}
    return spec.shown or choices.get(spec.value, spec.value) or "–"
