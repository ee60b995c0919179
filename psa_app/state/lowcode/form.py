"""The dialog that makes or changes a record of any kind: `RecordForm`, drawn by components/record_form.py."""

from typing import Any

import reflex as rx

from psa_app.display.figures import Fact
from psa_app.display.forms import FieldSpec, Option
from psa_app.errors import NotFound, PsaError, Stale
from psa_app.models.resource import Resource
from psa_app.queries import record_links
from psa_app.services.records import change_record, create_record
from psa_app.state.base import allow, field_errors, read, write
from psa_app.state.lowcode.kinds import STAFF, resource_of, within
from psa_app.state.lowcode.specs import differences, form_of, raw_values


class RecordForm(rx.State, mixin=True):
    """Fields with their values, errors beside them, and what to do when someone else saved first."""

    specs: list[FieldSpec] = []
    errors: dict[str, str] = {}
    form_open: bool = False
    form_title: str = ""
    form_key: int = 0
    form_words: str = "Save"
    theirs: list[Fact] = []  # what someone else saved in the meantime
    is_stale: bool = False
    link_asked: str = ""
    link_answered: str = ""
    links: list[Option] = []
    _form_kind: str = ""
    _fixed: dict[str, Any] = {}
    _editing: int = 0
    _version: int = 0

    async def _open_form(self, kind: str, record_id: int = 0, fixed: dict[str, Any] | None = None) -> None:
        """Opens the form of a record, or of a new one; `fixed` are values that it is made with."""
        given = dict(fixed or {})
        resource, values, specs = await read(
            lambda session, who: form_of(session, who, kind, record_id, given)
        )
        self._form_kind, self._editing, self._fixed = kind, record_id, given
        self._version = int(values.get("version", 0))
        self.specs, self.errors, self.theirs, self.is_stale = specs, {}, [], False
        self.link_asked, self.link_answered, self.links = "", "", []
        name = within(resource.one)
        self.form_title = f"Change {name}" if record_id else f"New {name}"
        self.form_words = "Save" if record_id else f"Add {name}"
        self.form_key += 1
        self.form_open = True

    async def _saved(self, resource: Resource, record_id: int, *, new: bool) -> Any:
        """What follows from a saved form: a page says it."""

    async def _doubts(self, raw: dict[str, Any]) -> dict[str, str]:  # noqa: ARG002
        """What a page asks about once before it saves, by field; nothing unless it says so."""
        return {}

    @rx.event
    @allow(STAFF)
    async def save(self, data: dict[str, Any]) -> Any:
        """Makes or changes the record; what is wrong stands beside its field, and nothing typed is lost."""
        if not self._form_kind:
            raise NotFound()
        kind, editing = self._form_kind, self._editing
        resource = await read(lambda session, who: resource_of(session, who, kind))
        raw = raw_values(resource, data, self._fixed, new=not editing)
        if doubts := await self._doubts(raw):
            self.errors = doubts
            return None
        version = self._version if resource.has_version else None
        try:
            if editing:
                record_id = await write(
                    lambda session, who: int(
                        change_record(session, who, resource, editing, raw, version=version).id
                    )
                )
            else:
                record_id = await write(
                    lambda session, who: int(create_record(session, who, resource, raw).id)
                )
        except Stale as error:
            self.errors = {"form": error.sentence.split(". ")[0] + "."}
            await self._show_theirs(resource)
            return None
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.form_open = False
        return await self._saved(resource, record_id, new=not editing)

    async def _show_theirs(self, resource: Resource) -> None:
        """Says what someone else saved since the form was opened; what is typed here stays."""
        kind, editing = self._form_kind, self._editing
        _, values, specs = await read(lambda session, who: form_of(session, who, kind, editing, {}))
        self.theirs = [Fact(label, words) for label, words in differences(resource, self.specs, specs)]
        self._their_version = int(values.get("version", 0))
        self.is_stale = True

    _their_version: int = 0

    @rx.event
    @allow(STAFF)
    def keep_mine(self) -> None:
        """Lets the next *Save* put what is typed here in place of what someone else saved."""
        if self.is_stale:
            self._version, self.is_stale, self.errors = self._their_version, False, {}

    @rx.event
    @allow(STAFF)
    async def find_link(self, name: str, text: str) -> None:
        """Looks for what a link field can point to."""
        kind, asked = self._form_kind, text[:80]
        found = await read(lambda session, who: found_links(session, who, kind, name, asked))
        self.links, self.link_asked, self.link_answered = found, name[:80], text

    @rx.event
    @allow(STAFF)
    def close(self) -> None:
        """Closes the form."""
        self.form_open = False


def found_links(session: Any, who: Any, kind: str, name: str, text: str) -> list[Option]:
    """What a link field of a kind can point to, by a few letters of its name."""
    field = resource_of(session, who, kind).field(name)
    if field is None:
        raise NotFound()
    return [Option(str(key), label) for key, label in record_links.found(session, who, field, text)]
