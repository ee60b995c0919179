"""Large imports as the background worker does them: checked, and written in one short transaction."""

import json
from contextlib import suppress
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from psa_app import clock, db
from psa_app.access import Actor, fetch, require
from psa_app.errors import Busy, Conflict, Invalid, NotFound, PsaError
from psa_app.formats.csv_files import Table
from psa_app.formats.tables_in import read_any
from psa_app.models import ImportFile, ImportRun, User
from psa_app.models.resource import Resource
from psa_app.queries.import_keys import RIGHT
from psa_app.queries.imports import may_have_file
from psa_app.services import history
from psa_app.services.imports.at_once import MOST_PLANS, TOO_BUSY, needs_copy
from psa_app.services.imports.begin import OPEN, drop_files
from psa_app.services.imports.moved import Moved
from psa_app.services.imports.records import apply_records, plan_records, ready_records
from psa_app.services.imports.rehearsal import Rehearsal, carry, rehearsed
from psa_app.services.imports.values import Choices, RecordPlan
from psa_app.services.imports.write import keep_refused, keep_told

MOST_TRIES = 3
CHANGED = "Something changed here since the check, and more rows are refused."


def refused_file(session: Session, actor: Actor, run_id: int) -> tuple[str, bytes]:
    """Name and bytes of the file with the rows that an import left out.

    Raises `NotFound` where there is none, and for who may not read it.
    """
    require(actor, RIGHT)
    run = fetch(session, actor, ImportRun, run_id)
    if not may_have_file(session, actor, run):
        raise NotFound()
    return f"{run.layout}-refused.csv", _content(session, run_id, "refused")


def source_file(session: Session, actor: Actor, run_id: int) -> tuple[bytes, Choices]:
    """The file of a check and what was chosen for it. Errors as of `refused_file`."""
    require(actor, RIGHT)
    run = fetch(session, actor, ImportRun, run_id)
    if not may_have_file(session, actor, run):
        raise NotFound()
    return _content(session, run_id, "source"), _choices(run)


def next_run() -> int:
    """The id of the import to be done next, 0 for none. One that a stopped worker left is done again."""
    with db.reading() as session:
        found = (
            select(ImportRun.id).where(col(ImportRun.state).in_(OPEN)).order_by(col(ImportRun.id)).limit(1)
        )
        return session.exec(found).first() or 0


def run_import(run_id: int, resource: Resource) -> str:
    """Checks and writes a file that waits, whole or not at all; what came of it is kept with the run.

    Done twice it changes nothing: writing and the end of the run are one transaction.
    """
    try:
        return _tried(run_id, resource)
    except Busy as error:  # tried again
        _wait(run_id)
        return error.sentence
    except PsaError as error:
        fail_import(run_id, error.sentence)
        return error.sentence


def fail_import(run_id: int, sentence: str) -> None:
    """Ends an import that could not be done: nothing of it is written."""
    with db.unit_of_work() as session:
        run = _open_run(session, run_id)
        run.state, run.problem, run.ended_at = "failed", sentence[:400], clock.now()
        history.note(session, _actor(session, run), "import_run", run_id, "failed", {}, {"why": run.problem})


def _tried(run_id: int, resource: Resource) -> str:
    with db.unit_of_work() as session:
        run = _open_run(session, run_id)
        run.state, run.checked = "running", 0
        run.tries += 1
        content, choices, name = _content(session, run_id, "source"), _choices(run), run.name
        actor = _actor(session, run)
        given_up = run.tries > MOST_TRIES
    if given_up:
        raise Invalid("The worker was stopped three times while this ran. Split the file, then try again.")
    table = read_any(content)
    if run.only_check:
        return _check(run_id, actor, resource, table, choices)
    if needs_copy(resource, table):
        return _rehearse(run_id, actor, resource, table, choices, name)
    return _write(run_id, actor, resource, table, choices, name)


def _wait(run_id: int) -> None:
    """Others kept the database busy: that is no try that failed."""
    with suppress(Busy), db.unit_of_work() as session:
        run = _open_run(session, run_id)
        if run.state == "running":
            run.state, run.tries = "waiting", run.tries - 1


def _check(run_id: int, actor: Actor, resource: Resource, table: Table, choices: Choices) -> str:
    with db.reading() as session:
        plan = plan_records(session, actor, resource, table, choices, tell=partial(_tell, run_id))
    with db.unit_of_work() as session:
        run = _open_run(session, run_id)
        run.added, run.changed = plan.count("new"), plan.count("changed")
        run.known, run.refused = plan.count("same"), len(plan.refused)
        run.state, run.ended_at = "done", clock.now()
        _keep(session, run_id, table, choices, plan)
        history.note(session, actor, "import_run", run_id, "checked", {}, {"refused": run.refused})
    return _said(plan)


def _write(run_id: int, actor: Actor, resource: Resource, table: Table, choices: Choices, name: str) -> str:
    """The check needs no lock; the transaction that writes begins when all is known, and makes sure first
    that nothing moved meanwhile. Where something does each time, the last plan is made within it.
    """
    for left in reversed(range(MOST_PLANS)):
        with db.reading() as session:
            tell = partial(_tell, run_id)
            ready = ready_records(session, actor, resource, table, choices, name=name, tell=tell)
        _tell(run_id, len(table.rows))
        _stop_if_worse(run_id, table, choices, ready.plan)
        with suppress(Moved), db.unit_of_work() as session:
            run = _open_run(session, run_id)
            plan = apply_records(
                session,
                _actor(session, run),
                resource,
                table,
                choices,
                only_good=run.agreed > 0,
                name=name,
                run=run,
                ready=ready if left else None,
            )
            if len(plan.refused) - plan.late > run.agreed:
                raise Conflict(CHANGED)
            drop_files(session, run_id, "source", "told")
            keep_told(session, run_id, table, choices, plan)
            return _said(plan)
    raise AssertionError


def _rehearse(
    run_id: int, actor: Actor, resource: Resource, table: Table, choices: Choices, name: str
) -> str:
    """What acts make takes too long to be written while nobody else may: it is done on a copy first."""
    for _ in range(MOST_PLANS):
        with rehearsed(f"import-{run_id}") as copy:
            plan = _done_on_copy(copy, run_id, actor, resource, table, choices, name)
            try:
                with suppress(Moved), db.unit_of_work() as session:
                    _open_run(session, run_id)
                    carry(session, copy)
                    return _said(plan)
            finally:
                db.engine().dispose()
    raise Conflict(TOO_BUSY)


def _done_on_copy(
    copy: Rehearsal, run_id: int, actor: Actor, resource: Resource, table: Table, choices: Choices, name: str
) -> RecordPlan:
    with copy.session() as session:
        half = partial(_tell_half, run_id)
        ready = ready_records(session, actor, resource, table, choices, name=name, tell=half)
        _stop_if_worse(run_id, table, choices, ready.plan)
        run, first = _open_run(session, run_id), len(table.rows)
        given: dict[str, Any] = {"only_good": run.agreed > 0, "name": name, "run": run, "ready": ready}
        given["tell"] = lambda written: half(first + written)
        plan = apply_records(session, _actor(session, run), resource, table, choices, **given)
        drop_files(session, run_id, "source", "told")
        keep_told(session, run_id, table, choices, plan)
        return plan


def _stop_if_worse(run_id: int, table: Table, choices: Choices, plan: RecordPlan) -> None:
    with db.reading() as session:
        run = session.get_one(ImportRun, run_id)
        agreed = run.agreed
    if len(plan.refused) > agreed:
        with db.unit_of_work() as session:
            _keep(session, run_id, table, choices, plan)
        raise Conflict(f"{CHANGED} Nothing was written." if agreed else _none(plan))


def _none(plan: RecordPlan) -> str:
    many = len(plan.refused)
    rows = "1 row is" if many == 1 else f"{many:,} rows are"
    return f"Nothing was imported: {rows} refused. Mend the file, then bring it again."


def _keep(session: Session, run_id: int, table: Table, choices: Choices, plan: RecordPlan) -> None:
    drop_files(session, run_id, "refused", "told")
    keep_refused(session, run_id, table, plan.refused)
    keep_told(session, run_id, table, choices, plan)


def _said(plan: RecordPlan) -> str:
    return f"{plan.count('new')} new, {plan.count('changed')} changed, {len(plan.refused)} refused"


def _tell(run_id: int, checked: int) -> None:
    with db.unit_of_work() as session:
        _open_run(session, run_id).checked = checked


def _tell_half(run_id: int, done: int) -> None:
    """Each row is checked and then written: half of it each."""
    _tell(run_id, done // 2)


def _open_run(session: Session, run_id: int) -> ImportRun:
    run = session.exec(select(ImportRun).where(ImportRun.id == run_id).with_for_update()).first()
    if run is None or run.state not in OPEN:
        raise Conflict("This import has ended already.")
    return run


def _content(session: Session, run_id: int, kind: str) -> bytes:
    found = select(ImportFile.content).where(ImportFile.import_run_id == run_id, ImportFile.kind == kind)
    content = session.exec(found).first()
    if content is None:
        raise NotFound()
    return content


def _choices(run: ImportRun) -> Choices:
    kept = json.loads(run.choices)
    columns, marks, orders = (
        {int(place): value for place, value in kept[name].items()} for name in ("columns", "marks", "orders")
    )
    return Choices(columns, tuple(kept["key"]), marks, orders)


def _actor(session: Session, run: ImportRun) -> Actor:
    """Who began it, with the rights of now."""
    user = session.get(User, run.by_user) if run.by_user else None
    if user is None or not user.is_active:
        return Actor(name="Nobody", role="")
    return Actor(name=user.name, role=user.role, user_id=user.id, person_id=user.person_id, via="import")
