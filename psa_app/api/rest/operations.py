"""Every operation of the API, made from the declarations of records and acts."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_type_hints

import psa_app.services
from psa_app.access import ACTS, RIGHTS, ROLES, Act
from psa_app.api.rest import handlers
from psa_app.api.rest.bodies import body_of
from psa_app.api.rest.handlers import Handler
from psa_app.api.rest.importing import (
    Imported,
    ImportRunOut,
    import_refused,
    import_state,
    importing,
)
from psa_app.api.sheets import SHEETS
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries.import_keys import RIGHT, import_right, importable
from psa_app.resources import RESOURCES
from psa_app.services.imports import BIG
from psa_app.services.invoices.einvoices import read_einvoice
from psa_app.services.invoices.papers import read_invoice_pdf

# Files of single records: by kind and name what they are, and who reads them.
PAPERS: dict[str, dict[str, tuple[str, handlers.Reader]]] = {
    "invoices": {
        "pdf": ("application/pdf", read_invoice_pdf),
        "xml": ("application/xml", read_einvoice),
    },
}


@dataclass(frozen=True)
class Operation:
    """One address with one method. `right` is needed; `body` and `answer` describe what goes in and out.

    `answer`: a table, an annotation, or None where nothing is answered. `filters` belong to lists.
    """

    method: str
    path: str
    name: str
    kind: str
    summary: str
    right: str
    run: Handler
    status: int = 200
    description: str = ""
    body: type[Any] | None = None
    answer: Any = None
    is_list: bool = False
    is_partial: bool = False  # the body may leave out any field
    sheet: str = ""
    media: str = ""  # of a file that is answered
    takes_file: bool = False
    begins: Any = None  # what is answered with 202, when it goes on after the answer
    also: tuple[str, ...] = ()  # rights that are needed beside `right`
    filters: tuple[FieldSpec, ...] = ()

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def has_id(self) -> bool:
        return "{id" in self.path

    @property
    def roles(self) -> tuple[str, ...]:
        """Who may do it at all; which records, is asked in the operation."""
        return tuple(role for role in ROLES if self.is_for(role))

    def is_for(self, role: str) -> bool:
        """Whether a role has every right that is needed."""
        return {self.right, *self.also} <= RIGHTS[role]


def operations() -> list[Operation]:
    """All of them, by kind."""
    load_acts()
    kinds = sorted({*RESOURCES, *(act.kind for act in ACTS.values() if not act.hidden)})
    return [one for kind in kinds for one in _of_kind(kind)]


def load_acts() -> None:
    """Imports every service, so that each act is declared."""
    for module in pkgutil.walk_packages(psa_app.services.__path__, "psa_app.services."):
        importlib.import_module(module.name)


def _of_kind(kind: str) -> Iterator[Operation]:
    resource = RESOURCES.get(kind)
    acts = {act.verb: act for act in ACTS.values() if act.kind == kind and not act.hidden}
    if resource is not None:
        yield from _reading(resource)
        yield from _writing(resource, acts.pop("create", None), acts.get("change"))
        if importable(resource):
            yield from _importing(resource)
        if acts.get("change") and (acts["change"].needs_id or resource.change_right):
            acts.pop("change")
    for act in acts.values():
        yield _act(act)


def _reading(resource: Resource) -> Iterator[Operation]:
    kind, many, one = resource.kind, resource.many.lower(), resource.one.lower()
    common: dict[str, Any] = {"method": "GET", "kind": kind, "right": resource.read_right}
    common["filters"] = tuple(field for field in resource.fields if field.reads is None)
    yield Operation(
        path=f"/{kind}",
        name=f"list_{kind}",
        summary=f"List {many}",
        run=handlers.listing(resource),
        answer=resource.model,
        is_list=True,
        **common,
    )
    for sheet in SHEETS:
        yield Operation(
            path=f"/{kind}.{sheet}",
            name=f"export_{kind}_{sheet}",
            summary=f"All {many} as {sheet.upper()}",
            run=handlers.exporting(resource, sheet),
            sheet=sheet,
            is_list=True,
            **common,
        )
    yield Operation(
        "GET",
        f"/{kind}/{{id:rowid}}",
        f"read_{kind}",
        kind,
        f"Read: {one}",
        resource.read_right,
        handlers.reading(resource),
        answer=resource.model,
    )
    for name, (media, read) in PAPERS.get(kind, {}).items():
        yield Operation(
            "GET",
            f"/{kind}/{{id:rowid}}/{name}",
            f"{name}_of_{kind}",
            kind,
            f"The {name.upper()} of one {one}",
            resource.read_right,
            handlers.filing(read, media),
            media=media,
        )


def _writing(resource: Resource, create: Act | None, change: Act | None) -> Iterator[Operation]:
    kind, one, model = resource.kind, resource.one.lower(), resource.model
    right = resource.create_right or resource.change_right
    if right:
        body, run = body_of(kind, new=True), handlers.creating(resource)
        yield Operation(
            "POST", f"/{kind}", f"create_{kind}", kind, f"New: {one}", right, run, 201, "", body, model
        )
    elif create is not None:
        run = handlers.creating_by(create, resource)
        yield Operation(
            "POST",
            f"/{kind}",
            f"create_{kind}",
            kind,
            f"New: {one}",
            create.right,
            run,
            201,
            _doc(create),
            create.inputs,
            model,
        )
    path, name, summary = f"/{kind}/{{id:rowid}}", f"change_{kind}", f"Change: {one}"
    if resource.change_right:
        body, run = body_of(kind, new=False), handlers.changing(resource)
        yield Operation(
            "PATCH",
            path,
            name,
            kind,
            summary,
            resource.change_right,
            run,
            200,
            "",
            body,
            model,
            is_partial=True,
        )
    elif change is not None and change.needs_id:
        run = handlers.changing_by(change, resource)
        yield Operation(
            "PATCH",
            path,
            name,
            kind,
            summary,
            change.right,
            run,
            200,
            _doc(change),
            change.inputs,
            model,
            is_partial=True,
        )


def _importing(resource: Resource) -> Iterator[Operation]:
    kind, many = resource.kind, resource.many.lower()
    yield Operation(
        "POST",
        f"/{kind}/import",
        f"import_{kind}",
        kind,
        f"Import {many} from a file",
        RIGHT,
        importing(resource),
        description="A CSV or XLSX file: all of its rows, or nothing. Records that are here already are "
        "found by their key and changed where the file differs; the same file again changes nothing. "
        f"A file of more than {BIG:,} rows, to be written or as a dry run, is begun only: the answer is 202, "
        "and Location the address where its state and result are asked.",
        answer=Imported,
        takes_file=True,
        also=(import_right(resource),),
        begins=ImportRunOut,
    )
    common: dict[str, Any] = {"method": "GET", "kind": kind, "right": RIGHT, "also": (resource.read_right,)}
    yield Operation(
        path=f"/{kind}/import/{{id:rowid}}",
        name=f"import_state_{kind}",
        summary=f"How far a large import of {many} is, and what came of it",
        run=import_state(resource),
        answer=ImportRunOut,
        **common,
    )
    yield Operation(
        path=f"/{kind}/import/{{id:rowid}}/refused.csv",
        name=f"import_refused_{kind}",
        summary="The rows that a large import left out, with their reasons",
        run=import_refused(resource),
        media="text/csv",
        **common,
    )


def _act(act: Act) -> Operation:
    place = "/{id:rowid}" if act.needs_id else ""
    returned = get_type_hints(act.function).get("return")
    nothing = returned in (None, type(None))
    return Operation(
        "POST",
        f"/{act.kind}{place}/{act.verb}",
        f"{act.verb}_{act.kind}",
        act.kind,
        f"{act.verb.replace('_', ' ').capitalize()}: {act.kind.replace('_', ' ')}",
        act.right,
        handlers.acting(act, answers=not nothing),
        204 if nothing else 200,
        _doc(act),
        act.inputs,
        None if nothing else returned,
    )


def _doc(act: Act) -> str:
    return inspect.getdoc(inspect.unwrap(act.function)) or ""
