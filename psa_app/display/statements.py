"""A statement of account as a page shows it."""

from dataclasses import dataclass, field

from psa_app.display.tables import Row


@dataclass(frozen=True)
class StatementTable:
    """One currency: its rows with the opening balance first, and the closing balance."""

    currency: str = ""
    rows: list[Row] = field(default_factory=list)
    closing: str = ""
