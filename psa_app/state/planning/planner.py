"""The planner: people over weeks, as the address says; bookings are changed by drag or by form."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor, may
from psa_app.display.frame import Tab
from psa_app.display.plan import PlanBar, PlanColumn, PlanPerson, PlanRow
from psa_app.errors import Invalid, NotFound
from psa_app.formats import words
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.queries.planning.board import Board, BoardBar, board
from psa_app.queries.sales.demand import Demand, demand
from psa_app.rules import fields, weeks
from psa_app.services.planning.book import change_booking, create_booking, delete_booking
from psa_app.state.base import actor, allow, opened, read, say, write
from psa_app.state.planning.booking_form import BookingForm
from psa_app.state.planning.planner_words import (
    DEMAND,
    amount_of,
    columns_of,
    conflict_words,
    demand_rows,
    plan_bars,
    plan_people,
    plan_rows,
)

SPANS = (8, 12, 26)
SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """What the address asks for."""

    first: date | None
    weeks: int
    project_id: int | None
    text: str
    with_tentative: bool


class PlannerState(rx.State):
    """One window of weeks."""

    columns: list[PlanColumn] = []
    rows: list[PlanRow] = []
    bars: list[PlanBar] = []
    people: list[PlanPerson] = []
    subtitle: str = ""
    conflicts: str = ""
    spans: list[Tab] = []
    span: str = "12"
    q: str = ""
    project: str = ""
    project_name: str = ""
    with_tentative: bool = False
    before: str = ""
    now: str = ""
    after: str = ""
    turned: str = ""  # the address with the other answer about tentative bookings
    may_change: bool = False
    is_ready: bool = False
    _bars: dict[int, BoardBar] = {}
    _first: int = 0
    _undo: dict[int, dict[str, Any]] = {}

    @rx.event
    @allow("bookings.read")
    async def load(self) -> Any:
        """Loads what the address describes; `?new=1` opens the form."""
        asked = self.router.url.query_parameters
        await self._load()
        if asked.get("new") and self.may_change:
            form = await self.get_state(BookingForm)
            await form._new("", self._monday(), self._monday() + timedelta(4), str(asked.get("project", "")))
            return opened(self, "project")
        return None

    async def _load(self) -> None:
        shown = self._shown()
        self.may_change = may(actor(), "bookings.change")
        facts, plan, wanted = await read(lambda session, who: _read(session, who, shown))
        self._first = plan.weeks[0]
        self._bars = {bar.id: bar for bar in plan.bars}
        self.columns = columns_of(plan, facts)
        rows = plan_rows(plan, facts, with_tentative=shown.with_tentative, links=self.may_change)
        self.rows = [*rows, *demand_rows(wanted)]
        self.bars = plan_bars(plan, facts, locked=not self.may_change)
        self.people = plan_people(plan, self.rows, facts)
        self.conflicts = conflict_words(plan, facts, with_tentative=shown.with_tentative)
        last = weeks.days(plan.weeks[-1])[SUNDAY]
        period = words.day_range(weeks.monday(self._first), last, facts.locale, year=False, long=True)
        self.subtitle = f"{period} · net of holidays and leave · tentative striped"
        self._say_ways(shown, facts)
        named = next((bar.project for bar in plan.bars if bar.project_id == shown.project_id), "")
        self.project_name = named if shown.project_id is not None else ""
        self.is_ready = True

    def _shown(self) -> Shown:
        asked = self.router.url.query_parameters
        try:
            first = fields.iso_date(str(asked.get("from", "")), "from") if asked.get("from") else None
        except Invalid:
            first = None
        span, project = str(asked.get("weeks", "")), str(asked.get("project", ""))
        return Shown(
            first,
            int(span) if span in map(str, SPANS) else 12,
            int(project) if project.isdecimal() and len(project) < 16 and not asked.get("new") else None,
            str(asked.get("q", ""))[:80],
            asked.get("tentative", "") == "1",
        )

    def _say_ways(self, shown: Shown, facts: FirmFacts) -> None:
        start, this = self._monday(), weeks.monday(weeks.week_of(facts.today))
        self.q, self.with_tentative = shown.text, shown.with_tentative
        self.project = str(shown.project_id or "")
        self.span = str(shown.weeks)
        step = timedelta(7 * max(shown.weeks // 2, 1))
        self.before = self._address(**{"from": (start - step).isoformat()})
        self.after = self._address(**{"from": (start + step).isoformat()})
        self.now = self._address(**{"from": ""}) if start != this else ""
        self.turned = self._address(tentative="" if shown.with_tentative else "1")
        self.spans = [Tab(str(n), f"{n} weeks", self._address(weeks="" if n == 12 else n)) for n in SPANS]

    def _address(self, **changes: Any) -> str:
        asked = self.router.url.query_parameters
        now = {name: str(asked.get(name, "")) for name in ("from", "weeks", "project", "q", "tentative")}
        return routes.with_query(routes.PLANNER, **(now | changes))

    def _monday(self) -> date:
        return weeks.monday(self._first)

    @rx.event
    @allow("bookings.read")
    def search(self, text: str) -> Any:
        """Narrows to people and roles of that name."""
        return rx.redirect(self._address(q=text[:80]), replace=True)

    @rx.event
    @allow("bookings.change")
    async def move(self, change: dict[str, Any]) -> None:
        """A bar was moved, stretched or given to someone else; what is refused snaps back."""
        try:
            bar, values = self._moved(change)
            if values:
                await write(lambda s, who: change_booking(s, who, bar.id, version=bar.version, **values))
                self._undo = {**self._undo, bar.id: values_of(bar)}
                first, last = values.get("starts_on", bar.starts_on), values.get("ends_on", bar.ends_on)
                text = f"{bar.project}: {words.day_range(first, last, year=False)}."
                await say(self, text, undo=PlannerState.put_back(bar.id))
        finally:
            await self._load()

    def _moved(self, change: dict[str, Any]) -> tuple[BoardBar, dict[str, Any]]:
        bar = self._bar(change)
        start, length = whole(change, "start"), whole(change, "length")
        old_start = (bar.starts_on - self._monday()).days // 7
        old_length = (bar.ends_on - self._monday()).days // 7 - old_start + 1
        values: dict[str, Any] = dict(dates_for(bar, self._monday(), start, length)) if length > 0 else {}
        if (start, length) == (old_start, old_length):
            values = {}
        row = str(change.get("row", bar.row))
        if row != bar.row and row[:1] in ("p", "r") and row[1:].isdecimal():
            values["person_id" if row[0] == "p" else "role_id"] = int(row[1:])
        return bar, values

    @rx.event
    @allow("bookings.change")
    async def put_back(self, booking_id: int) -> None:
        """Undoes the last move of a booking."""
        before, bar = self._undo.get(booking_id), self._bars.get(booking_id)
        if before is None or bar is None:
            raise NotFound("This booking is not in the plan any more.")
        names = ("starts_on", "ends_on", "person_id" if before["person_id"] else "role_id")
        values = {name: before[name] for name in names}
        await write(lambda s, who: change_booking(s, who, booking_id, version=bar.version, **values))
        await self._load()

    @rx.event
    @allow("bookings.change")
    async def create(self, place: dict[str, Any]) -> None:
        """Opens the form for a place that was drawn."""
        start, length = whole(place, "start"), max(whole(place, "length"), 1)
        first = self._monday() + timedelta(7 * start)
        form = await self.get_state(BookingForm)
        row = str(place.get("row", ""))
        row = f"r{row[1:]}" if row.startswith(DEMAND) else row  # what is booked for it is an open role
        await form._new(row, first, first + timedelta(7 * length - 3), self.project)

    @rx.event
    @allow("bookings.change")
    async def add(self) -> None:
        """Opens the form for anybody."""
        form = await self.get_state(BookingForm)
        await form._new("", self._monday(), self._monday() + timedelta(4), self.project)

    @rx.event
    @allow("bookings.read")
    async def open(self, which: dict[str, Any]) -> None:
        """Opens a booking."""
        bar = self._bar(which)
        if self.may_change:
            form = await self.get_state(BookingForm)
            await form._edit(bar)
            return
        await say(
            self, f"{bar.project}, {amount_of(bar, 'en')}, {words.day_range(bar.starts_on, bar.ends_on)}"
        )

    @rx.event
    @allow("bookings.change")
    async def remove(self, which: dict[str, Any]) -> None:
        """Takes a booking out of the plan; Undo makes it again."""
        await self._remove(self._bar(which))

    async def _remove(self, bar: BoardBar) -> None:
        await write(lambda s, who: delete_booking(s, who, bar.id))
        self._undo = {**self._undo, bar.id: values_of(bar)}
        await say(self, f"{bar.project}: booking removed.", undo=PlannerState.restore(bar.id))
        await self._load()

    @rx.event
    @allow("bookings.change")
    async def restore(self, booking_id: int) -> None:
        """Makes a booking again that was just removed."""
        values = self._undo.get(booking_id)
        if values is None or booking_id in self._bars:
            raise NotFound("This booking cannot be brought back any more. Book it again.")
        await write(lambda s, who: create_booking(s, who, **values))
        self._undo = {key: kept for key, kept in self._undo.items() if key != booking_id}
        await self._load()

    @rx.event
    @allow("bookings.change")
    async def save(self, data: dict[str, Any]) -> None:
        """Writes the form."""
        form = await self.get_state(BookingForm)
        if await form._save(data):
            await self._load()

    @rx.event
    @allow("bookings.change")
    async def remove_opened(self) -> None:
        """Removes the booking whose form is open."""
        form = await self.get_state(BookingForm)
        bar = self._bars.get(form.booking)
        form._shut()
        if bar is not None:
            await self._remove(bar)

    def _bar(self, which: dict[str, Any]) -> BoardBar:
        bar = self._bars.get(whole(which, "id"))
        if bar is None:
            raise NotFound("This booking is not in the plan any more.")
        return bar


def whole(values: dict[str, Any], name: str) -> int:
    """A small whole number out of what a browser sent. Raises `Invalid` for anything else."""
    value = values.get(name)
    text = str(value)
    if isinstance(value, bool) or not text.removeprefix("-").isdecimal() or len(text) > 15:
        raise Invalid("That is no place in the plan.", name)
    return int(text)


def dates_for(bar: BoardBar, monday: date, start: int, length: int) -> dict[str, date]:
    """The new days of a bar that now covers `length` columns from `start`, counted from `monday`.

    A bar that is moved keeps its weekdays; an end that is stretched covers its whole week.
    """
    old_start = (bar.starts_on - monday).days // 7
    old_end = (bar.ends_on - monday).days // 7
    end = start + length - 1
    if abs(start) > 1000 or length > 1000:
        raise Invalid("That is too far away.", "start")
    if end - start == old_end - old_start:
        shift = timedelta(7 * (start - old_start))
        return {"starts_on": bar.starts_on + shift, "ends_on": bar.ends_on + shift}
    first = bar.starts_on if start == old_start else monday + timedelta(7 * start)
    last = bar.ends_on if end == old_end else monday + timedelta(7 * end + 4)
    return {"starts_on": first, "ends_on": max(first, last)}


def values_of(bar: BoardBar) -> dict[str, Any]:
    """What it takes to make a booking again."""
    return {
        "project_id": bar.project_id,
        "person_id": int(bar.row[1:]) if bar.row[0] == "p" else None,
        "role_id": int(bar.row[1:]) if bar.row[0] == "r" else None,
        "task_id": bar.task_id,
        "starts_on": bar.starts_on,
        "ends_on": bar.ends_on,
        "mode": bar.mode,
        "minutes_per_day": bar.minutes_per_day,
        "percent": bar.percent,
        "total_minutes": bar.total_minutes,
        "is_tentative": bar.is_tentative,
        "is_billable": bar.is_billable,
        "note": bar.note,
    }


def _read(session: Session, who: Actor, shown: Shown) -> tuple[FirmFacts, Board, list[Demand]]:
    facts = firm_facts(session)
    first = shown.first or facts.today
    plan = board(session, who, first, shown.weeks, project_id=shown.project_id, text=shown.text)
    is_whole = shown.project_id is None and not shown.text
    return facts, plan, demand(session, who, plan.weeks) if is_whole else []
