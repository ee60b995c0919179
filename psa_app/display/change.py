"""A change order on the screen: its effect, and what the editor begins with."""

from dataclasses import dataclass, field

from psa_app.display.forms import FieldSpec


@dataclass(frozen=True)
class EffectRow:
    """A figure before and after; `tone` of the difference is ok, bad or ""."""

    label: str
    before: str
    after: str
    change: str = ""
    tone: str = ""


@dataclass(frozen=True)
class DeltaDraft:
    """One change as typed: its kind in words, its fields, and the sentence that belongs to none of them."""

    place: int
    kind: str
    title: str
    specs: list[FieldSpec] = field(default_factory=list)
    error_name: str = ""
    adds: str = ""  # the word of a press that adds fields, if there is one


@dataclass(frozen=True)
class OrderLine:
    """A change order in the list of its scope."""

    id: str
    title: str
    sub: str
    by: str
    word: str
    tone: str
    href: str
