"""Which tool wrote a file, and how its columns are read."""

from dataclasses import replace

from psa_app.formats.csv_files import Table
from psa_app.formats.time_exports import clockify_detailed, clockify_shared, generic, harvest, kimai, toggl
from psa_app.formats.time_exports.dates import find_order
from psa_app.formats.time_exports.durations import find_kind
from psa_app.formats.time_exports.heads import find_columns, fold, folded_headers
from psa_app.formats.time_exports.values import DateOrder, DurationKind, Layout, Mapping, Question

LAYOUTS: tuple[Layout, ...] = (
    clockify_detailed.LAYOUT,
    clockify_shared.LAYOUT,
    toggl.LAYOUT,
    harvest.LAYOUT,
    kimai.LAYOUT,
)
_DATE_FIELDS = ("day", "start", "end_day", "end")


def detect(table: Table) -> Layout | None:
    """The tool's layout that a table has, by its headers; None for any other table."""
    heads = folded_headers(table)
    return next((layout for layout in LAYOUTS if layout.claims(heads)), None)


def suggest_mapping(table: Table, zone: str = "UTC") -> Mapping:
    """The mapping that a table seems to need.

    What its cells leave open stays None, and `read_entries` asks for it. `zone` (IANA) is where
    the clock times of the file were read.
    """
    layout = detect(table) or generic.LAYOUT
    columns = find_columns(table, layout.columns)
    mapping = Mapping(columns=columns, zone=zone, layout=layout.name)
    kind = None
    if "duration" in columns:
        kind = find_kind(set(table.column(columns["duration"])), columns["duration"], layout.duration_kind)
    return replace(mapping, date_order=find_order(date_cells(table, mapping)).order, duration_kind=kind)


def date_cells(table: Table, mapping: Mapping) -> dict[str, None]:
    """The distinct cells of all columns that hold days, in the order of the file."""
    cells: dict[str, None] = {}
    for field in _DATE_FIELDS:
        if field in mapping.columns:
            cells.update(dict.fromkeys(table.column(mapping.columns[field])))
    return cells


def answered(mapping: Mapping, question: Question, choice: str) -> Mapping:
    """The mapping with one question answered; `choice` is one of the question's choices."""
    if choice not in question.choices:
        raise ValueError("this is no answer to the question")
    if question.kind == "date_order":
        orders: dict[str, DateOrder] = {"dmy": "dmy", "mdy": "mdy"}
        return replace(mapping, date_order=orders[choice])
    if question.kind == "duration_kind":
        kinds: dict[str, DurationKind] = {"hours": "hours", "minutes": "minutes", "seconds": "seconds"}
        return replace(mapping, duration_kind=kinds[choice])
    if question.kind == "billable":
        return replace(mapping, yes_no={**mapping.yes_no, fold(question.examples[0]): choice == "yes"})
    field = "duration" if question.kind == "time" else question.kind
    return replace(mapping, columns={**mapping.columns, field: choice})
