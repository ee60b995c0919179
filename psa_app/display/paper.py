"""An invoice, credit note or scope of work as it looks on paper."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Party:
    """A side of the paper: a name and the lines below it."""

    name: str
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PaperFact:
    """A fact at the top right. With ``name`` it can be typed over while the paper is a draft."""

    label: str
    value: str
    name: str = ""
    kind: str = "text"  # text | date
    raw: str = ""  # what the input holds, when it differs from value


@dataclass(frozen=True)
class PaperLine:
    """A printed line. ``href`` opens what stands behind it, ``behind`` says what that is."""

    id: str
    text: str
    quantity: str = ""
    rate: str = ""
    amount: str = ""
    detail: str = ""
    href: str = ""
    behind: str = ""
    group: str = ""


@dataclass(frozen=True)
class PaperTotal:
    """A line of the sum; the last is strong."""

    label: str
    amount: str
    strong: bool = False


@dataclass(frozen=True)
class Paper:
    """The whole paper. ``version`` changes when the inputs of a draft must show new values."""

    title: str = "Invoice"
    mark: str = ""  # the letter in the firm's square when there is no logo
    logo: str = ""  # address of the logo
    firm: Party = field(default_factory=lambda: Party(""))
    client: Party = field(default_factory=lambda: Party(""))
    facts: list[PaperFact] = field(default_factory=list)
    heading: str = ""
    lines: list[PaperLine] = field(default_factory=list)
    totals: list[PaperTotal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)
    stamp: str = ""  # Draft, Void, Sandbox: said above the paper's head
    editable: bool = False
    version: str = ""
