"""One opportunity: its facts, its way through the stages, what it may bring and whom it would need."""

from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from psa_app import clock, routes
from psa_app.access import Actor, may
from psa_app.display.figures import Fact, Happening
from psa_app.display.forms import Option
from psa_app.display.tables import Cell, Row
from psa_app.errors import NotFound, PsaError
from psa_app.models import Opportunity
from psa_app.models.resource import Resource
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.queries.own_fields import full
from psa_app.queries.record_links import names
from psa_app.queries.records import read_record
from psa_app.queries.sales.one import OneOpportunity, one_opportunity
from psa_app.queries.sales.rows import StageRow, owners, stages
from psa_app.resources import RESOURCES
from psa_app.services.sales.move import move_opportunity
from psa_app.services.sales.shape import assign_owner
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.contracts.sow import id_in
from psa_app.state.lowcode import record_words
from psa_app.state.sales.opportunity_form import OpportunityForm
from psa_app.state.sales.opportunity_words import (
    activity_rows,
    amount_rows,
    facts_of,
    headline,
    need_rows,
    way_of,
)
from psa_app.state.sales.pipeline import number


class OpportunityState(rx.State):
    """The page of one opportunity."""

    title: str = ""
    subtitle: str = ""
    stage: str = ""
    stage_id: str = ""
    tone: str = ""
    stages: list[Option] = []
    owner: str = ""
    owners: list[Option] = []
    facts: list[Fact] = []
    notes: str = ""
    amounts: list[Row] = []
    amount_total: list[Cell] = []
    needs: list[Row] = []
    need_total: list[Cell] = []
    activities: list[Row] = []
    changes: list[Happening] = []
    quote_href: str = ""
    is_open: bool = False
    may_change: bool = False
    is_ready: bool = False
    is_missing: bool = False
    losing: bool = False
    losing_title: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    _id: int = 0
    _lost_stage: int = 0

    @rx.event
    @allow("opportunities.read")
    async def load(self) -> None:
        """Loads the opportunity that the address names."""
        try:
            self._id = id_in(str(self.router.url.path))
            await self._load()
            self.is_missing = False
        except NotFound:
            self.is_missing = True
        self.is_ready = True

    async def _load(self) -> None:
        facts, found, listed, people, own = await read(lambda s, who: _read(s, who, self._id))
        one, zone = found.chance, ZoneInfo(facts.zone)
        self.title, self.stage, self.stage_id = one.title, one.stage, str(one.stage_id)
        self.tone = {"won": "ok", "lost": "wait"}.get(one.outcome, "accent")
        self.subtitle = headline(one, facts)
        shown = [row for row in listed if not row.is_archived or row.id == one.stage_id]
        self.stages = [Option(str(row.id), row.name) for row in shown]
        self.owner = str(one.owner_id or "")
        self.owners = [Option(str(key), name) for key, name in people]
        self.facts = [*facts_of(found, facts, clock.now()), *own]
        self.notes = found.notes
        self.amounts, self.amount_total = amount_rows(found, facts)
        self.needs, self.need_total = need_rows(found, facts)
        self.activities = activity_rows(found, facts, zone)
        self.changes = way_of(found, zone, facts)
        may_quote = one.outcome != "lost" and may(actor(), "quotes.change")
        address = {"new": 1, "client": one.account_id, "opportunity": one.id}
        self.quote_href = routes.with_query(routes.QUOTES, **address) if may_quote else ""
        self.is_open = one.outcome == "open"
        self.may_change = may(actor(), "opportunities.change")

    @rx.event
    @allow("opportunities.change")
    async def edit(self) -> None:
        """Opens the form."""
        form = await self.get_state(OpportunityForm)
        await form._edit(self._id)

    @rx.event
    @allow("opportunities.change")
    async def save(self, data: dict[str, Any]) -> None:
        """Saves the form."""
        form = await self.get_state(OpportunityForm)
        if await form._save(data):
            await self._load()

    @rx.event
    @allow("opportunities.change")
    async def move(self, stage: str) -> None:
        """Moves it to a stage; a lost one asks why first."""
        stage_id = number(stage)
        listed = await read(stages)
        target = next((one for one in listed if one.id == stage_id), None)
        if target is None:
            raise NotFound("This stage is not there any more.")
        if target.outcome == "lost":
            self._lost_stage, self.losing_title = stage_id, f"Lost: {self.title}"
            self.errors = {}
            self.form_key += 1
            self.losing = True
            return
        await self._move(stage_id, "")

    async def _move(self, stage_id: int, reason: str) -> None:
        seen = int(self.stage_id)
        try:
            await write(
                lambda s, who: move_opportunity(
                    s, who, self._id, stage_id=stage_id, loss_reason=reason, from_stage_id=seen
                )
            )
        finally:
            await self._load()
        await say(self, f"{self.title} is in {self.stage}.")

    @rx.event
    @allow("opportunities.change")
    async def lose(self, data: dict[str, Any]) -> None:
        """Moves it to lost, with the reason."""
        reason = form_values(data, ("loss_reason",))["loss_reason"]
        if not reason:
            self.errors = {"loss_reason": "Say why it was lost: the next offer can learn from it."}
            return
        try:
            await self._move(self._lost_stage, reason)
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.losing = False

    @rx.event
    @allow("opportunities.change")
    def keep(self) -> None:
        """Closes the question why."""
        self.losing = False

    @rx.event
    @allow("opportunities.change")
    async def assign(self, owner: str) -> None:
        """Gives it to somebody."""
        owner_id = number(owner) if owner else None
        await write(lambda s, who: assign_owner(s, who, self._id, owner_id=owner_id))
        await self._load()
        await say(self, "Owner changed.")


_Read = tuple[FirmFacts, OneOpportunity, list[StageRow], list[tuple[int, str]], list[Fact]]


def _read(session: Session, who: Actor, opportunity_id: int) -> _Read:
    facts, found = firm_facts(session), one_opportunity(session, who, opportunity_id)
    own = _own_facts(session, who, opportunity_id, facts)
    return facts, found, stages(session, who, archived=True), owners(session, who), own


def _own_facts(session: Session, who: Actor, opportunity_id: int, facts: FirmFacts) -> list[Fact]:
    """The firm's own fields, those that the actor may see and that are filled in."""
    resource: Resource = full(session, RESOURCES["opportunities"], who)
    own = [field for field in resource.fields if field.own_key]
    if not own:
        return []
    values = read_record(session, who, resource, opportunity_id)
    values["currency"] = session.get_one(Opportunity, opportunity_id).currency
    named, zone = names(session, who, own, [values]), ZoneInfo(facts.zone)
    cells = [
        (field.label, record_words.cell(field, values, named.get(field.name, {}), facts.currency, zone))
        for field in own
    ]
    return [Fact(label, cell.text) for label, cell in cells if cell.text != "–"]
