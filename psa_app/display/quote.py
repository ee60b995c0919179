"""A quote on the screen: what the editor begins with, and what the client chooses from."""

from dataclasses import dataclass, field

from psa_app.display.paper import PaperTotal


@dataclass(frozen=True)
class QuoteLineDraft:
    """A line as typed; ``role`` and ``item`` are ids as text, "" for none."""

    model: str
    title: str = ""
    description: str = ""
    role: str = ""
    hours: str = ""
    rate: str = ""
    value: str = ""
    cap: str = ""
    periods: str = ""
    discount: str = ""
    optional: bool = False
    alternative: str = ""
    chosen: bool = True
    item: str = ""


@dataclass(frozen=True)
class CatalogueItem:
    """A line that is sold again and again; ``price`` of the line, or of an hour of one by time."""

    id: str
    name: str
    model: str
    description: str = ""
    role: str = ""
    hours: str = ""
    price: str = ""
    currency: str = ""


@dataclass(frozen=True)
class QuoteSums:
    """What the lines come to while one types: each line's amount, the totals, and what is earned."""

    amounts: list[str] = field(default_factory=list)
    totals: list[PaperTotal] = field(default_factory=list)
    margin: list[PaperTotal] = field(default_factory=list)
    unknown: str = ""  # the lines whose cost nobody knows
    wrong: str = ""  # why the totals are not all


@dataclass(frozen=True)
class Choice:
    """A line that the client may take or leave. ``key`` is what choosing sends; ``group`` "" = optional."""

    key: str
    title: str
    sub: str = ""
    amount: str = ""
    group: str = ""
    heading: str = ""  # above the first of a group
    on: bool = False


@dataclass(frozen=True)
class Question:
    """A question and its answer; ``waits`` while there is none."""

    id: str
    asked: str
    text: str
    answer: str = ""
    answered: str = ""
    waits: bool = True


@dataclass(frozen=True)
class Version:
    """One version of a quote."""

    id: str
    label: str
    href: str
    word: str
    tone: str
    is_here: bool = False


@dataclass(frozen=True)
class Difference:
    """What became of a line since the version before: one row for each field that differs."""

    title: str
    word: str
    tone: str
    field: str = ""
    before: str = ""
    after: str = ""
