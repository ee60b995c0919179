"""A record of any kind as its page shows it: groups of facts, lists of what belongs to it, what changed."""

from dataclasses import dataclass, field

from psa_app.display.figures import Fact
from psa_app.display.tables import Column, Row


@dataclass(frozen=True)
class FactGroup:
    """Fields that belong together, under a common word."""

    title: str
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True)
class Related:
    """Records of another kind that point to this one: the first few, and the way to all of them."""

    title: str
    href: str
    count: str
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class FieldChange:
    """What a field was and is: finished text, "–" for nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One line of history, with the fields that changed."""

    when: str
    text: str
    sub: str = ""
    fields: list[FieldChange] = field(default_factory=list)


@dataclass(frozen=True)
class Refusal:
    """A record that an act on many left as it was: its name, its page and why."""

    name: str
    href: str
    why: str
