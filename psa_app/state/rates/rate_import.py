"""Rates from a file: looked at row by row, then brought in whole."""

import asyncio
from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.display.tables import Cell, Row
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.formats.apart import read_apart
from psa_app.formats.csv_files import Table
from psa_app.services.rates_import import LIMITS, ListRow, RatesImported, RowProblem, import_rates
from psa_app.state.base import allow, read, say, write
from psa_app.state.rates import rate_words

MOST_SHOWN = 200


class RateImportState(rx.State):
    """The file that was dropped, and what it would do."""

    name: str = ""
    error: str = ""
    summary: str = ""
    rates: list[Row] = []
    problems: list[Row] = []
    touched: list[Row] = []  # the time not approved yet that gets another rate
    touched_more: str = ""
    may_apply: bool = False
    files: list[str] = routes.rate_list_files()
    _table: Table | None = None

    @rx.event
    @allow("rates.change")
    def load(self) -> None:
        """Begins anew."""
        self._forget()

    def _forget(self) -> None:
        self.name, self.error, self.summary, self._table = "", "", "", None
        self.rates, self.problems, self.may_apply = [], [], False
        self.touched, self.touched_more = [], ""

    @rx.event
    @allow("rates.change")
    async def take(self, files: list[rx.UploadFile]) -> None:
        """Takes a file and says what it would do; nothing is written."""
        self._forget()
        if not files:
            self.error = "Choose a file."
            return
        data = await files[0].read(LIMITS.bytes + 1)
        self.name = str(files[0].filename or "file")[:100]
        try:
            table = await asyncio.to_thread(read_apart, data, LIMITS)
            found = await read(lambda session, who: import_rates(session, who, table))
        except PsaError as error:
            self.error = error.sentence
            return
        self._table = table
        self._show(found)

    def _show(self, found: RatesImported) -> None:
        self.rates = [_rate(row) for row in found.rates[:MOST_SHOWN]]
        self.problems = [_problem(one) for one in found.problems[:MOST_SHOWN]]
        self.may_apply = bool(found.written) and not found.problems
        effect = self._effect(found)
        known = f"{found.known:,} stand so already." if found.known else ""
        if found.problems:
            many = len(found.problems)
            wrong = "1 row is not right" if many == 1 else f"{many:,} rows are not right"
            self.summary = f"{wrong}, so nothing can be brought in. Mend the file and drop it again."
        elif found.written:
            new = (
                "1 rate will be written."
                if found.written == 1
                else f"{found.written:,} rates will be written."
            )
            self.summary = " ".join(part for part in (new, known, effect) if part)
        else:
            self.summary = f"The file changes nothing. {known}"

    def _effect(self, found: RatesImported) -> str:
        sums = found.sums
        self.touched, self.touched_more = rate_words.touched_rows(found.entries), ""
        if sums is None:
            return ""
        more = sums.entries - len(found.entries)
        self.touched_more = f"And {more:,} more." if more > 0 else ""
        return rate_words.effect_of(sums, "") if sums.entries else rate_words.NOTHING

    @rx.event
    @allow("rates.change")
    async def apply(self) -> Any:
        """Brings the file in, whole."""
        table = self._table
        if not (table and self.may_apply):
            return None
        self.may_apply = False
        done = await write(lambda session, who: import_rates(session, who, table, dry_run=False))
        if done.problems:
            self._show(done)
            return None
        self._forget()
        await say(self, f"{done.written:,} rates brought in.")
        return rx.redirect(routes.RATES)


def _rate(row: ListRow) -> Row:
    cells = row.cells
    owner = " · ".join(cells[name] for name in ("Client", "Project", "Person") if cells[name])
    days = f"from {cells['From']}" + (f" to {cells['To']}" if cells["To"] else "")
    return Row(
        f"{row.line}-{row.column}",
        [
            Cell(str(row.line), align="right", kind="muted"),
            Cell(owner or "Firm card", kind="strong"),
            Cell(cells["Role"] or ("–" if cells["Person"] else "Everyone")),
            Cell(f"{cells['An hour']} {cells['Currency']}", align="right"),
            Cell(words.with_days(days)),
        ],
    )


def _problem(one: RowProblem) -> Row:
    return Row(
        f"{one.line}-{one.column}",
        [
            Cell(str(one.line), align="right", kind="muted"),
            Cell(one.column or "–"),
            Cell(words.with_days(one.sentence), kind="bad"),
        ],
    )
