"""Large imports: a file is handed to the background worker, to be checked, written or tried again."""

import json
from dataclasses import asdict

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, fetch, require
from psa_app.errors import Conflict, NotFound
from psa_app.models import Firm, ImportFile, ImportRun
from psa_app.models.resource import Resource
from psa_app.queries.import_keys import RIGHT, import_right
from psa_app.queries.imports import may_have_file
from psa_app.services import history
from psa_app.services.imports.values import Choices
from psa_app.services.imports.write import new_run
from psa_app.services.records import may_write

BIG = 2_000  # rows above which the worker checks and writes
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
    """Hands a file to the worker, which checks and writes it; up to `agreed` refused rows stay out.

    Raises `Conflict` while another import of the same kind is under way.
    """
    _may(actor, resource)
    _one_at_a_time(session, resource)
    run = _handed_over(session, actor, resource, content, choices, rows, name)
    run.agreed = agreed
    _noted(session, actor, run, "begun")
    return run


def begin_check(
    session: Session,
    actor: Actor,
    resource: Resource,
    content: bytes,
    choices: Choices,
    *,
    rows: int,
    name: str,
) -> ImportRun:
    """Hands a file to the worker to be checked: nothing is written. On a page it takes the place of the
    actor's check before it.
    """
    _may(actor, resource)
    if actor.via != "api":
        drop_checks(session, actor, resource)
    run = _handed_over(session, actor, resource, content, choices, rows, name)
    run.only_check = True
    _noted(session, actor, run, "check begun")
    return run


def write_checked(session: Session, actor: Actor, resource: Resource, run_id: int) -> ImportRun:
    """Lets the worker write a file that it checked, without the rows that were refused there.

    Raises `Conflict` for one that is not checked (any more), or while another of its kind is under way.
    """
    run = _own(session, actor, resource, run_id)
    if not run.only_check or run.state != "done" or "source" not in _files(session, run_id):
        raise Conflict("This file is not here any more. Drop it again.")
    _one_at_a_time(session, resource)
    run.agreed, run.only_check = run.refused, False
    _anew(session, run)
    _noted(session, actor, run, "begun")
    return run


def retry_import(session: Session, actor: Actor, resource: Resource, run_id: int) -> ImportRun:
    """Hands the file of an import that failed to the worker once more, with the same choices.

    Raises `Conflict` for one that did not fail, or while another of its kind is under way.
    """
    run = _own(session, actor, resource, run_id)
    if run.state != "failed" or "source" not in _files(session, run_id):
        raise Conflict("Only a file that failed can be tried again. Drop it here anew.")
    _one_at_a_time(session, resource)
    _anew(session, run)
    run.by_user = actor.user_id
    _noted(session, actor, run, "tried again")
    return run


def drop_checks(session: Session, actor: Actor, resource: Resource) -> None:
    """Forgets the checks of the actor's files of a kind; one that runs is left at its next word."""
    require(actor, RIGHT)
    mine = (ImportRun.layout == resource.kind, ImportRun.by_user == actor.user_id, ImportRun.only_check)
    not_over = col(ImportRun.state) != "failed"
    for run in session.exec(select(ImportRun).where(*mine, not_over).with_for_update()).all():
        drop_files(session, int(run.id or 0))
        run.state, run.problem, run.ended_at = "failed", "Another file was checked instead.", clock.now()
    session.flush()


def drop_files(session: Session, run_id: int, *kinds: str) -> None:
    """Takes the bytes of an import away: those of these kinds, or all."""
    of_run = select(ImportFile).where(ImportFile.import_run_id == run_id)
    if kinds:
        of_run = of_run.where(col(ImportFile.kind).in_(kinds))
    for one in session.exec(of_run):
        session.delete(one)


def _may(actor: Actor, resource: Resource) -> None:
    require(actor, RIGHT)
    require(actor, resource.read_right)
    may_write(actor, import_right(resource))


def _own(session: Session, actor: Actor, resource: Resource, run_id: int) -> ImportRun:
    _may(actor, resource)
    run = fetch(session, actor, ImportRun, run_id, lock=True)
    if run.layout != resource.kind or not may_have_file(session, actor, run):
        raise NotFound()
    return run


def _files(session: Session, run_id: int) -> set[str]:
    return set(session.exec(select(ImportFile.kind).where(ImportFile.import_run_id == run_id)))


def _anew(session: Session, run: ImportRun) -> None:
    drop_files(session, int(run.id or 0), "refused", "told")
    run.state, run.problem, run.ended_at, run.checked, run.tries = "waiting", "", None, 0, 0
    run.added = run.changed = run.known = run.refused = 0


def _one_at_a_time(session: Session, resource: Resource) -> None:
    """One begins after the other, however many click at once."""
    session.connection().execute(select(Firm.id).with_for_update(key_share=True))
    of_kind = (ImportRun.layout == resource.kind, col(ImportRun.state).in_(OPEN))
    writing = select(ImportRun.id).where(*of_kind, col(ImportRun.only_check).is_(False))
    if session.exec(writing).first() is not None:
        raise Conflict(f"An import of {resource.many.lower()} is under way. Wait until it is through.")


def _handed_over(
    session: Session,
    actor: Actor,
    resource: Resource,
    content: bytes,
    choices: Choices,
    rows: int,
    name: str,
) -> ImportRun:
    run = new_run(actor, resource.kind, name, rows)
    run.state, run.choices = "waiting", json.dumps(asdict(choices))
    session.add(run)
    session.flush()
    session.add(ImportFile(import_run_id=int(run.id or 0), kind="source", content=content))
    return run


def _noted(session: Session, actor: Actor, run: ImportRun, verb: str) -> None:
    told = {"kind": run.layout, "rows": run.rows}
    history.note(session, actor, "import_run", int(run.id or 0), verb, {}, told)
