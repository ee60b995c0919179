"""The week grid: hours by keyboard, the timer, handing in, taking back."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx

from psa_app import routes
from psa_app.access import may
from psa_app.display.forms import Option
from psa_app.display.tables import Row
from psa_app.display.week import WeekDay, WeekRow
from psa_app.errors import Conflict, Invalid, Problems, PsaError
from psa_app.formats import words
from psa_app.queries.time.choices import task_choices
from psa_app.queries.time.week import WeekView, week_view
from psa_app.rules import fields, weeks
from psa_app.rules.hours import h_mm_seconds
from psa_app.services.time.cells import set_cell, set_note
from psa_app.services.time.copy import copy_last_week
from psa_app.services.time.log import delete_entry
from psa_app.services.time.submit import recall_week, submit_week
from psa_app.services.time.timer import start_timer, stop_timer
from psa_app.state import live
from psa_app.state.base import actor, allow, read, say, show, write
from psa_app.state.frame import FrameState
from psa_app.state.time import week_words

MOST_ADDED = 50


class WeekState(rx.State):
    """One week of one person; which one stands in the address."""

    title: str = ""
    subtitle: str = ""
    badge: str = ""
    previous: str = ""  # addresses of the weeks around
    following: str = ""
    previous_label: str = ""
    following_label: str = ""
    rows: list[WeekRow] = []
    days: list[WeekDay] = []
    sheets: list[Row] = []
    sent_back: list[str] = []
    has_nobody: bool = False  # who is signed in is not one of the people, and has no week
    not_handed_in: str = ""
    acked: int = 0
    refused: dict[str, str] = {}
    draft_key: str = ""
    shut: str = ""
    why: str = ""  # explains a rate, for those who may see one
    choices: list[Option] = []
    answered: str = ""
    may_submit: bool = False
    may_copy: bool = False
    recallable: list[str] = []  # ids of sheets that can be taken back
    submit_words: str = "Submit week"
    asking_empty: bool = False
    is_ready: bool = False
    _week: int = 0  # of the address; 0 for the present one
    _shown: int = 0
    _person: int = 0
    _added: list[int] = []
    _taken_off: list[int] = []

    @rx.event
    @allow("time.log")
    async def load(self) -> None:
        """Loads the week of the address, this week by default."""
        query = self.router.url.query_parameters
        week, person = _number(query.get("week")), _number(query.get("person"))
        if (week or 0, person or 0) != (self._week, self._person):
            self._added, self._taken_off, self.refused = [], [], {}
        self._week, self._person = week or 0, person or 0
        self.has_nobody = not person and actor().person_id is None
        if self.has_nobody:
            self.title, self.subtitle, self.is_ready = "Time", "", True
            return
        await self._load()

    async def _load(self) -> None:
        week, person, added = self._week or None, self._person or None, list(self._added)
        view, newest = await read(
            lambda session, who: (
                week_view(session, who, week, person_id=person, more_tasks=added),
                live.newest(session),
            )
        )
        self._shown, self.not_handed_in = view.week, ""
        self._show(view)
        live.has_shown(routes.TIME, newest)

    def _show(self, view: WeekView) -> None:
        self._around(view)
        rows, taken_off = week_words.grid_rows(view, list(self._added)), set(self._taken_off)
        show(
            self,
            title=week_words.title(view.week),
            subtitle=week_words.subtitle(view),
            badge=week_words.state_of(view),
            rows=[row for row in rows if int(row.id) not in taken_off or not row.removable],
            days=week_words.grid_days(view),
            sheets=week_words.sheet_rows(view, ZoneInfo(view.time_zone)),
            recallable=[str(sheet.id) for sheet in view.sheets if sheet.waiting or sheet.state == "empty"],
            sent_back=week_words.sent_back(view),
            draft_key=f"{view.person_id}:{view.week}",
            shut="" if view.may_write else f"This is {view.person}'s week. You can look at it.",
            why=routes.why(person=view.person_id) if may(actor(), "rates.read") else "",
            may_submit=view.may_write and view.state in ("open", "draft", "returned", "late"),
            submit_words="Submit supplement" if view.state == "late" else "Submit week",
            may_copy=view.may_write and view.last_week_seconds > 0 and view.state in ("open", "draft"),
            is_ready=True,
        )

    def _around(self, view: WeekView) -> None:
        person = view.person_id if not view.is_own else None
        before, after = weeks.previous_week(view.week), weeks.next_week(view.week)
        show(
            self,
            previous=routes.week(before, person),
            following=routes.week(after, person),
            previous_label=f"Week {before % 100}",
            following_label=f"Week {after % 100}",
        )

    @rx.event
    @allow("time.log")
    async def commit(self, change: dict[str, Any]) -> None:
        """Sets a cell; a refusal stands beside it and what was typed stays."""
        row, day, seq = _place(change)
        minutes, person = change.get("minutes"), self._person or None
        parts = _parts(change.get("parts"))
        await self._set(
            change,
            seq,
            lambda session, who: set_cell(
                session,
                who,
                task_id=row,
                day=day,
                minutes=_whole(minutes),
                seq=seq,
                parts=parts,
                person_id=person,
            ),
        )

    @rx.event
    @allow("time.log")
    async def note(self, change: dict[str, Any]) -> None:
        """Sets the note of a cell."""
        row, day, seq = _place(change)
        text, person = str(change.get("note", "")), self._person or None
        await self._set(
            change,
            seq,
            lambda session, who: set_note(session, who, task_id=row, day=day, note=text, person_id=person),
        )

    async def _set(self, change: Mapping[str, Any], seq: int, service: Any) -> None:
        key = f"{change.get('row')}|{change.get('day')}"
        try:
            await write(service)
        except PsaError as error:
            self.refused = {**self.refused, key: words.with_days(error.sentence)}
            if "note" in change:
                await say(self, error.sentence, "bad")
        else:
            self.refused = {place: why for place, why in self.refused.items() if place != key}
            await self._load()
        self.acked = max(self.acked, seq)

    @rx.event
    @allow("time.log")
    async def find(self, text: str) -> None:
        """Tasks to add as a row."""
        found = await read(
            lambda session, who: task_choices(session, who, text, person_id=self._person or None)
        )
        here = {row.id for row in self.rows}
        self.choices = [
            Option(str(one.task_id), *week_words.choice_label(one))
            for one in found
            if str(one.task_id) not in here
        ]
        self.answered = text

    @rx.event
    @allow("time.log")
    async def add(self, choice: str) -> None:
        """Adds a row."""
        task_id = _number(choice) or 0
        self._added = [*(one for one in self._added if one != task_id), task_id][-MOST_ADDED:]
        self._taken_off = [one for one in self._taken_off if one != task_id]
        await self._load()

    @rx.event
    @allow("time.log")
    async def remove(self, change: dict[str, Any]) -> None:
        """Takes an empty row off the grid."""
        task_id = _number(change.get("row")) or 0
        self._added = [one for one in self._added if one != task_id]
        self._taken_off = [*self._taken_off, task_id][-MOST_ADDED:]
        await self._load()

    @rx.event
    @allow("timer.run")
    async def timer(self, change: dict[str, Any]) -> Any:
        """Starts the timer in a row, with a modifier if one is named, or stops the one that runs there."""
        task_id, modifier = _number(change.get("row")) or 0, _number(change.get("modifier"))
        running = next((row for row in self.rows if row.running), None)
        if running is not None and running.id == str(task_id):
            stopped = await write(stop_timer)
            await say(self, f"Timer stopped: {h_mm_seconds(sum(one.seconds for one in stopped))} logged.")
        else:
            await write(lambda session, who: start_timer(session, who, task_id=task_id, modifier_id=modifier))
        await self._load()
        return FrameState.refresh

    @rx.event
    @allow("time.log")
    async def submit(self) -> None:
        """Hands the week in; an empty one asks first."""
        if not any(cell.minutes for row in self.rows for cell in row.cells):
            self.asking_empty = True
            return
        await self._submit()

    @rx.event
    @allow("time.log")
    async def submit_empty(self) -> None:
        """Hands in a week without any time."""
        await self._submit()

    async def _submit(self) -> None:
        self.asking_empty = False
        person, week = self._person or None, self._shown
        try:
            done = await write(lambda session, who: submit_week(session, who, week=week, person_id=person))
        except (Invalid, Problems, Conflict) as error:
            self.not_handed_in = error.sentence
            return
        await self._load()
        what = "Supplement" if done.number else f"Week {week % 100}"
        undo = WeekState.recall(str(done.timesheet_id))
        await say(self, f"{what} handed in: {h_mm_seconds(done.seconds)}.", undo=undo)

    @rx.event
    @allow("time.log")
    async def recall(self, sheet_id: str) -> None:
        """Takes back what is not decided yet."""
        back = await write(lambda session, who: recall_week(session, who, _number(sheet_id) or 0))
        await self._load()
        await say(self, f"Taken back: {back} {'entry' if back == 1 else 'entries'} can be changed again.")

    @rx.event
    @allow("time.log")
    async def copy(self) -> None:
        """Fills empty cells with last week's hours."""
        person, week = self._person or None, self._shown
        copied = await write(lambda session, who: copy_last_week(session, who, week=week, person_id=person))
        await self._load()
        for sentence in copied.left_out[:1]:
            await say(self, f"Left out: {words.with_days(sentence)}", "info")
        if copied.entry_ids:
            text = f"Copied {h_mm_seconds(copied.seconds)} from last week."
            await say(self, text, undo=WeekState.uncopy(list(copied.entry_ids)))
        else:
            await say(self, "Nothing to copy: the cells are filled, or the days are still to come.", "info")

    @rx.event
    @allow("time.log")
    async def uncopy(self, entry_ids: list[int]) -> None:
        """Removes what was copied, as far as it is still a draft."""

        def remove(session: Any, who: Any) -> None:
            for entry_id in entry_ids[:500]:
                delete_entry(session, who, entry_id)

        await write(remove)
        await self._load()

    @rx.event
    @allow("time.log")
    def keep(self) -> None:
        """Closes the question about an empty week."""
        self.asking_empty = False


def _place(change: Mapping[str, Any]) -> tuple[int, date, int]:
    """Task, day and number of a change; whatever a browser may send."""
    seq = change.get("seq")
    if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq < 2**53:
        raise Invalid("The page is out of step. Reload it.")
    return _number(change.get("row")) or 0, fields.iso_date(str(change.get("day", "")), "day"), seq


def _parts(value: Any) -> dict[int, int] | None:
    """Minutes by modifier as a browser sends them; None: not said."""
    if value is None:
        return None
    if not isinstance(value, dict) or len(value) > MOST_ADDED:
        raise Invalid("The page is out of step. Reload it.")
    return {_number(key) or 0: _whole(minutes) for key, minutes in value.items()}


def _whole(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid("Type hours as 1:30, 1.5 or 90m.", "minutes")
    return value


def _number(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None
