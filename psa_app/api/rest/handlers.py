"""What each operation does within one transaction: list, read, create, change, act, export."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from psa_app import routes
from psa_app.access import Act, Actor, fetch, may, require
from psa_app.access.permissions import require_scope
from psa_app.api.rest.bodies import act_values, record_values
from psa_app.api.rest.call import Answer, Call, list_query
from psa_app.api.rest.problems import Refused
from psa_app.api.rest.wire import name_of, plain, record_out, records_out, result_out
from psa_app.api.sheets import SHEETS, making, record_sheet
from psa_app.errors import Problems, Stale
from psa_app.models.resource import Resource
from psa_app.queries.own_fields import full
from psa_app.queries.records import page_of_records
from psa_app.services.records import change_record, create_record

Handler = Callable[[Session, Actor, Call], Answer]
Reader = Callable[[Actor, int], tuple[str, bytes]]


def listing(resource: Resource) -> Handler:
    """GET /{kind}: one page of records."""

    def run(session: Session, actor: Actor, call: Call) -> Answer:
        require(actor, resource.read_right)
        asked = list_query(call.query)
        page = page_of_records(
            session,
            actor,
            resource,
            search=asked.search,
            filters=_field_names(resource, asked.filters),
            sort=_sort_name(resource, asked.sort),
            limit=asked.limit,
            cursor=asked.cursor,
            count=asked.count,
        )
        data = records_out(session, actor, resource, page.fields, page.records)
        value: dict[str, Any] = {"data": data, "next_cursor": page.next_cursor}
        return Answer(value=value | ({"total": page.total} if asked.count else {}))

    return run


def reading(resource: Resource) -> Handler:
    """GET /{kind}/{id}: one record."""

    def run(session: Session, actor: Actor, call: Call) -> Answer:
        require(actor, resource.read_right)
        _no_query(call)
        record = fetch(session, actor, resource.model, call.record_id)
        return _shown(session, actor, record)

    return run


def exporting(resource: Resource, kind: str) -> Handler:
    """GET /{kind}.csv and .xlsx: the whole list as a file."""

    def run(session: Session, actor: Actor, call: Call) -> Answer:
        require(actor, resource.read_right)
        asked = list_query(call.query, paged=False)
        filters, sort = _field_names(resource, asked.filters), _sort_name(resource, asked.sort)
        with making(actor):
            content = record_sheet(
                session, actor, resource, kind, search=asked.search, filters=filters, sort=sort
            )
        headers = {"Content-Disposition": f'attachment; filename="{resource.kind}.{kind}"'}
        return Answer(headers=headers, content=content, media_type=SHEETS[kind])

    return run


def filing(read: Reader, media_type: str) -> Handler:
    """GET /{kind}/{id}/{name}: a file of one record."""

    def run(session: Session, actor: Actor, call: Call) -> Answer:  # noqa: ARG001 - it reads for itself
        _no_query(call)
        name, content = read(actor, call.record_id)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Answer(headers=headers, content=content, media_type=media_type)

    return run


def creating(resource: Resource) -> Handler:
    """POST /{kind}: a plain record from its fields."""

    def run(session: Session, actor: Actor, call: Call) -> Answer:
        _may_write(actor, resource.create_right or resource.change_right)
        whole = full(session, resource, actor)
        values = record_values(whole, _fields_for(actor, whole, call.raw), new=True)
        record = create_record(session, actor, resource, values)
        return _shown(session, actor, record, status=201, kind=resource.kind)

    return run


def changing(resource: Resource) -> Handler:
    """PATCH /{kind}/{id}: the given fields of a plain record; the others stay."""

    def run(session: Session, actor: Actor, call: Call) -> Answer:
        _may_write(actor, resource.change_right)
        fetch(session, actor, resource.model, call.record_id)
        version = _version_needed(call) if resource.has_version else None
        raw = {name: value for name, value in call.raw.items() if name != "version"}
        whole = full(session, resource, actor)
        values = record_values(whole, _fields_for(actor, whole, raw), new=False)
        record = _unless_stale(
            call, lambda: change_record(session, actor, resource, call.record_id, values, version=version)
        )
        return _shown(session, actor, record)

    return run


def acting(act: Act, *, answers: bool) -> Handler:
    """POST /{kind}/{id}/{verb} or /{kind}/{verb}: one act; some have nothing to answer."""

    def run(session: Session, actor: Actor, call: Call) -> Answer:
        _may_write(actor, act.right)
        raw = dict(call.raw)
        if "version" in act.inputs.model_fields and call.if_match:
            raw["version"] = call.version
        values = act_values(act, raw)
        result = _unless_stale(call, lambda: _perform(session, actor, act, call.record_id, values))
        if not answers:
            return Answer(status=204)
        _as_kept(session)
        return Answer(value=result_out(session, actor, result))

    return run


def creating_by(act: Act, resource: Resource) -> Handler:
    """POST /{kind}: a record that a service of its own makes."""

    def run(session: Session, actor: Actor, call: Call) -> Answer:
        _may_write(actor, act.right)
        own, raw = _apart(session, actor, resource, call.raw, new=True)
        result = act.function(session, actor, **act_values(act, raw))
        if own:
            change_record(session, actor, resource, result.id, own, version=None)
        record = session.get_one(resource.model, result.id)
        return _shown(
            session, actor, record, status=201, kind=resource.kind, warnings=getattr(result, "warnings", ())
        )

    return run


def changing_by(act: Act, resource: Resource) -> Handler:
    """PATCH /{kind}/{id}: inputs that are not given keep what the record has."""

    def run(session: Session, actor: Actor, call: Call) -> Answer:
        _may_write(actor, act.right)
        record = fetch(session, actor, resource.model, call.record_id)
        version = _version_needed(call)
        known = {
            name: plain(getattr(record, name))
            for name in act.inputs.model_fields
            if name in type(record).model_fields
        }
        own, raw = _apart(session, actor, resource, call.raw, new=False)
        if own and not set(raw) - {"version"}:
            return _own_only(session, actor, resource, call, own)
        values = act_values(act, known | raw | {"version": version})
        result = _unless_stale(call, lambda: _perform(session, actor, act, call.record_id, values))
        if own:
            change_record(session, actor, resource, call.record_id, own, version=None)
        changed = session.get_one(resource.model, call.record_id)
        return _shown(session, actor, changed, warnings=getattr(result, "warnings", ()))

    return run


def _apart(
    session: Session, actor: Actor, resource: Resource, raw: Mapping[str, Any], *, new: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of the firm's own fields, checked for their types, and the rest of a body."""
    whole = full(session, resource, actor)
    names = {field.name for field in whole.fields if field.own_key}
    own = {name: value for name, value in raw.items() if name in names}
    given = replace(whole, fields=tuple(field for field in whole.fields if field.name in own))
    values = record_values(given, own, new=new) if own else {}
    return values, {name: value for name, value in raw.items() if name not in names}


def _own_only(
    session: Session, actor: Actor, resource: Resource, call: Call, own: Mapping[str, Any]
) -> Answer:
    """A change of nothing but the firm's own fields, which is no act on the document."""
    version = _version_needed(call)
    record = _unless_stale(
        call, lambda: change_record(session, actor, resource, call.record_id, own, version=version)
    )
    return _shown(session, actor, record)


def _perform(session: Session, actor: Actor, act: Act, record_id: int, values: dict[str, Any]) -> Any:
    if act.needs_id:
        return act.function(session, actor, record_id, **values)
    return act.function(session, actor, **values)


def _may_write(actor: Actor, right: str) -> None:
    require(actor, right)
    if actor.via == "api":
        require_scope(actor, "write")


def _version_needed(call: Call) -> int:
    version = call.version
    if version is None:
        raise Refused(428, "Say which version you read, by If-Match or the field version.", "version")
    return version


def _unless_stale(call: Call, act: Callable[[], Any]) -> Any:
    """A version that came by If-Match and is not the newest fails as HTTP wants it."""
    try:
        return act()
    except Stale as error:
        if call.if_match:
            raise Refused(412, error.sentence, "If-Match") from None
        raise


def _shown(
    session: Session, actor: Actor, record: Any, *, status: int = 200, kind: str = "", warnings: Any = ()
) -> Answer:
    _as_kept(session)
    value = record_out(session, actor, record)
    headers = {"ETag": f'"{value["version"]}"'} if "version" in value else {}
    if kind:
        headers["Location"] = f"{routes.API}/{kind}/{record.id}"
    if warnings:
        value["warnings"] = list(warnings)
    return Answer(status=status, value=value, headers=headers)


def _as_kept(session: Session) -> None:
    """Some services write by statement: what is shown is read from the database again."""
    session.flush()
    session.expire_all()


def _fields_for(actor: Actor, resource: Resource, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body, unless it sets a field that is not the actor's to know: that one is not there for them."""
    hidden = {
        name_of(field) for field in resource.fields if field.read_right and not may(actor, field.read_right)
    }
    refused = dict.fromkeys(hidden & set(raw), "There is no such field here.")
    if refused:
        raise Problems("Some fields are not right.", refused)
    return raw


def _field_names(resource: Resource, filters: dict[str, str]) -> dict[str, str]:
    """Filters under the names of the table."""
    names = {name_of(field): field.name for field in resource.fields}
    found = {}
    for given, text in filters.items():
        base, mark, operator = given.partition("__")
        if base not in names and base in names.values():
            raise Refused(422, f"There is no filter “{base}” here.", base)
        found[f"{names.get(base, base)}{mark}{operator}"] = text
    return found


def _sort_name(resource: Resource, sort: str) -> str:
    names = {name_of(field): field.name for field in resource.fields}
    minus, name = ("-" if sort.startswith("-") else ""), sort.removeprefix("-")
    if name not in names and name in names.values():  # a column's name, that the document does not tell
        raise Refused(422, f"This list cannot be sorted by “{name}”.", "sort")
    return minus + names.get(name, name)


def _no_query(call: Call) -> None:
    for name in call.query:
        raise Refused(422, "This address takes no such parameter.", name[:40])
