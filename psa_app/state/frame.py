"""What stands around every page: the firm, the person, the areas, the running timer."""

from datetime import datetime
from typing import Any

import reflex as rx

from psa_app import clock, routes
from psa_app.access import Actor, may
from psa_app.display.frame import NavItem, Timer
from psa_app.queries.identity import FrameFacts, frame
from psa_app.state import live
from psa_app.state.base import actor, actor_or_none, public, read, signed_in
from psa_app.state.declared import permits

ROLES = {"owner": "Owner", "finance": "Finance", "lead": "Lead", "member": "Member", "client": "Client"}
AREAS = (
    # key, label, icon, address, the right that opens it
    ("home", "Home", "home", routes.HOME, "home.read"),
    ("clients", "Clients", "clients", routes.CLIENTS, "accounts.read"),
    ("projects", "Projects", "projects", routes.PROJECTS, "people.name"),
    ("planner", "Planner", "planner", routes.PLANNER, "bookings.read"),
    ("time", "Time", "time", routes.TIME, "time.log"),
    ("approvals", "Approvals", "check", routes.APPROVALS, "time.approve"),
    ("invoices", "Invoices", "invoices", routes.INVOICES, "invoices.read"),
    ("people", "People", "people", routes.PEOPLE, "people.read"),
    ("reports", "Reports", "reports", routes.REPORTS, "reports.firm"),
    ("settings", "Settings", "settings", routes.SETTINGS, "firm.read"),
)
PORTAL_AREAS = (
    ("portal", "Overview", "home", routes.PORTAL, "portal.read"),
    ("portal-invoices", "Invoices", "invoices", routes.PORTAL_INVOICES, "portal.read"),
)
FRAME_KINDS = frozenset({"timesheet", "time_entry", "leave", "timer", "firm", "user"})
PAGE_ACCESS: dict[str, tuple[str, ...]] = {}  # route → access as in declared.py; pages/registry.py fills it


class FrameState(rx.State):
    """Loaded before every page that has a frame."""

    firm: str = ""
    firm_initial: str = ""
    accent: str = ""
    name: str = ""
    first_name: str = ""
    initials: str = ""
    email: str = ""
    role: str = ""  # owner | finance | lead | member | client
    role_name: str = ""
    nav: list[NavItem] = []
    timer: Timer = Timer()
    today: str = ""  # ISO day in the firm's zone
    theme: str = "system"
    currency: str = ""
    is_demo: bool = False
    is_sandbox: bool = False  # payments go to the built-in sandbox: the bar says so
    is_ready: bool = False

    @rx.event
    @public
    async def load(self, route: str) -> Any:
        """Fills the frame of the page at `route`; turns away who may not open it."""
        who = actor_or_none()
        access = PAGE_ACCESS.get(route)
        if access is not None and not permits(access, who):
            return rx.redirect(_elsewhere(who, route))
        if who is not None:
            await self._fill(who)
        return None

    @rx.event
    @signed_in
    async def refresh(self) -> None:
        """Reloads what may have changed."""
        await self._fill(actor())

    @rx.event(background=True)
    @signed_in
    async def watch(self, route: str) -> None:
        """Keeps this tab up to date while it shows the page at `route`."""
        await live.watch(route, live.Live([FrameState.refresh], FRAME_KINDS))

    async def _fill(self, who: Actor) -> None:
        facts = await read(frame)
        self.name, self.email, self.role = who.name, who.email, who.role
        self.first_name = who.name.split(" ")[0]
        self.initials = initials(who.name)
        self.role_name = ROLES.get(who.role, who.role)
        self.nav = areas(who, facts.waiting if facts else 0)
        self.is_ready = True
        if facts is not None:
            self._show(facts)

    def _show(self, facts: FrameFacts) -> None:
        self.firm, self.accent, self.currency = facts.firm, facts.accent, facts.currency
        self.firm_initial = facts.firm[:1].upper()
        self.theme = facts.theme
        self.is_demo, self.is_sandbox = facts.is_demo, facts.provider == "sandbox"
        self.today = clock.today(facts.time_zone).isoformat()
        self.timer = running(facts.timer_since, facts.timer_task, facts.timer_project)


def _elsewhere(who: Actor | None, route: str) -> str:
    if who is None:
        return routes.with_query(routes.SIGN_IN, next="" if route == routes.HOME else route)
    if who.role == "client" and route == routes.HOME:
        return routes.PORTAL
    return routes.NOT_ALLOWED


def initials(name: str) -> str:
    """Two letters for a round mark: "Mara Auer" gives "MA"."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def areas(who: Actor, waiting: int = 0) -> list[NavItem]:
    """The areas that a role may open; approvals carry how many wait."""
    chosen = PORTAL_AREAS if who.role == "client" else AREAS
    return [
        NavItem(key, label, icon, href, str(waiting) if key == "approvals" and waiting else "")
        for key, label, icon, href, right in chosen
        if may(who, right)
    ]


def running(since: datetime | None, task: str, project: str) -> Timer:
    """The timer as the top bar shows it."""
    if since is None:
        return Timer()
    return Timer(since.isoformat(), project or task, 0, routes.TIME)
