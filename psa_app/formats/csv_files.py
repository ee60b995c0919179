"""Tables from CSV files, as spreadsheets and other tools write them.

Encoding, delimiter and line ends are found by looking; cells come through unchanged.
A file beyond the limits is refused with a sentence, before it can fill the memory.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import TextIO

from psa_app.errors import Invalid

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_HEAD = 20_000
# Spreadsheets write a first line `sep=;` to tell each other the delimiter; it is no header.
_HINT = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read: bytes; rows below the header; columns; characters of a cell
    and of a whole row. `advice` tells what to do with a larger one."""

    bytes: int = 20_000_000
    rows: int = 200_000
    columns: int = 200
    cell: int = 100_000
    row: int = 1_000_000
    advice: str = "Export fewer months at a time."

    @property
    def too_large(self) -> str:
        """The sentence for a file of more bytes."""
        return f"The file is larger than {self.bytes / 1_000_000:g} MB. {self.advice}"

    @property
    def too_many(self) -> str:
        """The sentence for a file of more rows."""
        return f"The file has more than {self.rows:,} rows. {self.advice}"


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Dialect:
    """The character between cells, and its name: comma, semicolon or tab."""

    delimiter: str
    name: str


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows below it.

    `rows[i]` has at least as many cells as `headers` (missing ones are "") and began on
    line `lines[i]` of the file, counted from 1. Rows without any text are left out.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    dialect: Dialect
    encoding: str

    def column(self, header: str) -> list[str]:
        """The cells below the first column with this header; raises `ValueError` without one."""
        index = self.headers.index(header)
        return list(map(itemgetter(index), self.rows))


def read_table(data: bytes, limits: Limits = LIMITS) -> Table:
    """The table in a CSV file's bytes; raises `Invalid` with field "file"."""
    if len(data) > limits.bytes:
        raise _refused(limits.too_large)
    _refuse_other_kinds(data)
    encoding = find_encoding(data)
    _refuse_zero_bytes(data, encoding)
    head = _open(data, encoding).read(_HEAD)
    hint = _HINT.match(head)
    dialect = _dialect(hint[1]) if hint else find_dialect(head)
    lines = _Lines(_open(data, encoding), 2 if hint else 1, limits)
    return _build(lines, dialect, encoding, limits)


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, field="file")


def _open(data: bytes, encoding: str) -> TextIO:
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")


def _refuse_other_kinds(data: bytes) -> None:
    if not data[:1000].strip() and not data.strip():
        raise _refused("The file is empty. Export it again and choose the new one.")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise _refused("This is a spreadsheet, not a CSV file. Save it as CSV and choose that one.")
    if data.startswith(b"%PDF"):
        raise _refused("This is a PDF. Export the report as CSV and choose that one.")


def find_encoding(data: bytes) -> str:
    """The name of the codec for these bytes; latin-1 reads what no other one does."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = data[:2000]
    if start[1::2].count(0) > len(start) // 4:
        return "utf-16-le"
    if start[0::2].count(0) > len(start) // 4:
        return "utf-16-be"
    utf8 = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    return next((name for name in (utf8, "windows-1252") if _reads(data, name)), "latin-1")


def _reads(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_zero_bytes(data: bytes, encoding: str) -> None:
    text = data
    if encoding.startswith("utf-16"):
        if not _reads(data, encoding):
            raise _refused("The file breaks off in the middle of a letter. Export it again.")
        text = data.decode(encoding).encode("utf-8")
    before, zero, _ = text.partition(b"\0")
    if zero:
        line = before.count(b"\n") + 1
        raise _refused(f"Line {line} holds a zero byte, so this is no CSV text. Export the file again.")


def find_dialect(head: str) -> Dialect:
    """The delimiter that cuts the first row of this text into most cells; a comma if none does."""
    text = head.lstrip("\r\n")

    def cells(delimiter: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []))
        except csv.Error:
            return 0

    return _dialect(max(DELIMITERS, key=cells))


def _dialect(delimiter: str) -> Dialect:
    return Dialect(delimiter, DELIMITERS[delimiter])


class _Lines:
    """The lines of a file, decoded one by one; a row without an end is refused, not gathered."""

    def __init__(self, text: TextIO, first_line: int, limits: Limits) -> None:
        self._text = text
        self._limit = limits.row
        self.row_begins = first_line
        self.row_length = 0
        self._read = first_line - 1
        for _ in range(self._read):
            text.readline()

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(self._limit + 1):
            self.row_length += len(line)
            if self.row_length > self._limit:
                raise _refused(
                    f"The row on line {self.row_begins} has more than {self._limit:,} characters. "
                    "A line end or a closing quotation mark is missing."
                )
            self._read += 1
            yield line

    def end_row(self) -> None:
        """The row has been taken; the next one begins on the next line."""
        self.row_begins = self._read + 1
        self.row_length = 0


def _build(lines: _Lines, dialect: Dialect, encoding: str, limits: Limits) -> Table:
    headers: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    starts: list[int] = []
    for row, line in _rows(lines, dialect, limits):
        if not headers:
            headers = row
            continue
        if len(rows) == limits.rows:
            raise _refused(limits.too_many)
        rows.append(row + ("",) * (len(headers) - len(row)))
        starts.append(line)
    if not headers:
        raise _refused("The file is empty. Export it again and choose the new one.")
    return Table(headers, tuple(rows), tuple(starts), dialect, encoding)


def _rows(lines: _Lines, dialect: Dialect, limits: Limits) -> Iterator[tuple[tuple[str, ...], int]]:
    reader = csv.reader(lines, delimiter=dialect.delimiter)
    try:
        for row in reader:
            line = lines.row_begins
            if len(row) > limits.columns:
                raise _refused(f"Line {line} has more than {limits.columns} columns. Is this the right file?")
            if lines.row_length > limits.cell and max(map(len, row)) > limits.cell:
                raise _too_long(line, limits)
            lines.end_row()
            if any(row):
                yield tuple(row), line
    except csv.Error as error:
        if "field larger" in str(error):
            raise _too_long(lines.row_begins, limits) from error
        raise _refused(f"Line {lines.row_begins} cannot be read as CSV. Export the file again.") from error


def _too_long(line: int, limits: Limits) -> Invalid:
    return _refused(
        f"A cell on line {line} is longer than {limits.cell:,} characters. "
        "A closing quotation mark may be missing."
    )
