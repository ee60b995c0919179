"""One act on many records: each is checked for itself, those that refuse stay as they were and say why."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import ACTS, Act, Actor, fetch, may, require
from psa_app.errors import Conflict, Invalid, NotFound, Problems, PsaError
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries.own_fields import full
from psa_app.queries.records import narrowed
from psa_app.services.lowcode.asked import asked_fields, given_inputs
from psa_app.services.records import change_record

MOST = 20_000  # in one go
AT_ONCE = 200  # of them in one transaction, in which nobody else writes on SQLite


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that stayed as it was, and why; `field` is the input that it was because of, or ""."""

    record_id: int
    name: str
    why: str
    field: str = ""


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
    return _few([int(record_id) for record_id in found], MOST)


def parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids as they go into one transaction each, without doubles. Raises `Invalid` beyond `MOST`."""
    once = _few(list(dict.fromkeys(ids)), MOST)
    return (once[start : start + AT_ONCE] for start in range(0, len(once), AT_ONCE))


def change_many(
    session: Session, actor: Actor, resource: Resource, ids: Sequence[int], raw: Mapping[str, Any]
) -> Done:
    """Gives fields of up to `AT_ONCE` records the same values. Raises `Forbidden` without the right."""
    require(actor, resource.change_right or resource.own_right)

    def change(record_id: int) -> None:
        change_record(session, actor, resource, record_id, raw, version=None)

    return _each(session, actor, resource, ids, change)


def act_on_many(
    session: Session,
    actor: Actor,
    resource: Resource,
    verb: str,
    ids: Sequence[int],
    raw: Mapping[str, Any] | None = None,
) -> Done:
    """Does an act that the resource offers for many (`Resource.bulk`) to each of up to `AT_ONCE` records.

    `raw` is what its form says (`asked.asked_fields`). Raises `NotFound` for another act, `Forbidden`
    without its right, `Invalid` or `Problems` for wrong inputs, before anything is done.
    """
    inputs = check_inputs(session, actor, resource, verb, raw or {})
    act = _bulk_act(actor, resource, verb)
    wants_version = "version" in act.inputs.model_fields

    def perform(record_id: int) -> None:
        record: Any = fetch(session, actor, resource.model, record_id)
        version = {"version": record.version} if wants_version else {}
        act.perform(session, actor, record_id, inputs | version)

    return _each(session, actor, resource, ids, perform)


def inputs_for_many(actor: Actor, resource: Resource, verb: str) -> tuple[FieldSpec, ...]:
    """What an act on many records asks for, as fields. Raises as `act_on_many`."""
    act = _bulk_act(actor, resource, verb)
    require(actor, act.right)
    return asked_fields(resource, act)


def check_inputs(
    session: Session, actor: Actor, resource: Resource, verb: str, raw: Mapping[str, Any]
) -> dict[str, Any]:
    """The typed inputs of an act on many records. Raises as `act_on_many`, which does the act."""
    act = _bulk_act(actor, resource, verb)
    require(actor, act.right)
    return given_inputs(session, actor, asked_fields(resource, act), raw)


def _bulk_act(actor: Actor, resource: Resource, verb: str) -> Act:
    """An act that the resource offers for many. Raises `NotFound` for another, `Forbidden` without right."""
    act = ACTS.get(f"{resource.kind}.{verb}")
    if act is None or verb not in resource.bulk:
        raise NotFound("There is no such act for many records at once.")
    require(actor, act.right)
    return act


def bulk_acts(actor: Actor, resource: Resource) -> list[Act]:
    """The acts that the resource offers for many records, and that are the actor's to do."""
    require(actor, resource.read_right)
    found = [ACTS.get(f"{resource.kind}.{verb}") for verb in resource.bulk]
    return [one for one in found if one is not None and may(actor, one.right)]


def _each(
    session: Session, actor: Actor, resource: Resource, ids: Sequence[int], work: Callable[[int], None]
) -> Done:
    done, refused = list[int](), list[Refused]()
    for record_id in _few(list(dict.fromkeys(ids)), AT_ONCE):
        try:
            with session.begin_nested():
                work(record_id)
        except PsaError as error:
            name = _name(session, actor, resource, record_id)
            refused.append(Refused(record_id, name, _why(error), _field(error)))
        else:
            done.append(record_id)
    return Done(tuple(done), tuple(refused))


def _few(ids: list[int], most: int) -> list[int]:
    if len(ids) > most:
        raise Invalid(f"At most {most:,} records in one go. Narrow the list by a filter.")
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


def _field(error: PsaError) -> str:
    if isinstance(error, Problems):
        return next(iter(error.fields), "")
    return error.field if isinstance(error, (Invalid, Conflict)) else ""
