"""One act on many records: each is checked for itself, those that refuse stay as they were and say why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import ACTS, Act, Actor, fetch, may, require
from psa_app.errors import Invalid, NotFound, Problems, PsaError
from psa_app.models.resource import Resource
from psa_app.queries.own_fields import full
from psa_app.queries.records import narrowed
from psa_app.services.records import change_record

MOST = 500  # a second or two, in which nobody else writes on SQLite


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that stayed as it was, and why."""

    record_id: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Done:
    """The ids of the records that were acted on, and those that refused."""

    ids: tuple[int, ...]
    refused: tuple[Refused, ...]


def matching(
    session: Session, actor: Actor, resource: Resource, *, search: str = "", filters: Mapping[str, str]
) -> list[int]:
    """The ids of all records of a filtered list. Raises `Invalid` beyond `MOST`."""
    require(actor, resource.read_right)
    resource = full(session, resource, actor)
    model: Any = resource.model
    where = narrowed(session, actor, resource, search, filters)
    found = session.exec(select(col(model.id)).where(*where).order_by(col(model.id)).limit(MOST + 1)).all()
    return _few([int(record_id) for record_id in found])


def change_many(
    session: Session, actor: Actor, resource: Resource, ids: Sequence[int], raw: Mapping[str, Any]
) -> Done:
    """Gives fields of many records the same values. Raises `Forbidden` without the right."""
    require(actor, resource.change_right or resource.own_right)

    def change(record_id: int) -> None:
        change_record(session, actor, resource, record_id, raw, version=None)

    return _each(session, actor, resource, ids, change)


def act_on_many(session: Session, actor: Actor, resource: Resource, verb: str, ids: Sequence[int]) -> Done:
    """Does an act that the resource offers for many (`Resource.bulk`) to each record.

    Raises `NotFound` for another act, `Forbidden` without its right.
    """
    act = ACTS.get(f"{resource.kind}.{verb}")
    if act is None or verb not in resource.bulk:
        raise NotFound("There is no such act for many records at once.")
    require(actor, act.right)
    wants_version = "version" in act.inputs.model_fields

    def perform(record_id: int) -> None:
        record: Any = fetch(session, actor, resource.model, record_id)
        act.perform(session, actor, record_id, {"version": record.version} if wants_version else {})

    return _each(session, actor, resource, ids, perform)


def bulk_acts(actor: Actor, resource: Resource) -> list[Act]:
    """The acts that the resource offers for many records, and that are the actor's to do."""
    require(actor, resource.read_right)
    found = [ACTS.get(f"{resource.kind}.{verb}") for verb in resource.bulk]
    return [one for one in found if one is not None and may(actor, one.right)]


def _each(
    session: Session, actor: Actor, resource: Resource, ids: Sequence[int], work: Callable[[int], None]
) -> Done:
    done, refused = list[int](), list[Refused]()
    for record_id in _few(list(dict.fromkeys(ids))):
        try:
            with session.begin_nested():
                work(record_id)
        except PsaError as error:
            name = _name(session, actor, resource, record_id)
            refused.append(Refused(record_id, name, _why(error)))
        else:
            done.append(record_id)
    return Done(tuple(done), tuple(refused))


def _few(ids: list[int]) -> list[int]:
    if len(ids) > MOST:
        raise Invalid(f"At most {MOST:,} records at once. Narrow the list by a filter.")
    return ids


def _name(session: Session, actor: Actor, resource: Resource, record_id: int) -> str:
    try:
        record = fetch(session, actor, resource.model, record_id)
    except NotFound:
        return f"{resource.one} {record_id}"
    return str(getattr(record, resource.title, "") or f"{resource.one} {record_id}")


def _why(error: PsaError) -> str:
    if isinstance(error, Problems) and error.fields:
        return " ".join(dict.fromkeys(error.fields.values()))
    return error.sentence
