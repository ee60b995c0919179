"""Home: the greeting, and which of the three pages a role sees."""

from datetime import datetime
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, may
from psa_app.display.story import TodoLine
from psa_app.formats import words
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.queries.home.own import OwnHome, own_home
from psa_app.state.base import actor, allow, read, show
from psa_app.state.home.home_firm import FirmHomeState
from psa_app.state.home.home_lead import LeadHomeState
from psa_app.state.home.home_own import OwnHomeState
from psa_app.state.home.home_todos import HomeTodos, todo_list


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
        facts, todos, mine = await read(_found)
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
        show(await self.get_state(HomeTodos), todos=todos)
        if mine is not None:
            (await self.get_state(OwnHomeState))._show(mine)
        greeting = f"{time_of_day(facts.zone)}, {who.name.split(' ')[0]}"
        show(self, greeting=greeting, kind=kind, subtitle=subtitle, is_ready=True)


def _found(session: Session, who: Actor) -> tuple[FirmFacts, list[TodoLine], OwnHome | None]:
    """What every Home shows, and one's own where a role has it: read together."""
    mine = None if may(who, "reports.firm") else own_home(session, who)
    return mine.facts if mine else firm_facts(session), todo_list(session, who), mine


def time_of_day(zone: str, at: datetime | None = None) -> str:
    """Good morning up to noon, Good afternoon up to six, Good evening after."""
    hour = (at or clock.now()).astimezone(ZoneInfo(zone)).hour
    if 4 <= hour < 12:
        return "Good morning"
    return "Good afternoon" if 12 <= hour < 18 else "Good evening"
