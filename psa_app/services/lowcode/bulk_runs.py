"""An act on very many records: kept with its rows, done part by part, stopped, gone on with.

Each part is one transaction that acts on its rows and marks them, so that none is done twice, whenever the
program ends. Every part asks anew who began it and what is theirs to do.
"""

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any

from sqlmodel import Session, col, select

from psa_app import clock, db
from psa_app.access import Actor, fetch, require
from psa_app.db import among, insert_columns
from psa_app.errors import Busy, Conflict, Forbidden, PsaError
from psa_app.models import BulkRow, BulkRun, User, touch
from psa_app.models.resource import Resource
from psa_app.rules.bulk import ARCHIVE, CHANGE, PUT_BACK
from psa_app.services import history
from psa_app.services.lowcode import bulk
from psa_app.services.lowcode.bulk import Done, act_on_many, change_many

OPEN = ("waiting", "running")
PART = 100  # rows in one transaction of the worker
MOST_TRIES = 3
UNDER_WAY = "Something is under way with many of these. Wait for its end, or stop it and leave the rest."
STOPPED_THRICE = "The worker was stopped three times while this ran."
WENT_WRONG = "Something went wrong here; the last part was not done."
GONE = "Whoever began this may not sign in any more."


def do_to(
    session: Session, actor: Actor, resource: Resource, verb: str, ids: Sequence[int], raw: Mapping[str, Any]
) -> Done:
    """Archives records, puts them back, gives a field a value (`raw`), or does an act of their kind."""
    if verb in (ARCHIVE, PUT_BACK):
        return change_many(session, actor, resource, ids, {"is_archived": verb == ARCHIVE})
    if verb == CHANGE:
        return change_many(session, actor, resource, ids, raw)
    return act_on_many(session, actor, resource, verb, ids, raw)


def begin_bulk(
    session: Session,
    actor: Actor,
    resource: Resource,
    verb: str,
    label: str,
    ids: Sequence[int],
    raw: Mapping[str, Any],
) -> tuple[BulkRun | None, Done]:
    """Does the first part at once, and leaves the others, if any, to the worker.

    Raises `Conflict` while something of the actor's with this kind is under way or stopped with a rest,
    `Invalid` beyond `bulk.MOST` records, and as `act_on_many`.
    """
    require(actor, resource.read_right)
    _one_at_a_time(session, actor, resource)
    parts = list(bulk.parts(ids))
    first = do_to(session, actor, resource, verb, parts[0], raw) if parts else Done((), ())
    if len(parts) < 2:
        return None, first
    once = [one for part in parts for one in part]
    run = BulkRun(
        kind=resource.kind,
        verb=verb,
        label=label[:60],
        many=resource.many.lower(),
        raw=dict(raw),
        by_user=int(actor.user_id or 0),
        total=len(once),
    )
    session.add(run)
    session.flush()
    run_id, table = int(run.id or 0), BulkRow.__table__  # type: ignore[attr-defined]
    same = {"outcome": repeat(""), "name": repeat(""), "why": repeat("")}
    insert_columns(session, table, {"bulk_run_id": [run_id] * len(once), "record_id": once, **same})
    _mark(session, run, first)
    told = {"kind": run.kind, "act": verb, "rows": run.total}
    history.note(session, actor, "bulk_run", run_id, "begun", {}, told)
    return run, first


def stop_bulk(session: Session, actor: Actor, run_id: int) -> BulkRun:
    """Lets the part that is under way be the last; the rest can be gone on with."""
    run = fetch(session, actor, BulkRun, run_id, lock=True)
    if run.state in OPEN:
        _to(session, actor, run, "stopped")
    return run


def go_on_bulk(session: Session, actor: Actor, run_id: int) -> BulkRun:
    """Hands the rest of one that stopped to the worker again. Raises `Conflict` for another."""
    run = fetch(session, actor, BulkRun, run_id, lock=True)
    if run.state != "stopped":
        raise Conflict("This is not stopped. Reload to see how it stands.")
    run.problem, run.tries = "", 0
    _to(session, actor, run, "waiting")
    return run


def leave_bulk(session: Session, actor: Actor, run_id: int) -> BulkRun:
    """Leaves the rest of one that stopped as it is. Raises `Conflict` for another."""
    run = fetch(session, actor, BulkRun, run_id, lock=True)
    if run.state != "stopped":
        raise Conflict("This is not stopped. Reload to see how it stands.")
    _to(session, actor, run, "left")
    return run


def tell_bulk(session: Session, actor: Actor, run_id: int) -> BulkRun:
    """Whoever began it has seen what came of it: it is not shown again."""
    run = fetch(session, actor, BulkRun, run_id, lock=True)
    run.is_told = run.state in ("done", "left")
    return run


def open_bulks() -> list[int]:
    """The ids of those that are to be gone on with, the oldest first."""
    with db.reading() as session:
        found = select(BulkRun.id).where(col(BulkRun.state).in_(OPEN)).order_by(col(BulkRun.id))
        return [int(one or 0) for one in session.exec(found)]


def take_up_bulk(run_id: int) -> None:
    """A program begins to work on it; the fourth that begins and does not end a part stops it."""
    with db.unit_of_work() as session:
        run = _open_run(session, run_id)
        if run is not None:
            run.tries += 1
            if run.tries > MOST_TRIES:
                _stop(session, run, STOPPED_THRICE)


def next_part(run_id: int, resources: Mapping[str, Resource]) -> bool:
    """Does the next rows of a run; False when it is over or stopped. Raises `Busy`: try again later."""
    try:
        with db.unit_of_work() as session:
            run = _open_run(session, run_id)
            return run is not None and _part(session, run, resources)
    except Busy:
        raise
    except PsaError as error:
        stop_with(run_id, error.sentence)
    return False


def stop_with(run_id: int, sentence: str) -> None:
    """Stops a run for a reason that is told; what is done stays done."""
    with db.unit_of_work() as session:
        run = _open_run(session, run_id)
        if run is not None:
            _stop(session, run, sentence)


def _part(session: Session, run: BulkRun, resources: Mapping[str, Resource]) -> bool:
    actor = _actor(session, run)
    rows = select(BulkRow.record_id).where(BulkRow.bulk_run_id == run.id, BulkRow.outcome == "")
    ids = list(session.exec(rows.order_by(col(BulkRow.id)).limit(PART)))
    if ids:
        run.state = "running"
        done = do_to(session, actor, resources[run.kind], run.verb, ids, run.raw)
        _mark(session, run, done)
        run.tries = 0
    if run.done + run.refused >= run.total:
        _to(session, actor, run, "done")
        return False
    return True


def _mark(session: Session, run: BulkRun, done: Done) -> None:
    of_run = select(BulkRow).where(BulkRow.bulk_run_id == run.id)
    ids = [*done.ids, *(one.record_id for one in done.refused)]
    refused = {one.record_id: one for one in done.refused}
    for row in session.exec(of_run.where(among(session, col(BulkRow.record_id), ids))).all():
        why = refused.get(row.record_id)
        row.outcome = "refused" if why is not None else "done"
        if why is not None:
            row.name, row.why = why.name[:200], why.why[:400]
    run.done += len(done.ids)
    run.refused += len(done.refused)
    session.flush()


def _one_at_a_time(session: Session, actor: Actor, resource: Resource) -> None:
    if actor.user_id is None:
        raise Forbidden("An act on many rows belongs to whoever is signed in.")
    session.connection().execute(
        select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True)
    )
    mine = (BulkRun.by_user == actor.user_id, BulkRun.kind == resource.kind)
    waits = select(BulkRun.id).where(*mine, col(BulkRun.state).in_((*OPEN, "stopped")))
    if session.exec(waits).first() is not None:
        raise Conflict(UNDER_WAY)


def _stop(session: Session, run: BulkRun, sentence: str) -> None:
    run.problem = sentence[:400]
    _to(session, Actor("The worker", "system", via="job"), run, "stopped")


def _to(session: Session, actor: Actor, run: BulkRun, state: str) -> None:
    run.state = state
    run.ended_at = clock.now() if state in ("done", "left") else None
    touch(run)
    session.flush()
    after = {"done": run.done, "refused": run.refused} | ({"why": run.problem} if run.problem else {})
    verb = "gone on with" if state == "waiting" else state
    history.note(session, actor, "bulk_run", int(run.id or 0), verb, {}, after)


def _open_run(session: Session, run_id: int) -> BulkRun | None:
    run = session.exec(select(BulkRun).where(BulkRun.id == run_id).with_for_update()).first()
    return run if run is not None and run.state in OPEN else None


def _actor(session: Session, run: BulkRun) -> Actor:
    """Who began it, with the rights of now. Raises `Forbidden`."""
    user = session.get(User, run.by_user)
    if user is None or not user.is_active:
        raise Forbidden(GONE)
    return Actor(name=user.name, role=user.role, user_id=user.id, person_id=user.person_id)
