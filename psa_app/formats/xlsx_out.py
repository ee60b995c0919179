"""Tables as XLSX workbooks, written row by row."""

import io
import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from psa_app.errors import Invalid
from psa_app.formats.cells import Cell, defused

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MAX_ROWS = 1_048_575
MAX_TEXT = 32_767
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDTHS = (8, 60)


def write_xlsx(headers: Sequence[str], rows: Iterable[Sequence[Cell]], sheet: str) -> bytes:
    """A workbook with one sheet: a bold header that stays in view, then the rows.

    Text is never a formula and is defused as in CSV; numbers, dates and yes or no keep their kind;
    instants are in UTC. Raises `Invalid` beyond 1,048,575 rows.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet(_title(sheet))
    page.freeze_panes = "A2"
    _set_widths(page, headers)
    page.append([_bold(page, header) for header in headers])
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise Invalid(f"A sheet holds {MAX_ROWS:,} rows. Export fewer, or export CSV.", field="rows")
        page.append([_written(page, cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _title(text: str) -> str:
    return _NOT_IN_A_TITLE.sub(" ", text).strip(" '")[:31] or "Sheet"


def _set_widths(page: "WriteOnlyWorksheet", headers: Sequence[str]) -> None:
    from openpyxl.utils import get_column_letter

    low, high = _WIDTHS
    for index, header in enumerate(headers, start=1):
        page.column_dimensions[get_column_letter(index)].width = min(max(len(header) + 4, low), high)


def _bold(page: "WriteOnlyWorksheet", text: str) -> object:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(page, value=_text(text))
    cell.data_type = "s"
    cell.font = Font(bold=True)
    return cell


def _written(page: "WriteOnlyWorksheet", cell: Cell) -> object:
    if isinstance(cell, str):
        return _plain(page, _text(cell)) if cell else None
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).replace(tzinfo=None) if cell.tzinfo else cell
    if isinstance(cell, float | Decimal) and not math.isfinite(cell):
        return None
    return cell


def _text(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", defused(text))[:MAX_TEXT]


def _plain(page: "WriteOnlyWorksheet", text: str) -> object:
    """Text as text: openpyxl would take "=1" for a formula and "#N/A" for an error."""
    if text[0] not in "=#":
        return text
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(page, value=text)
    cell.data_type = "s"
    return cell
