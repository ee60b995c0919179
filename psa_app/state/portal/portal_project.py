"""A project in the portal: its milestones to accept, and the approved hours by week."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.display.change import OrderLine
from psa_app.display.figures import Bar, Fact
from psa_app.display.scope import Part
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.errors import NotFound, PsaError
from psa_app.formats import words
from psa_app.queries.portal.project import OrderRow, ProjectToRead, project_to_read
from psa_app.rules import fields, hours, weeks
from psa_app.services.contracts.milestones import accept_milestone
from psa_app.state.base import allow, field_errors, form_values, read, say, write
from psa_app.state.contracts.scope_sheets import parts_of
from psa_app.state.contracts.sow import id_in

BARS = 26  # weeks drawn
ROWS = 12  # weeks listed


class PortalProjectState(rx.State):
    """The project that the address names."""

    project_name: str = ""
    word: str = ""
    tone: str = ""
    subtitle: str = ""
    facts: list[Fact] = []
    parts: list[Part] = []
    orders: list[OrderLine] = []
    bars: list[Bar] = []
    weeks: list[Row] = []
    first_week: str = ""
    last_week: str = ""
    accepting: str = ""
    reader: str = ""
    errors: dict[str, str] = {}
    is_ready: bool = False
    is_missing: bool = False
    _project: int = 0
    _part: int = 0

    @rx.event
    @allow("portal.read")
    async def load(self) -> None:
        """Loads the project."""
        try:
            self._project = id_in(str(self.router.url.path))
            await self._load()
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.project_name = True, "Project"

    async def _load(self) -> None:
        project_id = self._project
        found = await read(lambda session, who: project_to_read(session, who, project_id))
        word = badge(found.status)
        self.project_name, self.word, self.tone = found.name, word.text, word.tone
        runs = (
            words.day_range(found.starts_on, found.ends_on, found.locale)
            if found.starts_on and found.ends_on
            else ""
        )
        lead = f"Led by {found.lead}" if found.lead else ""
        self.subtitle = " · ".join(part for part in (runs, lead) if part)
        acts = {"ready": "Accept"} if found.may_sign else {}
        self.parts = parts_of(found.milestones, found.currency, found.locale, found.zone, acts)
        self.facts = _facts(found)
        self.orders = [_order(one, found.locale) for one in found.orders]
        self._hours(found)
        self.is_ready, self.is_missing = True, False

    def _hours(self, found: ProjectToRead) -> None:
        shown = found.weeks[-BARS:]
        tallest = max((seconds for _, seconds in shown), default=1)
        self.bars = [
            Bar(f"Week {week % 100}", 100 * seconds // tallest, hours.h_mm_seconds(seconds))
            for week, seconds in shown
        ]
        self.first_week = f"Week {shown[0][0] % 100}" if shown else ""
        self.last_week = f"Week {shown[-1][0] % 100}" if shown else ""
        self.weeks = [
            Row(
                str(week),
                [
                    Cell(f"Week {week % 100}"),
                    Cell(
                        words.day_range(weeks.days(week)[0], weeks.days(week)[-1], found.locale), kind="muted"
                    ),
                    Cell(hours.h_mm_seconds(seconds), align="right"),
                ],
            )
            for week, seconds in reversed(shown[-ROWS:])
        ]

    @rx.event
    @allow("milestones.accept")
    def ask_part(self, milestone_id: str) -> None:
        """Opens the question before a milestone is accepted."""
        self._part = fields.whole(milestone_id, "milestone")
        self.accepting = next((one.title for one in self.parts if one.id == milestone_id), "")
        self.errors = {}

    @rx.event
    @allow("milestones.accept")
    def close(self) -> None:
        """Closes the question."""
        self.accepting = ""

    @rx.event
    @allow("milestones.accept")
    async def accept_part(self, data: dict[str, Any]) -> None:
        """Accepts the milestone."""
        name, part = form_values(data, ("name",))["name"], self._part
        try:
            await write(lambda session, who: accept_milestone(session, who, part, name=name))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        title, self.accepting = self.accepting, ""
        await self._load()
        await say(self, f"“{title}” is accepted.")


def _order(one: OrderRow, locale: str) -> OrderLine:
    word = badge(one.status)
    sub = f"{one.number} · from {words.day(one.effective_on, locale)}"
    return OrderLine(str(one.id), one.title, sub, "", word.text, word.tone, routes.portal_change(one.id))


def _facts(found: ProjectToRead) -> list[Fact]:
    rows = [Fact("Approved hours", f"{hours.h_mm_seconds(found.seconds)} h", tone="strong")]
    if found.estimate_minutes:
        rows.append(Fact("Estimated", f"{words.hours(found.estimate_minutes)} h"))
    rows += [Fact(title, "Statement", routes.portal_retainer(line)) for line, title in found.retainers]
    if found.sow_id is not None:
        rows.append(Fact("Agreed in", found.sow, routes.portal_sow(found.sow_id)))
    return rows
