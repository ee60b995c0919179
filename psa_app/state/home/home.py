"""Home: the greeting, and which of the three pages a role sees."""

from datetime import datetime
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, may
from psa_app.formats import words
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.state.base import actor, allow, read, show
from psa_app.state.home.home_firm import FirmHomeState
from psa_app.state.home.home_lead import LeadHomeState
from psa_app.state.home.home_own import OwnHomeState
from psa_app.state.home.home_todos import HomeTodos


class HomeState(rx.State):
    """`kind` is firm | lead | own; each has a state of its own that is filled for its role only."""

    kind: str = ""
    greeting: str = ""
    subtitle: str = ""
    is_ready: bool = False

    @rx.event
    @allow("home.read")
    async def load(self) -> None:
        """Fills the page for the actor's role."""
        who = actor()
        facts = await read(_facts)
        day = words.day_long(facts.today, facts.locale)
        if may(who, "reports.firm"):
            firm = await self.get_state(FirmHomeState)
            await firm._load()
            kind, subtitle = "firm", f"{day} · figures in {facts.currency}, month to date, net of leave"
        elif may(who, "projects.margin"):
            lead = await self.get_state(LeadHomeState)
            await lead._load()
            kind, subtitle = "lead", f"{day} · your projects, margins at standard cost"
        else:
            kind, subtitle = "own", day
        await (await self.get_state(HomeTodos))._load()
        if kind != "firm":
            own = await self.get_state(OwnHomeState)
            await own._load()
        greeting = f"{time_of_day(facts.zone)}, {who.name.split(' ')[0]}"
        show(self, greeting=greeting, kind=kind, subtitle=subtitle, is_ready=True)


def _facts(session: Session, who: Actor) -> FirmFacts:  # noqa: ARG001 - every query takes the actor
    return firm_facts(session)


def time_of_day(zone: str, at: datetime | None = None) -> str:
    """Good morning up to noon, Good afternoon up to six, Good evening after."""
    hour = (at or clock.now()).astimezone(ZoneInfo(zone)).hour
    if 4 <= hour < 12:
        return "Good morning"
    return "Good afternoon" if 12 <= hour < 18 else "Good evening"
