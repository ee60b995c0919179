"""Rate cards side by side, and what a change of them does, as pages show them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class MatrixCard:
    """A column. ``fixed`` says why nothing can be typed in it."""

    key: str
    title: str
    sub: str = ""
    fixed: str = ""


@dataclass(frozen=True)
class MatrixCell:
    """``text`` is the card's own amount, ``ghost`` what counts instead of one, ``tip`` says it in words.

    ``later`` names what is planned; ``none``: the card takes no rate here.
    """

    text: str = ""
    ghost: str = ""
    tip: str = ""
    later: str = ""
    none: bool = False


@dataclass(frozen=True)
class MatrixLine:
    """A row: one cell for each card, in the cards' order."""

    id: str
    name: str
    cells: list[MatrixCell] = field(default_factory=list)


@dataclass(frozen=True)
class Rung:
    """A level of the ladder and its answer: ``state`` is won, lost (another won before) or none."""

    level: str
    sentence: str
    amount: str = ""
    state: str = "none"
