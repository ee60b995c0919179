"""What stands around every page: areas, menus, toasts, the running timer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NavItem:
    """An area of the app. ``key`` is what a page names as its area; ``count`` is finished text or ""."""

    key: str
    label: str
    icon: str
    href: str
    count: str = ""


@dataclass(frozen=True)
class MenuItem:
    """A line of a menu: a link when ``href`` is given, else an act named by ``key``."""

    label: str
    key: str = ""
    href: str = ""
    icon: str = ""
    tone: str = ""  # "bad" for what destroys
    native: bool = False  # a file or another site: the browser loads it itself


@dataclass(frozen=True)
class Crumb:
    """One step of the way back to an area."""

    label: str
    href: str = ""


@dataclass(frozen=True)
class Tab:
    """One view of a page; ``href`` carries the query string."""

    key: str
    label: str
    href: str
    count: str = ""


@dataclass(frozen=True)
class Toast:
    """A short answer to an act. ``id`` only grows; ``undo`` is the button's word, "" for none."""

    id: int
    text: str
    kind: str = "ok"  # ok | info | bad
    undo: str = ""
    href: str = ""
    link: str = ""  # the link's words, when href is given


@dataclass(frozen=True)
class Timer:
    """The one running timer of a person. ``started_at`` is an ISO instant in UTC, "" when none runs."""

    started_at: str = ""
    label: str = ""
    before: int = 0  # seconds that the entry already holds
    href: str = ""


@dataclass(frozen=True)
class Hit:
    """A line of the palette: ``id`` comes back when it is picked; ``href`` opens at once."""

    id: str
    label: str
    sub: str = ""
    group: str = "Go to"
    icon: str = ""
    href: str = ""
    words: str = ""  # further words that find it


@dataclass(frozen=True)
class Person:
    """A person as a round mark: initials, name, and what they are."""

    name: str
    initials: str = ""
    role: str = ""
    href: str = ""
