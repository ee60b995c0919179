"""The rows that were refused, as a file: mended there, it can be brought in again."""

from collections.abc import Sequence
from typing import Protocol

from psa_app.formats.cells import Cell
from psa_app.formats.csv_files import Table
from psa_app.formats.csv_out import write_csv

LINE, WHY = "Line", "Why it was refused"


class Refused(Protocol):
    """A row that was not taken: its index, its line, and (column or −1, sentence) for each reason."""

    @property
    def place(self) -> int: ...
    @property
    def line(self) -> int: ...
    @property
    def problems(self) -> tuple[tuple[int, str], ...]: ...


def refused_sheet(table: Table, refused: Sequence[Refused]) -> bytes:
    """A CSV file: the columns as they came, then the line and what is wrong with it."""
    headers = [header for header in table.headers if header not in (LINE, WHY)]
    places = [place for place, header in enumerate(table.headers) if header not in (LINE, WHY)]
    rows: list[list[Cell]] = [
        [*(table.rows[row.place][place] for place in places), row.line, why(table, row)] for row in refused
    ]
    return write_csv([*headers, LINE, WHY], rows)


def why(table: Table, row: Refused) -> str:
    """All reasons of a row: "E-mail: Type an e-mail address such as …"."""
    return " ".join(
        f"{table.headers[place]}: {sentence}" if place >= 0 else sentence for place, sentence in row.problems
    )
