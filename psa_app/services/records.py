"""Creating and changing plain records from their declaration (`models/resource.py`).

Pages, the API and imports hand in raw values (text from a form, JSON from the API); every
field is checked and typed here, wrong ones are all named at once, and history is written.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlmodel import Session

from psa_app.access import Actor, fetch, may, require
from psa_app.access.permissions import require_scope
from psa_app.errors import Invalid, NotFound, Problems, Stale
from psa_app.models import touch
from psa_app.models.base import Whole
from psa_app.models.resource import FieldSpec, Resource, value_of
from psa_app.queries.many import is_known, once
from psa_app.queries.own_fields import full
from psa_app.queries.values import typed, with_usual
from psa_app.services import history
from psa_app.services.lowcode import own_values


def create_record(session: Session, actor: Actor, resource: Resource, raw: Mapping[str, Any]) -> Any:
    """Makes a record of `resource` from raw values.

    Raises `Forbidden` without the right, `Problems` with a sentence per wrong field.
    """
    may_write(actor, resource.create_right or resource.change_right)
    resource = full(session, resource, actor, held=True)
    values = clean(session, actor, resource, raw, record=None)
    record = resource.model()
    own_values.put(record, resource, values)
    session.add(record)
    session.flush()
    kept = told(resource, values)
    history.note(session, actor, str(resource.model.__tablename__), int(record.id), "created", {}, kept)  # type: ignore[attr-defined]
    if resource.saved is not None:
        resource.saved(session, actor, record)
    return record


def change_record(
    session: Session,
    actor: Actor,
    resource: Resource,
    record_id: int,
    raw: Mapping[str, Any],
    *,
    version: int | None,
) -> Any:
    """Changes the given fields of a record; the others stay.

    `version` is what the person saw: `Stale` if someone saved in the meantime. `None` leaves
    that check out (the API without `If-Match`). Of a record that acts write, only the firm's own fields.
    """
    may_write(actor, resource.change_right or resource.own_right)
    resource = full(session, resource, actor, held=True)
    record = fetch(session, actor, resource.model, record_id, lock=True)
    if resource.has_version and version is not None and record.version != version:  # type: ignore[attr-defined]
        raise Stale()
    values = clean(session, actor, resource, raw, record=record)
    before, after = history.changed(own_values.of(record, resource, values), values)
    if not after:
        return record
    own_values.put(record, resource, after)
    touch(record)
    session.flush()
    before, after = told(resource, before), told(resource, after)
    history.note(session, actor, str(resource.model.__tablename__), record_id, "changed", before, after)
    if resource.saved is not None:
        resource.saved(session, actor, record)
    return record


def told(resource: Resource, values: Mapping[str, Any]) -> dict[str, Any]:
    """What history tells of the values: more people read it than may see a field with a right of its own."""
    guarded = {field.name for field in resource.fields if field.read_right or field.is_guarded}
    return {name: "…" if name in guarded else value for name, value in values.items()}


def may_write(actor: Actor, right: str) -> None:
    """Raises `Forbidden` without the right, `NotFound` where there is none: then only acts write."""
    if not right:
        raise NotFound("Records of this kind are not written by hand.")
    require(actor, right)
    if actor.via == "api":
        require_scope(actor, "write")


def clean(
    session: Session, actor: Actor, resource: Resource, raw: Mapping[str, Any], *, record: Any
) -> dict[str, Any]:
    """Typed values of the writable fields in `raw`; a new record also gets its defaults."""
    fields = once(session, ("writable", resource.kind), partial(_writable, session, resource, actor))
    problems = {name: "There is no such field here." for name in raw if name not in fields}
    values: dict[str, Any] = {}
    for field in fields.values():
        if field.name not in raw and (record is not None or (not field.required and field.default is None)):
            continue
        read = partial(_value, session, actor, resource, field, raw, record)
        try:
            value = (
                read() if field.name in raw else once(session, ("default", resource.kind, field.name), read)
            )
        except (Invalid, NotFound) as error:
            problems[field.name] = error.sentence
            continue
        if record is None or field.set == "always":
            values[field.name] = value
        elif value != value_of(record, field):
            problems[field.name] = "This cannot be changed any more."
    if problems:
        raise Problems("Some fields are not right.", problems)
    _check(session, resource, values, record)
    return values


def _writable(session: Session, resource: Resource, actor: Actor) -> dict[str, FieldSpec]:
    return {
        field.name: with_usual(session, field)
        for field in resource.fields
        if writable(resource, field, actor)
    }


def _check(session: Session, resource: Resource, values: dict[str, Any], record: Any) -> None:
    if resource.check is None:
        return
    try:
        values.update(resource.check(session, values, record) or {})
    except Invalid as error:
        if not error.field:
            raise
        raise Problems(error.sentence, {error.field: error.sentence}) from None


def writable(resource: Resource, field: FieldSpec, actor: Actor) -> bool:
    """Whether someone may fill a field in, of a new record at least."""
    if field.set == "never":
        return False
    if not field.own_key and not (resource.change_right or resource.create_right):
        return False
    return not field.read_right or may(actor, field.read_right)


def _value(
    session: Session, actor: Actor, resource: Resource, field: FieldSpec, raw: Mapping[str, Any], record: Any
) -> Any:
    currency = raw.get(field.money_in) or getattr(record, field.money_in, "") if field.money_in else ""

    def read(field: FieldSpec, given: Any) -> Any:
        return typed(field, given, currency=str(currency or ""), session=session)

    if field.own_key:
        value = own_values.kept(field, raw.get(field.name, field.default if record is None else None), read)
    else:
        value = read(field, raw.get(field.name, field.default))
        if isinstance(value, int) and abs(value) > _most(resource, field):
            raise Invalid("This number is too large.", field.name)
    if field.links_to is not None and value is not None and not is_known(session, field.links_to, value):
        try:
            fetch(session, actor, field.links_to, value)
        except NotFound:
            raise Invalid("Choose one from the list.", field.name) from None
    return value


def _most(resource: Resource, field: FieldSpec) -> int:
    """The largest number that the field's column holds on every database."""
    column = resource.model.__table__.c.get(field.name)  # type: ignore[attr-defined]
    return 10**15 if column is None or isinstance(column.type, Whole) else 2**31 - 1
