"""Leave: asking for it, deciding on it, seeing who is away."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import reflex as rx
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, may, require, visible
from psa_app.display.forms import Option
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.models import Person
from psa_app.queries.leave import LeaveRow, leave_from
from psa_app.rules import fields, hours
from psa_app.services.people.leave import approve_leave, reject_leave, request_leave, withdraw_leave
from psa_app.state.base import actor, allow, field_errors, form_values, opened, read, say, write

KINDS = {"vacation": "Vacation", "sick": "Sick", "other": "Other"}
LOOK_BACK = timedelta(days=60)


@dataclass(frozen=True)
class Request:
    """Leave that waits for a decision."""

    id: str
    person: str
    sub: str


class LeaveState(rx.State):
    """What waits, and the list from two months ago on."""

    waiting: list[Request] = []
    rows: list[Row] = []
    own_open: list[int] = []  # requests of one's own that can be withdrawn
    may_decide: bool = False
    people: list[Option] = []  # for whom leave can be entered
    asking: bool = False
    rejecting: int = 0
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False

    @rx.event
    @allow("leave.request")
    async def load(self) -> Any:
        """Loads leave; `?new=1` opens the form."""
        await self._load()
        if self.router.url.query_parameters.get("new") and not self.asking:
            await self._ask()
            return opened(self)
        return None

    async def _load(self) -> None:
        who = actor()
        self.may_decide = may(who, "leave.decide")
        since = clock.today("UTC") - LOOK_BACK
        found = await read(lambda session, actor: leave_from(session, actor, since))
        waits = [one for one in found if one.status == "requested"]
        self.waiting = [_request(one) for one in waits if self.may_decide and not one.mine]
        self.rows = [_row(one) for one in found]
        self.own_open = [one.id for one in waits if one.mine]
        self.is_ready = True

    @rx.event
    @allow("leave.request")
    async def ask(self) -> None:
        """Opens the form."""
        await self._ask()

    async def _ask(self) -> None:
        self.people = await read(_people) if self.may_decide else []
        self.asking, self.errors = True, {}
        self.form_key += 1

    @rx.event
    @allow("leave.request")
    async def request(self, data: dict[str, Any]) -> None:
        """Asks for leave; what is wrong stands beside its field."""
        values = form_values(data, ("starts_on", "ends_on", "kind", "minutes_per_day", "note", "person_id"))
        try:
            start = fields.iso_date(values["starts_on"], "starts_on")
            end = fields.iso_date(values["ends_on"], "ends_on") if values["ends_on"] else start
            typed = values["minutes_per_day"]
            minutes = hours.parse_duration(typed, "minutes_per_day") if typed else None
            person = fields.optional_whole(values["person_id"], "person_id")
            kind: Any = values["kind"] if values["kind"] in KINDS else "vacation"
            await write(
                lambda session, who: request_leave(
                    session,
                    who,
                    starts_on=start,
                    ends_on=end,
                    kind=kind,
                    minutes_per_day=minutes,
                    note=values["note"],
                    person_id=person,
                )
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.asking = False
        await self._load()
        entered = person is not None and person != actor().person_id
        await say(self, "Entered and approved." if entered else "Asked for. Whoever decides sees it now.")

    @rx.event
    @allow("leave.decide")
    async def approve(self, row_id: int) -> None:
        """Approves a request."""
        await write(lambda session, who: approve_leave(session, who, row_id))
        await self._load()
        await say(self, "Leave approved; capacity and planner follow.")

    @rx.event
    @allow("leave.decide")
    def ask_reject(self, row_id: int) -> None:
        """Asks for the reason of a no."""
        self.rejecting, self.errors = row_id, {}
        self.form_key += 1

    @rx.event
    @allow("leave.decide")
    async def reject(self, data: dict[str, Any]) -> None:
        """Says no, with the reason."""
        reason = form_values(data, ("reason",))["reason"]
        try:
            await write(lambda session, who: reject_leave(session, who, self.rejecting, reason=reason))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.rejecting = 0
        await self._load()
        await say(self, "Sent back with your reason.")

    @rx.event
    @allow("leave.request")
    async def withdraw(self, row_id: int) -> None:
        """Takes back a request of one's own."""
        await write(lambda session, who: withdraw_leave(session, who, row_id))
        await self._load()
        await say(self, "Request withdrawn.")

    @rx.event
    @allow("leave.request")
    def close(self) -> None:
        """Closes whichever dialog is open."""
        self.asking, self.rejecting = False, 0


def _people(session: Session, who: Actor) -> list[Option]:
    """Everyone who is here, for those who enter leave for others; oneself first."""
    require(who, "leave.decide")
    here = col(Person.left_on).is_(None) | (col(Person.left_on) >= clock.now().date())
    found = session.exec(select(Person).where(visible(who, Person), here).order_by(Person.name)).all()
    rest = [Option(str(one.id), one.name) for one in found if one.id != who.person_id]
    return [Option("", "Me"), *rest] if who.person_id else rest


def _request(one: LeaveRow) -> Request:
    days = words.day_range(one.starts_on, one.ends_on)
    length = f"{hours.h_mm(one.minutes_per_day)} a day" if one.minutes_per_day else ""
    parts = (KINDS.get(one.kind, ""), days, length, one.note)
    return Request(str(one.id), one.person, " · ".join(part for part in parts if part))


def _row(one: LeaveRow) -> Row:
    word = badge(one.status)
    length = hours.h_mm(one.minutes_per_day) + " a day" if one.minutes_per_day else "Whole days"
    return Row(
        str(one.id),
        [
            Cell(one.person),
            Cell(words.day_range(one.starts_on, one.ends_on, year=True)),
            Cell(KINDS.get(one.kind, "Away"), sub=one.note),
            Cell(length),
            Cell(word.text, kind="badge", tone=word.tone),
        ],
        name=one.person,
    )
