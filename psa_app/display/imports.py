"""An import as its page shows it."""

from dataclasses import dataclass, field

from psa_app.display.forms import Option


@dataclass(frozen=True)
class MapField:
    """A field of ours and the header of the file that fills it ("" for none)."""

    key: str
    label: str
    header: str


@dataclass(frozen=True)
class Ask:
    """What only a person can tell: choices with what seems likely."""

    place: int
    sentence: str
    example: str
    options: list[Option] = field(default_factory=list)
    suggestion: str = ""


@dataclass(frozen=True)
class Match:
    """A name of the file and what it stands for here: ``chosen`` is an id, "" for what is found or made."""

    place: int
    name: str
    sub: str
    found: str
    chosen: str
    rows: str
    time: str
    is_new: bool = False


@dataclass(frozen=True)
class FileColumn:
    """A column of the file, what its cells look like, and the field it fills ("" for none)."""

    place: int
    header: str
    samples: str
    field: str


@dataclass(frozen=True)
class FileCell:
    """A cell of the first rows, and what is wrong with it."""

    text: str
    wrong: str = ""


@dataclass(frozen=True)
class FileRow:
    """One of the first rows: where it stands in the file, what becomes of it, its cells."""

    line: str
    word: str
    tone: str
    cells: list[FileCell] = field(default_factory=list)
    wrong: str = ""  # what is wrong with the row as a whole


@dataclass(frozen=True)
class RefusedRow:
    """A row that is not taken, and why."""

    line: str
    title: str
    why: str


@dataclass(frozen=True)
class PastImport:
    """An import that was, or is on its way: what came of it in words."""

    run_id: int
    name: str
    about: str
    counts: str
    word: str
    tone: str
    problem: str
    has_file: bool
    may_retry: bool = False
