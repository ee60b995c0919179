"""Tables from CSV files, as spreadsheets and other tools write them.

Encoding, delimiter and line ends are found by looking; cells come through unchanged.
A file beyond the limits is refused with a sentence, before it can fill the memory.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from psa_app.errors import Invalid

DELIMITERS = (",", ";", "\t")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}
_FIELD = "file"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read: bytes, rows without the header, columns, characters."""

    bytes: int = 20_000_000
    rows: int = 200_000
    columns: int = 200
    cell: int = 100_000
    record: int = 1_000_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the file is written: its delimiter character and that delimiter's name."""

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
    _places: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def place(self, header: str) -> int | None:
        """The index of the first column with exactly this header."""
        if not self._places:
            for index in range(len(self.headers) - 1, -1, -1):
                self._places[self.headers[index]] = index
        return self._places.get(header)

    def column(self, header: str) -> list[str]:
        """Every cell below a header, in the order of the rows; empty without the column."""
        index = self.place(header)
        return [] if index is None else [row[index] for row in self.rows]


def read_table(data: bytes, limits: Limits = LIMITS) -> Table:
    """The table in a CSV file's bytes; raises `Invalid` with field "file"."""
    if len(data) > limits.bytes:
        size = limits.bytes // 1_000_000
        raise _refused(f"The file is larger than {size} MB. Export fewer months at a time.")
    _refuse_other_kinds(data)
    encoding = find_encoding(data)
    _refuse_zero_bytes(data, encoding)
    lines = _Lines(data, encoding, limits)
    delimiter = find_delimiter(lines.head())
    try:
        headers, rows, starts = _read_records(lines, delimiter, limits)
    except csv.Error as error:
        raise _refused(_told(error, lines)) from error
    return Table(headers, rows, starts, Dialect(delimiter, _NAMES[delimiter]), encoding)


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, field=_FIELD)


def _refuse_other_kinds(data: bytes) -> None:
    if not data.strip():
        raise _refused("The file is empty. Export it again and upload the new one.")
    if data.startswith(b"PK\x03\x04") or data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refused("This is a spreadsheet file. Save it as CSV, then upload that.")
    if data.startswith(b"%PDF"):
        raise _refused("This is a PDF. Export the report as CSV, then upload that.")


def find_encoding(data: bytes) -> str:
    """The name of the codec that reads these bytes; latin-1 reads whatever the others do not."""
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig" if _reads(data, "utf-8-sig") else "windows-1252"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = data[:2000]
    if start[1::2].count(0) > len(start) // 4:
        return "utf-16-le"
    if start[0::2].count(0) > len(start) // 4:
        return "utf-16-be"
    return next((name for name in ("utf-8", "windows-1252") if _reads(data, name)), "latin-1")


def _reads(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_zero_bytes(data: bytes, encoding: str) -> None:
    if encoding.startswith("utf-16"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            raise _refused("The file breaks off in the middle of a letter. Export it again.") from error
        line = text.count("\n", 0, text.index("\0")) + 1 if "\0" in text else 0
    else:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1 if b"\0" in data else 0
    if line:
        raise _refused(f"Line {line} holds a zero byte, so this is not a CSV text. Export the file again.")


def find_delimiter(head: str) -> str:
    """The delimiter that cuts the header into most cells: comma, semicolon or tab."""

    def cells(delimiter: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(DELIMITERS, key=cells)


class _Lines:
    """The physical lines of a file, decoded one by one, that stop at an endless record."""

    def __init__(self, data: bytes, encoding: str, limits: Limits) -> None:
        self._text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
        self._limit = limits.record
        self._start = self._skip_separator_hint()
        self.characters_in_record = 0
        self.number_of_hints = 1 if self._start else 0
        self.record_began_on = 1

    def _skip_separator_hint(self) -> int:
        """Spreadsheets may write a first line `sep=;`, which is no header."""
        first = self._text.readline(8).rstrip("\r\n").lower()
        if len(first) == 5 and first.startswith("sep="):
            self._text.seek(0)
            return len(self._text.readline())
        self._text.seek(0)
        return 0

    def head(self) -> str:
        """The first characters of the file, enough to see the header."""
        text = self._text.read(20_000)
        self._text.seek(0)
        if self._start:
            self._text.readline()
        return text[self._start :]

    def __iter__(self) -> Iterator[str]:
        limit = self._limit
        while line := self._text.readline(limit + 1):
            self.characters_in_record += len(line)
            if self.characters_in_record > limit:
                raise _refused(
                    f"The row on line {self.record_began_on} has more than {limit:,} characters. "
                    "A line end or a closing quote seems to be missing."
                )
            yield line


type _Records = tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[int, ...]]
