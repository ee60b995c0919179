"""What an import would do, without doing it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, may, require
from psa_app.errors import Forbidden, Invalid
from psa_app.formats.time_exports import Reading
from psa_app.queries.time.tables import FIRM, MEMBER
from psa_app.services.time.imports.check import check_rows, warnings
from psa_app.services.time.imports.match import Matcher, unknown_entries
from psa_app.services.time.imports.modifiers import with_modifiers
from psa_app.services.time.imports.values import (
    ImportChoices,
    ImportPlan,
    PersonPlan,
    ProblemList,
    ProjectPlan,
    ProjectTarget,
    Row,
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with what it stands on: the rows to write, who is new where, and the firm."""

    plan: ImportPlan
    rows: list[Row]
    matcher: Matcher
    firm: Any
    new_members: list[tuple[ProjectTarget, int]]


def plan_import(session: Session, actor: Actor, reading: Reading, choices: ImportChoices) -> ImportPlan:
    """What `apply_import` would do with this file; nothing is written.

    Needs the right "time.import". Raises `Invalid` while the file itself has problems or questions.
    """
    return prepare(session, actor, reading, choices).plan


def prepare(session: Session, actor: Actor, reading: Reading, choices: ImportChoices) -> Prepared:
    """Matches and checks all rows; the plan says what would come of them."""
    require(actor, "time.import")
    if not reading.ready:
        raise Invalid("This file cannot be read yet. Answer the questions, or mend the rows.", "file")
    problems = ProblemList()
    firm = (
        session.connection()
        .execute(
            select(
                FIRM.c.locked_through,
                FIRM.c.base_currency,
                FIRM.c.time_zone,
                FIRM.c.round_increment,
                FIRM.c.round_mode,
                FIRM.c.round_minimum,
                FIRM.c.round_per,
            ).with_for_update(read=True)
        )
        .one()
    )
    entries = unknown_entries(session, reading.entries)
    matcher = Matcher(session, choices, problems)
    rows = with_modifiers(session, matcher.match(entries), problems)
    check_rows(session, rows, matcher.person_rows, firm.locked_through, problems)
    members = _new_members(session, rows)
    _check_rights(actor, matcher, members)
    plan = _plan(reading, rows, matcher, len(members), clock.today(firm.time_zone), problems)
    return Prepared(plan, rows, matcher, firm, members)


def _check_rights(actor: Actor, matcher: Matcher, members: Sequence[Any]) -> None:
    makes_client = any(
        project.account_name and project.account_id is None for project in matcher.new_projects
    )
    makes_project = bool(members) or any(task.id is None for task in matcher.tasks)
    if (makes_client and not may(actor, "accounts.change")) or (
        makes_project and not may(actor, "projects.change")
    ):
        raise Forbidden("This file needs new clients or projects, and your role may not make them.")


def _new_members(session: Session, rows: Sequence[Row]) -> list[tuple[ProjectTarget, int]]:
    """Who has time on a client's project without being on it yet."""
    wanted = {
        (id(row.task.project), row.person_id): row.task.project for row in rows if row.task.project.has_client
    }
    ids = [project.id for project in wanted.values() if project.id is not None]
    found = session.connection().execute(
        select(MEMBER.c.project_id, MEMBER.c.person_id).where(MEMBER.c.project_id.in_(set(ids)))
    )
    there = {(project_id, person_id) for project_id, person_id in found}
    return [
        (project, person_id)
        for (_, person_id), project in wanted.items()
        if (project.id, person_id) not in there and project.lead_id != person_id
    ]


def _plan(
    reading: Reading,
    rows: Sequence[Row],
    matcher: Matcher,
    new_members: int,
    today: date,
    problems: ProblemList,
) -> ImportPlan:
    new = matcher.new_projects
    days = [row.entry.day for row in rows]
    return ImportPlan(
        entries=len(rows),
        seconds=sum(row.entry.seconds for row in rows),
        known=len(reading.entries) - len(rows) if not problems.count else 0,
        left_out=len(reading.left_out),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        people=_people(rows, matcher),
        projects=_projects(rows),
        new_clients=tuple(
            dict.fromkeys(p.account_name for p in new if p.account_name and p.account_id is None)
        ),
        new_projects=tuple(p.name for p in new),
        new_tasks=tuple(f"{task.project.name}: {task.name}" for task in matcher.tasks if task.id is None),
        new_members=new_members,
        billed_elsewhere=sum(row.entry.already_invoiced for row in rows),
        warnings=warnings(rows, today),
        problems=tuple(problems.first),
        problem_count=problems.count,
    )


def _people(rows: Sequence[Row], matcher: Matcher) -> tuple[PersonPlan, ...]:
    entries: Counter[tuple[str, str]] = Counter()
    seconds: Counter[tuple[str, str]] = Counter()
    for row in rows:
        who = (row.entry.person, row.entry.email)
        entries[who] += 1
        seconds[who] += row.entry.seconds
    plans = []
    for who, person_id in matcher.people.items():
        name = matcher.person_rows[person_id].name if person_id is not None else ""
        plans.append(PersonPlan(who[0] or who[1], person_id, name, entries[who], seconds[who]))
    return tuple(plans)


def _projects(rows: Sequence[Row]) -> tuple[ProjectPlan, ...]:
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    targets: dict[tuple[str, str], ProjectTarget] = {}
    for row in rows:
        where = (row.entry.client, row.entry.project)
        total = totals[where]
        total[0] += 1
        total[1] += row.entry.seconds
        targets[where] = row.task.project
    return tuple(
        ProjectPlan(client, project, target.account_id, target.id, target.name, *totals[client, project])
        for (client, project), target in targets.items()
    )
