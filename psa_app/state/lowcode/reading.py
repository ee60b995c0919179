"""A page of a list as it is shown: columns, rows, how many there are."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from psa_app.access import Actor
from psa_app.display.tables import Cell, Column, Pager, Row
from psa_app.models import Firm
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries import record_links
from psa_app.queries.currencies import lookup
from psa_app.queries.records import MAX_LIMIT, page_of_records, readable, row_values
from psa_app.queries.saved_views import chosen_columns
from psa_app.queries.totals import totals
from psa_app.state.lowcode import record_words
from psa_app.state.lowcode.address import Asked
from psa_app.state.lowcode.kinds import address_of, resource_of
from psa_app.state.lowcode.totals import totals_row

ROWS = 50
FAR = 10_000  # rows that are counted off
MOST_COLUMNS = 6  # that nobody chose: more are narrow, and chosen when wanted
OWN_COLUMNS = 2  # of them the firm's own fields
ARCHIVED, ALL = "is_archived", "all"  # the field that hides records, and what shows them all
_PHONE_LINES = 3  # what a row's card holds on a phone
_PHONE_CHOSEN = 8  # and what it holds of columns that someone chose


@dataclass(frozen=True)
class Listed:
    """One page of a list of `count` rows. `columns` are those shown, `all_columns` those that can be."""

    resource: Resource
    columns: list[Column]
    all_columns: list[Column]
    rows: list[Row]
    pager: Pager
    next_cursor: str
    totals: list[Cell]
    count: int
    order: list[str]  # of the columns, if someone chose them


def firm_of(session: Session) -> tuple[str, ZoneInfo]:
    """The firm's currency and time zone."""
    firm = session.exec(select(Firm.base_currency, Firm.time_zone)).first()
    return (firm[0], ZoneInfo(firm[1])) if firm else ("EUR", ZoneInfo("UTC"))


def filters_of(resource: Resource, asked: Asked) -> dict[str, str]:
    """The filters that a list has: archived records are left out unless it asks for them, or for all."""
    found = dict(asked.filters)
    if resource.field(ARCHIVED) is not None and found.setdefault(ARCHIVED, "false") == ALL:
        del found[ARCHIVED]
    return found


def list_of(session: Session, who: Actor, asked: Asked) -> Listed:
    """The page that an address describes. Raises `NotFound` for a kind, `Invalid` for what it asks."""
    resource = resource_of(session, who, asked.kind)
    narrowed: dict[str, Any] = {"search": asked.q, "filters": filters_of(resource, asked)}
    start = asked.cursor or None
    page = page_of_records(session, who, resource, sort=asked.sort, limit=ROWS, cursor=start, **narrowed)
    fields = offered(resource, who)
    names = asked.columns or chosen_columns(session, who, asked.kind)
    shown = chosen(resource, fields, names)
    most = _PHONE_CHOSEN if names else _PHONE_LINES
    sums = totals(session, who, resource, only=[field.name for field in shown], **narrowed)
    total, first = sums.count, (asked.page - 1) * ROWS + 1
    last = first + len(page.records) - 1
    text = f"{first:,}–{last:,} of {total:,}" if len(page.records) > 1 else f"{total:,} in all"
    pages = max(asked.page + bool(page.next_cursor), 1)
    return Listed(
        resource,
        [head(field, place, lines=most) for place, field in enumerate(shown)],
        _choices(fields, shown),
        rows_of(session, who, resource, shown, page.records),
        Pager(asked.page, pages, text),
        page.next_cursor or "",
        totals_row(sums, shown),
        total,
        [field.name for field in shown] if names else [],
    )


def start_of(session: Session, who: Actor, asked: Asked, page: int) -> str:
    """The cursor at which a page begins, for one that was not turned to from its neighbour.

    It is counted off from the first row; far down, where that would take long, it is the first page's.
    """
    resource = resource_of(session, who, asked.kind)
    cursor, missing = "", (page - 1) * ROWS
    while 0 < missing <= FAR:
        found = page_of_records(
            session,
            who,
            resource,
            search=asked.q,
            filters=filters_of(resource, asked),
            sort=asked.sort,
            limit=min(missing, MAX_LIMIT),
            cursor=cursor or None,
        )
        missing -= len(found.records)
        cursor = found.next_cursor or ""
        if not cursor:
            break
    return cursor if not missing else ""


def offered(resource: Resource, who: Actor) -> list[FieldSpec]:
    """The fields that can be columns, the one that names the record first."""
    fields = list(readable(resource, who))
    return sorted(fields, key=lambda field: field.name != resource.title)


def chosen(resource: Resource, fields: list[FieldSpec], names: tuple[str, ...]) -> list[FieldSpec]:
    """The columns by these names, or the first that the declaration lists and the first own fields."""
    by_name = {field.name: field for field in fields}
    wanted = [by_name[name] for name in names if name in by_name]
    if not wanted:
        listed = [field for field in fields if field.in_list or field.name == resource.title]
        own = [field for field in listed if field.own_key][:OWN_COLUMNS]
        return [*[field for field in listed if not field.own_key][: MOST_COLUMNS - len(own)], *own]
    title = by_name.get(resource.title)
    return wanted if title is None else [title, *(field for field in wanted if field is not title)]


def rows_of(
    session: Session, who: Actor, resource: Resource, shown: list[FieldSpec], records: list[Any]
) -> list[Row]:
    """Records as rows; the first cell is the link of the row."""
    base, zone = firm_of(session)
    currency_of = lookup(session, resource, records)
    values = [row_values(resource, readable(resource, who), record) for record in records]
    names = record_links.names(session, who, shown, values)

    def cell(field: FieldSpec, one: dict[str, Any], record: Any, place: int) -> Cell:
        money = currency_of(field, record) if field.kind == "money" else base
        found = record_words.cell(field, one, names.get(field.name, {}), money, zone)
        if place or found.kind != "text":
            return found
        return Cell(
            found.text, kind="strong", sub="archived" if getattr(record, "is_archived", False) else ""
        )

    return [
        Row(
            str(record.id),
            [cell(field, one, record, place) for place, field in enumerate(shown)],
            href=address_of(resource.kind, record.id),
            name=str(one.get(resource.title) or f"{resource.one} {record.id}"),
        )
        for one, record in zip(values, records, strict=True)
    ]


def head(field: FieldSpec, place: int, *, sortable: bool = True, lines: int = _PHONE_LINES) -> Column:
    """The head of a column; on a phone the first `lines` are shown, and what is money."""
    plain = record_words.column(field)
    phone = plain.phone if place < lines or field.kind == "money" else "hide"
    return Column(plain.key, plain.label, plain.align, sortable and field.sortable, phone=phone)


def _choices(fields: list[FieldSpec], shown: list[FieldSpec]) -> list[Column]:
    """The columns to choose from: those shown in their order, then the others. The first stays first."""
    last = len(shown) - 1
    ordered = [*shown, *(field for field in fields if field not in shown)]
    return [
        Column(
            field.name,
            field.label,
            shown=place <= last,
            fixed=place == 0,
            may_rise=1 < place <= last,
            may_sink=0 < place < last,
        )
        for place, field in enumerate(ordered)
    ]
