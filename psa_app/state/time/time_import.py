"""Importing time: a file, its columns, what it would do, and then all of it or nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import reflex as rx

from psa_app.display.figures import Fact
from psa_app.display.forms import Option
from psa_app.display.imports import Ask, MapField, Match
from psa_app.errors import Invalid, PsaError
from psa_app.formats.apart import read_apart
from psa_app.formats.csv_files import LIMITS, Table
from psa_app.formats.time_exports import (
    FIELDS,
    Mapping,
    Reading,
    answered,
    detect,
    read_entries,
    suggest_mapping,
)
from psa_app.queries.time.import_names import ImportNames, import_names
from psa_app.rules.hours import h_mm_seconds
from psa_app.services.time.imports import ImportChoices, ImportPlan, apply_import, plan_import
from psa_app.services.time.submit import submit_all
from psa_app.state.base import allow, read, say, write
from psa_app.state.time import import_words

SHOWN = 20
Key = TypeVar("Key")


class TimeImportState(rx.State):
    """One file on its way in. The file itself stays on the server."""

    step: str = "file"  # file | check | done
    name: str = ""
    layout: str = ""
    file_words: str = ""
    error: str = ""
    fields: list[MapField] = []
    headers: list[str] = []
    asks: list[Ask] = []
    needs_person: bool = False
    person: str = ""
    people: list[Option] = []
    accounts: list[Option] = []
    projects: list[Option] = []
    lead: str = ""
    problems: list[str] = []
    problem_words: str = ""
    warnings: list[str] = []
    totals: list[Fact] = []
    project_matches: list[Match] = []
    person_matches: list[Match] = []
    client_matches: list[Match] = []
    apply_words: str = ""
    may_apply: bool = False
    busy: bool = False
    done: list[Fact] = []
    unpriced: int = 0
    rate_href: str = ""
    may_submit: bool = False
    _table: Table | None = None
    _mapping: Mapping | None = None
    _reading: Reading | None = None
    _names: ImportNames | None = None
    _people: dict[str, int] = {}
    _clients: dict[str, int] = {}
    _projects: dict[tuple[str, str], int] = {}
    _places: list[tuple[str, str]] = []  # the pairs (client, project) behind project_matches
    _to_submit: tuple[tuple[int, ...], int] = ((), 0)  # whose, up to which week

    @rx.event
    @allow("time.import")
    async def load(self) -> None:
        """Loads the names to choose from; what was imported and handed in is shown once."""
        if self.step == "done" and not self.may_submit:
            self._begin()
        self._names = await read(import_names)
        self.people = [Option(str(key), name) for key, name, _ in self._names.people]
        self.accounts = [Option(str(key), name) for key, name in self._names.accounts]
        self.projects = [Option(str(key), name) for key, name in self._names.projects]

    @rx.event
    @allow("time.import")
    async def take(self, files: list[rx.UploadFile]) -> None:
        """Takes the file that was dropped."""
        self._begin()
        if not files:
            self.error = "Choose a file."
            return
        data = await files[0].read()
        self.name = str(files[0].filename or "file")[:100]
        try:
            self._table = await asyncio.to_thread(read_apart, data, LIMITS, "csv")
            zone = self._names.time_zone if self._names else "UTC"
            self._mapping = suggest_mapping(self._table, zone)
        except PsaError as error:
            self.error = error.sentence
            return
        found = detect(self._table)
        self.layout = found.title if found else "Columns as chosen below"
        self.headers = [header for header in self._table.headers if header]
        self.step = "check"
        await self._look()

    def _begin(self) -> None:
        """Forgets the file and what was chosen for it."""
        self._table = self._mapping = self._reading = None
        self._people, self._clients, self._projects, self._places = {}, {}, {}, []
        self.step, self.error, self.person, self.lead = "file", "", "", ""
        self.done, self.may_apply, self.may_submit, self.unpriced = [], False, False, 0

    @rx.event
    @allow("time.import")
    async def set_column(self, key: str, header: str) -> None:
        """Says which column fills a field; "" for none."""
        mapping, table = self._file()
        if key not in FIELDS or (header and header not in table.headers):
            raise Invalid("This file has no such column.")
        columns = {name: found for name, found in mapping.columns.items() if name != key}
        self._mapping = replace(mapping, columns=columns | ({key: header} if header else {}))
        await self._look()

    @rx.event
    @allow("time.import")
    async def answer(self, place: int, choice: str) -> None:
        """Answers a question about the file."""
        mapping, _ = self._file()
        questions = self._reading.questions if self._reading else ()
        if not 0 <= place < len(questions) or choice not in questions[place].choices:
            raise Invalid("Choose one of the answers.")
        self._mapping = answered(mapping, questions[place], choice)
        await self._look()

    @rx.event
    @allow("time.import")
    async def set_person(self, person_id: str) -> None:
        """Says whose time it is where the file does not."""
        self.person = person_id if person_id in {one.value for one in self.people} else ""
        await self._look()

    @rx.event
    @allow("time.import")
    async def set_lead(self, person_id: str) -> None:
        """Says who leads the projects that are made."""
        self.lead = person_id if person_id in {one.value for one in self.people} else ""
        await self._look()

    @rx.event
    @allow("time.import")
    async def match_person(self, place: int, chosen: str) -> None:
        """Says who a name of the file is."""
        name = _at(self.person_matches, place).name
        self._people = _with(self._people, name, chosen, self.people)
        await self._look()

    @rx.event
    @allow("time.import")
    async def match_client(self, place: int, chosen: str) -> None:
        """Says which client a name of the file is."""
        name = _at(self.client_matches, place).name
        self._clients = _with(
            self._clients, "" if name == import_words.NO_CLIENT else name, chosen, self.accounts
        )
        await self._look()

    @rx.event
    @allow("time.import")
    async def match_project(self, place: int, chosen: str) -> None:
        """Says which project the rows of a project go to."""
        _at(self.project_matches, place)
        self._projects = _with(self._projects, self._places[place], chosen, self.projects)
        await self._look()

    def _file(self) -> tuple[Mapping, Table]:
        if self._mapping is None or self._table is None:
            raise Invalid("The file is not here any more. Drop it again.")
        return self._mapping, self._table

    def _choices(self) -> ImportChoices:
        return ImportChoices(
            self._people, self._clients, self._projects, lead_id=int(self.lead) if self.lead else None
        )

    async def _look(self) -> None:
        """Reads the file as it is mapped now, and plans the import."""
        mapping, table = self._file()
        self.fields = import_words.columns(mapping.columns)
        self.error = ""
        try:
            reading = await asyncio.to_thread(read_entries, table, mapping, self._whose())
            self._reading = reading
            self._show_reading(reading, table)
            if reading.ready:
                choices = self._choices()
                self._show_plan(await read(lambda session, who: plan_import(session, who, reading, choices)))
        except PsaError as error:
            self.error, self.may_apply = error.sentence, False

    def _whose(self) -> str | None:
        """The chosen person's e-mail: it goes into the rows' keys, so it must stay the same."""
        people = self._names.people if self._names else ()
        return next((email for key, _, email in people if str(key) == self.person), None)

    def _show_reading(self, reading: Reading, table: Table) -> None:
        kinds = [question.kind for question in reading.questions]
        self.needs_person = "person" in kinds or bool(self.person)
        self.asks = import_words.asks(reading)
        self.file_words = f"{len(table.rows):,} rows · {self.layout}"
        self.problems = import_words.problem_lines(reading.problems)[:SHOWN]
        self.problem_words = import_words.problem_words(reading.problem_count)
        self.warnings = [str(row) for row in reading.left_out[:3]]
        if not reading.ready:
            self.totals, self.may_apply = [], False
            self.project_matches, self.person_matches, self.client_matches = [], [], []

    def _show_plan(self, plan: ImportPlan) -> None:
        self.totals = import_words.totals(plan)
        self.problems = import_words.problem_lines(plan.problems)[:SHOWN]
        self.problem_words = import_words.problem_words(plan.problem_count)
        self.warnings = [*plan.warnings, *self.warnings]
        self._places = [(one.client, one.project) for one in plan.projects]
        self.project_matches = import_words.project_matches(plan, self._projects)
        self.person_matches = import_words.person_matches(plan, self._people)
        self.client_matches = import_words.client_matches(plan, self._clients)
        self.may_apply = plan.ready and plan.entries > 0
        self.apply_words = f"Import {import_words.counted(plan.entries, 'entry', 'entries')}"
        if plan.ready and not plan.entries:
            self.warnings = ["All of this file is here already: an import adds nothing.", *self.warnings]

    @rx.event
    @allow("time.import")
    async def apply(self) -> None:
        """Writes it all, or nothing with the reason."""
        mapping, _ = self._file()
        reading, choices, name = self._reading, self._choices(), self.name
        if reading is None or not reading.ready:
            raise Invalid("The file is not ready yet. Answer the questions first.")
        try:
            done = await write(
                lambda session, who: apply_import(
                    session, who, reading, choices, name=name, layout=mapping.layout
                )
            )
        except PsaError as error:
            await self._look()
            self.error = error.sentence
            return
        self._begin()
        self.step, self.done, self.unpriced = "done", import_words.done(done), done.unpriced
        self.rate_href = import_words.rate_form(done)
        self.may_submit = bool(done.added)
        self._to_submit = (done.people, done.weeks[-1]) if done.weeks else ((), 0)
        await say(self, f"{import_words.counted(done.added, 'entry', 'entries')} imported.")

    @rx.event
    @allow("time.import")
    async def submit(self) -> None:
        """Hands in the weeks of the import, for everyone whose time it was."""
        people, until = self._to_submit

        def hand_in(session: Any, who: Any) -> int:
            found = [submit_all(session, who, until=until, person_id=person_id) for person_id in people]
            return sum(one.seconds for sheets in found for one in sheets)

        seconds = await write(hand_in)
        self.may_submit = False
        await say(self, f"Handed in: {h_mm_seconds(seconds)}. Someone else approves it.")

    @rx.event
    @allow("time.import")
    def again(self) -> None:
        """Begins with another file."""
        self._begin()


def _at(matches: Sequence[Match], place: int) -> Match:
    if not 0 <= place < len(matches):
        raise Invalid("This row is not there any more. Reload the page.")
    return matches[place]


def _with(known: dict[Key, int], name: Key, chosen: str, options: Sequence[Option]) -> dict[Key, int]:
    """The choices with one more; an empty one takes it away."""
    rest = {key: value for key, value in known.items() if key != name}
    if not chosen:
        return rest
    if chosen not in {option.value for option in options}:
        raise Invalid("Choose one from the list.")
    return rest | {name: int(chosen)}
