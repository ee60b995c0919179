"""Small charts as numbers already placed: percent of the drawing's width and height, from the top left."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rule:
    """A line across the drawing at ``y`` with its word at the left."""

    y: float
    text: str


@dataclass(frozen=True)
class Point:
    """A value: where it lies, what is read for it (``tip``), and the word below (``""`` for none)."""

    x: float
    y: float
    tip: str
    label: str = ""
    last: bool = False


@dataclass(frozen=True)
class LineFigure:
    """A line with its rules; ``goal_y`` below 0 means that there is no goal."""

    path: str = ""
    rules: list[Rule] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    goal_y: float = -1.0
    goal: str = ""


@dataclass(frozen=True)
class StackBar:
    """A bar of two parts, in percent of the tallest: ``low`` stands on the ground, ``high`` on it."""

    label: str
    low: float
    high: float
    tip: str = ""
    tone: str = ""  # "" | bad: the lower part is too much
