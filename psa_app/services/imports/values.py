"""What an import of records is told, and what it will do or did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from psa_app.formats.columns_in import Mark, OpenForm
from psa_app.formats.time_exports.values import DateOrder

Outcome = Literal["new", "changed", "same", "refused", "part"]  # part: of the record of a row before it
WHOLE_ROW = -1  # the place of a problem that is not of one column


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided: which column (by its place) fills which field, by what records are found.

    `key` are fields, none: the first declared key that has columns. `marks` and `orders` answer what the
    cells of a column leave open.
    """

    columns: Mapping[int, str]
    key: tuple[str, ...] = ()
    marks: Mapping[int, Mark] = field(default_factory=dict)
    orders: Mapping[int, DateOrder] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What the cells of a column leave open."""

    place: int
    header: str
    form: OpenForm


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What comes of a row: `place` is its index in the table, `problems` are (column or −1, sentence)."""

    place: int
    line: int
    outcome: Outcome
    title: str
    problems: tuple[tuple[int, str], ...] = ()
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """What an import does with each row. `missing` are the labels of required fields without a column.

    Of the refused rows `late` passed the check, and were refused by the act that was to write them.
    """

    kind: str
    rows: tuple[RowPlan, ...]
    key: tuple[str, ...]
    columns: tuple[int, ...] = ()  # the places that are mapped
    questions: tuple[Question, ...] = ()
    missing: tuple[str, ...] = ()
    late: int = 0

    def count(self, outcome: Outcome) -> int:
        """How many rows end so."""
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def refused(self) -> tuple[RowPlan, ...]:
        """The rows that cannot be taken, with their reasons."""
        return tuple(row for row in self.rows if row.outcome == "refused")

    @property
    def writes(self) -> int:
        """How many records would be made or changed."""
        return self.count("new") + self.count("changed")


@dataclass(slots=True)
class Row:
    """A row on its way: what it says, the record it is about, what becomes of it."""

    place: int
    line: int
    raw: dict[str, Any]
    problems: dict[str, str]
    record: Any = None  # what is here already
    coming: Any = None  # a new one as it will be
    parents: dict[str, int] = field(default_factory=dict)  # self-link → place of the row it names
    values: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    outcome: Outcome = "new"
