"""What stands on a paper, as finished text: numbers, dates and labels come already written.

Every string is data. It is printed as it stands, whatever signs it holds.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Sheet = Literal["a4", "us-letter"]


@dataclass(frozen=True)
class Party:
    """Who sends or gets the paper: the name in bold, then address, tax number and the like."""

    name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact:
    """A label and its value, such as "Due" and "12 Dec 2026"."""

    label: str
    value: str


@dataclass(frozen=True)
class Total:
    """One row under the lines; the `strong` one is the sum that counts."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True)
class InvoiceLine:
    """One line: `sub` is a smaller second row; an empty `rate` or `quantity` stays blank."""

    description: str
    quantity: str
    rate: str
    amount: str
    sub: str = ""


@dataclass(frozen=True)
class Payment:
    """How to pay. `qr_svg` is an SVG text (see `psa_app.formats.epc_qr`) or ""."""

    heading: str
    facts: tuple[Fact, ...]
    qr_svg: str = ""
    qr_caption: str = ""


@dataclass(frozen=True)
class TimeRow:
    """One time entry: `hours` as h:mm."""

    date: str
    person: str
    task: str
    note: str
    hours: str


@dataclass(frozen=True)
class TimeAnnex:
    """The hours behind an invoice, on pages of their own, in five columns."""

    heading: str
    columns: tuple[str, str, str, str, str]
    rows: tuple[TimeRow, ...]
    total: Total


@dataclass(frozen=True)
class ExpenseRow:
    """One expense, with what the client pays for it."""

    date: str
    category: str
    project: str
    description: str
    amount: str


@dataclass(frozen=True)
class ExpenseAnnex:
    """The expenses behind an invoice, on pages of their own, in five columns."""

    heading: str
    columns: tuple[str, str, str, str, str]
    rows: tuple[ExpenseRow, ...]
    total: Total


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What every paper has.

    `stamp` is the aware UTC instant written into the file: the same paper with the same
    stamp gives the same bytes. `marks` are short words across each page, such as "Draft".
    `logo` is a PNG or JPEG; without it the first letter of the seller stands on `accent`
    ("#rrggbb"). `language` is a two-letter code for hyphenation and screen readers.
    """

    title: str
    number: str
    seller: Party
    buyer: Party
    facts: tuple[Fact, ...]
    stamp: datetime
    buyer_label: str = "To"
    footer: str = ""
    page_label: str = "Page"
    marks: tuple[str, ...] = ()
    test_mark: bool = False
    logo: bytes = b""
    accent: str = "#3a5bc7"
    language: str = "en"
    sheet: Sheet = "a4"


@dataclass(frozen=True, kw_only=True)
class InvoicePaper(Paper):
    """An invoice or a credit note. `columns`: description, quantity, rate, amount."""

    columns: tuple[str, str, str, str]
    lines: tuple[InvoiceLine, ...]
    totals: tuple[Total, ...]
    notes: tuple[str, ...] = ()
    payment: Payment | None = None
    annex: TimeAnnex | None = None
    expenses: ExpenseAnnex | None = None


@dataclass(frozen=True)
class Column:
    """A column: a `numeric` one stands right and is as wide as needed; others share the rest
    (`share` 0: as wide as needed, on the left)."""

    label: str
    numeric: bool = False
    share: int = 1


@dataclass(frozen=True)
class Table:
    """Rows of as many cells as there are columns; `totals` stand under the last column."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[Total, ...] = ()


@dataclass(frozen=True)
class Section:
    """A heading, paragraphs and, if there is one, a table."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Acceptance:
    """The end of a SOW: who accepted it and when, or blank lines to sign on (`signers`)."""

    heading: str
    facts: tuple[Fact, ...] = ()
    signers: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class SowPaper(Paper):
    """A statement of work or a change order. `subtitle` names the work."""

    subtitle: str
    sections: tuple[Section, ...]
    acceptance: Acceptance | None = None
