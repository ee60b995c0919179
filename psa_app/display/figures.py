"""Numbers, facts and happenings as a page shows them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """One line of a derivation: "Billable hours", "1,204:30"; the last is usually strong."""

    label: str
    value: str
    strong: bool = False
    href: str = ""


@dataclass(frozen=True)
class Kpi:
    """A number that is understood: ``trend`` ("+2") is coloured by ``tone``, ``hint`` follows it."""

    label: str
    value: str
    hint: str = ""
    trend: str = ""
    tone: str = ""  # ok | bad | warn
    href: str = ""
    how: list[Step] = field(default_factory=list)
    how_text: str = ""  # the definition in one sentence, with its denominator


@dataclass(frozen=True)
class Fact:
    """A label and its value. With ``link`` the value is followed by that word as a link to ``href``."""

    label: str
    value: str = ""
    href: str = ""
    link: str = ""
    tone: str = ""  # "" | muted | strong | ok | warn | bad


@dataclass(frozen=True)
class Happening:
    """A line of "What happened". ``muted``: it is still to come."""

    when: str
    text: str
    sub: str = ""
    href: str = ""
    badge: str = ""
    tone: str = ""
    muted: bool = False


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a decision: a title, a line below, and one act."""

    id: str
    title: str
    sub: str = ""
    href: str = ""
    act: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Bar:
    """One bar of a small chart: ``value`` in any unit, ``text`` what is read for it."""

    label: str
    value: float
    text: str = ""
    tone: str = ""  # "" | soft | warn | bad
