"""POST /{kind}/import: a CSV or Excel file, its columns guessed or told; all rows, or the good ones.

A large one is checked and written by the worker: the answer is 202 with the address of its state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from sqlmodel import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request

from psa_app import routes
from psa_app.access import Actor, require
from psa_app.access.permissions import require_scope
from psa_app.api.rest import json_in
from psa_app.api.rest.call import Answer, Call, Upload
from psa_app.api.rest.problems import Refused
from psa_app.api.rest.wire import result_out
from psa_app.errors import Problems
from psa_app.formats.apart import read_apart
from psa_app.formats.csv_files import Table
from psa_app.formats.tables_in import check_file
from psa_app.models.resource import Resource
from psa_app.queries.import_keys import RIGHT, import_right
from psa_app.queries.imports import PastRun, one_import
from psa_app.services.imports import (
    BIG,
    Choices,
    RecordPlan,
    apply_records,
    begin_check,
    begin_import,
    guessed,
    plan_records,
    refused_file,
)

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = ("text/csv", SHEET)
FORM = "multipart/form-data"
State = Literal["waiting", "running", "done", "failed"]
MAPPING_MOST = 10_000  # characters
ASK_AGAIN = 2  # seconds until the state of a run is asked again
SHOWN = 500  # refused rows that are told
OPTIONS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "dry_run": (
        "true: nothing is written, only told.",
        {"type": "string", "enum": ["true", "false"], "default": "false"},
    ),
    "only_good": (
        "true: rows that are refused stay out. Otherwise one refused row stops all.",
        {"type": "string", "enum": ["true", "false"], "default": "false"},
    ),
    "mapping": (
        'Columns and their fields as JSON, such as {"Firma": "name"}, "" for none; the others are guessed.',
        {"type": "string", "maxLength": MAPPING_MOST},
    ),
    "key": (
        "Fields by which records are found that are here, joined by a plus: account_id+email.",
        {"type": "string", "maxLength": 200},
    ),
    "decimal": ("The decimal mark, if it is not clear.", {"type": "string", "enum": ["comma", "point"]}),
    "date_order": ("How days are written, if it is not clear.", {"type": "string", "enum": ["dmy", "mdy"]}),
    "name": ("What the file is called; history tells it.", {"type": "string", "maxLength": 100}),
}


@dataclass(frozen=True)
class RefusedCell:
    """Why a row was refused; `column` is its header, "" for the row as a whole."""

    column: str
    message: str


@dataclass(frozen=True)
class RefusedLine:
    """A row that was not taken, by its line in the file."""

    line: int
    title: str
    reasons: list[RefusedCell]


@dataclass(frozen=True)
class Imported:
    """What an import did, or would do. `columns`: header → field; `refused_rows`: the first 500."""

    dry_run: bool
    rows: int
    new: int
    changed: int
    same: int
    refused: int
    columns: dict[str, str]
    unused: list[str]
    refused_rows: list[RefusedLine]


@dataclass(frozen=True)
class ImportRunOut:
    """A large import: `state` is waiting, running, done or failed, and then `problem` says why.

    `checked` of its `rows` are through the check. `refused_rows`: the first 500. With `dry_run` the counts
    are what would be written.
    """

    id: int
    state: State
    dry_run: bool
    rows: int
    checked: int
    new: int
    changed: int
    same: int
    refused: int
    problem: str
    columns: dict[str, str]
    unused: list[str]
    refused_rows: list[RefusedLine]


def importing(resource: Resource) -> Any:
    """The handler of one kind."""

    def run(session: Session, actor: Actor, call: Call) -> Answer:
        require(actor, RIGHT)
        require(actor, import_right(resource))
        if actor.via == "api":
            require_scope(actor, "write")
        options = _options(call)
        table = _table(call)
        choices = _choices(session, actor, resource, table, options)
        dry_run, only_good = options.get("dry_run") == "true", options.get("only_good") == "true"
        if len(table.rows) > BIG:
            plan_records(session, actor, resource, table, choices, only=1)  # a wrong mapping is told at once
            return _begun(session, actor, resource, call, table, choices, options)
        plan = plan_records(session, actor, resource, table, choices)
        if plan.refused and not (dry_run or only_good):
            raise _all_refused(table, plan)
        if not dry_run:
            name = _name(call, options)
            plan = apply_records(session, actor, resource, table, choices, only_good=only_good, name=name)
        return Answer(value=result_out(session, actor, _told(table, choices, plan, dry_run=dry_run)))

    return run


def _begun(
    session: Session,
    actor: Actor,
    resource: Resource,
    call: Call,
    table: Table,
    choices: Choices,
    options: Mapping[str, str],
) -> Answer:
    """A large file goes to the worker; its run is where its state can be asked."""
    content, rows = (call.upload.content if call.upload else b""), len(table.rows)
    if options.get("dry_run") == "true":
        run = begin_check(session, actor, resource, content, choices, rows=rows, name=_name(call, options))
    else:
        agreed = rows if options.get("only_good") == "true" else 0
        run = begin_import(
            session, actor, resource, content, choices, rows=rows, agreed=agreed, name=_name(call, options)
        )
    session.flush()
    where = f"{routes.API}/{resource.kind}/import/{run.id}"
    told = run_told(one_import(session, actor, resource.kind, int(run.id or 0)))
    headers = {"Location": where, "Retry-After": str(ASK_AGAIN)}
    return Answer(status=202, value=result_out(session, actor, told), headers=headers)


def import_state(resource: Resource) -> Any:
    """GET /{kind}/import/{id}: how far a large file is, and what came of it."""

    def run(session: Session, actor: Actor, call: Call) -> Answer:
        require(actor, RIGHT)
        require(actor, resource.read_right)
        told = run_told(one_import(session, actor, resource.kind, call.record_id))
        headers = {"Retry-After": str(ASK_AGAIN)} if told.state in ("waiting", "running") else {}
        return Answer(value=result_out(session, actor, told), headers=headers)

    return run


def import_refused(resource: Resource) -> Any:
    """GET /{kind}/import/{id}/refused.csv: all rows that were left out, each with its reasons."""

    def run(session: Session, actor: Actor, call: Call) -> Answer:
        require(actor, RIGHT)
        require(actor, resource.read_right)
        one_import(session, actor, resource.kind, call.record_id)
        name, content = refused_file(session, actor, call.record_id)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Answer(headers=headers, content=content, media_type="text/csv")

    return run


def run_told(run: PastRun) -> ImportRunOut:
    """A run as it is answered."""
    refused = [
        RefusedLine(one["line"], one["title"], [RefusedCell(*reason) for reason in one["reasons"]])
        for one in run.told.get("refused", ())
    ]
    return ImportRunOut(
        id=run.id,
        state=cast("State", run.state),
        dry_run=run.only_check,
        rows=run.rows,
        checked=run.checked,
        new=run.added,
        changed=run.changed,
        same=run.known,
        refused=run.refused or len(refused),
        problem=run.problem,
        columns=dict(run.told.get("columns", {})),
        unused=list(run.told.get("unused", ())),
        refused_rows=refused,
    )


def _name(call: Call, options: Mapping[str, str]) -> str:
    return (options.get("name") or (call.upload.name if call.upload else "") or "API")[:100]


def read_upload(upload: Upload) -> Upload:
    """The rows of a file, read before any transaction begins. Raises `Invalid`."""
    check_file(upload.name, len(upload.content))
    return replace(upload, table=read_apart(upload.content))


async def upload_in(request: Request, body: bytes) -> Upload:
    """The file of a request, with what its form says beside it. Raises `Refused`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        if body and kind not in (*TYPES, "application/octet-stream"):
            raise Refused(415, "Send the file as text/csv, as XLSX, or in a multipart form as “file”.")
        return Upload(body)
    try:
        form = await request.form(max_files=1, max_fields=len(OPTIONS))
    except HTTPException:
        raise Refused(400, "This form cannot be read.") from None
    said: dict[str, str] = {}
    content, name = b"", ""
    for field, value in form.multi_items():
        if field in said:
            raise Refused(422, "This stands twice in the form.", field[:40])
        if isinstance(value, str):
            said[field] = value
        elif field != "file":
            raise Refused(422, "Send the file as the part “file”.", field[:40])
        else:
            content, name = await value.read(), value.filename or ""
    return Upload(content, name, said)


def _options(call: Call) -> dict[str, str]:
    given = {**(call.upload.said if call.upload else {}), **call.query}
    for name, value in given.items():
        if name not in OPTIONS:
            raise Refused(422, "This address takes no such parameter.", name[:40])
        known = OPTIONS[name][1].get("enum")
        if known and value not in known:
            raise Refused(422, f"Say {' or '.join(known)}.", name)
    return given


def _table(call: Call) -> Table:
    upload = call.upload or Upload(b"")
    return upload.table or read_apart(upload.content)


def _choices(
    session: Session, actor: Actor, resource: Resource, table: Table, options: Mapping[str, str]
) -> Choices:
    columns = guessed(session, actor, resource, table.headers)
    for header, field in _mapping(options.get("mapping", "")).items():
        if header not in table.headers:
            raise Refused(422, f"The file has no column “{header[:60]}”.", "mapping")
        place = table.headers.index(header)
        columns = {one: name for one, name in columns.items() if one != place and name != field}
        if field:
            columns[place] = field
    key = tuple(filter(None, options.get("key", "").split("+")))
    mark: Literal[",", "."] = "," if options.get("decimal") == "comma" else "."
    order = cast("Literal['dmy', 'mdy']", options.get("date_order", "dmy"))
    return Choices(
        columns,
        key,
        dict.fromkeys(columns, mark) if "decimal" in options else {},
        dict.fromkeys(columns, order) if "date_order" in options else {},
    )


def _mapping(text: str) -> dict[str, str]:
    try:
        found = json_in.parse(text[:MAPPING_MOST].encode(), "application/json")
    except (Refused, UnicodeError):
        found = {"": None}
    if not all(isinstance(one, str) for one in found.values()):
        raise Refused(422, 'Send JSON such as {"Firma": "name"}.', "mapping")
    return found


def _told(table: Table, choices: Choices, plan: RecordPlan, *, dry_run: bool) -> Imported:
    columns = {table.headers[place]: name for place, name in sorted(choices.columns.items())}
    return Imported(
        dry_run=dry_run,
        rows=len(plan.rows),
        new=plan.count("new"),
        changed=plan.count("changed"),
        same=plan.count("same"),
        refused=len(plan.refused),
        columns=columns,
        unused=[header for header in table.headers if header not in columns],
        refused_rows=[
            RefusedLine(
                row.line,
                row.title,
                [RefusedCell(table.headers[one] if one >= 0 else "", said) for one, said in row.problems],
            )
            for row in plan.refused[:SHOWN]
        ],
    )


def _all_refused(table: Table, plan: RecordPlan) -> Problems:
    many = len(plan.refused)
    found = {
        f"line {row.line}" + (f", {table.headers[place]}" if place >= 0 else ""): sentence
        for row in plan.refused[:SHOWN]
        for place, sentence in row.problems
    }
    rows = "1 row is" if many == 1 else f"{many} rows are"
    return Problems(f"Nothing was imported: {rows} refused. Mend the file, or say only_good=true.", found)
