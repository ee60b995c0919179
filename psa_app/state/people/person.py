"""One person: hours and cost by day, leave, and what happened."""

from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, col, select

from psa_app.access import Actor, may, require, visible
from psa_app.display.figures import Fact, Happening
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.errors import NotFound
from psa_app.formats import words
from psa_app.models import CostRate, Firm, Leave, Role, User, WorkPattern
from psa_app.queries.history import Past, happened
from psa_app.queries.records import read_record
from psa_app.resources import RESOURCES
from psa_app.state.areas import ROLES
from psa_app.state.base import actor, allow, read
from psa_app.state.contracts.sow import id_in
from psa_app.state.lowcode.record_panel import RecordPanel
from psa_app.state.people.leave import KINDS
from psa_app.state.people.people import EMPLOYMENT

THINGS = {"person": "", "work_pattern": "Hours ", "cost_rate": "Cost ", "leave": "Leave "}


class PersonHours(RecordPanel, rx.State):
    """A person's hours by weekday, dated."""


class PersonCosts(RecordPanel, rx.State):
    """What an hour of a person costs, dated; shown to who may know."""


class PersonEdit(RecordPanel, rx.State):
    """The form of the person itself."""


class PersonState(rx.State):
    """The person that the address names."""

    name: str = ""
    role: str = ""
    facts: list[Fact] = []
    leave: list[Row] = []
    happened: list[Happening] = []
    sees_cost: bool = False
    may_change: bool = False
    is_ready: bool = False
    is_missing: bool = False
    _person: int = 0

    @rx.event
    @allow("people.read")
    async def load(self) -> None:
        """Loads the person."""
        try:
            self._person = id_in(str(self.router.url.path))
            await self._load()
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.name = True, "Person"

    async def _load(self) -> None:
        who = actor()
        self.sees_cost, self.may_change = may(who, "cost.read"), may(who, "people.change")
        found = await read(lambda session, actor: _Found(session, actor, self._person))
        self.name, self.role = found.name, found.role
        self.facts, self.leave, self.happened = found.facts, found.leave, found.happened
        fixed = {"person_id": self._person}
        await (await self.get_state(PersonHours))._show("work_patterns", fixed)
        if self.sees_cost:
            await (await self.get_state(PersonCosts))._show("cost_rates", fixed)
        self.is_ready, self.is_missing = True, False

    @rx.event
    @allow("people.change")
    async def edit(self) -> None:
        """Opens the form with the person's values."""
        panel = await self.get_state(PersonEdit)
        panel._kind = "people"
        await panel._open(self._person)


class _Found:
    """What one reading transaction gives the page."""

    def __init__(self, session: Session, who: Actor, person_id: int) -> None:
        require(who, "people.read")
        values = read_record(session, who, RESOURCES["people"], person_id)
        self.name = str(values["name"])
        self.role = session.exec(select(col(Role.name)).where(Role.id == values["role_id"])).first() or ""
        self.facts = _facts(session, who, person_id, values)
        self.leave = _leave(session, who, person_id)
        self.happened = _history(session, who, person_id)


def _facts(session: Session, who: Actor, person_id: int, values: dict[str, Any]) -> list[Fact]:
    firm = session.exec(select(Firm)).one()
    target = values.get("target_percent")
    own = f"{target}{words.NARROW_SPACE}%" if target is not None else f"the firm’s {firm.target_percent} %"
    left = values["left_on"]
    rows = [
        Fact("E-mail", str(values["email"])),
        Fact("Employment", EMPLOYMENT.get(str(values["employment"]), "")),
        Fact("First day", words.day(values["hired_on"])),
        *([Fact("Last day", words.day(left), tone="warn")] if left else []),
        Fact("Holidays of", str(values["calendar"])),
        Fact("Time zone", str(values["time_zone"])),
        Fact("Target utilization", own),
    ]
    if may(who, "users.read"):
        user = session.exec(select(User).where(User.person_id == person_id, visible(who, User))).first()
        word = ROLES.get(user.role, user.role) if user else "does not sign in"
        rows.append(Fact("Signs in as", word if user is None or user.is_active else f"{word}, shut out"))
    return rows


def _leave(session: Session, who: Actor, person_id: int) -> list[Row]:
    require(who, "leave.read")
    knows = may(who, "leave.decide") or person_id == who.person_id
    found = session.exec(
        select(Leave)
        .where(Leave.person_id == person_id, visible(who, Leave))
        .order_by(col(Leave.starts_on).desc())
        .limit(12)
    ).all()
    return [
        Row(
            str(one.id),
            [
                Cell(words.day_range(one.starts_on, one.ends_on)),
                Cell(KINDS.get(one.kind, one.kind) if knows else "Away"),
                Cell(badge(one.status).text, kind="badge", tone=badge(one.status).tone),
            ],
        )
        for one in found
    ]


def _history(session: Session, who: Actor, person_id: int) -> list[Happening]:
    if not may(who, "history.read"):
        return []
    models = {"work_pattern": WorkPattern, "leave": Leave, "cost_rate": CostRate}
    ids = {
        kind: [int(one or 0) for one in session.exec(select(model.id).where(model.person_id == person_id))]  # type: ignore[attr-defined]
        for kind, model in models.items()
    }
    zone = ZoneInfo(session.exec(select(Firm.time_zone)).one())
    past = happened(session, who, {"person": [person_id], **ids}, limit=30)
    return [_line(one, zone) for one in past]


def _line(one: Past, zone: ZoneInfo) -> Happening:
    what = f"{THINGS.get(one.kind, '')}{one.verb}"
    return Happening(words.moment(one.at, zone), f"{what[:1].upper()}{what[1:]} by {one.actor}", one.reason)
