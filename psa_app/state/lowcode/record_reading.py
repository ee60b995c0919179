"""One record of any kind: its fields in groups, what points to it, what happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from psa_app import clock, routes
from psa_app.access import Actor, fetch, may
from psa_app.display.figures import Fact
from psa_app.display.record import Change, FactGroup, FieldChange, Related
from psa_app.display.scope import FileRow
from psa_app.display.states import Badge, badge
from psa_app.formats import words
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries import record_links
from psa_app.queries.contracts.one import files_beside
from psa_app.queries.currencies import lookup
from psa_app.queries.history import Past, happened
from psa_app.queries.own_fields import full
from psa_app.queries.records import page_of_records, readable, row_values
from psa_app.resources import RESOURCES
from psa_app.rules.outside import outside
from psa_app.state.contracts.scope_words import file_rows
from psa_app.state.lowcode import record_words
from psa_app.state.lowcode.address import Asked
from psa_app.state.lowcode.kinds import address_of, kind_of, resource_of, sees
from psa_app.state.lowcode.reading import chosen, filters_of, firm_of, head, offered, rows_of

FEW = 5  # rows of a related list
_MOST_COLUMNS = 5
_VERBS = {"created": "added", "changed": "changed", "deleted": "removed", "merged": "merged"}


@dataclass(frozen=True)
class OneRecord:
    """What the page of a record shows."""

    resource: Resource
    name: str
    state: Badge | None
    groups: list[FactGroup]
    notes: list[Fact]
    related: list[Related]
    happened: list[Change]
    warning: str
    files: list[FileRow]


def record_of(session: Session, who: Actor, kind: str, record_id: int) -> OneRecord:
    """A record with all around it. `NotFound` for one that is not theirs to see."""
    resource = resource_of(session, who, kind)
    record = fetch(session, who, resource.model, record_id)
    fields = readable(resource, who)
    values = row_values(resource, fields, record)
    names = record_links.names(session, who, fields, [values])
    base, zone = firm_of(session)
    currency_of = lookup(session, resource, [record])

    def fact(field: FieldSpec) -> Fact:
        money = currency_of(field, record) if field.kind == "money" else base
        return _fact(who, field, values, names.get(field.name, {}), money, zone)

    plain = [one for one in fields if one.kind != "multiline" and one.name not in (resource.title, "status")]
    groups = [
        FactGroup("About", [fact(one) for one in plain if not one.own_key]),
        FactGroup("Own fields", [fact(one) for one in plain if one.own_key]),
    ]
    notes = [fact(one) for one in fields if one.kind == "multiline" and values.get(one.name)]
    status = values.get("status")
    return OneRecord(
        resource,
        str(values.get(resource.title) or f"{resource.one} {record_id}"),
        badge(str(status)) if status else None,
        [group for group in groups if group.facts],
        notes,
        _related(session, who, resource, record_id),
        _history(session, who, resource, record_id, base, zone),
        resource.warns(record, clock.now().astimezone(zone).date()) if resource.warns else "",
        files_of_record(session, who, resource, record_id),
    )


def files_of_record(session: Session, who: Actor, resource: Resource, record_id: int) -> list[FileRow]:
    """The files beside a record, in words."""
    return file_rows(files_beside(session, who, str(resource.model.__tablename__), record_id))


def _fact(
    who: Actor,
    field: FieldSpec,
    values: Mapping[str, Any],
    names: Mapping[int, str],
    base: str,
    zone: ZoneInfo,
) -> Fact:
    shown = record_words.text(field, values, names, base, zone)
    if field.kind == "bool":
        shown = "Yes" if values.get(field.name) else "No"
    kind = kind_of(field.links_to) if field.links_to is not None else ""
    if shown and kind and sees(who, RESOURCES[kind]):
        return Fact(field.label, shown, address_of(kind, values[field.name]), shown)
    if away := outside(field.opens, shown):
        return Fact(field.label, shown, away, shown)
    return Fact(field.label, shown or "–", tone="" if shown else "muted")


def _related(session: Session, who: Actor, resource: Resource, record_id: int) -> list[Related]:
    found = []
    for declared in RESOURCES.values():
        if not sees(who, declared):
            continue
        other = full(session, declared, who)
        for field in readable(other, who):
            if field.kind == "link" and field.links_to is resource.model:
                one = _related_list(session, who, other, field, record_id)
                found += [one] if one else []
    return found


def _related_list(
    session: Session, who: Actor, other: Resource, field: FieldSpec, record_id: int
) -> Related | None:
    narrowed = {field.name: str(record_id)}
    filters = filters_of(other, Asked(other.kind, filters=narrowed))
    page = page_of_records(session, who, other, filters=filters, limit=FEW, count=True)
    if not page.records:
        return None
    columns = [one for one in chosen(other, offered(other, who), ()) if one is not field][:_MOST_COLUMNS]
    same = sum(one.links_to is field.links_to for one in other.fields) > 1
    return Related(
        f"{other.many} · {field.label}" if same else other.many,
        routes.records(other.kind, **narrowed),
        f"All {page.total:,}",
        [head(one, place, sortable=False) for place, one in enumerate(columns)],
        rows_of(session, who, other, columns, page.records),
    )


def _history(
    session: Session, who: Actor, resource: Resource, record_id: int, base: str, zone: ZoneInfo
) -> list[Change]:
    if not may(who, "history.read"):
        return []
    past = happened(session, who, {str(resource.model.__tablename__): [record_id]})
    rows = [dict(side) for one in past for side in (one.before, one.after)]
    links = [one for one in readable(resource, who) if one.kind == "link"]
    numbered = [{key: row[key] for key in row if isinstance(row[key], int)} for row in rows]
    names = record_links.names(session, who, links, numbered)
    return [_change(one, resource, who, names, base, zone) for one in past]


def _change(
    past: Past,
    resource: Resource,
    who: Actor,
    names: Mapping[str, Mapping[int, str]],
    base: str,
    zone: ZoneInfo,
) -> Change:
    shown = readable(resource, who)
    fields = [
        FieldChange(
            field.label,
            _told(field, past.before, names, base, zone) if past.before else "",
            _told(field, past.after, names, base, zone),
        )
        for field in shown
        if field.name in past.after and (past.before or past.after[field.name] not in (None, "", False))
    ]
    verb = _VERBS.get(past.verb, past.verb.replace("_", " "))
    via = "" if past.via == "page" else f"by {past.via}"
    return Change(
        words.moment(past.at, zone),
        f"{past.actor} {verb} it" if past.verb in _VERBS else f"{past.actor}: {verb}",
        " · ".join(one for one in (past.reason, via) if one),
        fields,
    )


def _told(
    field: FieldSpec,
    values: Mapping[str, Any],
    names: Mapping[str, Mapping[int, str]],
    base: str,
    zone: ZoneInfo,
) -> str:
    """A field's value as history wrote it down."""
    value = values.get(field.name)
    if value == "…":
        return "…"
    if isinstance(value, str) and field.kind == "date":
        value = date.fromisoformat(value)
    if isinstance(value, str) and field.kind == "instant":
        value = datetime.fromisoformat(value)
    if field.kind == "bool":
        return "Yes" if value else "No"
    known = names.get(field.name, {})
    if field.kind == "link" and value and value not in known:
        return f"no. {value}"
    return record_words.text(field, {**values, field.name: value}, known, base, zone) or "–"
