"""A month of leave: people over days."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class MonthDay:
    """A column's head."""

    number: str
    name: str
    off: bool = False
    today: bool = False


@dataclass(frozen=True)
class MonthCell:
    """One day of a person: ``tone`` is "" | away | asked | part | off, ``tip`` says it in words."""

    tone: str = ""
    tip: str = ""


@dataclass(frozen=True)
class MonthRow:
    """A person with a cell for each day."""

    id: str
    name: str
    words: str = ""  # what is read out: "14–18 Dec"
    cells: list[MonthCell] = field(default_factory=list)
