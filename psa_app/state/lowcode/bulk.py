"""What is done with the chosen rows of a list: a field changed, archived, or an act of their kind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app.access import Actor
from psa_app.display.forms import FieldSpec, Option
from psa_app.errors import Invalid, NotFound, PsaError
from psa_app.models import resource as declared
from psa_app.queries import record_links
from psa_app.queries.records import readable
from psa_app.rules.bulk import ARCHIVE, CHANGE, PUT_BACK
from psa_app.services.lowcode.bulk import (
    MOST,
    Done,
    change_many,
    check_inputs,
    inputs_for_many,
    matching,
)
from psa_app.services.lowcode.bulk_runs import begin_bulk
from psa_app.state.base import allow, field_errors, read, say, write
from psa_app.state.lowcode.act_words import rows_in_words, words_of
from psa_app.state.lowcode.address import Asked
from psa_app.state.lowcode.form import found_links
from psa_app.state.lowcode.job import JobState, did
from psa_app.state.lowcode.kinds import STAFF, resource_of
from psa_app.state.lowcode.reading import filters_of, firm_of
from psa_app.state.lowcode.records import RecordsState
from psa_app.state.lowcode.specs import raw_values, spec_of

NAMED = 8  # rows that a question names
_DESTROYING = ("delete", "discard", "deactivate", "void")


class BulkState(rx.State):
    """The question before an act on many rows, the form of what it asks for, and that of one field."""

    verb: str = ""
    label: str = ""
    title: str = ""
    names: list[str] = []
    destroys: bool = False
    is_asking: bool = False
    is_filling: bool = False
    fields: list[Option] = []
    field: str = ""
    specs: list[FieldSpec] = []
    errors: dict[str, str] = {}
    is_changing: bool = False
    form_key: int = 0
    link_asked: str = ""
    link_answered: str = ""
    links: list[Option] = []
    _archived: list[int] = []

    @rx.event
    @allow(STAFF)
    async def ask(self, verb: str) -> None:
        """Asks before an act, and for what it must be told; names the rows."""
        listed = await self.get_state(RecordsState)
        verb, kind = verb[:40], listed._asked.kind
        chosen = set(listed.chosen)
        names = [row.name for row in listed.rows if row.id in chosen]
        count = _count(listed)
        resource, specs = await read(lambda session, who: _asked_specs(session, who, kind, verb))
        said = words_of(resource, verb)
        self.verb, self.label, self.destroys = verb, said.label, verb in _DESTROYING
        self.title = said.question.format(rows=rows_in_words(resource, count))
        more = count - min(len(names), NAMED)
        self.names = [*names[:NAMED], *([f"and {more:,} more"] if more else [])]
        self._open(specs)
        self.is_filling, self.is_asking = bool(specs), not specs

    def _open(self, specs: list[FieldSpec]) -> None:
        self.specs, self.errors, self.link_asked, self.links = specs, {}, "", []
        self.form_key += 1

    @rx.event
    @allow(STAFF)
    async def perform(self) -> Any:
        """Does what was asked about to each chosen row."""
        self.is_asking = False
        return await self._run(self.verb, self.label, {})

    @rx.event
    @allow(STAFF)
    async def fill(self, data: dict[str, Any]) -> Any:
        """Does an act with what its form says; what is wrong stands beside its field."""
        kind, verb = (await self.get_state(RecordsState))._asked.kind, self.verb
        try:
            raw = await read(lambda session, who: _asked_values(session, who, kind, verb, data))
            following = await self._run(verb, self.label, raw)
        except PsaError as error:
            self.errors = _beside(self.specs, error)
            return None
        self.is_filling = False
        return following

    async def _run(self, verb: str, label: str, raw: dict[str, Any]) -> Any:
        """Does the first part at once, and leaves the others to the worker.

        Raises what all rows of the first part refused for alike, when it is for an input.
        """
        listed = await self.get_state(RecordsState)
        jobs = await self.get_state(JobState)
        kind, ids = listed._asked.kind, await self._ids(listed)

        def begun(session: Session, who: Actor) -> tuple[int, Done]:
            run, first = begin_bulk(session, who, resource_of(session, who, kind), verb, label, ids, raw)
            _raise_alike(first, raw)
            return (int(run.id or 0) if run is not None else 0), first

        run_id, first = await write(begun)
        listed.chosen, listed.every = [], False
        self._archived = []
        if run_id:
            listed._choose([])
            return await jobs._show(kind)
        self._archived = list(first.ids) if verb == ARCHIVE else []
        await listed._load(listed._asked)
        await self._tell(kind, verb, first)
        return None

    async def _ids(self, listed: RecordsState) -> tuple[int, ...]:
        """The rows chosen, or all that the list holds by now."""
        asked = listed._asked
        if not listed.every:
            ids = [int(one) for one in listed.chosen if one.isascii() and one.isdecimal()]
            return tuple(dict.fromkeys(ids))
        return tuple(await read(lambda session, who: _matching(session, who, asked)))

    async def _tell(self, kind: str, verb: str, first: Done) -> None:
        jobs = await self.get_state(JobState)
        refused = tuple((one.record_id, one.name, one.why) for one in first.refused)
        if refused or not self._archived:
            await jobs._tell(kind, verb, len(first.ids), len(refused), refused)
        else:
            await say(self, f"{did(verb, len(first.ids))}.", undo=BulkState.put_back())

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
        kind, count = listed._asked.kind, _count(listed)
        found = await read(lambda session, who: _changeable(resource_of(session, who, kind), who))
        self.fields = [Option("", "Choose a field"), *(Option(one.name, one.label) for one in found)]
        rows = await read(lambda session, who: rows_in_words(resource_of(session, who, kind), count))
        self.title = f"Change a field of {rows}"
        self.field = ""
        self._open([])
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
    async def change(self, data: dict[str, Any]) -> Any:
        """Gives the chosen rows the value; what cannot be read stands beside it."""
        kind, name = (await self.get_state(RecordsState))._asked.kind, self.field
        if not name:
            self.errors = {"field": "Choose a field."}
            return None
        try:
            raw = await read(lambda session, who: _changed_value(session, who, kind, name, data))
            following = await self._run(CHANGE, "Change", raw)
        except PsaError as error:
            self.errors = _beside(self.specs, error)
            return None
        self.is_changing = False
        return following

    @rx.event
    @allow(STAFF)
    async def find_link(self, name: str, text: str) -> None:
        """Looks for what a link field can point to."""
        kind, asked = (await self.get_state(RecordsState))._asked.kind, text[:80]
        verb = self.verb if self.is_filling else ""
        self.links = await read(lambda session, who: _found(session, who, kind, verb, name, asked))
        self.link_asked, self.link_answered = name[:80], text

    @rx.event
    @allow(STAFF)
    def close(self) -> None:
        """Closes whatever is open."""
        self.is_asking = self.is_filling = self.is_changing = False


def _count(listed: RecordsState) -> int:
    count = listed._count if listed.every else len(listed.chosen)
    if count > MOST:
        raise Invalid(f"At most {MOST:,} records in one go. Narrow the list by a filter.")
    return count


def _raise_alike(first: Done, raw: Mapping[str, Any]) -> None:
    """What every row refused for, when that is an input: it belongs beside the input."""
    refused = {(one.field, one.why) for one in first.refused}
    if not first.ids and len(refused) == 1:
        ((field, why),) = refused
        if field in raw:
            raise Invalid(why, field)


def _beside(specs: list[FieldSpec], error: PsaError) -> dict[str, str]:
    """Sentences beside the fields that are there; any other above them."""
    shown = {spec.name for spec in specs}
    return {name if name in shown else "form": words for name, words in field_errors(error).items()}


def _asked_specs(
    session: Session, who: Actor, kind: str, verb: str
) -> tuple[declared.Resource, list[FieldSpec]]:
    resource = resource_of(session, who, kind)
    fields = () if verb in (ARCHIVE, PUT_BACK) else inputs_for_many(who, resource, verb)
    base, _ = firm_of(session)
    return resource, [spec_of(session, who, field, {}, base, new=True) for field in fields]


def _asked_values(session: Session, who: Actor, kind: str, verb: str, data: dict[str, Any]) -> dict[str, Any]:
    """What the form of an act says, once it is right."""
    resource = resource_of(session, who, kind)
    fields = inputs_for_many(who, resource, verb)
    raw = raw_values(replace(resource, fields=fields), data, {}, new=True)
    check_inputs(session, who, resource, verb, raw)
    return raw


def _found(session: Session, who: Actor, kind: str, verb: str, name: str, text: str) -> list[Option]:
    if not verb:
        return found_links(session, who, kind, name, text)
    resource = resource_of(session, who, kind)
    fields = {one.name: one for one in inputs_for_many(who, resource, verb)}
    field = fields.get(name)
    if field is None or field.links_to is None:
        raise NotFound()
    return [Option(str(key), label) for key, label in record_links.found(session, who, field, text)]


def _matching(session: Session, who: Actor, asked: Asked) -> list[int]:
    resource = resource_of(session, who, asked.kind)
    return matching(session, who, resource, search=asked.q, filters=filters_of(resource, asked))


def _changed_value(
    session: Session, who: Actor, kind: str, name: str, data: dict[str, Any]
) -> dict[str, Any]:
    resource = resource_of(session, who, kind)
    field = next((one for one in _changeable(resource, who) if one.name == name), None)
    if field is None:
        raise NotFound()
    return raw_values(replace(resource, fields=(field,)), data, {}, new=False)


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
