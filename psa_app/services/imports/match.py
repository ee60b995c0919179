"""Which rows are about records that are here already, by their key."""

from collections.abc import Container, Sequence
from typing import Any

from sqlmodel import Session, select

from psa_app.access import Actor, visible
from psa_app.db import among
from psa_app.models.resource import Resource
from psa_app.queries import own_fields
from psa_app.queries.import_keys import key_label, may_be_blank
from psa_app.rules.duplicates import domain_of
from psa_app.rules.import_columns import ID
from psa_app.services.imports.links import folded
from psa_app.services.imports.values import Row

_BARE = ("vat_id", "iban", "number")  # blanks and dots do not count in these
Key = tuple[Any, ...]


def find_records(
    session: Session, actor: Actor, resource: Resource, key: Sequence[str], rows: Sequence[Row], *, lock: bool
) -> None:
    """Sets `record` of each row whose key is known; a row with another one's key is refused."""
    if not key:
        return
    blank = may_be_blank(resource, key)
    known = _known(session, actor, resource, key, blank) if tuple(key) != (ID,) else {}
    first: dict[Key, Row] = {}
    wanted: dict[int, int] = {}
    for row in rows:
        about = _key_in(row, key, blank)
        if about is None:
            continue
        if about in first:
            what = "the same id" if tuple(key) == (ID,) else f"the same {_lower(key_label(resource, key))}"
            row.problems[""] = f"Line {first[about].line} has {what}. Keep one of the two."
            continue
        first[about] = row
        ids = known.get(about, []) if tuple(key) != (ID,) else [int(about[0])]
        if len(ids) > 1:
            words = _lower(key_label(resource, key))
            row.problems[""] = f"{len(ids)} records have this {words}. Find them by another field, or by id."
        elif ids:
            wanted[row.place] = ids[0]
    _load(session, actor, resource, rows, wanted, lock=lock)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _key_in(row: Row, key: Sequence[str], blank: Container[str]) -> Key | None:
    """The key as a row gives it; None when a part is empty that may not be: then it is a new record."""
    if tuple(key) == (ID,):
        given = str(row.raw.get(ID, "")).strip().removeprefix("#")
        if given and not (given.isdecimal() and given.isascii() and len(given) < 10):
            row.problems[ID] = "This is no id. Write a number, or leave the cell empty for a new one."
        return (int(given),) if given and ID not in row.problems else None
    parts = []
    for name in key:
        if name == "domain":
            part: Any = domain_of(str(row.raw.get("website", "")), str(row.raw.get("email", "")))
        else:
            part = row.raw.get(name, "")
        if (part == "" or part is None) and (name not in blank or name in row.problems):
            return None
        parts.append(_part(name, part))
    return tuple(parts)


def _part(name: str, value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = str(value)
    if name in _BARE:
        return "".join(char for char in text if char.isalnum()).casefold()
    return folded(text)


def _known(
    session: Session, actor: Actor, resource: Resource, key: Sequence[str], blank: Container[str]
) -> dict[Key, list[int]]:
    model: Any = resource.model
    columns = [_column(resource, name) for name in key]
    where = [visible(actor, model)]
    found: dict[Key, list[int]] = {}
    for row_id, *values in session.exec(select(model.id, *columns).where(*where).order_by(model.id)):
        if all(value not in ("", None) or name in blank for name, value in zip(key, values, strict=True)):
            about = tuple(_part(name, value) for name, value in zip(key, values, strict=True))
            found.setdefault(about, []).append(int(row_id))
    return found


def _column(resource: Resource, name: str) -> Any:
    field = resource.field(name)
    return own_fields.column(resource, field) if field is not None else getattr(resource.model, name)


def _load(
    session: Session,
    actor: Actor,
    resource: Resource,
    rows: Sequence[Row],
    wanted: dict[int, int],
    *,
    lock: bool,
) -> None:
    model: Any = resource.model
    statement = select(model).where(visible(actor, model), among(session, model.id, sorted(wanted.values())))
    if lock:
        statement = statement.order_by(model.id).with_for_update(of=model)
    records = {int(one.id): one for one in session.exec(statement).all()} if wanted else {}
    for row in rows:
        row_id = wanted.get(row.place)
        row.record = records.get(row_id) if row_id is not None else None
        if row_id is not None and row.record is None:
            what = resource.one.lower()
            row.problems[ID] = f"There is no {what} with this id. Leave the cell empty to add a new one."
