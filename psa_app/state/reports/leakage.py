"""What was worked and is not paid for, by client, project, person, month or reason."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.display.frame import Tab
from psa_app.display.tables import Cell, Column, Row
from psa_app.formats import words
from psa_app.queries.leakage import RIGHT, leakage
from psa_app.queries.report_sheets import last_months
from psa_app.rules.hours import h_mm_seconds
from psa_app.rules.leakage import CAUSES, GROUPS, Cause, Lost, Sum, sums
from psa_app.state.base import allow, read
from psa_app.state.reports.months import chosen_months, month_tabs, month_words

MOST = 500  # rows behind a figure that are listed; all of them are in the file
GROUP_WORDS = {
    "client": "Client",
    "project": "Project",
    "person": "Person",
    "month": "Month",
    "reason": "Reason",
}
NOWHERE = {"project": "No project", "person": "Nobody’s time", "reason": "No reason given"}
ROWS = [
    Column("day", "Day"),
    Column("client", "Client"),
    Column("work", "Work"),
    Column("person", "Person"),
    Column("cause", "Cause"),
    Column("reason", "Reason"),
    Column("hours", "Hours", align="right"),
    Column("amount", "Value", align="right", phone="side"),
    Column("invoice", "Invoice"),
]


class LeakageState(rx.State):
    """The report, and the rows behind the figure that the address names (`of`, `in`, `cause`)."""

    columns: list[Column] = []
    rows: list[Row] = []
    totals: list[Cell] = []
    months: str = "6"
    by: str = "client"
    tabs: list[Tab] = []
    groups: list[Tab] = []
    files: list[str] = []
    behind: list[Row] = []
    behind_title: str = ""
    behind_sum: str = ""
    is_open: bool = False
    is_ready: bool = False

    @rx.event
    @allow(RIGHT)
    async def load(self) -> None:
        """Loads the months and groups that the address names, and the rows behind a figure."""
        asked = self.router.url.query_parameters
        self.months = chosen_months(str(asked.get("months", "")))
        self.by = str(asked.get("by", "")) if asked.get("by", "") in GROUPS else "client"
        self.tabs = month_tabs(routes.LEAKAGE, by=self.by)
        self.groups = [
            Tab(key, label, routes.with_query(routes.LEAKAGE, months=self.months, by=key))
            for key, label in GROUP_WORDS.items()
        ]
        self.files = routes.report_files("leakage", months=self.months)
        months = int(self.months)

        def found(session: Any, who: Any) -> list[Lost]:
            first, last = last_months(session, months)
            return leakage(session, who, from_month=first, to_month=last)

        lost = await read(found)
        groups = sums(lost, self.by)
        causes = [cause for cause in Cause if any(one.cause is cause for one in lost)]
        self.columns = _columns(self.by, causes)
        several = len({one.currency for one in groups}) > 1
        self.rows = [self._row(one, causes, one.currency if several else "") for one in groups]
        self.totals = _totals(groups, causes)
        self._show_behind(asked, lost)
        self.is_ready = True

    def _row(self, one: Sum, causes: list[Cause], code: str) -> Row:
        cells = [Cell(name_of(self.by, one.name), sub=code, kind="strong")]
        cells.append(Cell(words.money(one.amount, one.currency), align="right", kind="strong"))
        for cause in causes:
            href = routes.with_query(
                routes.LEAKAGE,
                months=self.months,
                by=self.by,
                of=one.key or "-",
                currency=one.currency,
                cause=cause.value,
            )
            cells.append(_figure(one.amounts[cause], one.seconds[cause], one.currency, href))
        return Row(f"{one.key}-{one.currency}", cells)

    def _show_behind(self, asked: Any, lost: list[Lost]) -> None:
        of, currency, cause = (str(asked.get(name, "")) for name in ("of", "currency", "cause"))
        behind = [
            one
            for one in lost
            if (one.group(self.by)[0] or "-", one.currency, one.cause.value) == (of, currency, cause)
        ]
        self.is_open = bool(behind)
        if not behind:
            return
        name = name_of(self.by, behind[0].group(self.by)[1])
        self.behind = [_behind(one, str(place)) for place, one in enumerate(behind[:MOST])]
        self.behind_title = f"{CAUSES[behind[0].cause]}: {name}"
        many = "1 row" if len(behind) == 1 else f"{len(behind):,} rows"
        hours = h_mm_seconds(sum(one.seconds for one in behind))
        amount = words.money(sum(one.amount for one in behind), currency)
        shown = f"; the first {MOST} are listed, the file has all" if len(behind) > MOST else ""
        self.behind_sum = f"{many}, {hours} h, {amount}{shown}"

    @rx.event
    @allow(RIGHT)
    def close(self) -> Any:
        """Closes the rows behind a figure."""
        self.is_open = False
        return rx.redirect(routes.with_query(routes.LEAKAGE, months=self.months, by=self.by), replace=True)


def name_of(by: str, name: str) -> str:
    """What a group is called on the page."""
    if by == "month":
        return month_words(int(name))
    return name or NOWHERE.get(by, "–")


def _columns(by: str, causes: list[Cause]) -> list[Column]:
    named = [Column(cause.value, CAUSES[cause], align="right") for cause in causes]
    return [
        Column("group", GROUP_WORDS[by], fixed=True),
        Column("amount", "Lost in all", align="right", phone="side"),
        *named,
    ]


def _figure(amount: int, seconds: int, currency: str, href: str) -> Cell:
    if not (amount or seconds):
        return Cell("–", align="right", kind="muted")
    hours = f"{h_mm_seconds(seconds)} h" if seconds else ""
    if not amount:
        return Cell(hours, align="right", href=href)
    return Cell(words.money(amount, currency), sub=hours, align="right", href=href)


def _totals(groups: list[Sum], causes: list[Cause]) -> list[Cell]:
    """One line where all is in one currency; amounts of several are never added up."""
    currencies = {one.currency for one in groups}
    if len(currencies) != 1:
        return []
    code = currencies.pop()
    cells = [
        _figure(
            sum(one.amounts[cause] for one in groups), sum(one.seconds[cause] for one in groups), code, ""
        )
        for cause in causes
    ]
    total = words.money(sum(one.amount for one in groups), code)
    return [Cell("Total", kind="strong"), Cell(total, align="right", kind="strong"), *cells]


def _behind(one: Lost, row_id: str) -> Row:
    href = routes.invoice(one.invoice_id) if one.invoice_id else ""
    cells = [
        Cell(words.day(one.day)),
        Cell(one.account),
        Cell(one.work or "–", sub=one.project),
        Cell(one.person or "–", kind="text" if one.person else "muted"),
        Cell(CAUSES[one.cause]),
        Cell(one.reason or "–", kind="text" if one.reason else "muted"),
        Cell(h_mm_seconds(one.seconds) if one.seconds else "–", align="right"),
        Cell(words.money(one.amount, one.currency) if one.amount else "–", align="right"),
        Cell(one.invoice or "–", href=href, kind="text" if one.invoice else "muted"),
    ]
    return Row(row_id, cells, name=f"{one.account}, {words.day(one.day)}")
