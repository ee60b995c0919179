"""Pricing and inserting the rows of an import, each with a line of history."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor
from psa_app.db import among, insert_columns, reserve_ids
from psa_app.queries import rates
from psa_app.queries.time.tables import ENTRY, MEMBER
from psa_app.rules import weeks
from psa_app.rules.rates import Work
from psa_app.services import history
from psa_app.services.time.entries import KIND
from psa_app.services.time.imports.plan import Prepared
from psa_app.services.time.imports.values import BILLED_ELSEWHERE, NOT_BILLABLE, Row
from psa_app.services.time.pricing import Price, price, spells


def price_rows(session: Session, prepared: Prepared) -> list[Price]:
    """A price for each row; rows of the same person and task share one as long as no rate turns."""
    rates.forget(session)
    ladder, costs = rates.ladder(session), rates.cost_book(session)
    used = {row.modifier for row in prepared.rows if row.modifier is not None}
    roles = _member_roles(session, prepared)
    spell = spells(ladder, costs, used, (row.entry.day for row in prepared.rows))
    known: dict[tuple[Any, ...], Price] = {}
    prices: list[Price] = []
    for row in prepared.rows:
        entry, task = row.entry, row.task
        about = (
            row.person_id,
            task.id,
            spell[entry.day],
            entry.already_invoiced,
            entry.billable,
            row.modifier,
        )
        found = known.get(about)
        if found is None:
            project = task.project
            role_id = (
                roles.get((project.id or 0, row.person_id))
                or prepared.matcher.person_rows[row.person_id].role_id
            )
            work = Work(
                task.sow_line_id,
                project.id,
                project.account_id,
                row.person_id,
                role_id,
                entry.day,
                task.contract_currency or project.currency,
            )
            charged = task.is_billable and project.account_id is not None and not no_charge_reason(row)
            found = known[about] = price(ladder, costs, work, is_billable=charged, modifier=row.modifier)
        prices.append(found)
    return prices


def no_charge_reason(row: Row) -> str:
    """Why an imported row of a billable task is not billed; "" when it is."""
    if row.entry.already_invoiced:
        return BILLED_ELSEWHERE
    return NOT_BILLABLE if row.entry.billable is False and row.task.is_billable else ""


def _member_roles(session: Session, prepared: Prepared) -> dict[tuple[int, int], int]:
    ids = sorted({row.task.project.id for row in prepared.rows if row.task.project.id is not None})
    found = session.connection().execute(
        select(MEMBER.c.project_id, MEMBER.c.person_id, MEMBER.c.role_id).where(
            among(session, MEMBER.c.project_id, ids), MEMBER.c.role_id.is_not(None)
        )
    )
    return {(project_id, person_id): role_id for project_id, person_id, role_id in found}


def write_rows(
    session: Session, actor: Actor, prepared: Prepared, prices: Sequence[Price], run_id: int
) -> None:
    """Inserts all rows at once, each with a line of history; `prices` are in the order of the rows."""
    if not prepared.rows:
        return
    ids = reserve_ids(session, ENTRY, len(prepared.rows))
    columns = _of_rows(prepared)
    insert_columns(session, ENTRY, {"id": ids, **_same(), **columns, **_of_prices(prices)})
    told = {name: columns[name] for name in ("person_id", "task_id", "work_date", "seconds")}
    history.note_columns(session, actor, KIND, "imported", ids, {"import": repeat(run_id), **told})


def _same() -> dict[str, Iterable[Any]]:
    """The columns that are the same in every imported entry."""
    now = clock.now()
    values = {
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "status": "draft",
        "source": "import",
        "timesheet_id": None,
        "override_minor": None,
        "override_reason": "",
        "override_by": None,
        "decided_by": None,
        "decided_at": None,
        "self_approved": False,
        "reject_reason": "",
        "out_of_scope": False,
        "client_approved_at": None,
    }
    return {name: repeat(value) for name, value in values.items()}


def _of_rows(prepared: Prepared) -> dict[str, Iterable[Any]]:
    """The columns that come from the file and from what its rows were matched with."""
    rows, people = prepared.rows, prepared.matcher.person_rows
    days = [row.entry.day for row in rows]
    week = {day: weeks.week_of(day) for day in set(days)}
    month = {day: weeks.month_of(day) for day in set(days)}
    return {
        "person_id": [row.person_id for row in rows],
        "project_id": [row.task.project.id for row in rows],
        "task_id": [row.task.id for row in rows],
        "work_date": days,
        "week": [week[day] for day in days],
        "month": [month[day] for day in days],
        "time_zone": [people[row.person_id].time_zone for row in rows],
        "seconds": [row.entry.seconds for row in rows],
        "note": [row.entry.note for row in rows],
        "no_charge_reason": [no_charge_reason(row) for row in rows],
        "started_at": [row.entry.started_at for row in rows],
        "ended_at": [row.entry.ended_at for row in rows],
        "modifier_id": [row.modifier.id if row.modifier else None for row in rows],
        "import_key": [row.entry.key for row in rows],
    }


def _of_prices(prices: Sequence[Price]) -> dict[str, Iterable[Any]]:
    return dict(zip(Price._fields, zip(*prices, strict=True), strict=True))
