"""Tables from XLSX workbooks: the first sheet as text, within limits that are looked at before unpacking."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psa_app.errors import Invalid
from psa_app.formats.csv_files import LIMITS, Dialect, Limits, Table, read_table

MOST_UNPACKED = 60_000_000


def read_sheet(data: bytes, limits: Limits = LIMITS) -> Table:
    """The table in a CSV or XLSX file's bytes; raises `Invalid` with field "file"."""
    return read_xlsx(data, limits) if data.startswith(b"PK\x03\x04") else read_table(data, limits)


def read_xlsx(data: bytes, limits: Limits = LIMITS) -> Table:
    """The first sheet of a workbook: days as YYYY-MM-DD, numbers with a point, formulas by their results."""
    if len(data) > limits.bytes:
        raise _refused(f"The file is larger than {limits.bytes / 1_000_000:g} MB. Take fewer rows at a time.")
    _check_size(data)
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        cells = list(_rows(book.worksheets[0].iter_rows(values_only=True), limits))
    except Invalid:
        raise
    except Exception as error:  # whatever a broken workbook may hold
        raise _refused("This workbook cannot be read. Save it again, or save it as CSV.") from error
    if not cells:
        raise _refused("The first sheet is empty. Put the rows there.")
    (_, headers), *rows = cells
    width = len(headers)
    filled = tuple(row + ("",) * (width - len(row)) for _, row in rows)
    return Table(headers, filled, tuple(line for line, _ in rows), Dialect(",", "comma"), "xlsx")


def _check_size(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile as error:
        raise _refused("This workbook breaks off in the middle. Save it again.") from error
    if unpacked > MOST_UNPACKED:
        raise _refused("This workbook is too large. Take fewer rows at a time.")


def _rows(rows: Iterable[tuple[Any, ...]], limits: Limits) -> Iterator[tuple[int, tuple[str, ...]]]:
    for line, row in enumerate(rows, 1):
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if line > limits.rows + 1:
            raise _refused(f"The sheet has more than {limits.rows:,} rows. Take fewer at a time.")
        if len(cells) > limits.columns:
            raise _refused(f"Line {line} has more than {limits.columns} columns.")
        if any(len(cell) > limits.cell for cell in cells):
            raise _refused(f"Line {line} has a cell with more than {limits.cell:,} characters.")
        yield line, tuple(cells)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return f"{Decimal(repr(value)).normalize():f}"
    return str(value).strip()


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, field="file")
