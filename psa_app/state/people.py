"""The people of the firm: the list, and one person with hours, cost and leave."""

import reflex as rx
from sqlmodel import Session, col, select

from psa_app.access import Actor, may, require, visible
from psa_app.display.figures import Fact
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.errors import NotFound
from psa_app.formats import words
from psa_app.models import Leave, Role
from psa_app.queries.records import read_record
from psa_app.resources import RESOURCES
from psa_app.state.base import actor, allow, read
from psa_app.state.records import RecordPanel

KINDS = {"vacation": "Vacation", "sick": "Sick", "other": "Other"}


class PeopleState(RecordPanel, rx.State):
    """Everyone, with the dialog for someone new."""

    @rx.event
    @allow("people.read")
    async def load(self) -> None:
        """Loads everyone; `?new=1` opens the form."""
        await self._show("people", address="/people/{}")
        if self.router.url.query_parameters.get("new") and self.may_create:
            await self._open(0)


class PersonHours(RecordPanel, rx.State):
    """A person's hours by weekday, dated."""


class PersonCosts(RecordPanel, rx.State):
    """What an hour of a person costs, dated; shown to who may know."""


class PersonEdit(RecordPanel, rx.State):
    """The form of the person itself."""


class PersonState(rx.State):
    """One person."""

    name: str = ""
    role: str = ""
    facts: list[Fact] = []
    leave: list[Row] = []
    sees_cost: bool = False
    may_change: bool = False
    _person: int = 0

    @rx.event
    @allow("people.read")
    async def load(self) -> None:
        """Loads the person that the address names."""
        text = str(self.router.url.path).rstrip("/").rsplit("/", 1)[-1]
        if not text.isdecimal() or len(text) > 15:
            raise NotFound()
        self._person = int(text)
        who = actor()
        self.sees_cost, self.may_change = may(who, "cost.read"), may(who, "people.change")
        self.name, self.role, self.facts, self.leave = await read(
            lambda session, actor: _person(session, actor, self._person)
        )
        fixed = {"person_id": self._person}
        await (await self.get_state(PersonHours))._show("work_patterns", fixed)
        if self.sees_cost:
            await (await self.get_state(PersonCosts))._show("cost_rates", fixed)

    @rx.event
    @allow("people.change")
    async def edit(self) -> None:
        """Opens the form with the person's values."""
        panel = await self.get_state(PersonEdit)
        panel._kind = "people"
        await panel._open(self._person)


def _person(session: Session, who: Actor, person_id: int) -> tuple[str, str, list[Fact], list[Row]]:
    values = read_record(session, who, RESOURCES["people"], person_id)
    role = session.exec(select(col(Role.name)).where(Role.id == values["role_id"])).first() or ""
    target = values.get("target_percent")
    facts = [
        Fact("E-mail", values["email"]),
        Fact("Employment", "Contractor" if values["employment"] == "contractor" else "Employee"),
        Fact("First day", words.day(values["hired_on"])),
        Fact("Last day", words.day(values["left_on"]) if values["left_on"] else "–"),
        Fact("Holiday calendar", values["calendar"]),
        Fact("Time zone", values["time_zone"]),
        Fact("Target utilization", f"{target} %" if target else "the firm's"),
    ]
    return values["name"], role, facts, _leave(session, who, person_id)


def _leave(session: Session, who: Actor, person_id: int) -> list[Row]:
    require(who, "leave.read")
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
                Cell(words.day_range(one.starts_on, one.ends_on, year=True)),
                Cell(KINDS.get(one.kind, one.kind)),
                Cell(badge(one.status).text, kind="badge", tone=badge(one.status).tone),
            ],
        )
        for one in found
    ]
