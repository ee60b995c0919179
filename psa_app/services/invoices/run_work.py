"""Working through a billing run. Called by the worker's program and the command line, never by a page."""

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from psa_app import clock, db
from psa_app.access import Actor, may, system
from psa_app.errors import Busy, Conflict, PsaError
from psa_app.models import BillingPart, BillingRun, User
from psa_app.services import history
from psa_app.services.invoices.run_parts import bill_part, issue_part, refuse
from psa_app.services.invoices.runs import KIND

log = logging.getLogger("psa_app.jobs")
MOST_TRIES = 5  # beginnings without a part that was done
LEFT = timedelta(minutes=2)  # without a sign, after which a command's run is the worker's
STUCK = "This stopped five times at the same place. Look at the next client in the list, then go on."
CLASH = "Something else was saved at the same time. Go on with the run, or begin it again."
BROKEN = "Something went wrong here, and nothing was written for this one. The log says more."
RIGHTS = {"draft": "invoices.draft", "issue": "invoices.issue"}


def next_run() -> int:
    """The id of the run that the worker does next, 0 for none.

    One that a worker left is gone on with at once; that of a command that died, two minutes later.
    """
    with db.reading() as session:
        return session.exec(select(BillingRun.id).where(_due()).order_by(col(BillingRun.id))).first() or 0


def _due() -> ColumnElement[bool]:
    is_left = or_(col(BillingRun.source) != "command", col(BillingRun.sign_at) < clock.now() - LEFT)
    return or_(col(BillingRun.state) == "waiting", and_(col(BillingRun.state) == "running", is_left))


def work_run(run_id: int, wanted: Callable[[], bool] = lambda: True) -> BillingRun:
    """Does the parts of a run that are left while `wanted()`, one transaction each; gives the run then.

    Safe to do at any time, by several at once, and after a kill at any statement: a part and what came
    of it are written together. Raises `Busy` when others keep the database, `Conflict` for a run that
    has ended.
    """
    actor = _start(run_id)
    while wanted() and (part_id := _next_part(run_id)):
        _do(run_id, part_id, actor)
    return _end(run_id)


def _start(run_id: int) -> Actor:
    with db.unit_of_work() as session:
        run = _locked(session, run_id)
        if run.state not in ("waiting", "running"):
            raise Conflict("This run has ended. Begin a new one.")
        actor = _actor(session, run)
        run.tries += 1
        run.state, run.sign_at = "running", clock.now()
        run.began_at = run.began_at or clock.now()
        if not may(actor, RIGHTS[run.kind]):
            _fail(session, run, actor, f"{run.by_name} may not do this any more.")
        elif run.tries > MOST_TRIES:
            _fail(session, run, actor, STUCK)
        return actor


def _fail(session: Session, run: BillingRun, actor: Actor, why: str) -> None:
    run.state, run.problem, run.ended_at = "failed", why, clock.now()
    history.note(session, actor, KIND, int(run.id or 0), "failed", {}, {"why": why})


def _next_part(run_id: int) -> int:
    """The first part that waits; 0 when there is none or the run was stopped."""
    with db.reading() as session:
        part = (
            select(BillingPart.id)
            .join(BillingRun, col(BillingRun.id) == col(BillingPart.run_id))
            .where(
                BillingPart.run_id == run_id, BillingPart.state == "waiting", BillingRun.state == "running"
            )
            .order_by(col(BillingPart.id))
            .limit(1)
        )
        return session.exec(part).first() or 0


def _do(run_id: int, part_id: int, actor: Actor) -> None:
    try:
        with db.unit_of_work() as session:
            _done(session, run_id, part_id, actor)
    except Busy:
        raise
    except PsaError as error:
        _refused(run_id, part_id, error)
    except IntegrityError:
        _refused(run_id, part_id, Conflict(CLASH))
    except Exception:
        log.exception("part %s of billing run %s failed", part_id, run_id)
        _refused(run_id, part_id, Conflict(BROKEN))


def _done(session: Session, run_id: int, part_id: int, actor: Actor) -> None:
    part = _waiting(session, part_id)
    run = session.get_one(BillingRun, run_id)
    if part is None or run.state != "running":
        return
    (issue_part if run.kind == "issue" else bill_part)(session, actor, run, part)
    run.sign_at, run.tries = clock.now(), 0


def _refused(run_id: int, part_id: int, error: PsaError) -> None:
    with db.unit_of_work() as session:
        part = _waiting(session, part_id)
        if part is not None:
            refuse(part, error)
            run = session.get_one(BillingRun, run_id)
            run.sign_at, run.tries = clock.now(), 0


def _waiting(session: Session, part_id: int) -> BillingPart | None:
    """The part, held until the commit, if nobody else has done it."""
    found = select(BillingPart).where(BillingPart.id == part_id, BillingPart.state == "waiting")
    return session.exec(found.with_for_update()).first()


def _end(run_id: int) -> BillingRun:
    with db.unit_of_work() as session:
        run = _locked(session, run_id)
        left = select(BillingPart.id).where(BillingPart.run_id == run_id, BillingPart.state == "waiting")
        if run.state == "running" and session.exec(left).first() is None:
            run.state, run.ended_at = "done", clock.now()
            history.note(session, _actor(session, run), KIND, run_id, "ended", {}, {})
        return run


def _locked(session: Session, run_id: int) -> BillingRun:
    run = session.exec(select(BillingRun).where(BillingRun.id == run_id).with_for_update()).first()
    if run is None:
        raise Conflict(f"There is no billing run {run_id}.")
    return run


def _actor(session: Session, run: BillingRun) -> Actor:
    """Who began it, with the rights of now."""
    if run.by_user is None:
        return system(run.by_name, "cli" if run.source == "command" else "job")
    user = session.get(User, run.by_user)
    if user is None or not user.is_active:
        return Actor(name=run.by_name, role="")
    return Actor(name=user.name, role=user.role, user_id=user.id, person_id=user.person_id, via="job")
