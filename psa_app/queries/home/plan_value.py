"""What time will be billed: hours logged and not approved yet, and hours booked, at the ladder's rates."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session

from psa_app.queries.exchange import Exchange
from psa_app.queries.invoices.open_work import billed_on_lines
from psa_app.queries.projects.contracts import Contract
from psa_app.queries.projects.earned import Earned
from psa_app.queries.projects.planned import Planned
from psa_app.queries.projects.tables import ENTRY, LINE, MEMBER, PERSON, PROJECT, TASK
from psa_app.queries.rates import ladder
from psa_app.rules import money, weeks
from psa_app.rules.rates import Work


@dataclass(frozen=True, slots=True)
class Expected:
    """Net value in the base currency, billed at the end of the month in which it is worked."""

    contract: Contract
    billed_on: date
    amount: int
    what: str  # "hours not approved yet", "booked hours"
    is_tentative: bool = False


def plan_value(
    session: Session, fx: Exchange, today: date, found: Sequence[Earned], plan: Sequence[Planned]
) -> list[Expected]:
    """By contract and month. A cap holds for both together, by date, the confirmed before the tentative."""
    by_key = {one.contract.key: one for one in found if one.contract.project_id is not None}
    rooms = _rooms(session, by_key)
    values = [*_open_hours(session, today, by_key), *_booked_hours(session, by_key, plan)]
    expected: list[Expected] = []
    for key, line_id, month_end, amount, what, tentative in sorted(values, key=lambda one: (one[5], one[2])):
        allowed = min(amount, rooms[line_id]) if line_id in rooms else amount
        if line_id in rooms:
            rooms[line_id] -= allowed
        contract = by_key[key].contract
        base = fx.to_base(allowed, contract.currency, today)
        if base:
            expected.append(Expected(contract, month_end, base, what, tentative))
    return expected


_Value = tuple[int, int, date, int, str, bool]


def _rooms(session: Session, by_key: Mapping[int, Earned]) -> dict[int, int]:
    """What is left of each capped line, less what is ready to be billed on its contract."""
    rows = (
        session.connection()
        .execute(
            select(LINE.c.id, LINE.c.cap_minor, PROJECT.c.id.label("project_id"))
            .join(PROJECT, PROJECT.c.sow_id == LINE.c.sow_id)
            .where(LINE.c.cap_minor.is_not(None), PROJECT.c.id.in_(list(by_key)))
        )
        .all()
    )
    billed = billed_on_lines(session, [row.id for row in rows])
    return {
        row.id: max(
            row.cap_minor - billed.get(row.id, 0) - by_key[row.project_id].ready_lines.get(row.id, 0), 0
        )
        for row in rows
    }


def _open_hours(session: Session, today: date, by_key: Mapping[int, Earned]) -> Iterable[_Value]:
    value = func.sum(ENTRY.c.seconds * ENTRY.c.bill_rate_minor)
    statement = (
        select(ENTRY.c.project_id, TASK.c.sow_line_id, ENTRY.c.month, value.label("value"))
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .outerjoin(LINE, LINE.c.id == TASK.c.sow_line_id)
        .where(
            ENTRY.c.status.in_(("draft", "submitted")),
            ENTRY.c.is_billable,
            ~ENTRY.c.out_of_scope,
            ENTRY.c.bill_rate_minor.is_not(None),
            ENTRY.c.work_date <= today,
            or_(LINE.c.id.is_(None), LINE.c.model == "time_and_materials"),
        )
        .group_by(ENTRY.c.project_id, TASK.c.sow_line_id, ENTRY.c.month)
    )
    for row in session.connection().execute(statement):
        if row.project_id in by_key:
            end = max(weeks.month_days(row.month)[1], weeks.month_days(weeks.month_of(today))[1])
            amount = money.divide(int(row.value), 3600)
            yield row.project_id, row.sow_line_id or 0, end, amount, "hours not approved yet", False


def _booked_hours(
    session: Session, by_key: Mapping[int, Earned], plan: Sequence[Planned]
) -> Iterable[_Value]:
    rates, roles = ladder(session), _roles(session)
    lines = _time_lines(session)
    sums: dict[tuple[int, int, date, bool], int] = defaultdict(int)
    for one in plan:
        row = one.row
        contract = by_key[row.project_id].contract if row.project_id in by_key else None
        line_id = _line_of(row, lines)
        if contract is None or not row.is_billable or line_id is None or not one.minutes:
            continue
        role = row.role_id or roles.get((row.project_id, row.person_id)) or roles.get((0, row.person_id))
        first = min(one.minutes)
        hit = rates.pick(
            Work(
                line_id or None,
                row.project_id,
                contract.account_id,
                row.person_id,
                role,
                first,
                contract.currency,
            )
        )
        if hit is None:
            continue
        for day, minutes in one.minutes.items():
            end = weeks.month_days(weeks.month_of(day))[1]
            sums[row.project_id, line_id, end, row.is_tentative] += minutes * hit.amount
    for (project_id, line_id, end, tentative), amount in sums.items():
        yield project_id, line_id, end, money.divide(amount, 60), "booked hours", tentative


def _roles(session: Session) -> dict[tuple[int, int], int]:
    """The role of a person on a project; under project 0 the person's own."""
    connection = session.connection()
    members = connection.execute(
        select(MEMBER.c.project_id, MEMBER.c.person_id, MEMBER.c.role_id).where(MEMBER.c.role_id.is_not(None))
    )
    found = {(row.project_id, row.person_id): row.role_id for row in members}
    found.update(
        {(0, row.id): row.role_id for row in connection.execute(select(PERSON.c.id, PERSON.c.role_id))}
    )
    return found


def _time_lines(session: Session) -> dict[tuple[str, int], int]:
    """The line of time that a task, or a project as a whole, bills to: 0 when it bills without a SOW."""
    statement = (
        select(TASK.c.id, TASK.c.project_id, TASK.c.sow_line_id, LINE.c.model)
        .outerjoin(LINE, LINE.c.id == TASK.c.sow_line_id)
        .where(TASK.c.is_billable)
        .order_by(TASK.c.position.desc(), TASK.c.id.desc())
    )
    found: dict[tuple[str, int], int] = {}
    for row in session.connection().execute(statement):
        if row.model in (None, "time_and_materials"):
            found["task", row.id] = found["project", row.project_id] = row.sow_line_id or 0
    return found


def _line_of(row: Any, lines: Mapping[tuple[str, int], int]) -> int | None:
    if row.task_id is not None:
        return lines.get(("task", row.task_id))
    return lines.get(("project", row.project_id))
