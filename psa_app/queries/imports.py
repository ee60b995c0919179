"""What was brought in from files of one kind, and how far a file is that is on its way."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import Actor, may, require, visible
from psa_app.access.permissions import LISTS
from psa_app.errors import NotFound
from psa_app.models import ImportFile, ImportRun, User
from psa_app.queries.import_keys import RIGHT
from psa_app.queries.own_fields import hides

SHOWN = 8


@dataclass(frozen=True, slots=True)
class PastRun:
    """An import: `state` waiting | running | done | failed; counts are of rows.

    `told` is set by `one_import`: columns (header → field), unused (headers), and refused, the first rows
    that are left out with line, title and reasons, pairs of a header and a sentence.
    """

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
    only_check: bool = False
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be written."""
        return self.state in ("waiting", "running")


def past_imports(session: Session, actor: Actor, kind: str, run_id: int = 0) -> list[PastRun]:
    """The last imports of a kind, the newest first, without mere checks; or the one with this id."""
    require(actor, RIGHT)
    wanted: list[Any] = [visible(actor, ImportRun), ImportRun.layout == kind]
    wanted.append(col(ImportRun.id) == run_id if run_id else col(ImportRun.only_check).is_(False))
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


def one_import(session: Session, actor: Actor, kind: str, run_id: int) -> PastRun:
    """One import or check, with what is told of it to who may have its file. Raises `NotFound`."""
    run = next(iter(past_imports(session, actor, kind, run_id)), None)
    if run is None:
        raise NotFound()
    kept = session.get_one(ImportRun, run_id)
    of_run = select(ImportFile.content).where(ImportFile.import_run_id == run_id, ImportFile.kind == "told")
    content = session.exec(of_run).first() if may_have_file(session, actor, kept) else None
    return replace(run, told=json.loads(content)) if content else run


def own_check(session: Session, actor: Actor, kind: str) -> int:
    """The actor's file of a kind that the worker checks, or has checked; 0 without one."""
    require(actor, RIGHT)
    mine = (ImportRun.layout == kind, ImportRun.by_user == actor.user_id, ImportRun.only_check)
    checked = col(ImportRun.state) != "failed"
    found = select(ImportRun.id).where(visible(actor, ImportRun), *mine, checked)
    return session.exec(found.order_by(col(ImportRun.id).desc()).limit(1)).first() or 0


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
        only_check=run.only_check,
    )
