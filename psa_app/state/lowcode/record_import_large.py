"""A large file on its way in: checked and written by the worker, found again after a reload or a restart."""

import asyncio
from typing import Any

import reflex as rx

from psa_app.display.figures import Fact, Kpi
from psa_app.display.imports import PastImport, RefusedRow
from psa_app.errors import NotFound, PsaError
from psa_app.formats.apart import read_apart
from psa_app.formats.csv_files import Table
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries.home.facts import firm_facts
from psa_app.queries.import_keys import RIGHT, may_import
from psa_app.queries.imports import PastRun, one_import, own_check, past_imports
from psa_app.services.imports import (
    Choices,
    begin_check,
    drop_checks,
    offered,
    refused_file,
    retry_import,
    source_file,
    write_checked,
)
from psa_app.state import live
from psa_app.state.base import allow, read, write
from psa_app.state.lowcode import record_import_words as words
from psa_app.state.lowcode.kinds import resource_of
from psa_app.state.time.import_words import counted

LOOK_EVERY = 0.7  # seconds between two looks at how far the worker is
SHOWN = 50  # refused rows that are listed
AT_WORK = ("checking", "work")


class LargeImport(rx.State, mixin=True):
    """What the worker does with a file, and what it did with earlier ones."""

    step: str = "file"  # file | map | checking | check | work | done
    name: str = ""
    error: str = ""
    counts: list[Kpi] = []
    refused: list[RefusedRow] = []
    more_refused: str = ""
    refused_words: str = ""
    apply_words: str = ""
    nothing_new: bool = False
    done: list[Fact] = []
    has_refused: bool = False
    past: list[PastImport] = []
    percent: int = 0
    progress: str = ""
    _run: int = 0
    _data: bytes = b""
    _kind: str = ""
    _runs: list[PastRun] = []
    _table: Table | None = None
    _choices: Choices = Choices({})

    async def _look_back(self) -> None:
        kind = self._kind
        self._runs, zone = await read(
            lambda session, who: (past_imports(session, who, kind), firm_facts(session).zone)
        )
        self.past = words.past(self._runs, zone)

    async def _find_again(self) -> None:
        """What is under way, or was checked and waits for a word: it is here before any new file."""
        kind = self._kind
        run = next((one for one in self._runs if one.is_open), None)
        if run is None:
            run_id = await read(lambda session, who: own_check(session, who, kind))
            if not run_id:
                return
            run = await read(lambda session, who: one_import(session, who, kind, run_id))
        self._run, self.name = run.id, run.name
        if run.is_open:
            self._show_work(run)
        else:
            await self._show_checked(run)

    def _show_work(self, run: PastRun) -> None:
        self.step = "checking" if run.only_check else "work"
        self.percent, self.progress = words.percent(run), words.progress(run)

    async def _show_checked(self, run: PastRun) -> None:
        kind = self._kind
        resource = await read(lambda session, who: declared(session, who, kind)[0])
        self.step, self.error = "check", ""
        self.counts = words.counts_of(run.added, run.changed, run.known, run.refused)
        self.refused = words.refused_told(run.told, SHOWN)
        self.more_refused = words.more_rows(run.refused - len(self.refused))
        self._say_counts(resource, run.refused, run.added + run.changed)

    def _say_counts(self, resource: Resource, refused: int, writes: int) -> None:
        self.refused_words = counted(refused, "row is refused.", "rows are refused.") if refused else ""
        self.nothing_new = not writes
        self.apply_words = f"Import {counted(writes, resource.one.lower(), resource.many.lower())}"

    @rx.event(background=True)
    @allow(RIGHT)
    async def follow(self) -> None:
        """Tells how far the worker is, until it is through or the tab is gone."""
        run_id, kind = self._run, self._kind
        while await live.is_here():
            try:
                run = await read(lambda session, who: one_import(session, who, kind, run_id))
            except NotFound:  # another file is checked instead
                return
            async with self:
                if self._run != run_id or self.step not in AT_WORK:
                    return
                if not run.is_open:
                    await self._ended(run)
                    return
                self._show_work(run)
            await asyncio.sleep(LOOK_EVERY)

    async def _ended(self, run: PastRun) -> None:
        await self._look_back()
        if run.state == "failed":
            self._begin()
            self.error = run.problem
        elif run.only_check:
            await self._show_checked(run)
        else:
            kind = self._kind
            resource = await read(lambda session, who: declared(session, who, kind)[0])
            self.step, self._data = "done", b""
            self.done, self.has_refused = words.ran(resource, run), run.has_file

    def _begin(self) -> None:
        """Forgets the file and what was chosen for it."""

    async def _hand_over(self, rows: int) -> Any:
        """A large file is checked by the worker, whether this page stays open or not."""
        kind, choices, name, data = self._kind, self._choices, self.name, self._data

        def begun(session: Any, who: Any) -> int:
            resource = declared(session, who, kind)[0]
            return int(begin_check(session, who, resource, data, choices, rows=rows, name=name).id or 0)

        return await self._begun(begun, rows, "checking")

    async def _write_checked(self) -> Any:
        """What was checked is written by the worker too."""
        kind, run_id = self._kind, self._run

        def begun(session: Any, who: Any) -> int:
            return write_checked(session, who, declared(session, who, kind)[0], run_id).rows

        try:
            rows = await write(begun)
        except PsaError as error:
            self.error = error.sentence
            return None
        return await self._at_work(run_id, rows, "work")

    async def _begun(self, begin: Any, rows: int, step: str) -> Any:
        try:
            run_id = await write(begin)
        except PsaError as error:
            self.error = error.sentence
            return None
        return await self._at_work(run_id, rows, step)

    async def _at_work(self, run_id: int, rows: int, step: str) -> Any:
        self._run, self.step, self.error = run_id, step, ""
        self.percent, self.progress = 0, words.beginning(rows)
        await self._look_back()
        return type(self).follow

    async def _file_of_check(self) -> Table:
        """The rows of a checked file; after a restart they are read from what the worker has."""
        run_id = self._run
        data, choices = await read(lambda session, who: source_file(session, who, run_id))
        table = await asyncio.to_thread(read_apart, data)
        self._table, self._choices, self._data = table, choices, data
        return table

    async def _drop_check(self) -> None:
        """The worker forgets the file that it checks, or has checked."""
        if self._run and self.step in ("checking", "check"):
            kind = self._kind
            await write(lambda session, who: drop_checks(session, who, resource_of(session, who, kind)))
            self._run = 0

    @rx.event
    @allow(RIGHT)
    async def download_past(self, run_id: int) -> Any:
        """The rows that an earlier import left out, as a file."""
        name, content = await read(lambda session, who: refused_file(session, who, run_id))
        return rx.download(data=content, filename=name)

    @rx.event
    @allow(RIGHT)
    async def retry(self, run_id: int) -> Any:
        """Tries the file of an import that failed once more, as it was."""
        kind = self._kind

        def begun(session: Any, who: Any) -> tuple[str, int]:
            run = retry_import(session, who, declared(session, who, kind)[0], run_id)
            return run.name, run.rows

        self.name, rows = await write(begun)
        return await self._at_work(run_id, rows, "work")


def declared(session: Any, who: Any, kind: str) -> tuple[Resource, list[FieldSpec]]:
    """The declaration and the fields that can be filled; `NotFound` for what is not theirs to import."""
    resource = resource_of(session, who, kind)
    if not may_import(who, resource):
        raise NotFound()
    return resource, offered(session, who, resource)
