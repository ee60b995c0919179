"""An act on very many rows, which the worker does part by part: how far it is, stopped, gone on with.

It is kept in the database, so the bar is there again after the page was loaded anew, in another tab, and
after the program was started again.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import reflex as rx

from psa_app.display.record import Refusal
from psa_app.errors import SignInNeeded
from psa_app.queries.bulk_runs import SHOWN, BulkNow, shown_bulk
from psa_app.rules.bulk import ARCHIVE, CHANGE, PUT_BACK
from psa_app.services.lowcode.bulk_runs import go_on_bulk, leave_bulk, stop_bulk, tell_bulk
from psa_app.state import live
from psa_app.state.base import allow, read, say, write
from psa_app.state.guard import still_here
from psa_app.state.lowcode.kinds import STAFF, address_of
from psa_app.state.lowcode.records import RecordsState

LOOK_EVERY = 0.5  # seconds between two looks at how far the worker is
_DID = {ARCHIVE: "archived", PUT_BACK: "put back", CHANGE: "changed"}
_DOING = {ARCHIVE: "Archiving", PUT_BACK: "Putting back", CHANGE: "Changing"}


def did(verb: str, many: int) -> str:
    """What was done, in words: "1,204 archived"."""
    return f"{many:,} {_DID.get(verb, 'done')}"


class JobState(rx.State):
    """The bar of the work that goes on, and the list of what refused."""

    title: str = ""
    words: str = ""
    percent: int = 0
    is_working: bool = False
    is_stopping: bool = False
    is_paused: bool = False
    told: str = ""
    refused: list[Refusal] = []
    is_telling: bool = False
    _run: int = 0
    _kind: str = ""
    _followed: int = 0  # counts the looks: only the last one goes on

    @rx.event
    @allow(STAFF)
    async def look(self) -> Any:
        """Shows what is under way with rows of this kind, or what came of it while nobody looked."""
        return await self._show((await self.get_state(RecordsState))._asked.kind)

    async def _show(self, kind: str) -> Any:
        if kind != self._kind:
            self.reset()  # type: ignore[no-untyped-call]
            self._kind = kind
        run = await read(lambda session, who: shown_bulk(session, who, kind)) if kind else None
        if run is None:
            self.is_working = self.is_paused = False
            return None
        self._run = run.id
        await self._take(run)
        return JobState.follow if self.is_working else None

    async def _take(self, run: BulkNow) -> None:
        """Shows how a run stands."""
        doing = _DOING.get(run.verb, run.label)
        refused = f" · {run.refused:,} refused" if run.refused else ""
        self.title = f"{doing}: {run.total:,} {run.many}"
        self.words, self.percent = f"{run.tried:,} of {run.total:,}{refused}", run.tried * 100 // run.total
        self.is_working, self.is_paused = run.is_open, run.state == "stopped"
        if self.is_paused:
            said = run.problem or f"Stopped: {did(run.verb, run.done)}, {run.refused:,} refused."
            self.words = f"{said} The other {run.total - run.tried:,} are as they were."
        if not run.is_open:
            self.is_stopping = False
        if run.state in ("done", "left"):
            await self._tell(run.kind, run.verb, run.done, run.refused, run.refusals)
            await write(lambda session, who: tell_bulk(session, who, run.id))

    @rx.event(background=True)
    @allow(STAFF)
    async def follow(self) -> None:
        """Tells how far the worker is, until it is through or the tab is gone."""
        async with self:
            self._followed += 1
            run_id, kind, mine = self._run, self._kind, self._followed
        while await live.is_here():
            try:
                who = await still_here()
            except SignInNeeded:
                return
            run = await read(lambda session, who: shown_bulk(session, who, kind, run_id), who)
            async with self:
                if run is None or (self._run, self._kind, self._followed) != (run_id, kind, mine):
                    return
                await self._take(run)
                if not run.is_open:
                    return
            await asyncio.sleep(LOOK_EVERY)

    async def _tell(
        self, kind: str, verb: str, done: int, refused: int, named: Sequence[tuple[int, str, str]]
    ) -> None:
        """Says what came of it; names those that refused."""
        self.refused = [Refusal(name, address_of(kind, record_id), why) for record_id, name, why in named][
            :SHOWN
        ]
        self.told = f"{did(verb, done)}, {refused:,} refused and left as they were."
        if refused > len(self.refused):
            self.told += f" The first {len(self.refused):,} of them:"
        self.is_telling = bool(refused)
        if not refused:
            await say(self, f"{did(verb, done)}.")

    @rx.event
    @allow(STAFF)
    async def stop(self) -> Any:
        """Lets the part that is under way be the last."""
        self.is_stopping = self.is_working
        return await self._do(stop_bulk)

    @rx.event
    @allow(STAFF)
    async def go_on(self) -> Any:
        """Goes on where it stopped."""
        return await self._do(go_on_bulk)

    @rx.event
    @allow(STAFF)
    async def leave(self) -> Any:
        """Leaves the rest as it is."""
        return await self._do(leave_bulk)

    async def _do(self, what: Any) -> Any:
        run_id = self._run
        if run_id:
            await write(lambda session, who: int(what(session, who, run_id).id or 0))
        return await self._show(self._kind)

    @rx.event
    @allow(STAFF)
    def close(self) -> None:
        """Closes the list of what refused."""
        self.is_telling = False
