"""What stands around every page: the firm, the person, the areas, the running timer."""

from typing import Any

import reflex as rx

from psa_app import clock, routes
from psa_app.access import Actor, may
from psa_app.display.frame import Hit, MenuItem, NavItem, Timer
from psa_app.queries.identity import FrameFacts, frame, last_task
from psa_app.services.time.timer import start_timer, stop_timer
from psa_app.state import live
from psa_app.state.areas import ROLES, actions, areas, frame_kinds, new_items, phone_areas
from psa_app.state.base import actor, actor_or_none, allow, public, read, say, show, signed_in, write
from psa_app.state.declared import permits

PAGE_ACCESS: dict[str, tuple[str, ...]] = {}  # route → access as in declared.py; pages/registry.py fills it
SANDBOX = "Payments run in the sandbox: no real money."


class FrameState(rx.State):
    """Loaded before every page that has a frame."""

    firm: str = ""
    mark: str = ""  # the letter in the firm's square
    color: str = ""
    name: str = ""
    first_name: str = ""
    initials: str = ""
    email: str = ""
    role: str = ""  # owner | finance | lead | member | client
    role_name: str = ""
    account: str = ""  # a client's company
    nav: list[NavItem] = []
    phone_nav: list[NavItem] = []
    new: list[MenuItem] = []
    actions: list[Hit] = []
    timer: Timer = Timer()
    may_track: bool = False
    today: str = ""  # ISO day in the firm's zone
    time_zone: str = ""
    currency: str = ""
    sandbox: str = ""  # what the coloured bar says, "" for no bar
    is_demo: bool = False
    is_ready: bool = False

    @rx.event
    @public
    async def load(self, route: str) -> Any:
        """Fills the frame of the page at `route`; turns away who may not open it."""
        who = actor_or_none()
        access = PAGE_ACCESS.get(route)
        if access is not None and not permits(access, who):
            return rx.redirect(_elsewhere(who, route), replace=True)
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
        who = actor()
        await live.watch(route, live.Live([FrameState.refresh], frame_kinds(who)), _only_of(who))

    @rx.event
    @allow("timer.run")
    async def toggle_timer(self) -> Any:
        """Stops the running timer, or starts one on the task worked on last."""
        if self.timer.started_at:
            await write(stop_timer)
            await say(self, f"Timer stopped: {self.timer.label}.", link="See the week", href=routes.TIME)
        else:
            task_id = await read(last_task)
            if task_id is None:
                return rx.redirect(routes.TIME)
            await write(lambda session, who: start_timer(session, who, task_id=task_id))
        await self._fill(actor())
        return None

    async def _fill(self, who: Actor) -> None:
        facts = await read(frame)
        nav, new = areas(who, facts.waiting if facts else 0), new_items(who)
        show(
            self,
            name=who.name,
            email=who.email,
            role=who.role,
            first_name=who.name.split(" ")[0],
            initials=initials(who.name),
            role_name=ROLES.get(who.role, who.role),
            nav=nav,
            phone_nav=phone_areas(who, nav),
            new=new,
            actions=actions(who, nav, new),
            may_track=may(who, "timer.run") and who.person_id is not None,
            is_ready=True,
        )
        if facts is not None:
            self._show(facts)

    def _show(self, facts: FrameFacts) -> None:
        show(
            self,
            firm=facts.firm,
            color=facts.accent,
            currency=facts.currency,
            mark=facts.firm[:1].upper(),
            account=facts.account,
            is_demo=facts.is_demo,
            sandbox=SANDBOX if facts.provider == "sandbox" else "",
            time_zone=facts.time_zone,
            today=clock.today(facts.time_zone).isoformat(),
            timer=running(facts),
        )


def _only_of(who: Actor) -> int | None:
    """The person whose time, weeks and leave are all that concerns them: a member sees no other's."""
    return who.person_id if who.role == "member" else None


def _elsewhere(who: Actor | None, route: str) -> str:
    if who is None:
        return routes.with_query(routes.SIGN_IN, next="" if route == routes.HOME or "[" in route else route)
    if who.role == "client" and route == routes.HOME:
        return routes.PORTAL
    return routes.NOT_ALLOWED


def initials(name: str) -> str:
    """Two letters for a round mark: "Mara Auer" gives "MA"."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def running(facts: FrameFacts) -> Timer:
    """The timer as the top bar shows it, with what makes its hours cost more."""
    if facts.timer_since is None:
        return Timer()
    label = facts.timer_project or facts.timer_task
    if facts.timer_modifier:
        label = f"{label} · {facts.timer_modifier}"
    return Timer(facts.timer_since.isoformat(), label, 0, routes.TIME)
