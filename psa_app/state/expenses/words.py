"""Expenses in words: rows of tables, sums by currency, what an expense is."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from psa_app import routes
from psa_app.display.figures import Fact
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.formats import words
from psa_app.queries.expenses.listing import ExpenseView
from psa_app.queries.expenses.receipts import Receipt
from psa_app.rules.expenses import MILLI

UNITS = {"km": "km", "mile": "mi", "day": "days"}


@dataclass(frozen=True)
class ReceiptLine:
    """A receipt as a page shows it: `shown` is the photo's address, "" for what is opened elsewhere."""

    id: str
    name: str
    size: str
    href: str = ""
    shown: str = ""


def receipt_line(one: Receipt) -> ReceiptLine:
    """A kept receipt."""
    shown = routes.receipt(one.id) if one.is_photo else ""
    return ReceiptLine(str(one.id), one.name, words.size(one.size), routes.attachment(one.id), shown)


@dataclass(frozen=True)
class Shown:
    """One expense over a list: what it is, and its receipts."""

    id: int = 0
    title: str = ""
    facts: list[Fact] = field(default_factory=list)
    receipts: list[ReceiptLine] = field(default_factory=list)
    state: str = ""


def sums(found: Iterable[ExpenseView]) -> str:
    """What they come to, by currency: "€120.00 · CHF 40.00"; "–" for nothing."""
    by: dict[str, int] = defaultdict(int)
    for one in found:
        by[one.currency] += one.amount
    return " · ".join(words.money(amount, currency) for currency, amount in sorted(by.items())) or "–"


def quantity(one: ExpenseView) -> str:
    """How many of the category's unit: "42.5 km", "" for what is not counted."""
    if one.quantity_milli is None:
        return ""
    number = f"{one.quantity_milli / MILLI:.3f}".rstrip("0").rstrip(".")
    unit = "day" if one.unit == "day" and number == "1" else UNITS.get(one.unit, one.unit)
    return f"{number} {unit}"


def counted(number: int, one: str = "expense", many: str = "expenses") -> str:
    """A number with its noun: "1 expense", "3 expenses"."""
    return f"{number:,} {one if number == 1 else many}"


def name_of(one: ExpenseView) -> str:
    """An expense for a person who hears it."""
    return f"{one.description}, {words.money(one.amount, one.currency)}"


def own_rows(found: Sequence[ExpenseView]) -> list[Row]:
    """One's own: day, what for, project, receipt, amount, state."""
    return [_own(one) for one in found]


def _own(one: ExpenseView) -> Row:
    cells = [
        Cell(one.description, sub=_joined(one.category, quantity(one))),
        Cell(words.day(one.spent_on, year=False)),
        Cell(one.project, sub=one.client),
        _receipts(one),
        Cell(words.money(one.amount, one.currency), sub=_flags(one), align="right"),
        _state(one),
    ]
    tone = "bad" if one.state == "rejected" else ""
    return Row(str(one.id), cells, href=routes.expense(one.id), name=name_of(one), tone=tone)


def queue_rows(found: Sequence[ExpenseView], href: str) -> list[Row]:
    """Those that wait for a decision; `href` is where one opens, with its id at the end."""
    rows = []
    for one in found:
        look = "; ".join(one.look)
        cells = [
            Cell(one.person, kind="strong"),
            Cell(words.day(one.spent_on, year=False)),
            Cell(one.description, sub=_joined(one.category, quantity(one))),
            Cell(one.project, sub=one.client),
            Cell("Look at it", kind="badge", tone="warn", icon="warning", tip=look) if look else Cell(""),
            _receipts(one),
            Cell(words.money(one.amount, one.currency), align="right"),
        ]
        rows.append(Row(str(one.id), cells, href=href + str(one.id), name=f"{one.person}: {name_of(one)}"))
    return rows


def project_rows(found: Sequence[ExpenseView], href: str) -> list[Row]:
    """Those of a project, with what the client pays for each and whether it is billed."""
    rows = []
    for one in found:
        cells = [
            Cell(one.description, sub=_joined(one.category, quantity(one))),
            Cell(words.day(one.spent_on)),
            Cell(one.person),
            _receipts(one),
            Cell(words.money(one.amount, one.currency), align="right"),
            _value(one),
            _billed(one),
        ]
        rows.append(Row(str(one.id), cells, href=href + str(one.id), name=name_of(one)))
    return rows


def shown(one: ExpenseView) -> Shown:
    """One expense as it is read, with its receipts."""
    facts = [
        Fact("Person", one.person),
        Fact("Day", words.day_long(one.spent_on, year=True)),
        Fact("Project", _joined(one.project, one.client)),
        *([Fact("Task", one.task)] if one.task else []),
        Fact("Category", _joined(one.category, quantity(one))),
        Fact("Amount", words.money(one.amount, one.currency), tone="strong"),
        *([Fact("Tax in it", words.money(one.tax, one.currency))] if one.tax else []),
        Fact("Billed to the client", "Yes" if one.is_billable else "No"),
        *(
            [Fact("Billed at", words.money(one.value, one.value_currency))]
            if one.value and one.is_billable
            else []
        ),
        Fact("Paid back to the person", "Yes" if one.is_reimbursable else "No"),
        *([Fact("On", one.invoice, routes.invoice(one.invoice_id))] if one.invoice_id else []),
        *([Fact("Approved", "as it was handed in: it keeps the policy")] if one.by_policy else []),
        *([Fact("Sent back because", one.reason, tone="bad")] if one.state == "rejected" else []),
        *(Fact("Look at", text, tone="warn") for text in one.look),
    ]
    files = [receipt_line(file) for file in one.receipts]
    return Shown(one.id, one.description, facts, files, one.state)


def _state(one: ExpenseView) -> Cell:
    word = badge(one.state)
    text = one.reason if one.state == "rejected" else "; ".join(one.look)
    if one.by_policy:
        text = "Approved as it was handed in: it keeps the policy."
    return Cell(word.text, kind="badge", tone=word.tone, icon=word.icon, tip=text)


def _receipts(one: ExpenseView) -> Cell:
    number = len(one.receipts)
    return Cell(str(number), kind="text") if number else Cell("–", kind="muted")


def _value(one: ExpenseView) -> Cell:
    if not one.is_billable:
        return Cell("not billable", kind="muted", align="right")
    if one.value is None:
        return Cell("–", kind="muted", align="right", tip="No exchange rate is known for that day.")
    return Cell(words.money(one.value, one.value_currency), align="right")


def _billed(one: ExpenseView) -> Cell:
    state = one.state
    if state == "approved":
        state = "unbilled" if one.is_billable else "approved"
    word = badge(state)
    href = routes.invoice(one.invoice_id) if one.invoice_id else ""
    return Cell(word.text, kind="badge", tone=word.tone, icon=word.icon, href=href)


def _flags(one: ExpenseView) -> str:
    return "" if one.is_reimbursable else "paid by the firm"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
