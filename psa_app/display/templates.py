"""Templates and checklists as their pages show them."""

from dataclasses import dataclass, field

from psa_app.display.forms import Option


@dataclass(frozen=True)
class Piece:
    """A part of a template: ``path`` leads to it, ``beside`` is when, ``adds`` what can be put into it."""

    path: str
    title: str
    sub: str = ""
    beside: str = ""
    inner: bool = False  # it belongs to the piece above
    adds: list[Option] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """A list of parts; ``path`` is the list's own, ``one`` what one of them is called."""

    path: str
    title: str
    one: str
    pieces: list[Piece] = field(default_factory=list)
    nothing: str = ""


@dataclass(frozen=True)
class CheckItem:
    """Something to do for a client. ``sub`` says who and when."""

    id: int
    title: str
    sub: str
    done: bool = False
    late: str = ""  # "2 days late"
