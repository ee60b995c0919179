"""Writing an import: what is missing is made, then all entries at once with a line of history each."""

from hashlib import sha256

from sqlalchemy import select
from sqlmodel import Session

from psa_app.access import Actor, require
from psa_app.errors import Conflict
from psa_app.formats.time_exports import Reading
from psa_app.models import ImportRun
from psa_app.queries.time.tables import PERSON
from psa_app.rules import weeks
from psa_app.services import history
from psa_app.services.time.imports.make import make_missing
from psa_app.services.time.imports.plan import Prepared, prepare
from psa_app.services.time.imports.values import (
    ImportChoices,
    ImportResult,
)
from psa_app.services.time.imports.write import price_rows, write_rows


def apply_import(
    session: Session,
    actor: Actor,
    reading: Reading,
    choices: ImportChoices,
    *,
    name: str = "",
    layout: str = "",
) -> ImportResult:
    """Writes what `plan_import` told: all of it, or nothing.

    Missing clients, projects, tasks and memberships are made; the entries are drafts. Entries
    that an earlier import brought are left out, so the same file again adds nothing. Rows that
    were billed in the other tool come in as not billable. Raises `Conflict` with the first
    problems when a row may not be written.
    """
    require(actor, "time.import")
    _lock_people(session)
    prepared = prepare(session, actor, reading, choices)
    plan = prepared.plan
    if not plan.ready:
        first = "; ".join(str(problem) for problem in plan.problems[:3])
        raise Conflict(f"Nothing was imported. {first}", "file")
    make_missing(session, actor, prepared, choices)
    run = _run(session, actor, reading, prepared, name, layout)
    prices = price_rows(session, prepared)
    write_rows(session, actor, prepared, prices, run)
    unpriced = [
        row.task.project.account_id
        for row, price in zip(prepared.rows, prices, strict=True)
        if price.is_billable and not price.bill_level
    ]
    of_weeks = sorted({weeks.week_of(day) for day in {row.entry.day for row in prepared.rows}})
    people = sorted({row.person_id for row in prepared.rows})
    accounts = sorted({account_id for account_id in unpriced if account_id is not None})
    return ImportResult(
        run,
        plan.entries,
        plan.known,
        plan.seconds,
        len(unpriced),
        tuple(of_weeks),
        tuple(people),
        tuple(accounts),
        plan.first_day,
    )


def _lock_people(session: Session) -> None:
    """An import may touch anybody's weeks: all people are locked, in order."""
    session.connection().execute(
        select(PERSON.c.id).order_by(PERSON.c.id).with_for_update(key_share=True)
    ).all()


def _run(session: Session, actor: Actor, reading: Reading, prepared: Prepared, name: str, layout: str) -> int:
    digest = sha256("\n".join(entry.key for entry in reading.entries).encode()).hexdigest()
    plan = prepared.plan
    run = ImportRun(
        name=name[:200],
        layout=layout[:40],
        digest=digest,
        rows=reading.rows,
        added=plan.entries,
        known=plan.known,
        seconds=plan.seconds,
        by_user=actor.user_id,
    )
    session.add(run)
    session.flush()
    after = {"name": run.name, "added": run.added, "known": run.known, "seconds": run.seconds}
    history.note(session, actor, "import_run", int(run.id or 0), "imported", {}, after)
    return int(run.id or 0)
