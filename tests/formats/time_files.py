"""The time exports in tests/data, and small tables written in a test."""

from dataclasses import replace
from pathlib import Path

from psa_app.formats.csv_files import Table, read_table
from psa_app.formats.time_exports import Mapping, Reading, read_entries, suggest_mapping

FOLDER = Path(__file__).parents[1] / "data" / "time-exports"


def load(name: str) -> Table:
    """The table of a file in tests/data/time-exports."""
    return read_table((FOLDER / name).read_bytes())


def table(*lines: str) -> Table:
    """A table from lines of CSV, the header first."""
    return read_table("\n".join(lines).encode())


def read(source: Table, person: str | None = None, **changes: object) -> Reading:
    """The reading of a table by its suggested mapping, with changes."""
    mapping: Mapping = replace(suggest_mapping(source), **changes)
    return read_entries(source, mapping, person)


def told(reading: Reading) -> list[str]:
    """The problems of a reading as a person reads them."""
    return [str(problem) for problem in reading.problems]
