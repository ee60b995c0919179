"""Whole lists as tables for CSV and XLSX files: with names beside ids, and currencies beside amounts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from psa_app.access import Actor
from psa_app.errors import Invalid
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries import record_links
from psa_app.queries.currencies import Lookup, lookup
from psa_app.queries.own_fields import full
from psa_app.queries.records import MAX_LIMIT, RecordPage, page_of_records, readable, row_values
from psa_app.rules.money import plain

MAX_ROWS = 100_000
_UNITS = {"minutes": "minutes", "hours": "minutes", "seconds": "seconds", "percent": "%", "ppm": "%"}
SCALES = {"ppm": 4, "nano": 9}  # millionths go out as percent, 200000 as 20; a factor times 10⁹ as 0.921
Cell = Any


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A list as it goes into a file: headers, and as many cells in each row."""

    headers: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def export_table(
    session: Session, actor: Actor, resource: Resource, *, columns: Sequence[str] = (), **how: Any
) -> ExportTable:
    """Every record of a list that the actor may see. `how`: search, filters, sort as in `list_records`.

    The fields that `columns` name come first and in that order, then all others. Raises `Invalid` beyond
    100,000 rows.
    """
    place = {name: at for at, name in enumerate(columns)}
    given = readable(full(session, resource, actor), actor)
    fields = tuple(sorted(given, key=lambda field: place.get(field.name, len(place))))
    headers = ["Id", *(header for field in fields for header in _headers(field))]
    rows: list[list[Cell]] = []
    for page in pages(session, actor, resource, how):
        if len(rows) + len(page.records) > MAX_ROWS:
            raise Invalid(f"A file holds {MAX_ROWS:,} rows. Narrow the list by a filter.", "limit")
        rows += _rows(session, actor, resource, fields, page.records)
    return ExportTable(headers, rows)


def pages(session: Session, actor: Actor, resource: Resource, how: dict[str, Any]) -> Iterator[RecordPage]:
    """Every page of a list, one after the other. `how`: search, filters, sort."""
    cursor = None
    while True:
        page = page_of_records(session, actor, resource, limit=MAX_LIMIT, cursor=cursor, **how)
        yield page
        cursor = page.next_cursor
        if cursor is None:
            return


def _headers(field: FieldSpec) -> list[str]:
    if field.links_to is not None:
        return [field.label, f"{field.label} id"]
    if field.kind == "money":
        return [field.label, f"{field.label} currency"]
    unit = _UNITS.get(field.kind)
    return [f"{field.label} ({unit})" if unit and unit not in field.label else field.label]


def _rows(
    session: Session, actor: Actor, resource: Resource, fields: tuple[FieldSpec, ...], records: list[Any]
) -> list[list[Cell]]:
    currency_of = lookup(session, resource, records)
    values = [row_values(resource, fields, record) for record in records]
    names = record_links.names(session, actor, fields, values)
    return [
        [one["id"], *(cell for field in fields for cell in _cells(field, one, record, names, currency_of))]
        for one, record in zip(values, records, strict=True)
    ]


def _cells(
    field: FieldSpec,
    values: dict[str, Any],
    record: Any,
    names: dict[str, dict[int, str]],
    currency_of: Lookup,
) -> list[Cell]:
    value = values[field.name]
    if field.links_to is not None:
        return [names.get(field.name, {}).get(value, ""), value]
    if field.kind in SCALES:
        return [None if value is None else Decimal(int(value)).scaleb(-SCALES[field.kind]).normalize()]
    if field.kind == "money":
        currency = currency_of(field, record)
        return [None if value is None else Decimal(plain(value, currency)), currency]
    return [value]
