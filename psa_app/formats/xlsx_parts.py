"""The parts of a workbook, read so that a small file cannot fill the memory or keep a core busy.

A zip of a few kilobytes can hold millions of elements that a tree of them keeps for good. So what is read
whole is small, sheets and texts go by row after row, and all elements together are counted.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, Protocol
from xml.etree.ElementTree import Element, XMLPullParser

MOST_WHOLE = 4_000_000  # bytes of a part that is read at once: styles, the list of sheets
MOST_MARKS = 60_000  # elements of such a part, and of a sheet beside its rows; each style takes 40 µs
MOST_BETWEEN = 2_000_000  # bytes from the end of one row, or text, to that of the next
MOST_ELEMENTS = 6_000_000  # of all sheets and texts: three million cells
MOST_CELLS = 16_384  # of a row, as in a spreadsheet
DEEPEST = 64
SHEETS = 200  # that are looked at for one with rows
_CHUNK = 1 << 16
_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW, _DATA, _TEXT_ITEM, _RUN, _TEXT = (f"{_NS}{name}" for name in ("row", "sheetData", "si", "r", "t"))
_INLINE = f"{_NS}is"

Cells = list[dict[str, Any]]  # of a row: each with its "column", from 1, and its "value"


class TooMuch(Exception):
    """A workbook holds more than a table needs."""


class Sheet(Protocol):
    """A sheet: its rows, each with its number from 1; one without any gives none."""

    def rows(self) -> Iterator[tuple[int, Cells]]: ...


class Parts(zipfile.ZipFile):
    """A workbook's zip; what is read whole must be small."""

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        """The bytes of a part. Raises `TooMuch`."""
        if self.getinfo(str(name)).file_size > MOST_WHOLE:
            raise TooMuch
        content = super().read(name, pwd)
        if content.count(b"<") > 2 * MOST_MARKS or content.count(b"=") > 8 * MOST_MARKS:
            raise TooMuch
        return content


class Book:
    """A workbook whose sheets are read one after the other."""

    def __init__(self, data: bytes) -> None:
        from openpyxl.reader.excel import ExcelReader

        self._parts = Parts(io.BytesIO(data))
        reader = ExcelReader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        reader.archive = self._parts
        reader.read_manifest()
        self._left = MOST_ELEMENTS
        self._texts = self._read_texts(reader)
        reader.read_workbook()
        self._style(reader)
        self._book, self._found = reader.wb, reader.parser

    def _style(self, reader: Any) -> None:
        from openpyxl.styles.stylesheet import apply_stylesheet

        apply_stylesheet(self._parts, reader.wb)

    def _read_texts(self, reader: Any) -> list[str]:
        from openpyxl.xml.constants import SHARED_STRINGS

        told = reader.package.find(SHARED_STRINGS)
        if told is None:
            return []
        with self._parts.open(told.PartName[1:]) as source:
            return [_text(one).replace("x005F_", "") for one in self._each(source, _TEXT_ITEM)]

    def sheets(self) -> Iterator[Sheet]:
        """The sheets in their order."""
        names = set(self._parts.namelist())
        for place, (_, relation) in enumerate(self._found.find_sheets()):
            if place >= SHEETS:
                raise TooMuch
            if relation.target in names and "chartsheet" not in relation.Type:
                yield _Sheet(self, relation.target)

    def rows_of(self, target: str) -> Iterator[tuple[int, Cells]]:
        """The rows of a sheet that is kept in this part."""
        parser = _parser(self._texts, self._book)
        with self._parts.open(target) as source:
            for element in self._each(source, _ROW, _DATA):
                if len(element) > MOST_CELLS:
                    raise TooMuch
                yield parser.parse_row(element)

    def _each(self, source: IO[bytes], tag: str, last: str = "") -> Iterator[Element]:
        """Each element of a tag once it is whole; all else is dropped as it comes."""
        parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
        above: list[Element] = []
        within = since = beside = 0
        while piece := source.read(_CHUNK):
            parser.feed(piece)
            since += len(piece)
            for what, element in _events(parser):
                if what == "start":
                    above.append(element)
                    within += bool(within) or element.tag == tag
                    beside += not within
                    self._count(len(above), beside)
                    continue
                above.pop()
                within -= bool(within)
                if within:
                    continue
                if element.tag == tag:
                    yield element
                    since = 0
                if element.tag == last:
                    return
                if above:
                    above[-1].remove(element)
            if since > MOST_BETWEEN:
                raise TooMuch
        parser.close()

    def _count(self, depth: int, beside: int) -> None:
        self._left -= 1
        if self._left < 0 or depth > DEEPEST or beside > MOST_MARKS:
            raise TooMuch


class _Sheet:
    def __init__(self, book: Book, target: str) -> None:
        self._book, self._target = book, target

    def rows(self) -> Iterator[tuple[int, Cells]]:
        return self._book.rows_of(self._target)


def _events(parser: "XMLPullParser[Any]") -> Iterable[tuple[str, Element]]:
    return parser.read_events()  # type: ignore[return-value]  # only these two kinds were asked for


def _text(item: Element) -> str:
    """The text of an item, in one piece or in runs of several looks; readings beside it are left out."""
    plain = [one.text or "" for one in item.findall(_TEXT)]
    return "".join(plain + [run.findtext(_TEXT) or "" for run in item.findall(_RUN)])


def _parser(texts: list[str], book: Any) -> Any:
    """What makes values of cells: numbers, days by their style, texts by their place in the list."""
    from openpyxl.worksheet._reader import WorkSheetParser

    class Parser(WorkSheetParser):  # type: ignore[misc,unused-ignore]
        def parse_cell(self, element: Element) -> dict[str, Any]:
            """Text in the cell itself is read here: the other way keeps a core busy for long."""
            written = element.find(_INLINE) if element.get("t") == "inlineStr" else None
            if written is not None:
                element.remove(written)
            cell: dict[str, Any] = super().parse_cell(element)
            return cell if written is None else cell | {"value": _text(written) or None}

    return Parser(
        None,
        texts,
        data_only=True,
        epoch=book.epoch,
        date_formats=book._date_formats,
        timedelta_formats=book._timedelta_formats,
    )
