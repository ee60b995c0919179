"""A change by anyone shows on open pages within two seconds, also when another process made it.

One poller per process asks the database, twice a second and only while somebody watches,
whether history has grown; a tab that watches is told, at most once a second. What it is told is
to run its page's own load event again, which passes the guard like any other: an ended session
or a right taken away shows at once.
"""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reflex.event import Event
from reflex_base.event.context import EventContext
from reflex_base.registry import RegistrationContext
from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from psa_app import db, routes
from psa_app.errors import PsaError
from psa_app.models import History, Leave, TimeEntry, Timesheet
from psa_app.prepared import Prepared

log = logging.getLogger("psa_app.live")
POLL_SECONDS = 0.5
GAP_SECONDS = 1.0  # between two refreshes of one tab
CHECK_SECONDS = 5.0  # how often a quiet watcher looks whether its tab is still there
SHOWN_SECONDS = 2.0  # how long it counts what a page has shown; by then a look has come
WINDOW = 500  # ids looked back: a transaction on PostgreSQL may commit after one with a higher id
MOST_ROWS = 5000  # more than these at once count as a change of anything
ANYTHING = frozenset({"*"})
MOST_OWNERS = 500  # records whose person is looked up; of more at once everyone hears
SOMEONE = 0  # in place of a person: nobody knows whose it was, such as of a removed entry

_history: Any = History.__table__  # type: ignore[attr-defined]
_PERSONAL: dict[str, Any] = {
    "time_entry": TimeEntry.__table__,  # type: ignore[attr-defined]
    "timesheet": Timesheet.__table__,  # type: ignore[attr-defined]
    "leave": Leave.__table__,  # type: ignore[attr-defined]
}


@dataclass(frozen=True)
class Live:
    """What a page reloads (events), and the kinds of records whose change concerns it."""

    events: Sequence[Any]
    kinds: frozenset[str]

    def of(self, person_id: int | None) -> "Live":
        """The same for someone who sees only their own of the personal records; None sees all."""
        if person_id is None:
            return self
        personal = self.kinds & _PERSONAL.keys()
        own = {owned(kind, whose) for kind in personal for whose in (person_id, SOMEONE)}
        return replace(self, kinds=(self.kinds - personal) | own)


def owned(kind: str, person_id: int) -> str:
    """How a change of a person's own record is told besides its kind."""
    return f"{kind}:{person_id}"


PAGES: dict[str, Live] = {}  # by route; pages/registry.py fills it


@dataclass(eq=False)
class Watcher:
    """One tab that wants to know. What happens between two looks melts into one set of kinds."""

    tab: str
    kinds: frozenset[str]
    news: set[str] = field(default_factory=set)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    is_replaced: bool = False
    route: str = ""
    page_only: frozenset[str] = frozenset()  # of the kinds, those that the frame does not show
    _shown: tuple[int, float] = (0, 0.0)

    def has_shown(self, newest: int) -> None:
        """The page shows all that history told up to this id."""
        self._shown = (newest, time.monotonic())

    def tell(self, kinds: frozenset[str], newest: Mapping[str, int] | None = None) -> None:
        """Notes the kinds that concern this tab; never waits. `newest` is the last id of each kind's news."""
        concerned = kinds if "*" in kinds or "*" in self.kinds else kinds & self.kinds
        shown, at = self._shown
        if newest and concerned and time.monotonic() - at < SHOWN_SECONDS:
            seen = {kind for kind in concerned & self.page_only if newest.get(kind, shown + 1) <= shown}
            concerned -= seen
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

    def join(
        self, tab: str, kinds: frozenset[str], route: str = "", page_only: frozenset[str] = frozenset()
    ) -> Watcher:
        """Adds a tab; a watcher that it had before ends."""
        self.leave(self.watchers.get(tab))
        watcher = self.watchers[tab] = Watcher(tab, kinds, route=route, page_only=page_only)
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

    def tell(self, kinds: frozenset[str], newest: Mapping[str, int] | None = None) -> None:
        """Tells every watcher."""
        for watcher in list(self.watchers.values()):
            watcher.tell(kinds, newest)


HUB = Hub()


def newest(session: Session) -> int:
    """The last id of history that this transaction sees; 0 on PostgreSQL, where one may be committed late."""
    return int(_LAST.first(session, {}).last or 0) if db.is_sqlite(session) else 0


def has_shown(route: str, newest: int) -> None:
    """The page at `route` of the tab whose event this is shows all up to this id of history: its own change,
    say. It need not be told of that.
    """
    watcher = HUB.watchers.get(EventContext.get().token)
    if watcher is not None and watcher.route == route:
        watcher.has_shown(newest)


class Looker:
    """Looks at the database from a thread; remembers which of the last ids of history it has seen."""

    def __init__(self) -> None:
        self._counter = (0, 0)
        self._seen: frozenset[int] | None = None
        self._file_version = -1
        self._connection: Any = None
        self._engine: Any = None
        self.newest: dict[str, int] = {}  # of the kinds found last, the last id of history

    def changed_kinds(self) -> frozenset[str]:
        """The kinds of records changed since the last call, with whose they are (`owned`) where a
        person has them; the first call only looks.
        """
        moved = self._moved_to(db.engine())
        version = self._version_of_file()
        if version >= 0 and version == self._file_version:
            return frozenset()
        with db.reading() as session:
            newest, recent = session.connection().execute(_COUNTER).one()
            counter = (newest or 0, recent)
            if self._seen is not None and counter == self._counter:
                self._file_version = version
                return frozenset()
            since = (counter if self._seen is None else self._counter)[0] - WINDOW
            rows = session.connection().execute(_RECENT, {"since": since}).all()
            found = self._new_kinds(session, rows)
        self._seen = frozenset(row.id for row in rows if row.id > counter[0] - WINDOW)
        self._counter, self._file_version = counter, version
        return ANYTHING if moved else found

    def _new_kinds(self, session: Session, rows: Sequence[Any]) -> frozenset[str]:
        if self._seen is None:
            return frozenset()
        if len(rows) >= MOST_ROWS:
            return ANYTHING
        new = [row for row in rows if row.id not in self._seen]
        found = _owned(session, new)
        self.newest = {row.kind: row.id for row in reversed(new)}
        for kind in found:
            self.newest[kind] = self.newest[kind.partition(":")[0]]
        return frozenset(row.kind for row in new) | found

    def close(self) -> None:
        """Gives the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _moved_to(self, engine: Any) -> bool:
        """True when the app has turned to another database since the last look."""
        if self._engine is engine:
            return False
        moved = self._engine is not None
        self.close()
        self._engine, self._seen, self._file_version = engine, None, -1
        return moved

    def _version_of_file(self) -> int:
        """SQLite's own counter of commits by other connections; -1 where there is none."""
        if self._engine.dialect.name != "sqlite" or not self._engine.url.database:
            return -1
        if self._connection is None:
            self._connection = self._engine.raw_connection()
        return int(self._connection.cursor().execute("PRAGMA data_version").fetchone()[0])


def _owned(session: Session, rows: Sequence[Any]) -> frozenset[str]:
    found: set[str] = set()
    for kind, table in _PERSONAL.items():
        ids = {row.record_id for row in rows if row.kind == kind}
        if not ids:
            continue
        known = select(table.c.id, table.c.person_id).where(table.c.id.in_(ids))
        owners = session.connection().execute(known).all() if len(ids) <= MOST_OWNERS else []
        found |= {owned(kind, row.person_id) for row in owners}
        if len(owners) < len(ids):
            found.add(owned(kind, SOMEONE))
    return frozenset(found)


_LAST = Prepared(select(func.max(_history.c.id).label("last")))
_NEWEST = select(func.max(_history.c.id)).scalar_subquery()
_COUNTER = select(_NEWEST, select(func.count()).where(_history.c.id > _NEWEST - WINDOW).scalar_subquery())
_RECENT = (
    select(_history.c.id, _history.c.kind, _history.c.record_id)
    .where(_history.c.id > bindparam("since"))
    .order_by(_history.c.id.desc())
    .limit(MOST_ROWS)
)


async def poll() -> None:
    """Looks twice a second while somebody watches; runs as long as the app does."""
    looker = Looker()
    try:
        while True:
            HUB.tell(await asyncio.to_thread(_look, looker), looker.newest)
            await asyncio.sleep(POLL_SECONDS)
            await HUB.somebody.wait()
    finally:
        looker.close()


def _look(looker: Looker) -> frozenset[str]:
    try:
        return looker.changed_kinds()
    except (PsaError, SQLAlchemyError) as error:
        log.warning("the change counter could not be read: %s", type(error).__name__)
        return frozenset()


async def watch(route: str, frame: Live, only_of: int | None = None) -> None:
    """Keeps a tab up to date until it leaves the page or goes away. Runs in a background event.

    `only_of` is the person whose tab it is, if others' time, weeks and leave do not concern it.
    """
    tab = EventContext.get().token
    page = (PAGES.get(route) or Live((), frozenset())).of(only_of)
    frame = frame.of(only_of)
    watcher = HUB.join(tab, page.kinds | frame.kinds, route, page.kinds - frame.kinds)
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
    """Queues events of this tab as new ones: as children of the watcher they would pile up on it.

    Waits until they are done, so that a page that loads slowly is not asked again meanwhile.
    """
    here = EventContext.get()
    address = _without_form(here.router_data)
    processor = RegistrationContext.get().app.event_processor
    queued = []
    for event in Event.from_event_type(list(events)):
        fresh = processor._root_context.fork(token=here.token, router_data=address)  # type: ignore[union-attr]
        queued.append(await processor.enqueue(here.token, event, ev_ctx=fresh))
    if queued:
        await asyncio.wait(queued, timeout=CHECK_SECONDS)


def _without_form(router_data: dict[str, Any]) -> dict[str, Any]:
    """A tab's address as it is once a form that it asked for has opened.

    The tab may not have said yet that it is there. Asked again, the form would begin anew over what is typed.
    """
    query = {
        name: value for name, value in router_data.get("query", {}).items() if name not in routes.OPENS_ONCE
    }
    return router_data | {"asPath": routes.without_form(str(router_data.get("asPath", ""))), "query": query}


async def is_here() -> bool:
    """Whether the tab that began this background event is still there."""
    return await _is_there(EventContext.get().token)


async def _is_there(tab: str) -> bool:
    namespace = RegistrationContext.get().app.event_namespace
    return namespace is not None and bool(await namespace._token_manager.is_token_connected(tab))
