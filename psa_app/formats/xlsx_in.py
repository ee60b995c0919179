"""Tables from XLSX workbooks: the first sheet with something on it, read row by row within limits.

A workbook is a zip of XML from a stranger: what it unpacks to is counted before it is parsed, and
one that declares entities is refused.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from psa_app.errors import Invalid
from psa_app.formats.csv_files import Dialect, Limits, Table

MOST_PARTS = 2_000
MOST_UNPACKED = 150_000_000  # of all parts together
MOST_OF_TEXTS = 40_000_000  # of the table of texts, which is kept in memory
_CHUNK = 1 << 16
_TEXTS = "xl/sharedStrings.xml"
_WORDS = ("<!DOCTYPE", "<!ENTITY")
_FORBIDDEN = tuple(word.encode(code) for word in _WORDS for code in ("ascii", "utf-16-le", "utf-16-be"))
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def is_workbook(data: bytes) -> bool:
    """Whether these bytes are a zip, as an XLSX file is."""
    return data.startswith(b"PK\x03\x04")


def read_workbook(data: bytes, limits: Limits) -> Table:
    """The first sheet with a header and rows below; raises `Invalid` ("file").

    Numbers come with a point and never with exactly three decimals, so that nobody takes the point for
    a separator of thousands; days as 2026-11-23; yes and no as such; formulas by the value they had.
    """
    if len(data) > limits.bytes:
        raise _refused(limits.too_large)
    _check_parts(data)
    from psa_app.formats.xlsx_parts import Book, TooMuch

    try:
        book = Book(data)
    except TooMuch:
        raise _refused(_BOMB) from None
    except Exception as error:
        raise _refused("This workbook cannot be read. Save it again as .xlsx, or as CSV.") from error
    try:
        return _first_table(book, limits)
    except Invalid:
        raise
    except TooMuch:
        raise _refused(_BOMB) from None
    except Exception as error:
        raise _refused("This workbook breaks off. Save it again as .xlsx, or as CSV.") from error


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, "file")


def _check_parts(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            listed = parts.infolist()
            if not any(part.filename == "xl/workbook.xml" for part in listed):
                raise _refused("This is a zip and no workbook. Choose a CSV or an .xlsx file.")
            said = sum(part.file_size for part in listed)
            if len(listed) > MOST_PARTS or said > MOST_UNPACKED:
                raise _refused(_BOMB)
            left = MOST_UNPACKED
            for part in listed:
                left = _check_part(parts, part, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise _refused("This workbook is damaged or locked by a password. Save it again without.") from error


def _check_part(parts: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Unpacks a part in pieces without keeping it; gives how many bytes may still come.

    What a part is called says nothing: the list of parts may name any of them as a sheet.
    """
    limit = min(left, MOST_OF_TEXTS) if part.filename == _TEXTS else left
    before, size, named = b"", 0, part.filename.endswith((".xml", ".rels"))
    with parts.open(part) as stream:
        while piece := stream.read(_CHUNK):
            size += len(piece)
            if size > limit:
                raise _refused(_BOMB)
            seen = before + piece
            first = size == len(piece)
            wide = first and (piece[:2] in _WIDE or (named and b"\0" in piece[:4]))
            if wide or any(word in seen for word in _FORBIDDEN):
                raise _refused("This workbook declares things that a table needs not. Save it again as CSV.")
            before = piece[-32:]
    return left - size


_BOMB = "This workbook unpacks to more than a table needs. Save only the sheet, as .xlsx or CSV."


def _first_table(book: Any, limits: Limits) -> Table:
    for sheet in book.sheets():
        rows = _rows(sheet, limits)
        found = next(rows, None)
        if found is None:
            continue
        headers = found[1]
        while headers and not headers[-1]:
            headers = headers[:-1]
        wide = len(headers)
        below = [(line, row) for line, row in rows]
        filled = tuple(_fitted(row, wide) for _, row in below)
        return Table(headers, filled, tuple(line for line, _ in below), Dialect("", "workbook"), "xlsx")
    raise _refused("There is nothing on the sheets of this workbook. Choose the one with the table.")


def _fitted(row: tuple[str, ...], wide: int) -> tuple[str, ...]:
    """A row as wide as its header; empty cells to the right of it are nothing."""
    while len(row) > wide and not row[-1]:
        row = row[:-1]
    return row + ("",) * (wide - len(row))


def _rows(sheet: Any, limits: Limits) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows with text and their numbers; what the sheet claims of its own size is not believed."""
    taken, before = 0, 0
    for seen, (line, cells) in enumerate(sheet.rows(), start=1):
        if max(seen, line) > limits.rows * 4:
            raise _refused(limits.too_many)
        if line <= before:
            continue
        before = line
        row = _row(line, cells, limits)
        if not any(row):
            continue
        taken += 1
        if taken > limits.rows + 1:
            raise _refused(limits.too_many)
        yield line, row


def _row(line: int, cells: Any, limits: Limits) -> tuple[str, ...]:
    """The texts of a row as far as its last cell with one."""
    filled = {cell["column"]: text for cell in cells if (text := _text(cell["value"], line, limits))}
    wide = max(filled, default=0)
    if wide > limits.columns:
        raise _refused(f"Line {line} has more than {limits.columns} columns. Is this the right file?")
    return tuple(filled.get(column, "") for column in range(1, wide + 1))


def _text(cell: Any, line: int, limits: Limits) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        if len(cell) > limits.cell:
            raise _refused(f"A cell on line {line} is longer than {limits.cell:,} characters. Shorten it.")
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    return str(cell)


def _number(value: float) -> str:
    """As it would be typed: 1234.5; a sum that left 0.30000000000000004 is 0.3."""
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    if value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text
