"""Writing entries: the columns of a new one, and the statements that insert, change and delete."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor
from psa_app.db import among_ids, as_ids, is_sqlite
from psa_app.errors import Conflict
from psa_app.prepared import Prepared
from psa_app.queries.time.tables import ENTRY
from psa_app.rules import weeks
from psa_app.rules.moves import check_move
from psa_app.services import history
from psa_app.services.time.facts import was_billed
from psa_app.services.time.pricing import Price

KIND = "time_entry"
_INSERT = Prepared(
    insert(ENTRY).returning(ENTRY.c.id), *(column.name for column in ENTRY.c if not column.primary_key)
)
_DELETE = delete(ENTRY).where(ENTRY.c.id == bindparam("entry_id"))


def new_values(
    person: Any,
    task: Any,
    day: date,
    seconds: int,
    price: Price,
    *,
    note: str = "",
    source: str = "grid",
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    no_charge_reason: str = "",
    modifier_id: int | None = None,
) -> dict[str, Any]:
    """Every column of a new draft but its id."""
    now = clock.now()
    return {
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "person_id": person.id,
        "project_id": task.project_id,
        "task_id": task.id,
        "work_date": day,
        "week": weeks.week_of(day),
        "month": weeks.month_of(day),
        "time_zone": person.time_zone,
        "seconds": seconds,
        "note": note,
        "modifier_id": modifier_id,
        "no_charge_reason": no_charge_reason,
        "status": "draft",
        "started_at": started_at,
        "ended_at": ended_at,
        "source": source,
        "import_key": None,
        "timesheet_id": None,
        "override_minor": None,
        "override_reason": "",
        "override_by": None,
        "decided_by": None,
        "decided_at": None,
        "self_approved": False,
        "client_approved_at": None,
        "reject_reason": "",
        "out_of_scope": False,
        "change_order_id": None,
        **price.values(),
    }


def insert_entry(session: Session, actor: Actor, values: Mapping[str, Any], *, reason: str = "") -> int:
    """Inserts an entry, writes its history, and returns its id."""
    entry_id = int(_INSERT.first(session, values).id)
    history.note(session, actor, KIND, entry_id, "logged", {}, recorded(values), reason)
    return entry_id


def recorded(values: Mapping[str, Any]) -> dict[str, Any]:
    """What history keeps of a new entry: never its cost."""
    kept = (
        "person_id",
        "task_id",
        "work_date",
        "seconds",
        "note",
        "source",
        "modifier_id",
        "bill_rate_minor",
        "bill_currency",
    )
    return {name: values[name] for name in kept if values[name] not in ("", None)}


def change_values(
    session: Session,
    actor: Actor,
    entry_id: int,
    before: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    reason: str = "",
) -> None:
    """Writes the columns in `values` on one entry, with a new version and history."""
    session.connection().execute(
        update(ENTRY)
        .where(ENTRY.c.id == entry_id)
        .values(**values, version=ENTRY.c.version + 1, updated_at=clock.now())
    )
    old, new = history.changed(before, {name: value for name, value in values.items() if name in before})
    history.note(session, actor, KIND, entry_id, "changed", old, new, reason)


def remove_entry(
    session: Session, actor: Actor, entry_id: int, before: Mapping[str, Any], *, reason: str = ""
) -> None:
    """Deletes a draft; refused once it stood on an invoice, as evidence of what was billed then."""
    if was_billed(session, entry_id):
        raise Conflict(
            "This time once stood on an invoice and stays as evidence. Set it to not billable instead."
        )
    session.connection().execute(_DELETE, {"entry_id": entry_id})
    history.note(session, actor, KIND, entry_id, "deleted", before, {}, reason)


def move_entries(
    session: Session, ids: Sequence[int], old: Iterable[str], to: str, values: Mapping[str, Any]
) -> None:
    """Moves many entries to status `to` at once; `old` are the states they have now.

    Raises `Invalid` when one of these moves is not allowed.
    """
    for status in set(old):
        check_move("entry", status, to)
    if not ids:
        return
    given = {**values, "status": to, "updated_at": clock.now()}
    new = {f"new_{name}": value for name, value in given.items()}
    _moving(tuple(given), is_sqlite(session)).all(session, {"moved": as_ids(session, ids), **new})


@cache
def _moving(names: tuple[str, ...], sqlite: bool) -> Prepared:
    """Writes these columns of many entries: one statement for each move that there is."""
    new = {name: bindparam(f"new_{name}", type_=ENTRY.c[name].type) for name in names}
    statement = update(ENTRY).where(among_ids(ENTRY.c.id, "moved", sqlite=sqlite))
    return Prepared(statement.values(**new, version=ENTRY.c.version + 1))
