"""A client's story and to-dos as their lists show them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class StoryLine:
    """One line of a timeline: what happened (`title`), to what (`what`, which opens `href`), and the rest.

    `heading` stands above the first line of a month. `activity` is the id of what someone logged, 0 for
    what the app wrote; `todo` is "" | open | done.
    """

    id: str
    icon: str
    title: str
    what: str = ""
    href: str = ""
    sub: str = ""
    text: str = ""
    when: str = ""
    heading: str = ""
    badge: str = ""
    tone: str = ""
    activity: int = 0
    todo: str = ""
    may_delete: bool = False
    letter: str = ""  # the text of a mail that the app wrote


@dataclass(frozen=True)
class TodoLine:
    """A to-do: `due` is finished text ("due tomorrow"), red when `late`. `kind`: "activity", or "item" of an
    onboarding checklist."""

    id: int
    text: str
    sub: str = ""
    href: str = ""
    due: str = ""
    late: bool = False
    kind: str = "activity"


@dataclass(frozen=True)
class Way:
    """A mail address, phone number or website, and what it opens ("" for plain text)."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Part:
    """A record that hangs on another: name, a line below, which ends in `ways`, marks; `act` is offered."""

    id: int
    name: str
    sub: str = ""
    marks: list[str] = field(default_factory=list)
    act: str = ""
    ways: list[Way] = field(default_factory=list)
    href: str = ""
