"""Importing records of any kind: a file, its columns, what would come of each row, then in with them."""

import asyncio
from dataclasses import replace
from typing import Any

import reflex as rx

from psa_app.display.forms import Option
from psa_app.display.frame import Crumb
from psa_app.display.imports import Ask, FileColumn, FileRow
from psa_app.errors import Invalid, NotFound, PsaError
from psa_app.formats.apart import read_apart
from psa_app.formats.csv_files import Table
from psa_app.formats.refused_rows import refused_sheet
from psa_app.formats.tables_in import check_file
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries.import_keys import RIGHT
from psa_app.services.imports import (
    BIG,
    Choices,
    RecordPlan,
    apply_records,
    guessed,
    plan_records,
)
from psa_app.state.base import actor, allow, read, say, write
from psa_app.state.lowcode import record_import_words as words
from psa_app.state.lowcode.kinds import area_of, list_of_kind
from psa_app.state.lowcode.record_import_large import AT_WORK, SHOWN, LargeImport, declared

FIRST = 6  # rows that are shown while columns are chosen
GONE = "The file is not here any more. Drop it again."


class RecordImportState(LargeImport, rx.State):
    """One file on its way in. The file itself stays on the server."""

    many: str = "Records"
    one: str = ""
    area: str = ""
    way: list[Crumb] = []
    list_href: str = ""
    is_missing: bool = False
    is_ready: bool = False
    file_words: str = ""
    columns: list[FileColumn] = []
    fields: list[Option] = []
    keys: list[Option] = []
    key: str = ""
    found_help: str = ""
    asks: list[Ask] = []
    missing: str = ""
    heads: list[str] = []
    preview: list[FileRow] = []
    may_check: bool = False
    _fields: list[FieldSpec] = []
    _plan: RecordPlan | None = None

    @rx.event
    @allow(RIGHT)
    async def load(self) -> Any:
        """Looks up what may be imported here, what was, and what is on its way."""
        kind = str(self.router.url.path).rstrip("/").split("/")[-2]
        if kind == self._kind and self.is_ready and self.step != "file":
            if not self.is_missing:
                await self._look_back()
            return RecordImportState.follow if self.step in AT_WORK else None
        self._begin()
        try:
            resource, fields = await read(lambda session, who: declared(session, who, kind))
        except NotFound:
            self.is_missing, self.is_ready, self.many = True, True, "Records"
            return None
        self._kind, self._fields = kind, fields
        self.many, self.one, self.area = resource.many, resource.one.lower(), area_of(resource)
        self.list_href, self.found_help = list_of_kind(kind), words.found_help(resource)
        self.way = [Crumb(resource.many, self.list_href)]
        self.fields = words.field_options(fields)
        await self._look_back()
        await self._find_again()
        self.is_missing, self.is_ready = False, True
        return RecordImportState.follow if self.step in AT_WORK else None

    def _begin(self) -> None:
        """Forgets the file and what was chosen for it."""
        self._table = self._plan = None
        self._choices = Choices({})
        self.step, self.error, self.missing, self.name, self.file_words = "file", "", "", "", ""
        self.columns, self.asks, self.preview, self.refused, self.counts = [], [], [], [], []
        self.has_refused, self.may_check = False, False
        self._run, self._data, self.percent, self.progress = 0, b"", 0, ""

    @rx.event
    @allow(RIGHT)
    async def take(self, files: list[rx.UploadFile]) -> None:
        """Takes the file that was dropped."""
        self._begin()
        if not files:
            self.error = "Choose a file."
            return
        file = files[0]
        name = str(file.filename or "file")[:100]
        try:
            check_file(name, file.size or 1)
            data = await file.read()
            check_file(name, len(data))
            table = await asyncio.to_thread(read_apart, data)
            kind, headers = self._kind, table.headers
            columns = await read(
                lambda session, who: guessed(session, who, declared(session, who, kind)[0], headers)
            )
        except PsaError as error:
            self.error = error.sentence
            return
        self._table, self._choices, self.name = table, Choices(columns), name
        self._data = data if len(table.rows) > BIG else b""
        self.file_words = words.about(name, table)
        self.step = "map"
        await self._look()

    @rx.event
    @allow(RIGHT)
    def reject(self) -> None:
        """Says what may be dropped."""
        self.error = "Choose one CSV or Excel file (.csv, .xlsx) of 20 MB at most. Split a larger one."

    @rx.event
    @allow(RIGHT)
    async def set_column(self, place: int, field: str) -> None:
        """Says which field a column fills; "" for none."""
        table = self._file()
        if not 0 <= place < len(table.headers) or (field and field not in {one.value for one in self.fields}):
            raise Invalid("This file has no such column.")
        columns = {one: name for one, name in self._choices.columns.items() if one != place}
        if field:
            columns[place] = field
        self._choices = replace(self._choices, columns=columns, key=())
        await self._look()

    @rx.event
    @allow(RIGHT)
    async def set_key(self, key: str) -> None:
        """Says by which fields records are found that are here already."""
        if key not in {one.value for one in self.keys}:
            raise Invalid("Choose one from the list.")
        self._choices = replace(self._choices, key=tuple(key.split("+")))
        await self._look()

    @rx.event
    @allow(RIGHT)
    async def answer(self, place: int, choice: str) -> None:
        """Says how the cells of a column are written."""
        known = {one.value for ask in self.asks if ask.place == place for one in ask.options}
        if choice not in known:
            raise Invalid("Choose one of the answers.")
        if choice in (".", ","):
            marks: Any = {**self._choices.marks, place: choice}
            self._choices = replace(self._choices, marks=marks)
        else:
            orders: Any = {**self._choices.orders, place: choice}
            self._choices = replace(self._choices, orders=orders)
        await self._look()

    def _file(self) -> Table:
        if self._table is None:
            raise Invalid(GONE)
        return self._table

    async def _planned(self, only: int = 0) -> tuple[Resource, RecordPlan]:
        table, kind, choices = self._file(), self._kind, self._choices

        def planned(session: Any, who: Any) -> tuple[Resource, RecordPlan]:
            resource = declared(session, who, kind)[0]
            return resource, plan_records(session, who, resource, table, choices, only=only)

        return await read(planned)

    async def _look(self) -> None:
        """Shows the first rows as the columns are mapped now."""
        table = self._file()
        self.columns = words.file_columns(table, self._choices.columns)
        self.error, self._plan = "", None
        try:
            resource, plan = await self._planned(0 if len(table.rows) <= BIG else FIRST)
        except PsaError as error:
            self.error, self.may_check = error.sentence, False
            self.preview, self.asks, self.missing = [], [], ""
            return
        self.keys = words.key_options(resource, self._choices)
        self.key = "+".join(plan.key)
        self.asks = words.asks(plan.questions)
        self.missing = words.missing(plan)
        self.heads = [table.headers[place] for place in plan.columns]
        self.preview = words.first_rows(table, plan, FIRST)
        self.may_check = not (self.asks or self.missing)

    @rx.event
    @allow(RIGHT)
    async def check(self) -> Any:
        """Runs through all rows without writing any."""
        table = self._file()
        if self._data:
            return await self._hand_over(len(table.rows))
        try:
            resource, plan = await self._planned()
        except PsaError as error:
            self.error = error.sentence
            return None
        self._plan, self.step, self.error = plan, "check", ""
        self.counts = words.counts(plan)
        self.refused = words.refused_rows(table, plan, SHOWN)
        self.more_refused = words.more_rows(len(plan.refused) - SHOWN)
        self._say_counts(resource, len(plan.refused), plan.writes)
        return None

    @rx.event
    @allow(RIGHT)
    async def back(self) -> None:
        """Back to the columns; the worker forgets what it checks."""
        if self._table is None and self._run:
            table = await self._file_of_check()
            self.file_words = words.about(self.name, table)
        self._file()
        await self._drop_check()
        self.step = "map"
        await self._look()

    @rx.event
    @allow(RIGHT)
    async def apply(self) -> Any:
        """Writes what the check told: all rows, or without the refused ones that were shown."""
        if self.step in (*AT_WORK, "done"):  # pressed twice
            return None
        if self.step == "check" and self._run:
            return await self._write_checked()
        table, shown = self._file(), self._plan
        if shown is None or self.step != "check":
            raise Invalid("Check the rows first.")
        await self._write(table, len(shown.refused))
        return None

    async def _write(self, table: Table, agreed: int) -> None:
        kind, choices, name = self._kind, self._choices, self.name

        def applied(session: Any, who: Any) -> tuple[Resource, RecordPlan]:
            resource = declared(session, who, kind)[0]
            only_good = agreed > 0
            plan = apply_records(session, who, resource, table, choices, only_good=only_good, name=name)
            if len(plan.refused) - plan.late > agreed:
                raise Invalid(
                    "Something changed here since the check, and more rows are refused. Look again."
                )
            return resource, plan

        try:
            resource, plan = await write(applied)
        except PsaError as error:
            await self.check()
            self.error = error.sentence
            return
        self._plan, self.step, self.error = plan, "done", ""
        self.done, self.has_refused = words.done(resource, plan), bool(plan.refused)
        await self._look_back()
        await say(self, words.said(resource, plan))

    @rx.event
    @allow(RIGHT)
    async def download(self) -> Any:
        """The refused rows as a file, each with its reasons."""
        actor()
        if self._run and self.step in ("check", "done"):
            return await self.download_past(self._run)
        plan = self._plan
        if plan is None or not plan.refused:
            raise Invalid(GONE)
        return rx.download(
            data=refused_sheet(self._file(), plan.refused), filename=f"{self._kind}-refused.csv"
        )

    @rx.event
    @allow(RIGHT)
    async def again(self) -> None:
        """Begins with another file."""
        await self._drop_check()
        self._begin()
