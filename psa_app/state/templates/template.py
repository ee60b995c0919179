"""One template: what it holds, and every part of it to change, add, move and take out."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor, may
from psa_app.display.figures import Fact
from psa_app.display.forms import FieldSpec
from psa_app.display.templates import Section
from psa_app.errors import NotFound, Problems, PsaError
from psa_app.queries.templates.listing import TemplateRow, names, one_template
from psa_app.rules.templates import edit
from psa_app.rules.templates.bodies import KINDS, shape_of
from psa_app.rules.templates.shape import Body, Shape
from psa_app.services.templates.change import archive_template, change_template
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.contracts.sow import id_in
from psa_app.state.templates import template_words

HEAD = [
    FieldSpec("name", "Name", required=True, wide=True),
    FieldSpec("description", "What it is for", "textarea", wide=True),
]
USES = {"sow": ("New scope", routes.SOWS), "project": ("New project", routes.PROJECTS)}


class TemplateState(rx.State):
    """What the page shows of the template that the address names, and the dialog for a part of it."""

    name: str = ""
    kind: str = ""
    description: str = ""
    holds: str = ""
    priced: str = ""  # a sentence about the prices in it
    facts: list[Fact] = []
    sections: list[Section] = []
    use_label: str = ""
    use_href: str = ""
    may_change: bool = False
    is_archived: bool = False
    is_ready: bool = False
    is_missing: bool = False
    form_open: bool = False
    form_title: str = ""
    form_key: int = 0
    specs: list[FieldSpec] = []
    errors: dict[str, str] = {}
    _template: int = 0
    _found: TemplateRow | None = None
    _names: dict[str, dict[int, str]] = {}
    _path: str = ""  # the part that the form is for: "name" is the template's own head
    _is_new: bool = False

    @rx.event
    @allow("templates.read")
    async def load(self) -> None:
        """Loads the template."""
        try:
            self._template = id_in(str(self.router.url.path))
            await self._load()
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.name = True, "Template"

    async def _load(self) -> None:
        who, template_id = actor(), self._template
        found, called = await read(lambda s, a: _read(s, a, template_id))
        self._found, self._names = found, called
        self.name, self.kind, self.description = found.name, dict(KINDS)[found.kind], found.description
        self.holds, self.is_archived = found.holds, found.is_archived
        self.facts = template_words.facts(found.kind, found.body, called)
        self.sections = template_words.sections(found.kind, found.body, called)
        currency = found.body.get("currency", "")
        self.priced = (
            f"Its prices are in {currency} and stay as they are when it is used." if currency else ""
        )
        self.may_change = may(who, "templates.change")
        right = {"sow": "sows.change", "project": "projects.change"}.get(found.kind, "")
        self.use_label, where = USES.get(found.kind, ("", ""))
        usable = bool(right) and may(who, right) and not found.is_archived
        self.use_href = routes.with_query(where, new=1, template=found.id) if usable else ""
        self.is_ready, self.is_missing = True, False

    def _now(self) -> TemplateRow:
        if self._found is None:
            raise NotFound()
        return self._found

    def _open(self, path: str, title: str, specs: list[FieldSpec], *, new: bool = False) -> None:
        self._path, self._is_new, self.form_title, self.specs = path, new, title, specs
        self.errors, self.form_open = {}, True
        self.form_key += 1

    @rx.event
    @allow("templates.change")
    def edit_name(self) -> None:
        """Opens the form for name and description."""
        found = self._now()
        values = {"name": found.name, "description": found.description}
        specs = [
            FieldSpec(s.name, s.label, s.kind, values[s.name], required=s.required, wide=True) for s in HEAD
        ]
        self._open("name", "Name of the template", specs)

    @rx.event
    @allow("templates.change")
    def edit(self, path: str) -> None:
        """Opens the form of a part; "" is what stands above the lists."""
        found = self._now()
        part, shape = edit.part(found.body, path), self._shape(path)
        title = f"Change {shape.one.lower()}" if path else shape.one
        self._open(path, title, self._specs(shape, part))

    @rx.event
    @allow("templates.change")
    def add(self, path: str) -> None:
        """Opens the form for a new part of the list at `path`."""
        edit.part(self._now().body, path)
        shape = self._shape(path)
        self._open(path, f"New {shape.one.lower()}", self._specs(shape, {}), new=True)

    @rx.event
    @allow("templates.change")
    def close(self) -> None:
        """Closes the form."""
        self.form_open = False

    @rx.event
    @allow("templates.change")
    async def save(self, data: dict[str, Any]) -> None:
        """Writes the form; what is wrong stands beside its field."""
        try:
            if self._path == "name":
                await self._write(None, **form_values(data, ("name", "description")))
            else:
                await self._write(self._edited(data))
        except PsaError as error:
            self.errors = self._beside(error)
            return
        self.form_open = False
        await self._load()

    def _edited(self, data: dict[str, Any]) -> Body:
        found, shape = self._now(), self._shape(self._path)
        names = [field.name for field in shape.fields if field.kind != "list"]
        texts = form_values(data, names)
        currency = texts.get("currency") or found.body.get("currency", "")
        values = template_words.read(shape, texts, currency)
        if self._is_new:
            return edit.added(found.body, self._path, values)
        return edit.changed(found.body, self._path, values)

    def _beside(self, error: PsaError) -> dict[str, str]:
        """Errors of the whole body beside the fields of the open part; others above the buttons."""
        shown = {spec.name for spec in self.specs}
        told = {}
        for at, sentence in field_errors(error).items():
            name = at.rpartition(".")[2] if isinstance(error, Problems) else at
            told[name if name in shown else "form"] = sentence
        return told

    @rx.event
    @allow("templates.change")
    async def remove(self, path: str) -> None:
        """Takes a part out, with what belongs to it."""
        await self._write(edit.removed(self._now().body, path))
        await self._load()
        await say(self, "Taken out of the template.")

    @rx.event
    @allow("templates.change")
    async def move(self, path: str, by: int) -> None:
        """Moves a part up (−1) or down (1) in its list."""
        await self._write(edit.moved(self._now().body, path, 1 if by > 0 else -1))
        await self._load()

    @rx.event
    @allow("templates.change")
    async def archive(self, archived: bool) -> None:
        """Puts the template away, or takes it out again."""
        template_id = self._template
        await write(lambda s, who: archive_template(s, who, template_id, archived=archived))
        await self._load()
        undo = TemplateState.archive(not archived)
        await say(
            self, "Archived: it is not offered any more." if archived else "Taken out again.", undo=undo
        )

    async def _write(self, body: Body | None, name: str = "", description: str | None = None) -> None:
        found, template_id = self._now(), self._template
        head = (found.name, found.description) if description is None else (name, description)
        await write(
            lambda s, who: change_template(
                s, who, template_id, version=found.version, name=head[0], description=head[1], body=body
            )
        )

    def _shape(self, path: str) -> Shape:
        return edit.shape_at(shape_of(self._now().kind), path)

    def _specs(self, shape: Shape, part: dict[str, Any]) -> list[FieldSpec]:
        return template_words.specs(shape, part, self._names, self._now().body.get("currency", ""))


def _read(session: Session, who: Actor, template_id: int) -> tuple[TemplateRow, dict[str, dict[int, str]]]:
    return one_template(session, who, template_id), names(session, who)
