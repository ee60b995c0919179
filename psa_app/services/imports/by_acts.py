"""Writing the rows of kinds that acts make and change: each record by its own act, all or none."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from psa_app.access import Actor
from psa_app.errors import Conflict, Problems, PsaError
from psa_app.models.resource import Incoming, Resource
from psa_app.services.imports.gather import gathered
from psa_app.services.imports.values import Row
from psa_app.services.records import change_record

Late = dict[int, str]
STEP = 200  # rows between two words about how far it is


def write_by_acts(
    session: Session,
    actor: Actor,
    resource: Resource,
    rows: Sequence[Row],
    *,
    only_good: bool,
    tell: Callable[[int], None],
) -> Late:
    """Makes and changes the records of checked rows, each by itself.

    What an act refuses after all raises `Conflict` with its line. With `only_good` that record stays out
    alone: the place of each of its rows is given back, with the reason. `tell` hears now and then how many
    rows are written.
    """
    way = resource.incoming
    if way is None:
        raise LookupError(f"{resource.kind} come by no act")
    late: Late = {}
    written, told = 0, 0
    for group in gathered(resource, rows):
        if group[0].outcome in ("new", "changed"):
            try:
                with session.begin_nested():
                    _write(session, actor, resource, way, group)
            except PsaError as error:
                if not only_good:
                    said = f"Nothing was imported. Line {group[0].line}: {_why(error)}"
                    raise Conflict(said, "file") from None
                late |= {row.place: _part_of(group, row, error) for row in group}
        written += len(group)
        if written - told >= STEP:
            told = written
            tell(written)
    return late


def _part_of(group: Sequence[Row], row: Row, error: PsaError) -> str:
    if row is group[0]:
        return _why(error)
    return f"Line {group[0].line} belongs to it and is refused: mend that first."


def _write(session: Session, actor: Actor, resource: Resource, way: Incoming, group: Sequence[Row]) -> None:
    first = group[0]
    own = {field.name for field in resource.fields if field.own_key}
    given = [row.values if first.record is None else row.after for row in group]
    rows = [_without(one, own) for one in given]
    record_id = int(first.record.id) if first.record is not None else 0
    if first.record is None or any(rows):
        record_id = way.write(session, actor, first.record, rows)
    mine = {name: value for name, value in given[0].items() if name in own and value is not None}
    if mine:
        change_record(session, actor, resource, record_id, mine, version=None)


def _without(values: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def _why(error: PsaError) -> str:
    return next(iter(error.fields.values())) if isinstance(error, Problems) else error.sentence
