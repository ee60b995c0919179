"""A scope of work on the screen: the sheet that is read, and what the editor begins with."""

from dataclasses import dataclass, field

from psa_app.display.paper import PaperFact, PaperTotal, Party


@dataclass(frozen=True)
class SheetColumn:
    """A column of a table on the sheet."""

    label: str
    right: bool = False


@dataclass(frozen=True)
class SheetRow:
    """A row, one text for each column."""

    cells: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SheetSection:
    """A heading, paragraphs, and a table when there are columns."""

    heading: str
    paragraphs: list[str] = field(default_factory=list)
    columns: list[SheetColumn] = field(default_factory=list)
    rows: list[SheetRow] = field(default_factory=list)
    totals: list[PaperTotal] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """The whole scope as on paper. ``accepted`` is the evidence, empty until both sides have agreed."""

    title: str = ""
    kind: str = "Statement of work"
    number: str = ""
    mark: str = ""  # the letter in the firm's square
    firm: Party = field(default_factory=lambda: Party(""))
    client: Party = field(default_factory=lambda: Party(""))
    facts: list[PaperFact] = field(default_factory=list)
    sections: list[SheetSection] = field(default_factory=list)
    accepted: list[PaperFact] = field(default_factory=list)
    stamp: str = ""
    footer: str = ""


@dataclass(frozen=True)
class Part:
    """A milestone with what can be done to it. ``act`` is the button's word, "" for none."""

    id: str
    title: str
    sub: str = ""
    value: str = ""
    state: str = ""  # planned | ready | accepted
    word: str = ""
    tone: str = ""
    act: str = ""


@dataclass(frozen=True)
class RoleChoice:
    """A role that a line can be billed in; ``price`` is its usual price as a person types it, or ""."""

    id: str
    name: str
    price: str = ""


@dataclass(frozen=True)
class CardChoice:
    """A rate as a card has it, typed as in the editor; ``card``: client | firm, or ``applies`` for what
    the ladder gives. ``words`` say from when, and of what applies whose card it is."""

    card: str
    role: str
    name: str
    amount: str
    since: str = ""
    until: str = ""
    words: str = ""


@dataclass(frozen=True)
class RateDraft:
    """A rate as typed; ``role`` is the id as text, "" for everyone; days are "" where it counts all along."""

    role: str = ""
    amount: str = ""
    since: str = ""
    until: str = ""


@dataclass(frozen=True)
class MilestoneDraft:
    """A milestone as typed."""

    title: str = ""
    value: str = ""
    due: str = ""
    criteria: str = ""


@dataclass(frozen=True)
class FeeDraft:
    """A dated part of a fee as typed; ``value`` is an amount, or a share such as "30 %"."""

    title: str = ""
    due: str = ""
    value: str = ""


@dataclass(frozen=True)
class DeliverableDraft:
    """A deliverable as typed."""

    title: str = ""
    criteria: str = ""
    due: str = ""


@dataclass(frozen=True)
class FileRow:
    """A file beside a scope, in words."""

    id: str
    name: str
    sub: str = ""
    href: str = ""


@dataclass(frozen=True)
class LineDraft:
    """A line as typed; ``model`` as in `rules/scopes.py`, no ``round_increment``: rounded as the scope."""

    model: str
    title: str = ""
    description: str = ""
    cap: str = ""
    estimate: str = ""
    rates: list[RateDraft] = field(default_factory=list)
    milestones: list[MilestoneDraft] = field(default_factory=list)
    fees: list[FeeDraft] = field(default_factory=list)
    value: str = ""
    period: str = ""
    periods: str = ""
    rhythm: str = ""
    approval: str = "lead"
    silence: str = ""
    round_increment: str = ""
    round_mode: str = "up"
    round_minimum: str = ""
    round_per: str = "entry"
    rate_card: str = "line"
    billed_in: str = "advance"
    counted_from: str = "contract"
    trial: str = ""
    quantity: str = ""
    holds: str = "hours"
    worth: str = ""  # of the work that a period holds, where it holds money
    rollover: str = "none"
    rollover_cap: str = ""  # h:mm, or an amount where it holds money
    rollover_periods: str = ""
    deficit: str = "overage"
