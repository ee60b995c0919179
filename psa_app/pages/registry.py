"""How a page is declared: one decorator gives its address, title, right, data and frame.

@page(routes.INVOICES, title="Invoices", right="invoices.read", on_load=InvoicesState.load,
      live=("invoice", "payment"))
def invoices() -> rx.Component: ...
"""

import importlib
import os
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from psa_app import pages as package
from psa_app.access.permissions import ALL_RIGHTS
from psa_app.state.declared import ANYONE_SIGNED_IN, PUBLIC, roles_for
from psa_app.state.frame import PAGE_ACCESS, FrameState
from psa_app.state.live import PAGES as LIVE
from psa_app.state.live import Live

EVERYONE = "everyone"
SIGNED_IN = "signed in"
Draw = Callable[[], rx.Component]


@dataclass(frozen=True)
class Page:
    """One declared page. `access` is as in state/declared.py: () = everyone, else any of these rights."""

    route: str
    title: str
    access: tuple[str, ...]
    draw: Draw
    on_load: tuple[Any, ...]

    @property
    def roles(self) -> set[str]:
        """The roles that may open the page."""
        return roles_for(self.access)


PAGES: dict[str, Page] = {}


def page(
    route: str,
    *,
    title: str,
    right: str,
    on_load: Any = (),
    live: Iterable[str] = (),
) -> Callable[[Draw], Draw]:
    """Declares a page.

    `right`: a right of access/permissions.py, `SIGNED_IN` or `EVERYONE`. `on_load`: the event or
    events that load its data; each must declare a right of its own, for the page's only spares a
    person an empty page. `live`: kinds of history (table names, "*" = all) whose change runs
    `on_load` again.
    """
    access = {EVERYONE: PUBLIC, SIGNED_IN: ANYONE_SIGNED_IN}.get(right, (right,))
    if right not in (EVERYONE, SIGNED_IN) and right not in ALL_RIGHTS:
        raise LookupError(f"No role has the right {right!r}: see access/permissions.py")
    events = _several(on_load)

    def declare(draw: Draw) -> Draw:
        if route in PAGES and PAGES[route].draw.__module__ != draw.__module__:
            raise LookupError(f"Two pages want the address {route}.")
        PAGES[route] = Page(route, title, access, draw, events)
        PAGE_ACCESS[route] = access
        LIVE[route] = Live(events, frozenset(live))
        return draw

    return declare


def _several(events: Any) -> tuple[Any, ...]:
    return tuple(events) if isinstance(events, Sequence) else (events,)


def discover() -> dict[str, Page]:
    """Imports every page module (or those named in PSA_PAGES, for a quick build) and gives all pages."""
    wanted = {name.strip() for name in os.environ.get("PSA_PAGES", "").split(",") if name.strip()}
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        name = module.name.removeprefix(package.__name__ + ".")
        if not module.ispkg and name != "registry" and (not wanted or name in wanted | ALWAYS):
            importlib.import_module(module.name)
    return PAGES


ALWAYS = {"sign_in", "reset", "welcome", "not_allowed", "not_found"}


def add_pages(app: rx.App) -> None:
    """Adds every declared page to the app."""
    for one in discover().values():
        app.add_page(
            one.draw,
            route=one.route,
            title=f"{one.title} · PSA",
            on_load=_events(one),
        )


def _events(one: Page) -> list[Any]:
    if one.access == PUBLIC:
        return list(one.on_load)
    return [FrameState.watch(one.route), FrameState.load(one.route), *one.on_load]
