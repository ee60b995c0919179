"""Rows for the one table that the whole app uses."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

ARCHIVED_CHOICES = [("no", "Archived: no"), ("yes", "Archived: yes"), ("all", "Archived: all")]
Align = Literal["left", "right"]
CellKind = Literal["text", "strong", "muted", "badge", "bar", "person", "warn", "bad", "icon"]


@dataclass(frozen=True)
class Cell:
    """One cell, finished.

    ``text`` is what is read; ``sub`` stands after it in grey; ``href`` makes it a link. ``kind``: ``badge``
    takes ``tone`` and ``icon``; ``bar`` draws ``value`` (percent, over 100 is red) before ``text``;
    ``person`` shows ``initials`` (in ``icon``). Missing is "–" and zero is "0": never the same.
    """

    text: str = ""
    sub: str = ""
    href: str = ""
    kind: str = "text"
    tone: str = ""
    icon: str = ""
    align: str = "left"
    value: int = 0
    tip: str = ""

    @cached_property
    def told(self) -> dict[str, str | int]:
        """What differs from an empty cell: no more is sent, for most of a table's bytes are cells."""
        own = vars(self)
        return {name: own[name] for name, empty in _EMPTY.items() if own[name] != empty}


_EMPTY = dict(vars(Cell()))
# A list shows the same people, projects and days again and again: a cell is made, and made ready, once.
cell = lru_cache(maxsize=8192)(Cell)


@dataclass(frozen=True)
class Column:
    """A column's head. ``key`` is what sorting sends; ``width`` is CSS ("96px") or "".

    On a phone the first column is the title of a card; ``phone`` says where the others go: ``line`` (below;
    figures with their label), ``named`` (the same, always with its label), ``side`` (to the right of the
    title) or ``hide``.
    """

    key: str
    label: str
    align: str = "left"
    sortable: bool = False
    width: str = ""
    shown: bool = True
    fixed: bool = False  # cannot be hidden in the column chooser
    may_rise: bool = False  # in the column chooser, before the one before it
    may_sink: bool = False
    phone: str = "line"


@dataclass(frozen=True)
class Row:
    """A row: ``href`` opens it, ``name`` is read by "Select …"; one cell for each shown column."""

    id: str
    cells: list[Cell] = field(default_factory=list)
    href: str = ""
    name: str = ""
    tone: str = ""  # warn | bad: a thin mark at the left
    locked: bool = False  # cannot be selected


@dataclass(frozen=True)
class Pager:
    """Where the page stands in the whole: ``text`` is "26–50 of 1,284"."""

    page: int = 1
    pages: int = 1
    text: str = ""


@dataclass(frozen=True)
class Chip:
    """A filter in force: ``label`` "Client", ``text`` "Northwind"; ``key`` is what removing sends."""

    key: str
    label: str
    text: str
