"""What the readers of time exports take and give: plain frozen values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple

DateOrder = Literal["iso", "dmy", "mdy"]
DurationKind = Literal["clock", "hours", "minutes", "seconds"]
QuestionKind = Literal["project", "day", "time", "person", "date_order", "duration_kind", "billable"]

FIELDS = {
    "person": "Person",
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail",
    "client": "Client",
    "project": "Project",
    "task": "Task",
    "note": "Note",
    "billable": "Billable",
    "invoiced": "Already invoiced",
    "tags": "Tags",
    "day": "Day",
    "start": "Start",
    "end_day": "Last day",
    "end": "End",
    "duration": "Duration",
    "decimal_hours": "Rounded hours",
    "modifier": "Modifier",
}
"""The fields that a column can be mapped to, with the words for a person."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How one tool writes its time: `columns` gives each field's headers (folded), best first.

    `claims` tells from the set of folded headers whether a file is this tool's.
    """

    name: str
    title: str
    columns: dict[str, tuple[str, ...]]
    claims: Callable[[frozenset[str]], bool]
    duration_kind: DurationKind | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column is which, and how its cells are read.

    `columns` maps a key of `FIELDS` to a header of the file. `date_order` and `duration_kind`
    are found from the cells when None; `duration_kind` says what a number without a colon in
    the duration column means. `zone` (IANA) is where the file's clock times were read.
    `yes_no` adds words for billable and invoiced, folded, to those known.
    """

    columns: dict[str, str]
    date_order: DateOrder | None = None
    duration_kind: DurationKind | None = None
    zone: str = "UTC"
    yes_no: dict[str, bool] = field(default_factory=dict)
    layout: str = ""


class ImportedEntry(NamedTuple):
    """One row of worked time. `key` is the same whenever this row is read again."""

    line: int
    person: str
    email: str
    client: str
    project: str
    task: str
    note: str
    billable: bool | None
    day: date
    seconds: int
    started_at: datetime | None
    ended_at: datetime | None
    tags: tuple[str, ...]
    already_invoiced: bool
    key: str
    modifier: str = ""


class Problem(NamedTuple):
    """What is wrong in one cell: its line in the file, its column's header, a sentence."""

    line: int
    column: str
    sentence: str

    def __str__(self) -> str:
        place = f"Line {self.line}, {self.column}" if self.column else f"Line {self.line}"
        return f"{place}: {self.sentence}"


class Question(NamedTuple):
    """What only a person can tell: the sentence, what to choose from, and what seems likely.

    `examples` are cells that raise the question.
    """

    kind: QuestionKind
    column: str
    sentence: str
    choices: tuple[str, ...] = ()
    suggestion: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A file's entries, or what stands in the way of them: never a part of the entries.

    `problems` holds the first of them, `problem_count` says how many there are. `left_out` are
    rows that hold no time; they do not stop the others.
    """

    entries: tuple[ImportedEntry, ...] = ()
    problems: tuple[Problem, ...] = ()
    questions: tuple[Question, ...] = ()
    left_out: tuple[Problem, ...] = ()
    problem_count: int = 0
    rows: int = 0

    @property
    def ready(self) -> bool:
        """True when the entries can be imported as they are."""
        return not (self.problem_count or self.questions)


class BadCell(ValueError):
    """A cell that cannot be read; its text is a sentence about the cell."""


def shown(text: str) -> str:
    """A cell as a sentence quotes it: one line, at most 40 characters, only what can be printed."""
    clean = "".join(char if char.isprintable() else " " for char in text[:41]).strip()
    return f"“{clean[:40]}…”" if len(text) > 40 else f"“{clean}”"
