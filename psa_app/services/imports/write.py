"""Writing what was planned: new records at once, then the changed ones, a line of history each."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor
from psa_app.db import Statement, execute_ready, ready_insert, ready_update, reserve_ids
from psa_app.formats.csv_files import Table
from psa_app.formats.refused_rows import refused_sheet
from psa_app.models import ImportFile, ImportRun, touch
from psa_app.models.resource import Resource
from psa_app.services import history
from psa_app.services.imports.by_acts import Late, write_by_acts
from psa_app.services.imports.cells import self_links
from psa_app.services.imports.values import Choices, RecordPlan, Row, RowPlan
from psa_app.services.lowcode import own_values
from psa_app.services.records import told

_NOTHING: dict[str, Any] = {}
TOLD = 500  # refused rows whose reasons are kept one by one; all of them are in a file
PROVISIONAL = 2**30  # ids of rows to come, before the database gives theirs


def write_rows(
    session: Session,
    actor: Actor,
    resource: Resource,
    rows: Sequence[Row],
    name: str,
    *,
    only_good: bool,
    tell: Callable[[int], None],
) -> Late:
    """Writes the new and the changed rows of a plan; gives those that an act refused (`write_by_acts`)."""
    reason = reason_of(name)
    if resource.incoming is not None:
        with history.because(session, reason):
            return write_by_acts(session, actor, resource, rows, only_good=only_good, tell=tell)
    write_packed(session, pack_rows(session, actor, resource, rows, reason))
    if resource.saved is not None:
        _saved(session, actor, resource, rows)
    return {}


@dataclass(frozen=True, slots=True)
class Packed:
    """Rows made ready to be written: `ids` are to be given, `held` the versions of what is changed."""

    table: Any
    ids: Sequence[int]
    held: dict[int, int]
    statements: tuple[Statement, ...]


def is_packable(resource: Resource) -> bool:
    """Whether rows can be made ready before the transaction that writes them: by no act, nothing follows."""
    return resource.saved is None and resource.incoming is None


def pack_rows(session: Session, actor: Actor, resource: Resource, rows: Sequence[Row], reason: str) -> Packed:
    """The statements that write a plan, with a line of history for each row."""
    table, links = _table(resource), self_links(resource)
    new = [row for row in rows if row.outcome == "new"]
    ids = list(reserve_ids(session, table, len(new)))
    given = dict(zip((PROVISIONAL + row.place for row in new), ids, strict=True))
    changed = [row for row in rows if row.outcome == "changed"]
    held = {int(row.record.id): int(getattr(row.record, "version", 0)) for row in changed}
    statements = (
        *_added(session, actor, resource, new, links, given, reason),
        *_changed(session, actor, resource, changed, links, given, reason),
    )
    return Packed(table, ids, held, statements)


def write_packed(session: Session, packed: Packed) -> None:
    """Writes what was made ready; what the session holds of the changed records is read anew."""
    for one in packed.statements:
        execute_ready(session, one)
    session.expire_all()


def coming(resource: Resource, defaults: dict[str, Any], row: Row) -> Any:
    """A new record as it will be, under a provisional id; cheaper than an object of its class."""
    record = SimpleNamespace(**defaults)
    own_values.put(record, resource, row.values)
    record.id = PROVISIONAL + row.place
    return record


def defaults_of(model: Any) -> dict[str, Any]:
    """What a new record holds before anything is given."""
    return {
        name: field.get_default(call_default_factory=True) if not field.is_required() else None
        for name, field in model.model_fields.items()
    }


def _table(resource: Resource) -> Any:
    return resource.model.__table__  # type: ignore[attr-defined]


def _added(
    session: Session,
    actor: Actor,
    resource: Resource,
    rows: Sequence[Row],
    links: Sequence[str],
    ids: dict[int, int],
    reason: str,
) -> list[Statement]:
    if not rows:
        return []
    for row in rows:
        _settle(row.values, links, ids)
        own_values.put(row.coming, resource, {name: row.values[name] for name in links if name in row.values})
        row.coming.id = ids[row.coming.id]
        resource.model.follow(row.coming)  # type: ignore[attr-defined]
    table, records = _table(resource), [row.coming for row in rows]
    columns = {column.name: [getattr(one, column.name) for one in records] for column in table.columns}
    lines = [(int(row.coming.id), _NOTHING, told(resource, row.values)) for row in rows]
    notes = history.ready_notes(session, actor, table.name, "created", lines, reason)
    return [ready_insert(session, table, columns), notes]


def _changed(
    session: Session,
    actor: Actor,
    resource: Resource,
    rows: Sequence[Row],
    links: Sequence[str],
    ids: dict[int, int],
    reason: str,
) -> list[Statement]:
    if not rows:
        return []
    table = _table(resource)
    names = [column.name for column in table.columns]
    alike: dict[tuple[str, ...], list[SimpleNamespace]] = {}
    lines: list[tuple[int, dict[str, Any], dict[str, Any]]] = []
    for row in rows:
        _settle(row.after, links, ids)
        before = {name: getattr(row.record, name) for name in names}
        later = SimpleNamespace(**before)
        own_values.put(later, resource, row.after)
        touch(later)
        resource.model.follow(later)  # type: ignore[attr-defined]
        differ = tuple(name for name in names if getattr(later, name) != before[name])
        alike.setdefault(differ, []).append(later)
        lines.append((later.id, told(resource, row.before), told(resource, row.after)))
    found = [
        ready_update(
            session,
            table,
            {name: [getattr(one, name) for one in those] for name in differ},
            [one.id for one in those],
        )
        for differ, those in alike.items()
    ]
    return [*found, history.ready_notes(session, actor, table.name, "changed", lines, reason)]


def _settle(values: dict[str, Any], links: Sequence[str], ids: dict[int, int]) -> None:
    for name in links:
        if values.get(name) in ids:
            values[name] = ids[values[name]]


def _saved(session: Session, actor: Actor, resource: Resource, rows: Sequence[Row]) -> None:
    """What follows from each record that was written."""
    for row in rows:
        record = {"new": row.coming, "changed": row.record}.get(row.outcome)
        if record is not None and resource.saved is not None:
            resource.saved(session, actor, record)


def reason_of(name: str) -> str:
    """What history says of each row of a file."""
    name = called(name)
    return f"Import of {name[:100]}" if name else "Import"


def called(name: str) -> str:
    """What a file is called, as it can be kept and shown: a name from outside may hold anything."""
    return "".join(char for char in name if char.isprintable())[:200]


def new_run(actor: Actor, kind: str, name: str, rows: int) -> ImportRun:
    """An import that has done nothing yet."""
    return ImportRun(
        name=called(name),
        layout=kind[:40],
        digest="",
        rows=rows,
        added=0,
        known=0,
        seconds=0,
        by_user=actor.user_id,
    )


def note_run(session: Session, actor: Actor, plan: RecordPlan, table: Table, run: ImportRun) -> None:
    """Keeps what an import did: its counts, and the refused rows as a file."""
    run.added, run.changed = plan.count("new"), plan.count("changed")
    run.known, run.refused = plan.count("same"), len(plan.refused)
    run.state, run.checked, run.ended_at = "done", len(plan.rows), clock.now()
    session.add(run)
    session.flush()
    keep_refused(session, int(run.id or 0), table, plan.refused)
    counts = {one: plan.count(one) for one in ("new", "changed", "same", "refused")}
    history.note(
        session, actor, "import_run", int(run.id or 0), "imported", {}, {"kind": plan.kind, **counts}
    )


def keep_told(session: Session, run_id: int, table: Table, choices: Choices, plan: RecordPlan) -> None:
    """Keeps what is told of a plan to who asks later, as JSON: its columns, and the first refused rows."""
    columns = {table.headers[place]: name for place, name in sorted(choices.columns.items())}
    refused = [
        {
            "line": row.line,
            "title": row.title,
            "reasons": [[table.headers[one] if one >= 0 else "", said] for one, said in row.problems],
        }
        for row in plan.refused[:TOLD]
    ]
    told = {"columns": columns, "unused": [one for one in table.headers if one not in columns]}
    content = json.dumps(told | {"refused": refused}).encode()
    session.add(ImportFile(import_run_id=run_id, kind="told", content=content))


def keep_refused(session: Session, run_id: int, table: Table, refused: Sequence[RowPlan]) -> None:
    """Keeps the rows that were left out with their reasons, for whoever looks later."""
    if refused:
        content = refused_sheet(table, refused)
        session.add(ImportFile(import_run_id=run_id, kind="refused", content=content))
