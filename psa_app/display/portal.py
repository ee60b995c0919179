"""The client's portal: a project at a glance."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ProjectCard:
    """A project. ``line`` names the milestone that is next, ``steps`` are percent, one for each milestone."""

    id: str
    name: str
    href: str
    word: str = ""
    tone: str = ""
    line: str = ""
    due: str = ""
    steps: list[int] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class Document:
    """A scope that was answered."""

    id: str
    title: str
    sub: str
    href: str
    word: str = ""
    tone: str = ""
