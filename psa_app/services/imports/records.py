"""Planning an import of records, and writing it: all of it, or what is good, each row with its history."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from sqlalchemy import literal
from sqlmodel import Session, select

from psa_app.access import Actor, require, visible
from psa_app.db import among, is_sqlite, reserve_ids
from psa_app.errors import Conflict, Invalid, Problems, PsaError
from psa_app.formats.csv_files import Table
from psa_app.models import ImportRun
from psa_app.models.resource import FieldSpec, Resource, as_imported
from psa_app.queries.import_keys import RIGHT, key_choices, takes_parts
from psa_app.queries.many import Book, many_rows
from psa_app.queries.own_fields import full
from psa_app.rules.import_columns import ID, clash
from psa_app.services import history
from psa_app.services.imports.by_acts import Late
from psa_app.services.imports.cells import Reader, self_links, title_in
from psa_app.services.imports.circles import in_order
from psa_app.services.imports.fields import offered
from psa_app.services.imports.gather import check_together, fill_down, gathered, heads_of, with_currency
from psa_app.services.imports.links import folded
from psa_app.services.imports.match import find_records
from psa_app.services.imports.moved import Moment, Moved, moment, moved_since, tables_of
from psa_app.services.imports.values import WHOLE_ROW, Choices, RecordPlan, Row, RowPlan
from psa_app.services.imports.write import (
    PROVISIONAL,
    Packed,
    coming,
    defaults_of,
    is_packable,
    new_run,
    note_run,
    pack_rows,
    reason_of,
    write_packed,
    write_rows,
)
from psa_app.services.lowcode import own_values
from psa_app.services.records import clean, may_write

STEP = 500  # rows between two words about how far a check is
Tell = Callable[[int], None]


def _untold(checked: int) -> None:
    """Nobody waits to hear."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A plan with its rows as they are to be written (`packed`: as statements), and what it was made from."""

    plan: RecordPlan
    rows: list[Row]
    packed: Packed | None
    tables: frozenset[str]
    at: Moment


def ready_records(
    session: Session,
    actor: Actor,
    resource: Resource,
    table: Table,
    choices: Choices,
    *,
    name: str,
    tell: Tell,
) -> Ready:
    """A plan as of `plan_records`, made ready for `apply_records` in a later transaction."""
    at = moment(session)
    plan, rows, tables = _planned(session, actor, resource, table, choices, lock=False, tell=tell)
    packed = None
    if is_packable(resource):
        whole = full(session, as_imported(resource), actor)
        packed = pack_rows(session, actor, whole, rows, reason_of(name))
    return Ready(plan, rows, packed, tables, at)


def plan_records(
    session: Session,
    actor: Actor,
    resource: Resource,
    table: Table,
    choices: Choices,
    *,
    only: int = 0,
    tell: Tell = _untold,
) -> RecordPlan:
    """What `apply_records` would do with each row of a table; nothing is written. `only`: the first rows.

    `tell` hears now and then how many rows are checked.

    Needs the right "records.import" and the one to write this kind by hand. Raises `Invalid` for a
    mapping that cannot be.
    """
    return _planned(session, actor, resource, table, choices, lock=False, only=only, tell=tell)[0]


def apply_records(
    session: Session,
    actor: Actor,
    resource: Resource,
    table: Table,
    choices: Choices,
    *,
    only_good: bool = False,
    name: str = "",
    run: ImportRun | None = None,
    ready: Ready | None = None,
    tell: Tell = _untold,
) -> RecordPlan:
    """Makes and changes the records of a table; what it did is told as `plan_records` tells it.

    Without `only_good` all rows must be good, or nothing is written and `Conflict` says so; with it the
    refused ones stay out, also those that only their act refuses (`late`). Every row passes the checks of
    the form and leaves its line of history; `run` is the one that this is, else one is noted. `ready` was
    planned before, so that this transaction only writes; it raises `Moved` when that plan is out of date.
    `tell` hears how many rows acts have written.
    """
    packed = ready.packed if ready is not None else None
    if ready is not None:
        _take_up(session, actor, resource, ready)
        plan, rows = ready.plan, ready.rows
    else:
        plan, rows, _ = _planned(session, actor, resource, table, choices, lock=True)
    if plan.refused and not only_good:
        many = len(plan.refused)
        first = plan.refused[0]
        raise Conflict(
            f"Nothing was imported: {many} {'row is' if many == 1 else 'rows are'} refused. "
            f"Line {first.line}: {first.problems[0][1]}",
            "file",
        )
    if plan.writes and packed is not None:
        write_packed(session, packed)
    elif plan.writes:
        whole = full(session, as_imported(resource), actor)
        late = write_rows(session, actor, whole, rows, name, only_good=only_good, tell=tell)
        plan = _without(plan, late)
    if plan.writes or plan.refused or run is not None:
        run = run or new_run(actor, plan.kind, name, len(plan.rows))
        note_run(session, actor, plan, table, run)
    return plan


def _take_up(session: Session, actor: Actor, resource: Resource, ready: Ready) -> None:
    """Holds what is to be changed, as it was planned. Rights are asked for anew."""
    _may_import(actor, resource)
    full(session, as_imported(resource), actor, held=True)
    if moved_since(session, ready.at, ready.tables):
        raise Moved()
    if ready.packed is not None:
        _hold_packed(session, actor, resource, ready.packed)
    else:
        _hold_rows(session, actor, resource, ready.rows)


def _hold_packed(session: Session, actor: Actor, resource: Resource, packed: Packed) -> None:
    model: Any = resource.model
    version = model.version if packed.held and hasattr(model, "version") else literal(0)
    held = select(model.id, version).where(
        visible(actor, model), among(session, model.id, sorted(packed.held))
    )
    found = session.exec(held.order_by(model.id).with_for_update(of=model)).all() if packed.held else []
    if {int(row_id): int(one) for row_id, one in found} != packed.held:
        raise Moved()
    if is_sqlite(session) and list(reserve_ids(session, packed.table, len(packed.ids))) != packed.ids:
        raise Moved()


def _hold_rows(session: Session, actor: Actor, resource: Resource, rows: Sequence[Row]) -> None:
    model: Any = resource.model
    ids = sorted({int(row.record.id) for row in rows if row.record is not None})
    if not ids:
        return
    there = select(model).where(visible(actor, model), among(session, model.id, ids))
    found = session.exec(there.order_by(model.id).with_for_update(of=model)).all()
    records = {int(one.id): one for one in found}
    for row in rows:
        if row.record is None:
            continue
        held = records.get(int(row.record.id))
        if held is None or getattr(held, "version", 0) != getattr(row.record, "version", 0):
            raise Moved()
        row.record = held


def _without(plan: RecordPlan, late: Late) -> RecordPlan:
    """The plan with what acts refused when it was written."""
    if not late:
        return plan
    rows = tuple(
        replace(row, outcome="refused", problems=((WHOLE_ROW, late[row.place]),), changes=())
        if row.place in late
        else row
        for row in plan.rows
    )
    return replace(plan, rows=rows, late=len(late))


def _planned(
    session: Session,
    actor: Actor,
    resource: Resource,
    table: Table,
    choices: Choices,
    *,
    lock: bool,
    only: int = 0,
    tell: Tell = _untold,
) -> tuple[RecordPlan, list[Row], frozenset[str]]:
    resource = _may_import(actor, resource)
    fields = {field.name: field for field in offered(session, actor, resource)}
    resource = full(session, resource, actor, held=lock)
    key = _checked(resource, fields, table, choices)
    with many_rows(session) as book:
        reader = Reader(session, actor, book, resource, table, choices)
        rows = [reader.read(place) for place in range(min(only or len(table.rows), len(table.rows)))]
        _find(session, actor, resource, key, rows, lock=lock)
        _link_within(resource, reader, rows)
        ordered = in_order(rows)
        checker = _Checker(session, actor, book, resource, rows)
        for count, row in enumerate(ordered, 1):
            checker.check(row)
            if count % STEP == 0:
                tell(count)
        if _is_gathered(resource):
            check_together(session, actor, resource, ordered)
        tables = frozenset(tables_of(resource) | book.tables)
    told = tuple(_told(resource, reader, row) for row in rows)
    missing = tuple(
        field.label
        for field in fields.values()
        if field.required and field.name not in reader.places and any(row.record is None for row in rows)
    )
    columns, questions = tuple(sorted(choices.columns)), tuple(reader.questions)
    return RecordPlan(resource.kind, told, key, columns, questions, missing), ordered, tables


def _may_import(actor: Actor, resource: Resource) -> Resource:
    """The declaration as an import fills it. Raises `Forbidden`."""
    require(actor, RIGHT)
    require(actor, resource.read_right)
    whole = as_imported(resource)
    may_write(actor, whole.create_right or whole.change_right)
    return whole


def _checked(
    resource: Resource, fields: dict[str, FieldSpec], table: Table, choices: Choices
) -> tuple[str, ...]:
    """The key that counts. Raises `Invalid` for a column, field or key that is not there."""
    for place, name in choices.columns.items():
        if not 0 <= place < len(table.headers) or name not in (*fields, ID):
            raise Invalid("There is no such column or field. Choose them again.", "columns")
    if not choices.columns:
        raise Invalid("Say for at least one column what it holds.", "columns")
    twice = clash(choices.columns, [name for name, field in fields.items() if takes_parts(field)])
    if twice:
        label = fields[twice].label if twice in fields else "Id"
        raise Invalid(f"Two columns fill {label}. Choose one of them.", "columns")
    allowed = key_choices(resource, list(choices.columns.values()))
    if choices.key and choices.key not in allowed:
        raise Invalid("Records cannot be found by this: a column for it is missing.", "key")
    return choices.key or (allowed[0] if allowed else ())


def _find(
    session: Session, actor: Actor, resource: Resource, key: Sequence[str], rows: Sequence[Row], *, lock: bool
) -> None:
    """The records that are here, by the first row of each."""
    if _is_gathered(resource):
        fill_down(resource, rows, heads_of(resource))
    groups = gathered(resource, rows)
    find_records(session, actor, resource, key, [group[0] for group in groups], lock=lock)
    for first, *others in groups:
        for row in others:
            row.record = first.record
    if _is_gathered(resource):
        with_currency(session, rows)


def _link_within(resource: Resource, reader: Reader, rows: Sequence[Row]) -> None:
    """Names in links to the same kind that stand in this very file become provisional ids."""
    names = self_links(resource)
    if not names:
        return
    titles: dict[str, Row] = {}
    for row in rows:
        titles.setdefault(folded(str(row.raw.get(resource.title, ""))), row)
    for row in rows:
        for name in names:
            cell = row.raw.get(name)
            if not isinstance(cell, str):
                continue
            target = titles.get(folded(cell))
            if target is None:
                del row.raw[name]
                row.problems[name] = reader.missing(cell, name)
            elif target.record is not None:
                row.raw[name] = int(target.record.id)
            else:
                row.raw[name] = PROVISIONAL + target.place
                row.parents[name] = target.place


class _Checker:
    """Passes each row through the checks that a form passes; what comes later sees what came before."""

    def __init__(
        self, session: Session, actor: Actor, book: Book, resource: Resource, rows: Sequence[Row]
    ) -> None:
        self._session, self._actor, self._book, self._resource = session, actor, book, resource
        self._rows = rows
        self._defaults = defaults_of(resource.model)

    def check(self, row: Row) -> None:
        """Sets the row's values and outcome."""
        for name, place in row.parents.items():
            if self._rows[place].outcome == "refused":
                row.problems.setdefault(name, f"Line {self._rows[place].line} is refused: mend that first.")
        if "" not in row.problems:
            self._clean(row)
        if row.problems:
            row.outcome = "refused"
        elif row.record is None:
            self._added(row)
        elif not _is_gathered(self._resource):
            self._changed(row)

    def _clean(self, row: Row) -> None:
        raw = {name: value for name, value in row.raw.items() if name != ID and name not in row.problems}
        try:
            row.values = clean(self._session, self._actor, self._resource, raw, record=row.record)
        except Problems as error:
            row.problems = error.fields | row.problems
        except (Invalid, Conflict) as error:
            row.problems.setdefault(error.field, error.sentence)
        except PsaError as error:
            row.problems.setdefault("", error.sentence)

    def _added(self, row: Row) -> None:
        row.outcome = "new"
        row.coming = coming(self._resource, self._defaults, row)
        self._book.add(self._resource.model, row.coming.id, row.coming)

    def _changed(self, row: Row) -> None:
        held = own_values.of(row.record, self._resource, row.values)
        row.before, row.after = history.changed(held, row.values)
        row.outcome = "changed" if row.after else "same"
        if row.after:
            model = self._resource.model
            as_it_is = {name: getattr(row.record, name) for name in model.model_fields}
            later = SimpleNamespace(**(as_it_is | row.after))
            self._book.change(model, int(row.record.id), row.record, later)


def _is_gathered(resource: Resource) -> bool:
    return resource.incoming is not None and bool(resource.incoming.gathered_by)


def _told(resource: Resource, reader: Reader, row: Row) -> RowPlan:
    problems = []
    for name, sentence in row.problems.items():
        places = reader.places.get(name, [])
        field = resource.field(name)
        missing = f"{field.label}: {sentence}" if field is not None and not places else sentence
        problems.append((places[0] if places else WHOLE_ROW, missing))
    labels = [field.label for name in row.after if (field := resource.field(name)) is not None]
    title = title_in(resource, row, row.record)
    return RowPlan(row.place, row.line, row.outcome, title, tuple(problems), tuple(labels))
