"""Writing what was planned: new records at once, then the changed ones, a line of history each."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor
from psa_app.db import insert_columns, reserve_ids
from psa_app.formats.csv_files import Table
from psa_app.formats.refused_rows import refused_sheet
from psa_app.models import ImportFile, ImportRun, touch
from psa_app.models.resource import Resource
from psa_app.services import history
from psa_app.services.imports.by_acts import Late, write_by_acts
from psa_app.services.imports.cells import self_links
from psa_app.services.imports.values import RecordPlan, Row, RowPlan
from psa_app.services.lowcode import own_values
from psa_app.services.records import told

_NOTHING: dict[str, Any] = {}
PROVISIONAL = 2**30  # ids of rows to come, before the database gives theirs


def write_rows(
    session: Session, actor: Actor, resource: Resource, rows: Sequence[Row], name: str, *, only_good: bool
) -> Late:
    """Writes the new and the changed rows of a plan; gives those that an act refused (`write_by_acts`)."""
    name = called(name)
    reason = f"Import of {name[:100]}" if name else "Import"
    if resource.incoming is not None:
        with history.because(session, reason):
            return write_by_acts(session, actor, resource, rows, only_good=only_good)
    new = [row for row in rows if row.outcome == "new"]
    ids = dict(
        zip(
            (PROVISIONAL + row.place for row in new),
            reserve_ids(session, _table(resource), len(new)),
            strict=True,
        )
    )
    _add(session, actor, resource, new, ids, reason)
    changed = [row for row in rows if row.outcome == "changed"]
    _change(session, actor, resource, changed, ids, reason)
    return {}


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


def _add(
    session: Session, actor: Actor, resource: Resource, rows: Sequence[Row], ids: dict[int, int], reason: str
) -> None:
    if not rows:
        return
    links = self_links(resource)
    for row in rows:
        _settle(row.values, links, ids)
        own_values.put(row.coming, resource, {name: row.values[name] for name in links if name in row.values})
        row.coming.id = ids[row.coming.id]
        resource.model.follow(row.coming)  # type: ignore[attr-defined]
    records = [row.coming for row in rows]
    columns = {
        column.name: [getattr(one, column.name) for one in records] for column in _table(resource).columns
    }
    insert_columns(session, _table(resource), columns)
    lines = [(int(row.coming.id), told(resource, row.values)) for row in rows]
    told_of = ((row_id, _NOTHING, after) for row_id, after in lines)
    history.note_many(session, actor, _table(resource).name, "created", told_of, reason)
    _saved(session, actor, resource, records)


def _change(
    session: Session, actor: Actor, resource: Resource, rows: Sequence[Row], ids: dict[int, int], reason: str
) -> None:
    links = self_links(resource)
    lines: list[tuple[int, dict[str, Any], dict[str, Any]]] = []
    for row in rows:
        _settle(row.after, links, ids)
        own_values.put(row.record, resource, row.after)
        touch(row.record)
        lines.append((int(row.record.id), told(resource, row.before), told(resource, row.after)))
    session.flush()
    history.note_many(session, actor, _table(resource).name, "changed", lines, reason)
    _saved(session, actor, resource, [row.record for row in rows])


def _settle(values: dict[str, Any], links: Sequence[str], ids: dict[int, int]) -> None:
    for name in links:
        if values.get(name) in ids:
            values[name] = ids[values[name]]


def _saved(session: Session, actor: Actor, resource: Resource, records: Sequence[Any]) -> None:
    if resource.saved is not None:
        for record in records:
            resource.saved(session, actor, record)


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


def keep_refused(session: Session, run_id: int, table: Table, refused: Sequence[RowPlan]) -> None:
    """Keeps the rows that were left out with their reasons, for whoever looks later."""
    if refused:
        content = refused_sheet(table, refused)
        session.add(ImportFile(import_run_id=run_id, kind="refused", content=content))
