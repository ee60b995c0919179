"""Tables as CSV files by RFC 4180, safe to open in a spreadsheet."""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from psa_app.formats.cells import Cell, defused_parts

_BOM = b"\xef\xbb\xbf"


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool = True) -> bytes:
    """A CSV file: UTF-8, comma, CRLF, quotes where needed.

    Text that would run as a formula is defused, numbers stay numbers with a point. Dates are ISO
    8601, true and false are yes and no, None is empty. `bom` makes spreadsheets see that it is
    UTF-8.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([defused_parts(header) for header in headers])
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return (_BOM if bom else b"") + text.getvalue().encode("utf-8", "replace")


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return defused_parts(cell)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell:f}" if cell.is_finite() else ""
    return str(cell) if math.isfinite(cell) else ""
