"""Large imports: begun on the page, done by the background worker, found again on the page afterwards."""

import json
from contextlib import suppress
from dataclasses import asdict

from sqlmodel import Session, col, select

from psa_app import clock, db
from psa_app.access import Actor, fetch, require
from psa_app.errors import Busy, Conflict, Invalid, NotFound, PsaError
from psa_app.formats.csv_files import Table
from psa_app.formats.tables_in import read_any
from psa_app.models import Firm, ImportFile, ImportRun, User
from psa_app.models.resource import Resource
from psa_app.queries.import_keys import RIGHT, import_right
from psa_app.queries.imports import may_have_file
from psa_app.services import history
from psa_app.services.imports.records import apply_records, plan_records
from psa_app.services.imports.values import Choices
from psa_app.services.imports.write import keep_refused, new_run
from psa_app.services.records import may_write

BIG = 2_000  # rows above which the worker writes
MOST_TRIES = 3
OPEN = ("waiting", "running")


def begin_import(
    session: Session,
    actor: Actor,
    resource: Resource,
    content: bytes,
    choices: Choices,
    *,
    rows: int,
    agreed: int,
    name: str,
) -> ImportRun:
    """Hands a checked file to the worker; `agreed` refused rows stay out.

    Raises `Conflict` while another import of the same kind is under way.
    """
    require(actor, RIGHT)
    require(actor, resource.read_right)
    may_write(actor, import_right(resource))
    _one_at_a_time(session, resource)
    run = new_run(actor, resource.kind, name, rows)
    run.state, run.agreed, run.choices = "waiting", agreed, json.dumps(asdict(choices))
    session.add(run)
    session.flush()
    session.add(ImportFile(import_run_id=int(run.id or 0), kind="source", content=content))
    history.note(
        session, actor, "import_run", int(run.id or 0), "begun", {}, {"kind": run.layout, "rows": rows}
    )
    return run


def _one_at_a_time(session: Session, resource: Resource) -> None:
    """One begins after the other, however many click at once."""
    session.connection().execute(select(Firm.id).with_for_update(key_share=True))
    of_kind = (ImportRun.layout == resource.kind, col(ImportRun.state).in_(OPEN))
    if session.exec(select(ImportRun.id).where(*of_kind)).first() is not None:
        raise Conflict(f"An import of {resource.many.lower()} is under way. Wait until it is through.")


def retry_import(session: Session, actor: Actor, resource: Resource, run_id: int) -> ImportRun:
    """Hands the file of an import that failed to the worker once more, with the same choices.

    Raises `Conflict` for one that did not fail, or while another of its kind is under way.
    """
    require(actor, RIGHT)
    require(actor, resource.read_right)
    may_write(actor, import_right(resource))
    run = fetch(session, actor, ImportRun, run_id, lock=True)
    if run.layout != resource.kind or not may_have_file(session, actor, run):
        raise NotFound()
    kinds = set(session.exec(select(ImportFile.kind).where(ImportFile.import_run_id == run_id)))
    if run.state != "failed" or "source" not in kinds:
        raise Conflict("Only a file that failed can be tried again. Drop it here anew.")
    _one_at_a_time(session, resource)
    _drop(session, run_id, "refused")
    run.state, run.problem, run.ended_at, run.checked, run.tries = "waiting", "", None, 0, 0
    run.by_user = actor.user_id
    history.note(session, actor, "import_run", run_id, "tried again", {}, {})
    return run


def refused_file(session: Session, actor: Actor, run_id: int) -> tuple[str, bytes]:
    """Name and bytes of the file with the rows that an import left out.

    Raises `NotFound` where there is none, and for who may not read it.
    """
    require(actor, RIGHT)
    run = fetch(session, actor, ImportRun, run_id)
    if not may_have_file(session, actor, run):
        raise NotFound()
    found = session.exec(
        select(ImportFile).where(ImportFile.import_run_id == run.id, ImportFile.kind == "refused")
    ).first()
    if found is None:
        raise NotFound()
    return f"{run.layout}-refused.csv", found.content


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


def _tried(run_id: int, resource: Resource) -> str:
    with db.unit_of_work() as session:
        run = _open_run(session, run_id)
        run.state, run.checked = "running", 0
        run.tries += 1
        content, agreed, choices, name = _content(session, run_id), run.agreed, _choices(run), run.name
        actor = _actor(session, run)
        given_up = run.tries > MOST_TRIES
    if given_up:
        raise Invalid("The worker was stopped three times while this ran. Split the file, then try again.")
    return _run(run_id, actor, resource, read_any(content), choices, agreed, name)


def _wait(run_id: int) -> None:
    """Others kept the database busy: that is no try that failed."""
    with suppress(Busy), db.unit_of_work() as session:
        run = _open_run(session, run_id)
        if run.state == "running":
            run.state, run.tries = "waiting", run.tries - 1


def fail_import(run_id: int, sentence: str) -> None:
    """Ends an import that could not be done: nothing of it is written."""
    with db.unit_of_work() as session:
        run = _open_run(session, run_id)
        run.state, run.problem, run.ended_at = "failed", sentence[:400], clock.now()
        history.note(session, _actor(session, run), "import_run", run_id, "failed", {}, {"why": run.problem})


def _run(
    run_id: int, actor: Actor, resource: Resource, table: Table, choices: Choices, agreed: int, name: str
) -> str:
    with db.reading() as session:
        plan = plan_records(
            session, actor, resource, table, choices, tell=lambda checked: _tell(run_id, checked)
        )
    if len(plan.refused) > agreed:
        with db.unit_of_work() as session:
            _drop(session, run_id, "refused")
            keep_refused(session, run_id, table, plan.refused)
        raise Conflict(
            "Something changed here since the check, and more rows are refused. Nothing was written."
        )
    _tell(run_id, len(table.rows))
    with db.unit_of_work() as session:
        run = _open_run(session, run_id)
        plan = apply_records(
            session, actor, resource, table, choices, only_good=agreed > 0, name=name, run=run
        )
        if len(plan.refused) - plan.late > agreed:
            raise Conflict("Something changed here since the check, and more rows are refused.")
        _drop(session, run_id, "source")
    return f"{plan.count('new')} new, {plan.count('changed')} changed, {len(plan.refused)} refused"


def _tell(run_id: int, checked: int) -> None:
    with db.unit_of_work() as session:
        session.get_one(ImportRun, run_id).checked = checked


def _open_run(session: Session, run_id: int) -> ImportRun:
    run = session.exec(select(ImportRun).where(ImportRun.id == run_id).with_for_update()).first()
    if run is None or run.state not in OPEN:
        raise Conflict("This import has ended already.")
    return run


def _content(session: Session, run_id: int) -> bytes:
    found = select(ImportFile.content).where(ImportFile.import_run_id == run_id, ImportFile.kind == "source")
    return session.exec(found).one()


def _drop(session: Session, run_id: int, kind: str) -> None:
    of_run = select(ImportFile).where(ImportFile.import_run_id == run_id, ImportFile.kind == kind)
    for one in session.exec(of_run):
        session.delete(one)


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
