"""Approvals: what is unusual first, the rest in one act, every decision with a way back."""

from collections.abc import Iterable, Sequence
from typing import Any

import reflex as rx

from psa_app import clock, routes
from psa_app.access import may
from psa_app.display.figures import Fact
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.queries.time.approvals import LineView, Queue, SheetQueue, approval_queue, waiting_leave
from psa_app.rules import weeks
from psa_app.rules.hours import h_mm_seconds
from psa_app.rules.timesheets import Exceptional
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.override import set_no_charge
from psa_app.services.time.reject import reject_entries, unapprove_entries
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.frame import FrameState, initials

SHOWN = 100  # unusual lines at once
WHY = {
    Exceptional.unpriced: ("unpriced", ""),
    Exceptional.over_budget: ("over_budget", ""),
    Exceptional.long_day: ("late", "Over 10 h"),
    Exceptional.weekend: ("late", "Weekend"),
    Exceptional.supplement: ("late", "Supplement"),
}


class ApprovalsState(rx.State):
    """The queue, or one week of it when the address names a sheet."""

    subtitle: str = ""
    first: list[Row] = []  # unusual lines
    weeks: list[Row] = []  # one row for each handed-in week
    lines: list[Row] = []  # of the chosen week
    line_id: int = 0  # the line that a dialog shows
    line_title: str = ""
    line_facts: list[Fact] = []
    sheet_title: str = ""
    sheet_sub: str = ""
    sheet: str = ""  # the id of the week that the address names
    is_sheet: bool = False
    rest: int = 0
    rest_words: str = ""
    more: str = ""
    leave: str = ""
    chosen: list[str] = []
    all_chosen: bool = False
    rejecting: bool = False
    excusing: int = 0  # the entry that is to be set to not billable
    reject_words: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False
    _rest: list[int] = []
    _of_sheet: dict[str, list[int]] = {}
    _reject: list[int] = []

    @rx.event
    @allow("time.approve")
    async def load(self) -> None:
        """Loads the queue; `?sheet=` shows one week."""
        await self._load()

    async def _load(self) -> None:
        text = str(self.router.url.query_parameters.get("sheet", ""))
        sheet_id = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
        queue = await read(lambda session, who: approval_queue(session, who, timesheet_id=sheet_id))
        self.is_sheet, self.sheet = sheet_id is not None, text if sheet_id is not None else ""
        self._of_sheet = {
            str(sheet.timesheet_id): [line.entry_id for line in sheet.lines] for sheet in queue.sheets
        }
        self._rest = [one for sheet in queue.sheets for one in sheet.usual_ids]
        self.rest = len(self._rest)
        self._show_queue(queue)
        if sheet_id is not None:
            self._show_sheet(queue)
        self._show_line(queue, str(self.router.url.query_parameters.get("entry", "")))
        here = {row.id for row in self._rows()}
        self.chosen = [one for one in self.chosen if one in here]
        self.all_chosen = bool(here) and len(self.chosen) == len(here)
        if may(actor(), "leave.decide"):
            leave = await read(waiting_leave)
            self.leave = _counted(leave, "leave request waits", "leave requests wait") if leave else ""
        self.is_ready = True

    def _rows(self) -> list[Row]:
        """What can be chosen: the lines of the week that is open, else the weeks."""
        return self.lines if self.is_sheet else self.weeks

    def _chosen(self) -> list[int]:
        """The entries that are chosen."""
        if self.is_sheet:
            return [int(one) for one in self.chosen]
        return [entry for sheet in self.chosen for entry in self._of_sheet.get(sheet, [])]

    def _show_queue(self, queue: Queue) -> None:
        unusual = [(sheet, line) for sheet in queue.sheets for line in sheet.lines if line.exceptions]
        self.first = [_line(line, sheet.person, "") for sheet, line in unusual[:SHOWN]]
        self.weeks = [_week(sheet) for sheet in queue.sheets]
        everything = len(self._rest) == queue.entries
        self.rest_words = f"Approve all {self.rest}" if everything else f"Approve the rest ({self.rest})"
        waiting = _counted(queue.entries, "entry waits", "entries wait")
        look = f" · {len(unusual):,} to look at first" if unusual else ""
        self.subtitle = (
            f"{waiting}, {h_mm_seconds(queue.seconds)}{look}" if queue.entries else "No time waits for you"
        )
        self.more = (
            f"{len(unusual) - SHOWN} more come when these are decided." if len(unusual) > SHOWN else ""
        )

    def _show_sheet(self, queue: Queue) -> None:
        sheet = next(iter(queue.sheets), None)
        self.lines = [_line(line, "", self.sheet) for line in sheet.lines] if sheet else []
        self.sheet_title = f"{sheet.person} · {weeks.label(sheet.week)}" if sheet else "All decided"
        self.sheet_sub = ""
        if sheet is not None:
            others = _counted(sheet.others, "entry waits for someone else", "entries wait for someone else")
            parts = [f"{h_mm_seconds(sheet.seconds)}, {h_mm_seconds(sheet.billable)} billable"]
            parts += [f"supplement {sheet.number}"] if sheet.number else []
            self.sheet_sub = " · ".join(parts + ([others] if sheet.others else []))

    def _show_line(self, queue: Queue, entry: str) -> None:
        """The line that the address names, in a dialog; nothing when it waits no more."""
        found = next(
            ((sheet, line) for sheet in queue.sheets for line in sheet.lines if str(line.entry_id) == entry),
            None,
        )
        self.line_id = found[1].entry_id if found else 0
        if found is not None:
            self.line_title, self.line_facts = _told(*found)

    @rx.event
    @allow("time.approve")
    def leave_line(self) -> Any:
        """Closes the dialog of a line."""
        self.line_id = 0
        return rx.redirect(routes.with_query(routes.APPROVALS, sheet=self.sheet), replace=True)

    @rx.event
    @allow("time.approve")
    async def approve(self, entry_id: int) -> Any:
        """Approves one line."""
        return await self._approve([entry_id])

    @rx.event
    @allow("time.approve")
    async def approve_rest(self) -> Any:
        """Approves all lines that have nothing unusual."""
        return await self._approve(self._rest)

    @rx.event
    @allow("time.approve")
    async def approve_week(self, sheet_id: str) -> Any:
        """Approves all lines of a week that are the actor's to decide."""
        return await self._approve(self._of_sheet.get(sheet_id, []))

    @rx.event
    @allow("time.approve")
    async def approve_chosen(self) -> Any:
        """Approves the chosen lines or weeks."""
        return await self._approve(self._chosen())

    async def _approve(self, ids: Sequence[int]) -> Any:
        entry_ids = tuple(ids)
        try:
            done = await write(lambda session, who: approve_entries(session, who, entry_ids=entry_ids))
        except PsaError:
            await self._load()
            raise
        self.chosen = []
        await self._load()
        text = f"{_counted(len(done.entry_ids), 'entry', 'entries')} approved, {h_mm_seconds(done.seconds)}."
        if done.unpriced:
            text += f" {_counted(done.unpriced, 'has', 'have')} no rate yet."
        undo = ApprovalsState.undo(list(done.entry_ids)) if len(done.entry_ids) <= 5000 else None
        await say(self, text, undo=undo)
        return FrameState.refresh

    @rx.event
    @allow("time.approve")
    async def undo(self, entry_ids: list[int]) -> Any:
        """Takes an approval back."""
        ids = tuple(entry_ids)
        count = await write(
            lambda session, who: unapprove_entries(session, who, entry_ids=ids, reason="Undone")
        )
        await self._load()
        await say(self, f"{_counted(count, 'entry waits', 'entries wait')} again.")
        return FrameState.refresh

    @rx.event
    @allow("time.approve")
    def ask_reject(self, entry_id: int) -> None:
        """Asks for the reason of sending one line back."""
        self._ask([entry_id])

    @rx.event
    @allow("time.approve")
    def ask_reject_week(self, sheet_id: str) -> None:
        """Asks for the reason of sending a week back."""
        self._ask(self._of_sheet.get(sheet_id, []))

    @rx.event
    @allow("time.approve")
    def ask_reject_chosen(self) -> None:
        """Asks for the reason of sending the chosen lines or weeks back."""
        self._ask(self._chosen())

    def _ask(self, ids: Iterable[int]) -> None:
        self._reject = list(ids)
        self.reject_words = f"Send {_counted(len(self._reject), 'entry', 'entries')} back"
        self.rejecting, self.errors = bool(self._reject), {}
        self.form_key += 1

    @rx.event
    @allow("time.approve")
    async def reject(self, data: dict[str, Any]) -> Any:
        """Sends lines back with the reason."""
        reason = form_values(data, ("reason",))["reason"]
        ids = tuple(self._reject)
        try:
            count = await write(
                lambda session, who: reject_entries(session, who, entry_ids=ids, reason=reason)
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.rejecting, self.chosen = False, []
        await self._load()
        await say(self, f"{_counted(count, 'entry', 'entries')} sent back with your reason.")
        return FrameState.refresh

    @rx.event
    @allow("time.approve")
    def ask_excuse(self, entry_id: int) -> None:
        """Asks why a line is not to be billed."""
        self.excusing, self.errors = entry_id, {}
        self.form_key += 1

    @rx.event
    @allow("time.approve")
    async def excuse(self, data: dict[str, Any]) -> None:
        """Sets a line to not billable, with the reason."""
        reason, entry_id = form_values(data, ("reason",))["reason"], self.excusing
        if not reason:
            self.errors = {"reason": "Say why it is not billed."}
            return
        try:
            await write(lambda session, who: set_no_charge(session, who, entry_id, reason=reason))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.excusing = 0
        await self._load()
        await say(self, "Set to not billable.")

    @rx.event
    @allow("time.approve")
    def choose(self, row_id: str, yes: bool) -> None:
        """Chooses a line or a week, or not."""
        self.chosen = [*(one for one in self.chosen if one != row_id), *([row_id] if yes else [])][-5000:]
        self.all_chosen = len(self.chosen) == len(self._rows())

    @rx.event
    @allow("time.approve")
    def choose_all(self, yes: bool) -> None:
        """Chooses all lines or weeks, or none."""
        self.chosen = [row.id for row in self._rows()] if yes else []
        self.all_chosen = yes

    @rx.event
    @allow("time.approve")
    def close(self) -> None:
        """Closes whichever dialog is open."""
        self.rejecting, self.excusing = False, 0


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _line(line: LineView, person: str, sheet: str) -> Row:
    why = [badge(*WHY[kind]) for kind in line.exceptions]
    worst = why[0] if why else None
    told = ", ".join(word.text for word in why)
    first = Cell(person, kind="strong") if person else Cell(words.day_long(line.day).split(" ")[0])
    cells = [
        first,
        Cell(words.day(line.day, year=bool(person) and line.day.year != clock.now().year)),
        Cell(f"{line.project}: {line.task}", sub=line.client),
        Cell(line.note or "–", kind="text" if line.note else "muted"),
        Cell(told, kind="badge", tone=worst.tone, icon=worst.icon) if worst else Cell(""),
        Cell(h_mm_seconds(line.seconds), align="right"),
        _value(line),
    ]
    name = f"{person} {words.day(line.day)}, {line.task}".strip()
    tone = "bad" if worst and worst.tone == "bad" else ""
    href = routes.with_query(routes.APPROVALS, sheet=sheet, entry=line.entry_id)
    return Row(str(line.entry_id), cells, href=href, name=name, tone=tone)


def _told(sheet: SheetQueue, line: LineView) -> tuple[str, list[Fact]]:
    value = _value(line)
    facts = [
        Fact("Person", sheet.person),
        Fact("Day", words.day_long(line.day, year=True)),
        Fact("Client", line.client or "–"),
        Fact("Time", h_mm_seconds(line.seconds)),
        Fact("Value", value.text + (f" ({value.tip})" if value.tip else "")),
        Fact("Note", line.note or "–"),
    ]
    look = [Fact("Look at", badge(*WHY[kind]).text, tone="warn") for kind in line.exceptions]
    return f"{line.project}: {line.task}", [*facts, *look]


def _value(line: LineView) -> Cell:
    if not line.is_billable:
        return Cell("not billable", kind="muted", align="right")
    if line.value is None or line.rate is None:
        return Cell("no rate", kind="bad", align="right")
    rate = words.money(line.rate, line.currency)
    return Cell(words.money(line.value, line.currency), align="right", tip=f"{rate} an hour")


def _week(sheet: SheetQueue) -> Row:
    unusual = sum(bool(line.exceptions) for line in sheet.lines)
    late = f"Supplement {sheet.number}" if sheet.number else ""
    cells = [
        Cell(sheet.person, kind="person", icon=initials(sheet.person)),
        Cell(weeks.label(sheet.week), sub=late),
        Cell(str(len(sheet.lines)), align="right"),
        Cell(h_mm_seconds(sheet.billable), align="right"),
        Cell(h_mm_seconds(sheet.seconds), align="right"),
        Cell(str(unusual), kind="warn", align="right") if unusual else Cell("–", kind="muted", align="right"),
    ]
    href = routes.with_query(routes.APPROVALS, sheet=sheet.timesheet_id)
    return Row(str(sheet.timesheet_id), cells, href=href, name=f"{sheet.person}, {weeks.label(sheet.week)}")
