"""Columns with cards, as the board shows them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BoardColumn:
    """A column: ``sum`` and ``weighted`` are finished text; ``tone`` is "" | ok (won) | wait (lost)."""

    id: str
    name: str
    count: str = ""
    sum: str = ""
    weighted: str = ""
    tip: str = ""
    tone: str = ""


@dataclass(frozen=True)
class BoardCard:
    """A card in ``column``. ``age`` is read after its title; ``stale`` marks one that has stood too long."""

    id: str
    column: str
    title: str
    sub: str = ""
    href: str = ""
    amount: str = ""
    age: str = ""
    tip: str = ""
    stale: bool = False
    todo: str = ""
    todo_tone: str = ""
    initials: str = ""
    owner: str = ""
