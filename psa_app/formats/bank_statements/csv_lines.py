"""Statements as CSV files, whichever way a bank writes them: columns, days and numbers are guessed.

What cannot be guessed is asked for by name; a file with one line that cannot be read is refused whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import pairwise

from psa_app.errors import Invalid
from psa_app.formats.bank_statements.amounts import minor
from psa_app.formats.bank_statements.csv_heads import guess_columns, head_currency, is_enough
from psa_app.formats.bank_statements.values import FIELDS, Entry, Statement
from psa_app.formats.columns_in import ColumnForm, currency_text, date_text, form_of, number_text
from psa_app.formats.csv_files import Limits, Table, read_table
from psa_app.formats.time_exports.values import DateOrder

LIMITS = Limits(rows=20_000, advice="Export fewer days at a time.")
_HEAD_ROWS = 15  # some banks write who they are above the header
_OUT = {"s", "soll", "d", "dbit", "debit", "-", "out", "belastung", "lastschrift"}
_IN = {"h", "haben", "c", "crdt", "credit", "+", "in", "gutschrift"}
_MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class CsvChoices:
    """What a person says where the file does not: the account's currency, columns (field → header),
    the order of days (dmy | mdy) and the decimal mark."""

    currency: str
    columns: Mapping[str, str] | None = None
    order: DateOrder | None = None
    mark: str = ""


def read_csv(data: bytes, choices: CsvChoices) -> Statement:
    """The one statement of the file. Raises `Invalid`: ("file"), ("columns"), ("order") or ("mark")."""
    table = _below_its_header(read_table(data, LIMITS), choices)
    columns = dict(choices.columns or guess_columns(table.headers))
    _check(table, columns)
    cells = {field: table.column(header) for field, header in columns.items()}
    rows = _Rows(cells, choices, columns)
    entries, problems = [], []
    for place, line in enumerate(table.lines):
        if not any(cells[name][place].strip() for name in ("amount", "credit", "debit") if name in cells):
            continue  # a line that only gives a balance, or who the bank is
        try:
            entries.append((rows.entry(place), rows.balance(place)))
        except Invalid as error:
            problems.append(f"Line {line}: {error.sentence}")
    if problems:
        more = f" And {len(problems) - _MOST_TOLD} more." if len(problems) > _MOST_TOLD else ""
        raise Invalid(" ".join(problems[:_MOST_TOLD]) + more, "file")
    if not entries:
        raise Invalid("The file holds no bookings.", "file")
    return _statement(entries, choices.currency, columns)


def csv_headers(data: bytes) -> tuple[str, ...]:
    """The headers to choose columns from, as `read_csv` sees them. Raises `Invalid` ("file")."""
    table = _below_its_header(read_table(data, LIMITS), CsvChoices(""))
    return tuple(header for header in table.headers if header)


def _below_its_header(table: Table, choices: CsvChoices) -> Table:
    """The table from the row on that names a day and an amount."""
    if choices.columns or is_enough(guess_columns(table.headers)):
        return table
    for place, row in enumerate(table.rows[:_HEAD_ROWS]):
        if is_enough(guess_columns(row)):
            wide = len(row)
            rows = tuple(one + ("",) * (wide - len(one)) for one in table.rows[place + 1 :])
            return replace(table, headers=row, rows=rows, lines=table.lines[place + 1 :])
    return table


def _check(table: Table, columns: Mapping[str, str]) -> None:
    unknown = [field for field in columns if field not in FIELDS]
    if unknown:
        raise Invalid(
            f"“{unknown[0]}” is nothing that a statement holds. Use: {', '.join(FIELDS)}.", "columns"
        )
    absent = [header for header in columns.values() if header not in table.headers]
    if absent:
        raise Invalid(f"The file has no column “{absent[0]}”.", "columns")
    if not is_enough(columns):
        heads = ", ".join(f"“{header}”" for header in table.headers[:12] if header)
        raise Invalid(f"Say which column holds the day and which the amount. There are: {heads}.", "columns")


class _Rows:
    """Reads rows by their columns; each column's marks and order of days are found from all its cells."""

    def __init__(
        self, cells: Mapping[str, Sequence[str]], choices: CsvChoices, columns: Mapping[str, str]
    ) -> None:
        self._cells = cells
        self._currency = choices.currency
        self._forms = {
            name: _form("money", cells[name], choices)
            for name in ("amount", "credit", "debit", "balance")
            if name in cells
        }
        days = [name for name in ("booked_on", "value_on") if name in cells]
        both = [cell for name in days for cell in cells[name]]
        self._order = _form("date", both, choices).order
        for name, header in columns.items():
            if name in self._forms and head_currency(header) not in ("", self._currency):
                raise Invalid(f"“{header}” is not in {self._currency}, the account's currency.", "file")

    def entry(self, place: int) -> Entry:
        """One booking; raises `Invalid` with a sentence about the cell."""
        cell = partial(self._cell, place)
        code = currency_text(cell("currency"))
        if code not in ("", self._currency):
            raise Invalid(f"it is in {code}, and the account in {self._currency}.")
        booked = self._day(cell("booked_on"))
        if booked is None:
            raise Invalid("the day of booking is missing.")
        return Entry(
            booked_on=booked,
            amount=self._amount(place),
            currency=self._currency,
            value_on=self._day(cell("value_on")),
            payer=cell("payer"),
            iban="".join(cell("iban").split()).upper(),
            text=cell("text"),
            reference=cell("reference"),
            bank_ref=cell("bank_ref"),
        )

    def balance(self, place: int) -> int | None:
        """The account's balance after the row, when the file says it."""
        return self._number("balance", place)

    def _cell(self, place: int, name: str) -> str:
        return " ".join(self._cells[name][place].split())[:1000] if name in self._cells else ""

    def _day(self, cell: str) -> date | None:
        return date.fromisoformat(date_text(cell, self._order)) if cell else None

    def _number(self, name: str, place: int) -> int | None:
        cell = self._cell(place, name)
        if not cell:
            return None
        text, _ = number_text(cell, self._forms[name].mark)
        return minor(text, self._currency)

    def _amount(self, place: int) -> int:
        if "amount" not in self._cells:
            came, went = self._number("credit", place), self._number("debit", place)
            return (came or 0) - abs(went or 0)
        amount = self._number("amount", place)
        if amount is None:
            raise Invalid("the amount is missing.")
        side = self._cell(place, "side").casefold()
        if side in _OUT:
            return -abs(amount)
        if side and side not in _IN:
            raise Invalid(f"“{side[:20]}” says neither in nor out.")
        return abs(amount) if side else amount


def _form(kind: str, cells: Sequence[str], choices: CsvChoices) -> ColumnForm:
    form, asked = form_of(kind, cells)
    if asked is None:
        return form
    if kind == "date" and choices.order:
        return ColumnForm(order=choices.order)
    if kind == "money" and choices.mark in (".", ","):
        return ColumnForm(mark="." if choices.mark == "." else ",")
    if kind == "date":
        raise Invalid(
            f"“{asked.example}” can be read in two ways. Say whether the day stands first.", "order"
        )
    raise Invalid(f"“{asked.example}” can be read in two ways. Say which decimal mark the file has.", "mark")


def _statement(read: Sequence[tuple[Entry, int | None]], currency: str, columns: dict[str, str]) -> Statement:
    rows = list(read)
    if rows[0][0].booked_on > rows[-1][0].booked_on or (not _fits(rows) and _fits(rows[::-1])):
        rows.reverse()  # the latest first, as most banks export it
    opening = closing = None
    if rows[0][1] is not None and rows[-1][1] is not None:
        opening, closing = rows[0][1] - rows[0][0].amount, rows[-1][1]
    entries = tuple(entry for entry, _ in rows)
    return Statement("csv", "", "", currency, entries, opening, closing, columns=columns)


def _fits(rows: Sequence[tuple[Entry, int | None]]) -> bool:
    """Whether each balance is the one before it and the row's amount."""
    return all(
        before is None or after is None or before + entry.amount == after
        for (_, before), (entry, after) in pairwise(rows)
    )
