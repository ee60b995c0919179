"""Recurring revenue by month: what moved it, and the lines behind each month."""

from fractions import Fraction
from itertools import dropwhile
from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.display.charts import StackBar
from psa_app.display.frame import Tab
from psa_app.display.tables import Cell, Column, Row
from psa_app.formats import words
from psa_app.queries.subscriptions.months import RIGHT, MrrLine, MrrMonth, mrr_months
from psa_app.rules.mrr import Move
from psa_app.rules.weeks import month_of
from psa_app.state.base import allow, read
from psa_app.state.reports.months import chosen_months, month_tabs, month_words

MOVES = {
    Move.new: "New",
    Move.expansion: "Expansion",
    Move.contraction: "Contraction",
    Move.churn: "Churn",
    Move.same: "As before",
}
COLUMNS = [
    Column("month", "Month", fixed=True),
    Column("opening", "At the start", align="right"),
    *(Column(move.value, label, align="right") for move, label in MOVES.items() if move is not Move.same),
    Column("closing", "At the end", align="right", phone="side"),
    Column("clients", "Clients", align="right"),
    Column("lost", "Churn of revenue", align="right"),
    Column("clients_lost", "Churn of clients", align="right"),
]
LINES = [
    Column("client", "Client"),
    Column("line", "Line"),
    Column("before", "Before", align="right"),
    Column("after", "After", align="right"),
    Column("change", "Change", align="right", phone="side"),
    Column("move", "Client"),
]


class MrrState(rx.State):
    """The report in one currency, and the lines behind the figure that is open (`month`, `move`)."""

    months: str = "12"
    currency: str = ""
    tabs: list[Tab] = []
    currencies: list[Tab] = []
    files: list[str] = []
    bars: list[StackBar] = []
    bars_label: str = ""
    rows: list[Row] = []
    behind: list[Row] = []
    behind_title: str = ""
    behind_sum: str = ""
    now_words: str = ""
    is_open: bool = False
    is_ready: bool = False

    @rx.event
    @allow(RIGHT)
    async def load(self) -> None:
        """Loads the months and the currency that the address names, and the lines behind a figure."""
        asked = self.router.url.query_parameters
        self.months = chosen_months(str(asked.get("months", "")), "12")
        months = int(self.months)
        found = await read(lambda session, who: mrr_months(session, who, months))
        codes = sorted({one.currency for one in found})
        wanted = str(asked.get("currency", ""))
        self.currency = wanted if wanted in codes else _largest(found)
        self.tabs = month_tabs(routes.MRR, currency=self.currency)
        self.currencies = [
            Tab(code, code, routes.with_query(routes.MRR, months=self.months, currency=code))
            for code in codes
        ]
        self.files = routes.report_files("recurring", months=self.months)
        mine = [one for one in found if one.currency == self.currency]
        self._draw(mine)
        begun = dropwhile(lambda one: not (one.bridge.opening or one.bridge.closing), mine)
        self.rows = [self._row(one) for one in reversed(list(begun))]
        self._show_behind(asked, mine)
        self.is_ready = True

    def _draw(self, found: list[MrrMonth]) -> None:
        tallest = max((one.bridge.closing for one in found), default=0) or 1
        self.bars = [
            StackBar(
                words.month(one.ends_on, short=True),
                round((one.bridge.closing - _grown(one)) * 100 / tallest, 1),
                round(_grown(one) * 100 / tallest, 1),
                _tip(one),
            )
            for one in found
        ]
        now = words.money(found[-1].bridge.closing, self.currency) if found else ""
        year = words.money(found[-1].bridge.closing * 12, self.currency) if found else ""
        self.now_words = f"{now} a month today, {year} a year" if now else ""
        self.bars_label = f"Recurring revenue at the end of each month; {now} now"

    def _row(self, one: MrrMonth) -> Row:
        bridge, month = one.bridge, month_of(one.ends_on)
        moved = {
            Move.new: bridge.new,
            Move.expansion: bridge.expansion,
            Move.contraction: bridge.contraction,
            Move.churn: bridge.churn,
        }
        cells = [Cell(month_words(month), kind="strong"), _amount(bridge.opening, one.currency)]
        cells += [_amount(amount, one.currency, self._href(month, move)) for move, amount in moved.items()]
        cells.append(_amount(bridge.closing, one.currency, self._href(month), strong=True))
        cells.append(Cell(str(bridge.clients), align="right"))
        cells.append(_share(-bridge.churn - bridge.contraction, bridge.opening))
        cells.append(_share(bridge.clients_lost, bridge.clients_before))
        return Row(str(month), cells)

    def _href(self, month: int, move: Move | None = None) -> str:
        named = {"move": move.value} if move else {}
        return routes.with_query(routes.MRR, months=self.months, currency=self.currency, month=month, **named)

    def _show_behind(self, asked: Any, found: list[MrrMonth]) -> None:
        month, move = str(asked.get("month", "")), str(asked.get("move", ""))
        at = next((one for one in found if str(month_of(one.ends_on)) == month), None)
        lines = [] if at is None else [one for one in at.lines if not move or one.move.value == move]
        self.is_open = bool(lines)
        if not lines:
            return
        self.behind = [_line(one, self.currency) for one in lines]
        what = MOVES[Move(move)] if move else "Recurring revenue"
        self.behind_title = f"{what}, {month_words(int(month))}"
        many = "1 line" if len(lines) == 1 else f"{len(lines):,} lines"
        changed = words.money(sum(one.after - one.before for one in lines), self.currency)
        total = words.money(sum(one.after for one in lines), self.currency)
        self.behind_sum = f"{many}, {changed}" if move else f"{many}, {total} a month"

    @rx.event
    @allow(RIGHT)
    def close(self) -> Any:
        """Closes the lines behind a figure."""
        self.is_open = False
        address = routes.with_query(routes.MRR, months=self.months, currency=self.currency)
        return rx.redirect(address, replace=True)


def _largest(found: list[MrrMonth]) -> str:
    return (
        max(found, key=lambda one: (one.ends_on, one.bridge.clients, one.currency)).currency if found else ""
    )


def _grown(one: MrrMonth) -> int:
    """What of a month's end is new or has grown in it."""
    return min(one.bridge.closing, one.bridge.new + one.bridge.expansion)


def _tip(one: MrrMonth) -> str:
    closing, grown = (words.money(amount, one.currency) for amount in (one.bridge.closing, _grown(one)))
    return f"{month_words(month_of(one.ends_on))}: {closing}, of it {grown} new or grown"


def _amount(amount: int, currency: str, href: str = "", *, strong: bool = False) -> Cell:
    if not amount:
        return Cell("–", align="right", kind="muted")
    return Cell(
        words.money(amount, currency),
        align="right",
        href=href,
        kind="strong" if strong and not href else "text",
    )


def _share(part: int, whole: int) -> Cell:
    if not whole:
        return Cell("–", align="right", kind="muted")
    return Cell(words.percent(Fraction(part, whole), 1), align="right")


def _line(one: MrrLine, currency: str) -> Row:
    cells = [
        Cell(one.account, kind="strong", href=routes.client(one.account_id)),
        Cell(one.title),
        _amount(one.before, currency),
        _amount(one.after, currency),
        _amount(one.after - one.before, currency),
        Cell(MOVES[one.move], kind="muted" if one.move is Move.same else "text"),
    ]
    return Row(str(one.line_id), cells, name=one.title)
