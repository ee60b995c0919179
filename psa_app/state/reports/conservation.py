"""Where each hour stands: logged time by client and month, and the bucket of every second of it."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.frame import Tab
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Column
from psa_app.display.tables import Row as TableRow
from psa_app.formats import words
from psa_app.queries.conservation import Line, Row, conservation, conservation_rows
from psa_app.queries.report_sheets import last_months
from psa_app.rules.buckets import Bucket
from psa_app.rules.hours import h_mm_seconds
from psa_app.state.base import allow, read
from psa_app.state.reports.months import chosen_months, month_tabs, month_words

LABELS = {
    Bucket.not_billable: "Not billable",
    Bucket.unbilled: "Unbilled",
    Bucket.drafted: "On drafts",
    Bucket.invoiced: "Invoiced",
    Bucket.fee: "Fixed price",
    Bucket.retainer: "From a retainer",
    Bucket.over_cap: "Over cap",
    Bucket.written_off: "Written off",
}
COLUMNS = [
    Column("month", "Month", fixed=True),
    Column("client", "Client"),
    Column("logged", "Logged", align="right"),
    *(Column(bucket.value, label, align="right") for bucket, label in LABELS.items()),
    Column("off", "Off", align="right", phone="side"),
]
ROWS = [
    Column("day", "Day"),
    Column("person", "Person"),
    Column("work", "Work"),
    Column("note", "Note"),
    Column("hours", "Hours", align="right", phone="side"),
    Column("state", "State"),
    Column("invoice", "Invoice"),
]


class ConservationState(rx.State):
    """The report, and the entries behind the figure that the address names (`client`, `month`, `bucket`)."""

    rows: list[TableRow] = []
    totals: list[Cell] = []
    months: str = "6"
    tabs: list[Tab] = []
    verdict: str = ""
    is_sound: bool = True
    behind: list[TableRow] = []
    behind_title: str = ""
    behind_sum: str = ""
    is_open: bool = False
    is_ready: bool = False

    @rx.event
    @allow("reports.firm")
    async def load(self) -> None:
        """Loads the months that the address names, and the rows behind a figure if it names one."""
        asked = self.router.url.query_parameters
        self.months = chosen_months(str(asked.get("months", "")))
        self.tabs = month_tabs(routes.CONSERVATION)
        months = int(self.months)
        lines = await read(lambda session, who: _lines(session, who, months))
        self.rows = [_line(one, self.months) for one in lines]
        self.totals = _totals(lines)
        off = sum(one.off for one in lines)
        self.is_sound = off == 0
        self.verdict = (
            "Every logged second lies in one bucket."
            if self.is_sound
            else f"{h_mm_seconds(off)} do not add up. Open the months that are marked."
        )
        self.is_ready = True
        await self._load_behind(asked)

    async def _load_behind(self, asked: Any) -> None:
        client, month, bucket = (str(asked.get(name, "")) for name in ("client", "month", "bucket"))
        known = bucket in [one.value for one in Bucket] and _is_month(month)
        self.is_open = known and (client == "firm" or (client.isdecimal() and len(client) < 10))
        if not self.is_open:
            return
        account_id = None if client == "firm" else int(client)
        place = Bucket(bucket)
        found = await read(
            lambda session, who: conservation_rows(
                session, who, account_id=account_id, month=int(month), bucket=place
            )
        )
        self.behind = [_row(one) for one in found]
        self.behind_title = f"{LABELS[place]}, {month_words(int(month))}"
        entries = "1 entry" if len(found) == 1 else f"{len(found):,} entries"
        self.behind_sum = f"{entries}, {h_mm_seconds(sum(one.seconds for one in found))} h"

    @rx.event
    @allow("reports.firm")
    def close(self) -> Any:
        """Closes the rows behind a figure."""
        self.is_open = False
        return rx.redirect(routes.with_query(routes.CONSERVATION, months=self.months), replace=True)


def _is_month(text: str) -> bool:
    return len(text) == 6 and text.isascii() and text.isdecimal() and 1 <= int(text[4:]) <= 12 and text > "1"


def _lines(session: Session, who: Actor, months: int) -> tuple[Line, ...]:
    first, last = last_months(session, months)
    return conservation(session, who, from_month=first, to_month=last)


def _line(one: Line, months: str) -> TableRow:
    client = "firm" if one.account_id is None else str(one.account_id)
    cells = [Cell(month_words(one.month), kind="strong"), Cell(one.account or "The firm’s own work")]
    cells.append(Cell(h_mm_seconds(one.logged), align="right", kind="strong"))
    for bucket in LABELS:
        seconds = one.buckets[bucket]
        address = routes.with_query(
            routes.CONSERVATION, months=months, client=client, month=one.month, bucket=bucket.value
        )
        cells.append(
            Cell(h_mm_seconds(seconds), align="right", href=address)
            if seconds
            else Cell("–", align="right", kind="muted")
        )
    off = Cell(h_mm_seconds(one.off), align="right", kind="bad") if one.off else Cell("0", align="right")
    return TableRow(f"{client}-{one.month}", [*cells, off], tone="bad" if one.off else "")


def _totals(lines: tuple[Line, ...]) -> list[Cell]:
    if not lines:
        return []
    sums = [sum(one.buckets[bucket] for one in lines) for bucket in LABELS]
    all_of = [sum(one.logged for one in lines), *sums, sum(one.off for one in lines)]
    numbers = [Cell(h_mm_seconds(seconds) if seconds else "0", align="right") for seconds in all_of]
    return [Cell("Total", kind="strong"), Cell(""), *numbers]


def _row(one: Row) -> TableRow:
    word = badge(one.status)
    href = routes.invoice(one.invoice_id) if one.invoice_id else ""
    cells = [
        Cell(words.day(one.day)),
        Cell(one.person),
        Cell(one.task, sub=one.project),
        Cell(one.note or "–", kind="text" if one.note else "muted"),
        Cell(h_mm_seconds(one.seconds), align="right"),
        Cell(word.text, kind="badge", tone=word.tone),
        Cell(one.invoice or "–", href=href, kind="text" if one.invoice else "muted"),
    ]
    return TableRow(str(one.entry_id), cells, name=f"{one.person}, {words.day(one.day)}")
