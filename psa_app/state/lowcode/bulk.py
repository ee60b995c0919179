"""What is done with the chosen rows of a list: a field changed, archived, or an act of their kind."""

from dataclasses import replace
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app.access import Actor
from psa_app.display.forms import FieldSpec, Option
from psa_app.display.record import ARCHIVE, PUT_BACK, Refusal
from psa_app.errors import NotFound, PsaError
from psa_app.models import resource as declared
from psa_app.queries.records import readable
from psa_app.services.lowcode.bulk import Done, act_on_many, change_many, matching
from psa_app.state.base import allow, field_errors, read, say, write
from psa_app.state.lowcode.address import Asked
from psa_app.state.lowcode.form import found_links
from psa_app.state.lowcode.kinds import STAFF, address_of, resource_of
from psa_app.state.lowcode.reading import firm_of
from psa_app.state.lowcode.records import RecordsState
from psa_app.state.lowcode.specs import raw_values, spec_of

NAMED = 8  # rows that a question names
_DESTROYING = ("delete", "discard", "deactivate")
_DID = {ARCHIVE: "{} archived", PUT_BACK: "{} put back"}


class BulkState(rx.State):
    """The question before an act on many rows, the form of a field, and what came of it."""

    verb: str = ""
    label: str = ""
    title: str = ""
    names: list[str] = []
    destroys: bool = False
    is_asking: bool = False
    fields: list[Option] = []
    field: str = ""
    specs: list[FieldSpec] = []
    errors: dict[str, str] = {}
    is_changing: bool = False
    form_key: int = 0
    link_asked: str = ""
    link_answered: str = ""
    links: list[Option] = []
    told: str = ""
    refused: list[Refusal] = []
    is_telling: bool = False
    _archived: list[int] = []

    @rx.event
    @allow(STAFF)
    async def ask(self, verb: str, label: str) -> None:
        """Asks before an act; names the rows."""
        listed = await self.get_state(RecordsState)
        chosen = set(listed.chosen)
        names = [row.name for row in listed.rows if row.id in chosen]
        count = listed._count if listed.every else len(chosen)
        self.verb, self.label, self.destroys = verb[:40], label[:40], verb in _DESTROYING
        noun = listed.one if count == 1 else listed.many.lower()
        self.title = f"{self.label} {count:,} {noun}?"
        more = count - min(len(names), NAMED)
        self.names = [*names[:NAMED], *([f"and {more:,} more"] if more else [])]
        self.is_asking = True

    @rx.event
    @allow(STAFF)
    async def perform(self) -> None:
        """Does what was asked about to each chosen row."""
        listed = await self.get_state(RecordsState)
        verb, label = self.verb, self.label
        self.is_asking = False
        done = await self._write(
            listed,
            lambda session, who, resource, ids: (
                change_many(session, who, resource, ids, {"is_archived": verb == ARCHIVE})
                if verb in (ARCHIVE, PUT_BACK)
                else act_on_many(session, who, resource, verb, ids)
            ),
        )
        self._archived = list(done.ids) if verb == ARCHIVE else []
        await self._tell(listed, done, _DID.get(verb, f"{label}: {{}} done"))

    @rx.event
    @allow(STAFF)
    async def put_back(self) -> None:
        """Takes the last archiving back."""
        listed = await self.get_state(RecordsState)
        ids, kind = self._archived, listed._asked.kind
        self._archived = []
        await write(
            lambda session, who: change_many(
                session, who, resource_of(session, who, kind), ids, {"is_archived": False}
            )
        )
        await listed._load(listed._asked)

    @rx.event
    @allow(STAFF)
    async def ask_field(self) -> None:
        """Opens the form to give a field of the chosen rows one value."""
        listed = await self.get_state(RecordsState)
        kind = listed._asked.kind
        found = await read(lambda session, who: _changeable(resource_of(session, who, kind), who))
        self.fields = [Option("", "Choose a field"), *(Option(one.name, one.label) for one in found)]
        self.title = (
            f"Change a field of {listed.chosen_words.removesuffix(' selected')} {listed.many.lower()}"
        )
        self.field, self.specs, self.errors, self.link_asked, self.links = "", [], {}, "", []
        self.is_changing = True

    @rx.event
    @allow(STAFF)
    async def choose_field(self, name: str) -> None:
        """Shows the input of the field that was chosen."""
        kind = (await self.get_state(RecordsState))._asked.kind
        self.specs = await read(lambda session, who: _input(session, who, kind, name[:80]))
        self.field, self.errors = name[:80], {}
        self.form_key += 1

    @rx.event
    @allow(STAFF)
    async def change(self, data: dict[str, Any]) -> None:
        """Gives the chosen rows the value; what cannot be read stands beside it."""
        listed = await self.get_state(RecordsState)
        name = self.field
        if not name:
            self.errors = {"field": "Choose a field."}
            return

        def work(session: Session, who: Actor, resource: declared.Resource, ids: list[int]) -> Done:
            field = next((one for one in _changeable(resource, who) if one.name == name), None)
            if field is None:
                raise NotFound()
            raw = raw_values(replace(resource, fields=(field,)), data, {}, new=False)
            return change_many(session, who, resource, ids, raw)

        try:
            done = await self._write(listed, work)
        except PsaError as error:
            self.errors = field_errors(error)
            return
        if not done.ids and len({one.why for one in done.refused}) == 1:
            self.errors = {name: done.refused[0].why}
            return
        self.is_changing = False
        await self._tell(listed, done, "{} changed")

    async def _write(self, listed: RecordsState, work: Any) -> Done:
        """Acts in one transaction, on the rows chosen or on all that the list holds by then."""
        asked, every = listed._asked, listed.every
        ids = [int(one) for one in listed.chosen if one.isascii() and one.isdecimal()]

        def whole(session: Session, who: Actor) -> Done:
            resource = resource_of(session, who, asked.kind)
            found = _matching(session, who, resource, asked) if every else ids
            done: Done = work(session, who, resource, found)
            return done

        return await write(whole)

    async def _tell(self, listed: RecordsState, done: Done, words: str) -> None:
        listed.chosen, listed.every = [], False
        await listed._load(listed._asked)
        kind = listed._asked.kind
        told = words.format(f"{len(done.ids):,}")
        self.refused = [Refusal(one.name, address_of(kind, one.record_id), one.why) for one in done.refused]
        self.told = f"{told}, {len(done.refused):,} refused and left as they were."
        self.is_telling = bool(done.refused)
        if not done.refused:
            await say(self, f"{told}.", undo=BulkState.put_back() if self._archived else None)

    @rx.event
    @allow(STAFF)
    async def find_link(self, name: str, text: str) -> None:
        """Looks for what a link field can point to."""
        kind, asked = (await self.get_state(RecordsState))._asked.kind, text[:80]
        self.links = await read(lambda session, who: found_links(session, who, kind, name, asked))
        self.link_asked, self.link_answered = name[:80], text

    @rx.event
    @allow(STAFF)
    def close(self) -> None:
        """Closes whatever is open."""
        self.is_asking = self.is_changing = self.is_telling = False


def _matching(session: Session, who: Actor, resource: declared.Resource, asked: Asked) -> list[int]:
    return matching(session, who, resource, search=asked.q, filters=asked.filters)


def _changeable(resource: declared.Resource, who: Actor) -> list[declared.FieldSpec]:
    """The fields that can be given one value in many records."""
    return [
        field
        for field in readable(resource, who)
        if field.set == "always"
        and (resource.change_right or field.own_key)
        and field.name not in (resource.title, "is_archived")
    ]


def _input(session: Session, who: Actor, kind: str, name: str) -> list[FieldSpec]:
    resource = resource_of(session, who, kind)
    field = next((one for one in _changeable(resource, who) if one.name == name), None)
    if field is None:
        return []
    spec = spec_of(session, who, field, {}, firm_of(session)[0], new=False)
    return [replace(spec, unit="") if field.money_in else spec]  # each record has a currency of its own
