"""An act on very many rows: done part by part while the page shows how far it is.

Each part is a transaction of its own. The work goes on when the page is left or loaded again; it can be
stopped, and gone on with, and doing it again from the start does no harm: what is done already refuses
or stays as it is.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor
from psa_app.display.record import ARCHIVE, PUT_BACK, Refusal
from psa_app.errors import Busy, PsaError
from psa_app.models.resource import Resource
from psa_app.services.lowcode.bulk import AT_ONCE, Done, Refused, act_on_many, change_many
from psa_app.state.base import allow, say, write
from psa_app.state.guard import still_here
from psa_app.state.lowcode.kinds import STAFF, address_of, resource_of

log = logging.getLogger("psa_app.bulk")
CHANGE = "change_field"  # a field gets one value in all of them
SHOWN = 200  # refused rows that are named; all of them are counted
SILENT = timedelta(seconds=60)  # after which nobody is at work any more: the process was ended
TRIES = 5  # for a part, while others keep the database busy
_DID = {ARCHIVE: "archived", PUT_BACK: "put back", CHANGE: "changed"}
_DOING = {ARCHIVE: "Archiving", PUT_BACK: "Putting back", CHANGE: "Changing"}


@dataclass(frozen=True)
class Job:
    """What is done to which rows. `raw` are the field's value or the act's inputs, as they were typed."""

    kind: str
    many: str
    verb: str
    label: str
    ids: tuple[int, ...]
    raw: Mapping[str, Any] = field(default_factory=dict)
    tried: int = 0
    done: int = 0
    refused: int = 0

    @property
    def next(self) -> tuple[int, ...]:
        """The rows of the next part."""
        return self.ids[self.tried : self.tried + AT_ONCE]

    @property
    def is_over(self) -> bool:
        return self.tried >= len(self.ids)

    @property
    def did(self) -> str:
        """What was done so far, in words."""
        return f"{self.done:,} {_DID.get(self.verb, 'done')}"

    def after(self, part: Done) -> "Job":
        """The job when a part is done."""
        return replace(
            self,
            tried=self.tried + len(part.ids) + len(part.refused),
            done=self.done + len(part.ids),
            refused=self.refused + len(part.refused),
        )


def do_part(session: Session, who: Actor, job: Job, ids: tuple[int, ...]) -> Done:
    """Does a part of a job."""
    resource: Resource = resource_of(session, who, job.kind)
    if job.verb in (ARCHIVE, PUT_BACK):
        return change_many(session, who, resource, ids, {"is_archived": job.verb == ARCHIVE})
    if job.verb == CHANGE:
        return change_many(session, who, resource, ids, job.raw)
    return act_on_many(session, who, resource, job.verb, ids, job.raw)


def refusals(kind: str, refused: tuple[Refused, ...]) -> list[Refusal]:
    """Refused rows as they are listed."""
    return [Refusal(one.name, address_of(kind, one.record_id), one.why) for one in refused]


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
    _job: Job | None = None
    _sign: datetime | None = None  # of life, of who is at work
    _taken: bool = False

    async def _begin(self, job: Job, first: Done) -> None:
        """Shows the work; `work` does it. `first` is the part that was done already."""
        self._job = job.after(first)
        self.refused = refusals(job.kind, first.refused)[:SHOWN]
        doing = _DOING.get(job.verb, job.label)
        self.title = f"{doing}: {len(job.ids):,} {job.many}"
        self._wait()

    def _wait(self) -> None:
        self.is_working, self.is_paused, self.is_stopping, self._taken = True, False, False, False
        self._sign = clock.now()
        self._show_progress()

    def _show_progress(self) -> None:
        job = self._job
        if job is not None:
            refused = f" · {job.refused:,} refused" if job.refused else ""
            self.words = f"{job.tried:,} of {len(job.ids):,}{refused}"
            self.percent = job.tried * 100 // len(job.ids)

    @rx.event(background=True)
    @allow(STAFF)
    async def work(self) -> None:
        """Does one part after the other until all are done or someone says stop."""
        async with self:
            if self._job is None or not self.is_working or self._taken:
                return
            self._taken, job = True, self._job
        trouble = ""
        while not job.is_over and not trouble:
            try:
                part = await _part(job)
            except PsaError as error:
                trouble = error.sentence
            except Exception:
                log.exception("an act on many rows failed")
                trouble = "Something went wrong here; the last part was not done."
            else:
                before, job = job, job.after(part)
                async with self:
                    if self._job != before:  # the tab is another person's by now
                        return
                    self._job, self._sign = job, clock.now()
                    self.refused = [*self.refused, *refusals(job.kind, part.refused)][:SHOWN]
                    self._show_progress()
                    if self.is_stopping:
                        break
        async with self:
            if self._job == job:
                await self._finish(job, trouble)

    async def _finish(self, job: Job, trouble: str) -> None:
        self.is_working, self.is_stopping, self._taken = False, False, False
        if not job.is_over:
            self.is_paused = True
            rest = len(job.ids) - job.tried
            said = trouble or f"Stopped: {job.did}, {job.refused:,} refused."
            self.words = f"{said} The other {rest:,} are as they were."
            return
        await self._tell(job)
        self._job = None

    async def _tell(self, job: Job) -> None:
        """Says what came of it; names those that refused."""
        self.told = f"{job.did}, {job.refused:,} refused and left as they were."
        if job.refused > len(self.refused):
            self.told += f" The first {len(self.refused):,} of them:"
        self.is_telling = bool(job.refused)
        if not job.refused:
            await say(self, f"{job.did[:1].upper()}{job.did[1:]}.")

    @rx.event
    @allow(STAFF)
    def stop(self) -> None:
        """Lets the part that is under way be the last."""
        self.is_stopping = self.is_working

    @rx.event
    @allow(STAFF)
    def go_on(self) -> Any:
        """Goes on where it stopped."""
        if self._job is None or not self.is_paused:
            return None
        self._wait()
        return JobState.work

    @rx.event
    @allow(STAFF)
    async def leave(self) -> None:
        """Leaves the rest as it is."""
        job, self._job, self.is_paused = self._job, None, False
        if job is not None:
            await self._tell(job)

    @rx.event
    @allow(STAFF)
    def look(self) -> None:
        """Says so when whoever was at work is gone: a server that was started anew."""
        if self.is_working and self._sign is not None and clock.now() - self._sign > SILENT:
            self.is_working, self._taken, self.is_paused = False, False, True
            self.words = f"It was interrupted. {self.words}"

    @rx.event
    @allow(STAFF)
    def close(self) -> None:
        """Closes the list of what refused."""
        self.is_telling = False


def _writer(job: Job) -> Callable[[Session, Actor], Done]:
    return lambda session, who: do_part(session, who, job, job.next)


async def _part(job: Job) -> Done:
    """The next part, by whoever is still signed in; while others write it is tried again."""
    for left in reversed(range(TRIES)):
        try:
            return await write(_writer(job), await still_here())
        except Busy:
            if not left:
                raise
            await asyncio.sleep(0.2)
    raise AssertionError
