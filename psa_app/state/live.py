"""A change by anyone shows on open pages within two seconds, also when another process made it.

One poller per process asks the database, twice a second and only while somebody watches,
whether history has grown; a tab that watches is told, at most once a second. What it is told is
to run its page's own load event again, which passes the guard like any other: an ended session
or a right taken away shows at once.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reflex.event import Event
from reflex_base.event.context import EventContext
from reflex_base.registry import RegistrationContext
from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError

from psa_app import db
from psa_app.errors import PsaError
from psa_app.models import History

log = logging.getLogger("psa_app.live")
POLL_SECONDS = 0.5
GAP_SECONDS = 1.0  # between two refreshes of one tab
CHECK_SECONDS = 5.0  # how often a quiet watcher looks whether its tab is still there
WINDOW = 500  # ids looked back: a transaction on PostgreSQL may commit after one with a higher id
ANYTHING = frozenset({"*"})

_history: Any = History.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Live:
    """What a page reloads (events), and the kinds of records whose change concerns it."""

    events: Sequence[Any]
    kinds: frozenset[str]


PAGES: dict[str, Live] = {}  # by route; pages/registry.py fills it


@dataclass(eq=False)
class Watcher:
    """One tab that wants to know. What happens between two looks melts into one set of kinds."""

    tab: str
    kinds: frozenset[str]
    news: set[str] = field(default_factory=set)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    is_replaced: bool = False

    def tell(self, kinds: frozenset[str]) -> None:
        """Notes the kinds that concern this tab; never waits."""
        concerned = kinds if kinds == ANYTHING or self.kinds == ANYTHING else kinds & self.kinds
        if concerned:
            self.news |= concerned
            self.woken.set()

    async def next(self, timeout: float) -> set[str]:
        """The kinds that changed since the last call; empty when nothing did within `timeout` seconds."""
        try:
            await asyncio.wait_for(self.woken.wait(), timeout)
        except TimeoutError:
            return set()
        self.woken.clear()
        news, self.news = self.news, set()
        return news


class Hub:
    """The watchers of this process: at most one for each tab."""

    def __init__(self) -> None:
        self.watchers: dict[str, Watcher] = {}
        self.somebody = asyncio.Event()

    def join(self, tab: str, kinds: frozenset[str]) -> Watcher:
        """Adds a tab; a watcher that it had before ends."""
        self.leave(self.watchers.get(tab))
        watcher = self.watchers[tab] = Watcher(tab, kinds)
        self.somebody.set()
        return watcher

    def leave(self, watcher: Watcher | None) -> None:
        """Takes a watcher out and wakes it, so that it ends."""
        if watcher is None:
            return
        watcher.is_replaced = True
        watcher.woken.set()
        if self.watchers.get(watcher.tab) is watcher:
            del self.watchers[watcher.tab]
        if not self.watchers:
            self.somebody.clear()

    def tell(self, kinds: frozenset[str]) -> None:
        """Tells every watcher."""
        for watcher in list(self.watchers.values()):
            watcher.tell(kinds)


HUB = Hub()


@dataclass(frozen=True, slots=True)
class Mark:
    """How far history was when last looked at."""

    newest: int
    recent: int  # how many of the last WINDOW ids are there
    file_version: int = -1  # SQLite's own counter of commits by others


class Looker:
    """Looks at the database from a thread; keeps what it needs between two looks."""

    def __init__(self) -> None:
        self._mark: Mark | None = None
        self._connection: Any = None

    def changed_kinds(self) -> frozenset[str]:
        """The kinds of records changed since the last call; the first call only takes the mark."""
        version = self._file_version()
        old = self._mark
        if old is not None and version >= 0 and version == old.file_version:
            return frozenset()
        with db.reading() as session:
            newest, recent = session.connection().execute(_COUNTER).one()
            self._mark = Mark(newest or 0, recent, version)
            if old is None or (old.newest, old.recent) == (self._mark.newest, self._mark.recent):
                return frozenset()
            if self._mark.newest <= old.newest or self._mark.newest - old.newest > WINDOW:
                return ANYTHING
            grown = self._mark.newest - old.newest
            found = session.connection().execute(_KINDS, {"since": old.newest}).all()
        # More new rows than new ids say: an older id came late, of a kind that is not known.
        late = self._mark.recent != min(WINDOW, old.recent + grown)
        return ANYTHING if late else frozenset(kind for (kind,) in found)

    def close(self) -> None:
        """Gives the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _file_version(self) -> int:
        engine = db.engine()
        if engine.dialect.name != "sqlite" or not engine.url.database:
            return -1
        if self._connection is None:
            self._connection = engine.raw_connection()
        return int(self._connection.cursor().execute("PRAGMA data_version").fetchone()[0])


_NEWEST = select(func.max(_history.c.id)).scalar_subquery()
_COUNTER = select(_NEWEST, select(func.count()).where(_history.c.id > _NEWEST - WINDOW).scalar_subquery())
_KINDS = select(_history.c.kind).where(_history.c.id > bindparam("since")).distinct()


async def poll() -> None:
    """Looks twice a second while somebody watches; runs as long as the app does."""
    looker = Looker()
    try:
        while True:
            await HUB.somebody.wait()
            try:
                kinds = await asyncio.to_thread(looker.changed_kinds)
            except (PsaError, SQLAlchemyError) as error:
                log.warning("the change counter could not be read: %s", type(error).__name__)
            else:
                if kinds:
                    HUB.tell(kinds)
            await asyncio.sleep(POLL_SECONDS)
    finally:
        looker.close()


async def watch(route: str, frame: Live) -> None:
    """Keeps a tab up to date until it leaves the page or goes away. Runs in a background event."""
    tab = EventContext.get().token
    page = PAGES.get(route) or Live((), frozenset())
    watcher = HUB.join(tab, page.kinds | frame.kinds)
    try:
        while not watcher.is_replaced and await _is_there(tab):
            news = await watcher.next(CHECK_SECONDS)
            if news and not watcher.is_replaced:
                await _refresh(page, frame, news)
                await asyncio.sleep(GAP_SECONDS)
    finally:
        HUB.leave(watcher)


async def _refresh(page: Live, frame: Live, news: set[str]) -> None:
    for one in (frame, page):
        if news & one.kinds or "*" in news or "*" in one.kinds:
            await _send(one.events)


async def _send(events: Sequence[Any]) -> None:
    """Queues events of this tab as new ones: as children of the watcher they would pile up on it."""
    here = EventContext.get()
    processor = RegistrationContext.get().app.event_processor
    for event in Event.from_event_type(list(events)):
        fresh = processor._root_context.fork(token=here.token, router_data=here.router_data)  # type: ignore[union-attr]
        await processor.enqueue(here.token, event, ev_ctx=fresh)


async def _is_there(tab: str) -> bool:
    namespace = RegistrationContext.get().app.event_namespace
    return namespace is not None and bool(await namespace._token_manager.is_token_connected(tab))
