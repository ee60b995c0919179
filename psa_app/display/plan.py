"""People over weeks, as the planner shows them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class PlanColumn:
    """A week (or month) of the planner: ``id`` is its Monday as an ISO day."""

    id: str
    label: str
    today: bool = False


@dataclass(frozen=True)
class Load:
    """What a person carries in a column: ``tone`` is "" | ok | bad | off, ``tip`` says it in words."""

    text: str
    tone: str = ""
    tip: str = ""


@dataclass(frozen=True)
class PlanRow:
    """A person, or an open role (``open``), with the load for each column."""

    id: str
    name: str
    sub: str = ""
    initials: str = ""
    open: bool = False
    loads: list[Load] = field(default_factory=list)
    href: str = ""


@dataclass(frozen=True)
class PlanBar:
    """A booking: ``start`` is a column's index, ``length`` a number of columns, ``color`` 1–6."""

    id: str
    row: str
    start: int
    length: int
    title: str
    amount: str = ""  # "60 %"
    color: int = 1
    tentative: bool = False
    locked: bool = False
    tip: str = ""


@dataclass(frozen=True)
class PlanLine:
    """A booking in a list, for a narrow screen."""

    id: str
    title: str
    amount: str
    when: str
    color: int = 1
    tentative: bool = False


@dataclass(frozen=True)
class PlanWeek:
    """A week's load in a list, with the week's own word."""

    label: str
    text: str
    tone: str = ""


@dataclass(frozen=True)
class PlanPerson:
    """A person or open role in a list: the next weeks' loads and the bookings."""

    id: str
    name: str
    sub: str = ""
    initials: str = ""
    open: bool = False
    weeks: list[PlanWeek] = field(default_factory=list)
    lines: list[PlanLine] = field(default_factory=list)
