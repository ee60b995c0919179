"""A person's week as the grid shows it. Hours are whole minutes here."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any


@dataclass(frozen=True)
class WeekDay:
    """A column: ``id`` is the ISO day. ``capacity`` in minutes, 0 on a day off."""

    id: str
    name: str  # "Mon"
    number: str  # "16"
    long: str = ""  # "Thursday 19 November"
    capacity: int = 0
    today: bool = False
    off: str = ""  # "Holiday: Immaculate Conception", "Leave"


@dataclass(frozen=True)
class WeekPart:
    """Minutes of a cell at a modifier of the rate, "After hours"."""

    id: str
    name: str
    minutes: int


@dataclass(frozen=True)
class WeekModifier:
    """A modifier that may be chosen in a row from ``first`` to ``last`` (ISO days, "" for no end)."""

    id: str
    name: str
    first: str
    last: str = ""


@dataclass(frozen=True)
class WeekCell:
    """What a row holds on a day: 0 minutes is nothing; ``locked`` says in a sentence why it is shut."""

    minutes: int = 0
    note: str = ""
    locked: str = ""
    state: str = ""  # "" | submitted | with_client | approved | rejected | invoiced
    wish: int = 0  # minutes that a booking or calendar suggests
    parts: list[WeekPart] = field(default_factory=list)

    @cached_property
    def told(self) -> dict[str, Any]:
        """What differs from an empty cell: no more is sent, for most cells of a week are empty."""
        own = vars(self)
        return {name: own[name] for name, empty in _EMPTY.items() if own[name] != empty}


_EMPTY = dict(vars(WeekCell()))
empty_cell = lru_cache(maxsize=1024)(partial(WeekCell, 0, ""))  # by the sentence that locks it


@dataclass(frozen=True)
class WeekRow:
    """A project and task: one cell for each day, in the days' order."""

    id: str
    project: str
    client: str = ""
    task: str = ""
    cells: list[WeekCell] = field(default_factory=list)
    color: str = ""
    running: bool = False  # the person's timer runs in this row
    removable: bool = False
    modifiers: list[WeekModifier] = field(default_factory=list)


@dataclass(frozen=True)
class Suggestion:
    """Time that a calendar, booking or commit proposes."""

    id: str
    title: str
    source: str
    minutes: int
    day: str = ""
