"""What was brought in from files of one kind, and how far a file is that is on its way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import Actor, may, require, visible
from psa_app.access.permissions import LISTS
from psa_app.models import ImportFile, ImportRun, User
from psa_app.queries.import_keys import RIGHT
from psa_app.queries.own_fields import hides

SHOWN = 8


@dataclass(frozen=True, slots=True)
class PastRun:
    """An import: `state` waiting | running | done | failed; counts are of rows."""

    id: int
    name: str
    who: str
    began_at: datetime
    state: str
    rows: int
    checked: int
    added: int
    changed: int
    known: int
    refused: int
    problem: str
    has_file: bool
    may_retry: bool

    @property
    def is_open(self) -> bool:
        """Whether it is still to be written."""
        return self.state in ("waiting", "running")


def past_imports(session: Session, actor: Actor, kind: str, run_id: int = 0) -> list[PastRun]:
    """The last imports of a kind, the newest first; or the one with this id."""
    require(actor, RIGHT)
    wanted: list[Any] = [visible(actor, ImportRun), ImportRun.layout == kind]
    if run_id:
        wanted.append(col(ImportRun.id) == run_id)
    found = session.exec(
        select(ImportRun, User.name)
        .outerjoin(User, col(User.id) == col(ImportRun.by_user))
        .where(*wanted)
        .order_by(col(ImportRun.id).desc())
        .limit(SHOWN)
    ).all()
    ids = [run.id for run, _ in found]
    kept = select(ImportFile.import_run_id, ImportFile.kind).where(col(ImportFile.import_run_id).in_(ids))
    files = set(session.exec(kept))
    everyones = _may_have_all(session, actor, kind)
    return [_past(run, who or "", files if everyones or _is_own(actor, run) else set()) for run, who in found]


def may_have_file(session: Session, actor: Actor, run: ImportRun) -> bool:
    """Whether the rows that an import left out are the actor's to read, as they came.

    They may hold what a field hides from a role: then only whoever brought them in has them.
    """
    return _is_own(actor, run) or _may_have_all(session, actor, run.layout)


def _is_own(actor: Actor, run: ImportRun) -> bool:
    return run.by_user is not None and run.by_user == actor.user_id


def _may_have_all(session: Session, actor: Actor, kind: str) -> bool:
    return may(actor, LISTS.get(kind, RIGHT)) and not hides(session, actor, kind)


def _past(run: ImportRun, who: str, files: set[tuple[int, str]]) -> PastRun:
    run_id = int(run.id or 0)
    return PastRun(
        id=run_id,
        name=run.name,
        who=who,
        began_at=run.created_at,
        state=run.state,
        rows=run.rows,
        checked=run.checked,
        added=run.added,
        changed=run.changed,
        known=run.known,
        refused=run.refused,
        problem=run.problem,
        has_file=(run_id, "refused") in files,
        may_retry=run.state == "failed" and (run_id, "source") in files,
    )
