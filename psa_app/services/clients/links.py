"""What points to an account or a contact, found in the tables themselves, and how it is led elsewhere.

A table that is added later is found by its foreign key. What may not simply move is named here.
"""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table, UniqueConstraint, and_, exists, select, update
from sqlmodel import Session

from psa_app.models import Account, Attachment, Contact, CustomField, Opportunity, Person, Project, Sow, Task
from psa_app.models.base import metadata

# Evidence stays as it was given: a signature names the contact who signed.
STAYS = frozenset({("signature", "contact_id")})
# Led elsewhere by a rule of their own (`merge.py`, `contacts.py`).
BY_HAND = frozenset(
    {
        ("account", "parent_id"),
        ("account_apart", "account_id"),
        ("account_apart", "other_id"),
        ("contact", "account_id"),
        ("contact_apart", "contact_id"),
        ("contact_apart", "other_id"),
        ("user", "contact_id"),
    }
)
# Of these a record may have one only: where the other has one already, the row stays where it is.
ONE_EACH = {
    ("account_tax_number", "account_id"): ("kind", "country"),
    ("autopay", "account_id"): ("sow_id",),
}
_OWN: dict[str, Any] = {
    "accounts": Account,
    "contacts": Contact,
    "opportunities": Opportunity,
    "people": Person,
    "projects": Project,
    "sows": Sow,
    "tasks": Task,
}


def pointing_to(target: str) -> Iterator[Column[Any]]:
    """Every column with a foreign key to the table `target`, by table and name."""
    for table in metadata.sorted_tables:
        for key in sorted(table.foreign_keys, key=lambda one: str(one.parent.name)):
            if key.column.table.name == target:
                yield key.parent


def single_for(column: Column[Any]) -> list[tuple[str, ...]]:
    """The unique keys of its table that hold the column: the other columns of each, of its condition too."""
    table = column.table
    keys = [[c.name for c in one.columns] for one in table.constraints if isinstance(one, UniqueConstraint)]
    for index in table.indexes:
        if index.unique:
            condition = str(index.dialect_options["sqlite"]["where"])
            narrowed = [c.name for c in table.c if re.search(rf"\b{c.name}\b", condition)]
            keys.append([*(c.name for c in index.columns), *narrowed])
    return [tuple(name for name in key if name != column.name) for key in keys if column.name in key]


def lead(session: Session, target: str, old_id: int, new_id: int) -> dict[str, int]:
    """Lets everything that points to record `old_id` of table `target` point to `new_id`.

    Returns how many rows of each table moved. What is in `STAYS` and `BY_HAND` is left alone.
    """
    moved: dict[str, int] = {}
    for column in pointing_to(target):
        table, name = column.table, str(column.name)
        if (table.name, name) in STAYS | BY_HAND:
            continue
        values: dict[str, Any] = {name: new_id}
        if "version" in table.c:
            values["version"] = table.c.version + 1
        where = column == old_id
        single = ONE_EACH.get((table.name, name))
        if single is not None:
            where = and_(where, ~_has_one(table, name, new_id, single))
        count = session.connection().execute(update(table).where(where).values(values)).rowcount
        if count:
            moved[table.name] = moved.get(table.name, 0) + count
    _lead_own_fields(session, f"{target}s", old_id, new_id)
    _lead_files(session, target, old_id, new_id)
    return moved


def _has_one(table: Table, name: str, new_id: int, single: tuple[str, ...]) -> Any:
    other = table.alias()
    same = [other.c[one].is_not_distinct_from(table.c[one]) for one in single]
    return exists().where(other.c[name] == new_id, *same)


def _lead_own_fields(session: Session, kind: str, old_id: int, new_id: int) -> None:
    """The firm's own fields that lead to such a record hold its id without a foreign key."""
    fields: Any = CustomField.__table__  # type: ignore[attr-defined]
    found = session.connection().execute(
        fields.select().where(fields.c.type == "link", fields.c.links_to == kind)
    )
    for field in found.all():
        model = _OWN.get(field.kind)
        if model is None:
            continue
        holding = select(model).where(model.own[field.key].as_integer() == old_id)
        for row in session.scalars(holding.with_for_update()):
            row.own = {**row.own, field.key: new_id}
    session.flush()


def _lead_files(session: Session, target: str, old_id: int, new_id: int) -> None:
    files: Any = Attachment.__table__  # type: ignore[attr-defined]
    session.connection().execute(
        update(files).where(files.c.kind == target, files.c.record_id == old_id).values(record_id=new_id)
    )
