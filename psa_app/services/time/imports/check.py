"""The checks of every row of an import, the same that time logged by hand passes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from psa_app import clock
from psa_app.db import among
from psa_app.errors import PsaError
from psa_app.queries.time.tables import ENTRY
from psa_app.rules import hours
from psa_app.services.time import checks
from psa_app.services.time.imports.values import ProblemList, Row, TaskTarget

NOTE_LENGTH = 10_000


def check_rows(
    session: Session,
    rows: Sequence[Row],
    people: dict[int, Any],
    locked_through: date | None,
    problems: ProblemList,
) -> None:
    """Adds a problem for each row that may not be written: its line and what to do."""
    check_targets({id(row.task): row for row in reversed(rows)}.values(), problems)
    today = {
        person_id: clock.today(people[person_id].time_zone) for person_id in {row.person_id for row in rows}
    }
    fit: dict[tuple[int, date], str] = {}
    sums = _day_sums(session, rows)
    for row in rows:
        entry, person = row.entry, people[row.person_id]
        about = (row.person_id, entry.day)
        if about not in fit:
            fit[about] = _wrong_day(person, entry.day, today[row.person_id], locked_through)
        if fit[about]:
            problems.add(entry.line, fit[about], "day")
        if not 0 < entry.seconds <= hours.DAY_SECONDS:
            problems.add(entry.line, "An entry holds more than zero and at most 24 hours.", "duration")
        if len(entry.note) > NOTE_LENGTH or "\0" in entry.note:
            problems.add(entry.line, f"The note is longer than {NOTE_LENGTH} characters, or no text.", "note")
        total = sums[about] = sums.get(about, 0) + entry.seconds
        if total > hours.DAY_SECONDS >= total - entry.seconds:
            problems.add(
                entry.line, f"{person.name}, {entry.day.isoformat()}: {_too_long(total)}", "duration"
            )


def check_targets(rows: Any, problems: ProblemList) -> None:
    """Adds a problem for each project or task that takes no time; told at its first row."""
    for row in rows:
        task: TaskTarget = row.task
        if task.project.status != "active":
            word = "has not started yet" if task.project.status == "planned" else "is closed"
            sentence = f"{task.project.name} {word}. Open it, or choose another project for these rows."
            problems.add(row.entry.line, sentence, "project")
        elif task.status != "open":
            problems.add(row.entry.line, f"The task {task.name} is done. Open it again first.", "task")


def _wrong_day(person: Any, day: date, today: date, locked_through: date | None) -> str:
    """Why nothing may be written on this day, or "" when it may."""
    try:
        checks.check_employed(person, day, today)
    except PsaError as error:
        return error.sentence
    if locked_through is not None and day <= locked_through:
        return f"Time up to {locked_through.isoformat()} is locked. The owner can unlock it."
    return ""


def _too_long(total: int) -> str:
    try:
        hours.check_day(total)
    except PsaError as error:
        return error.sentence
    return ""


def _day_sums(session: Session, rows: Sequence[Row]) -> dict[tuple[int, date], int]:
    """Seconds by person and day of what is there already, in the days of the rows."""
    if not rows:
        return {}
    days = [row.entry.day for row in rows]
    found = session.connection().execute(
        select(ENTRY.c.person_id, ENTRY.c.work_date, func.sum(ENTRY.c.seconds))
        .where(
            among(session, ENTRY.c.person_id, sorted({row.person_id for row in rows})),
            ENTRY.c.work_date.between(min(days), max(days)),
        )
        .group_by(ENTRY.c.person_id, ENTRY.c.work_date)
    )
    return {(person_id, day): int(seconds) for person_id, day, seconds in found}


def warnings(rows: Sequence[Row], today: date) -> tuple[str, ...]:
    """Sentences on what looks wrong but is allowed."""
    found = []
    ahead = sum(row.entry.day > today for row in rows)
    long = sum(row.entry.seconds > hours.LONG_ENTRY_SECONDS for row in rows)
    homeless = {row.task.project.name for row in rows if not row.task.project.has_client}
    if ahead:
        found.append(f"{ahead} entries lie in the future.")
    if long:
        found.append(f"{long} entries are longer than 16 hours.")
    found += [
        f"{name} has no client, so its time is not billable. Choose a client to bill it."
        for name in sorted(homeless)
    ]
    return tuple(found)
