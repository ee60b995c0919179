"""Tables that people bring along, CSV or XLSX: whichever it is, headers and rows of text."""

from dataclasses import replace
from pathlib import PurePath

from psa_app.errors import Invalid
from psa_app.formats.cells import defused
from psa_app.formats.csv_files import Limits, Table, read_table
from psa_app.formats.xlsx_in import is_workbook, read_workbook

LIMITS = Limits(rows=50_000, advice="Split it, then bring in one part after the other.")
ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm")


def check_file(name: str, size: int, limits: Limits = LIMITS) -> None:
    """Refuses a file by its name and bytes, before any of it is read; raises `Invalid` ("file")."""
    if size > limits.bytes:
        raise Invalid(limits.too_large, "file")
    if size == 0:
        raise Invalid("The file is empty. Export it again and choose the new one.", "file")
    ending = PurePath(name).suffix.lower()
    if ending == ".xls":
        raise Invalid("This is an old Excel file. Save it as .xlsx or CSV and choose that one.", "file")
    if ending and ending not in ENDINGS:
        raise Invalid("Choose a CSV or an Excel file (.csv, .xlsx).", "file")


def read_any(data: bytes, limits: Limits = LIMITS) -> Table:
    """The table in a file, by what it holds and not by its name. Raises `Invalid` ("file").

    Cells are trimmed; the apostrophe that our own files put before “=1+1” or “+43 1” is taken off
    again. Columns without a header and without text are dropped.
    """
    table = read_workbook(data, limits) if is_workbook(data) else read_table(data, limits)
    rows = tuple(tuple(map(_plain, row)) for row in table.rows)
    return _without_empty_columns(replace(table, headers=tuple(map(_plain, table.headers)), rows=rows))


def _plain(cell: str) -> str:
    if not cell:
        return cell
    clean = cell.strip(" \t\r\n\u00a0\ufeff")
    if clean[:1] == "'" and defused(clean[1:]) == clean:
        return clean[1:]
    return clean


def _without_empty_columns(table: Table) -> Table:
    """Cells to the right of all headers stay at the end of their row, for its reader to refuse."""
    if not table.rows:
        raise Invalid("The file has a first line and no rows below it. Is this the right one?", "file")
    wide = len(table.headers)
    kept = [
        place for place, header in enumerate(table.headers) if header or any(row[place] for row in table.rows)
    ]
    headers = tuple(table.headers[place] or f"Column {place + 1}" for place in kept)
    rows = tuple((*(row[place] for place in kept), *filter(None, row[wide:])) for row in table.rows)
    return replace(table, headers=headers, rows=rows)
