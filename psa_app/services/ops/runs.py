"""When a background job last ran, and what came of it."""

from sqlmodel import Session, select

from psa_app import clock
from psa_app.models import JobRun

FAILED = "failed: "


def begin_run(session: Session, name: str) -> None:
    """Notes that a job begins now."""
    run = last_run(session, name)
    if run is None:
        run = JobRun(name=name, started_at=clock.now())
    run.started_at, run.finished_at = clock.now(), None
    session.add(run)


def end_run(session: Session, name: str, outcome: str = "") -> None:
    """Notes that a job has ended; an outcome that begins with `FAILED` asks for a person."""
    run = last_run(session, name)
    if run is None:
        run = JobRun(name=name, started_at=clock.now())
    run.finished_at, run.outcome = clock.now(), outcome[:400]
    session.add(run)


def last_run(session: Session, name: str) -> JobRun | None:
    """The last run of a job, None if it never ran."""
    return session.exec(select(JobRun).where(JobRun.name == name)).first()
