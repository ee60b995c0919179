"""Time entries as a list: filtered and turned by the address, changed in a dialog."""

from datetime import date
from typing import Any

import reflex as rx

from psa_app import clock, routes
from psa_app.access import may
from psa_app.display.forms import Option
from psa_app.display.tables import Column, Row
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.queries.time.choices import task_choices
from psa_app.queries.time.entries import STATUSES, EntryFilter, EntryRow, entry_page
from psa_app.queries.time.modifiers import modifier_choices
from psa_app.queries.time.names import Names, filter_names
from psa_app.rules import fields, hours
from psa_app.services.time.log import change_entry, delete_entry, log_time
from psa_app.services.time.out_of_scope import mark_out_of_scope
from psa_app.services.time.override import set_no_charge
from psa_app.state import live
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, show, write
from psa_app.state.time.entry_rows import entry_columns, entry_row, markable

KEYS = ("person", "project", "status", "from", "to", "money", "after", "order")
MONEY = (
    ("billable", "Billable"),
    ("unbillable", "Not billable"),
    ("unpriced", "Without a rate"),
    ("out", "Out of scope"),
)


class EntriesState(rx.State):
    """One page of entries, and the form for one of them."""

    columns: list[Column] = []
    rows: list[Row] = []
    people: list[Option] = []
    projects: list[Option] = []
    person: str = ""
    project: str = ""
    status: str = ""
    first: str = ""
    last: str = ""
    money: str = ""
    oldest_first: bool = False
    next_page: str = ""
    top: str = ""
    is_filtered: bool = False
    may_see_rates: bool = False
    may_decide: bool = False
    editable: list[str] = []
    inside: list[str] = []  # can be marked as out of scope
    outside: list[str] = []  # can be taken back into it
    is_ready: bool = False
    editing: int = -1  # -1 closed, 0 a new entry
    edit_version: int = 0
    edit_task: str = ""
    edit_task_name: str = ""
    edit_day: str = ""
    edit_hours: str = ""
    edit_note: str = ""
    edit_modifier: str = ""
    modifiers: list[Option] = []  # what may be chosen for the task and day
    choices: list[Option] = []
    answered: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    deleting: int = 0
    lost: list[str] = []
    _page: list[EntryRow] = []
    _task: int = 0  # in the form, and the day
    _day: date | None = None

    @rx.event
    @allow("time.log")
    async def load(self) -> None:
        """Loads the page that the address describes."""
        query = self.router.url.query_parameters
        await self._list({key: str(query.get(key, ""))[:200] for key in KEYS})

    async def _list(self, asked: dict[str, str]) -> None:
        who = actor()
        if who.role == "client":
            raise Invalid("This list is for the firm's people.")
        keep = _filter(asked)
        oldest, cursor = asked["order"] == "oldest", asked["after"] or None
        page, names, newest = await read(
            lambda session, actor: (
                entry_page(session, actor, keep, oldest_first=oldest, cursor=cursor),
                filter_names(session, actor),
                live.newest(session),
            )
        )
        self._show_filter(asked, names)
        sees_rates, may_edit_all = may(who, "rates.read"), may(who, "time.import")
        self._page = list(page.rows)
        show(
            self,
            may_see_rates=sees_rates,
            may_decide=may(who, "time.approve"),
            columns=entry_columns(sees_rates),
            rows=[entry_row(one, sees_rates) for one in page.rows],
            editable=[
                str(one.id)
                for one in page.rows
                if one.status == "draft" and (may_edit_all or one.person_id == who.person_id)
            ],
            inside=markable(page.rows, who, out=False),
            outside=markable(page.rows, who, out=True),
            next_page=self._address(after=page.next_cursor) if page.next_cursor else "",
            top=self._address(after="") if cursor else "",
            is_ready=True,
        )
        live.has_shown(routes.TIME_ENTRIES, newest)

    def _show_filter(self, asked: dict[str, str], names: Names) -> None:
        show(
            self,
            people=[Option(str(key), name) for key, name in names.people],
            projects=[Option(str(key), name) for key, name in names.projects],
            person=asked["person"],
            project=asked["project"],
            status=asked["status"],
            first=asked["from"],
            last=asked["to"],
            money=asked["money"],
            oldest_first=asked["order"] == "oldest",
            is_filtered=any(asked[key] for key in KEYS if key not in ("after", "order")),
        )

    def _asked(self) -> dict[str, str]:
        return {
            "person": self.person,
            "project": self.project,
            "status": self.status,
            "from": self.first,
            "to": self.last,
            "money": self.money,
            "order": "oldest" if self.oldest_first else "",
        }

    def _address(self, **changes: Any) -> str:
        return routes.with_query(routes.TIME_ENTRIES, **(self._asked() | changes))

    @rx.event
    @allow("time.log")
    async def narrow(self, key: str, value: str) -> Any:
        """Sets one filter; the list begins at its top again.

        The rows go out at once, and the address follows: what it loads is the same by then.
        """
        if key not in KEYS:
            raise Invalid("There is no such filter.")
        asked = self._asked() | {"after": "", key: value[:200]}
        await self._list(asked)
        return rx.redirect(routes.with_query(routes.TIME_ENTRIES, **asked), replace=True)

    @rx.event
    @allow("time.log")
    def clear(self) -> Any:
        """Takes all filters off."""
        return rx.redirect(routes.TIME_ENTRIES, replace=True)

    @rx.event
    @allow("time.log")
    async def on_sort(self, key: str) -> Any:
        """Turns the order by day."""
        if key != "day":
            raise Invalid("This list is sorted by day.")
        return await self.narrow("order", "" if self.oldest_first else "oldest")

    @rx.event
    @allow("time.log")
    def add(self) -> None:
        """Opens the form for a new entry of one's own."""
        today = clock.today("UTC")
        self._edit(0, 0, "", "", today.isoformat(), "", "")
        self.edit_modifier, self.modifiers, self._task, self._day = "", [], 0, today

    @rx.event
    @allow("time.log")
    async def edit(self, entry_id: int) -> None:
        """Opens the form for an entry of this page."""
        one = next((row for row in self._page if row.id == entry_id), None)
        if one is None:
            raise Invalid("This entry is not on this page any more. Reload it.")
        name = f"{one.project}: {one.task}"
        time = hours.h_mm_seconds(one.seconds)
        self._edit(one.id, one.version, str(one.task_id), name, one.day.isoformat(), time, one.note)
        self.edit_modifier = str(one.modifier_id or "")
        await self._offer(one.task_id, one.day)

    @rx.event
    @allow("time.log")
    async def pick(self, task: str) -> None:
        """A task was picked: offers the modifiers that count for it."""
        await self._offer(fields.whole(task or "0", "task"), self._day)

    @rx.event
    @allow("time.log")
    async def turn(self, day: str) -> None:
        """A day was typed: offers the modifiers that count on it."""
        try:
            found = fields.optional_date(day, "day")
        except Invalid:
            return
        await self._offer(self._task, found)

    async def _offer(self, task_id: int, day: date | None) -> None:
        self._task, self._day = task_id, day
        if not (task_id and day):
            self.modifiers = []
            return
        found = await read(lambda session, who: modifier_choices(session, who, [task_id], day, day))
        self.modifiers = [Option(str(one.id), one.name) for one in found]

    def _edit(
        self, entry_id: int, version: int, task: str, name: str, day: str, time: str, note: str
    ) -> None:
        self.editing, self.edit_version, self.edit_task, self.edit_task_name = entry_id, version, task, name
        self.edit_day, self.edit_hours, self.edit_note = day, time, note
        self.errors, self.choices = {}, []
        self.form_key += 1

    @rx.event
    @allow("time.log")
    async def find(self, text: str) -> None:
        """Tasks to choose from."""
        found = await read(lambda session, who: task_choices(session, who, text))
        self.choices = [Option(str(one.task_id), f"{one.project}: {one.task}", one.client) for one in found]
        self.answered = text

    @rx.event
    @allow("time.log")
    async def save(self, data: dict[str, Any]) -> None:
        """Logs or changes the entry; what is wrong stands beside its field."""
        values = form_values(data, ("task", "day", "hours", "note", "modifier"))
        try:
            warnings = await self._write(values)
        except PsaError as error:
            found = field_errors(error)
            renamed = {"task_id": "task", "work_date": "day", "seconds": "hours", "modifier_id": "modifier"}
            self.errors = {renamed.get(name, name): sentence for name, sentence in found.items()}
            return
        self.editing = -1
        await self.load()
        await say(self, " ".join(("Saved.", *warnings)), "info" if warnings else "ok")

    async def _write(self, values: dict[str, str]) -> tuple[str, ...]:
        task = fields.whole(values["task"] or "0", "task")
        if not task:
            raise Invalid("Choose a task.", "task")
        day = fields.iso_date(values["day"], "day")
        typed, entry_id, version = values["hours"], self.editing, self.edit_version
        same = typed == self.edit_hours and entry_id
        seconds = None if same else hours.parse_duration(typed, "hours") * 60
        modifier = fields.optional_whole(values["modifier"], "modifier") or 0
        if entry_id:
            done = await write(
                lambda session, who: change_entry(
                    session,
                    who,
                    entry_id,
                    version=version,
                    task_id=task,
                    work_date=day,
                    seconds=seconds,
                    note=values["note"],
                    modifier_id=modifier,
                )
            )
        else:
            done = await write(
                lambda session, who: log_time(
                    session,
                    who,
                    task_id=task,
                    work_date=day,
                    seconds=seconds or 0,
                    note=values["note"],
                    modifier_id=modifier,
                )
            )
        return done.warnings

    @rx.event
    @allow("time.log")
    def ask_delete(self, entry_id: int) -> None:
        """Asks before an entry goes."""
        one = next((row for row in self._page if row.id == entry_id), None)
        self.deleting = entry_id if one else 0
        self.lost = (
            [f"{words.day(one.day)}, {one.project}: {one.task}, {hours.h_mm_seconds(one.seconds)}"]
            if one
            else []
        )

    @rx.event
    @allow("time.log")
    async def delete(self) -> None:
        """Deletes the entry that was asked about."""
        entry_id, self.deleting = self.deleting, 0
        await write(lambda session, who: delete_entry(session, who, entry_id))
        await self.load()
        await say(self, "Entry deleted.")

    @rx.event
    @allow("time.approve")
    async def no_charge(self, entry_id: int, reason: str) -> None:
        """Sets an entry to not billable, or back with an empty reason."""
        await write(lambda session, who: set_no_charge(session, who, entry_id, reason=reason))
        await self.load()
        await say(self, "Set to not billable." if reason else "Billable again.")

    @rx.event
    @allow("time.log")
    async def mark(self, entry_id: int, is_out: bool) -> None:
        """Says that an entry of this page is out of scope, or in it after all."""
        await write(
            lambda session, who: mark_out_of_scope(session, who, entry_ids=(entry_id,), is_out=is_out)
        )
        await self.load()
        told = "Out of scope: it is billed once a change order with it is signed." if is_out else "In scope."
        await say(self, told)

    @rx.event
    @allow("time.log")
    def close(self) -> None:
        """Closes whichever dialog is open."""
        self.editing, self.deleting = -1, 0


def _filter(asked: dict[str, str]) -> EntryFilter:
    money = asked["money"]
    return EntryFilter(
        person_id=fields.optional_whole(asked["person"], "person"),
        project_id=fields.optional_whole(asked["project"], "project"),
        status=asked["status"] if asked["status"] in STATUSES else "",
        first=fields.optional_date(asked["from"], "from"),
        last=fields.optional_date(asked["to"], "to"),
        is_billable={"billable": True, "unbillable": False}.get(money),
        unpriced=money == "unpriced",
        is_out=money == "out",
    )
