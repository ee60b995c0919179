"""Clients or contacts that look like one, as their page shows them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class TwinPair:
    """Two records, with why they look like one; `one_sub` and `other_sub` stand beside the names."""

    id: str
    one: int
    other: int
    one_name: str
    other_name: str
    one_sub: str = ""
    other_sub: str = ""
    reasons: list[str] = field(default_factory=list)
    score: str = ""


@dataclass(frozen=True)
class TwinSide:
    """One of the two in the comparison: `key` is "one" or "other", `hangs` what belongs to it."""

    key: str
    name: str
    href: str
    hangs: str


@dataclass(frozen=True)
class Choice:
    """A field in which the two differ; `picked` is the side proposed, "" where the kept one's counts."""

    name: str
    label: str
    one: str
    other: str
    picked: str = ""
