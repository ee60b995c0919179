"""The contracts behind client work: each project with its SOW, and the fixed lines it has to deliver."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlmodel import Session

from psa_app.models import Firm
from psa_app.queries.invoices.open_parts import amounts_of
from psa_app.queries.invoices.tables import BILLED_FEE, FEE_PART
from psa_app.queries.projects.billed import contract_key
from psa_app.queries.projects.tables import ACCOUNT, LINE, MILESTONE, PROJECT, SOW, TASK
from psa_app.rules.scopes import FEES


@dataclass(frozen=True, slots=True)
class Part:
    """A milestone: its value in the contract's currency; `accepted_on` in the firm's zone, None before."""

    id: int
    title: str
    value: int
    status: str
    due_on: date | None
    accepted_on: date | None


@dataclass(frozen=True, slots=True)
class FixedLine:
    """A line at a fixed price, with the tasks whose time shows how far it is."""

    id: int
    sow_id: int
    title: str
    value: int
    estimate_minutes: int
    parts: tuple[Part, ...]
    fees: tuple[Part, ...]  # dated parts of the fee; "billed" or "planned", `accepted_on` the day when due
    starts_on: date
    ends_on: date | None
    tasks: tuple[int, ...]
    is_open: bool  # some task of it is still to be done
    share: Fraction  # of the contract's whole estimate: its part of what is booked without a task


@dataclass(frozen=True, slots=True)
class Contract:
    """A client project with its SOW, or a signed SOW without a project (`project_id` None)."""

    key: int
    project_id: int | None
    sow_id: int | None
    name: str
    account_id: int
    account: str
    currency: str
    status: str
    lead_id: int | None
    starts_on: date | None
    ends_on: date | None
    budget_minutes: int
    budget_minor: int
    fixed: tuple[FixedLine, ...] = field(default=())


def contracts(session: Session, *where: ColumnElement[bool]) -> dict[int, Contract]:
    """Contracts by key; `where` (columns of `project`) picks projects, and then SOWs without one stay out."""
    fixed = _fixed_lines(session)
    found = {row.id: _of_project(row, fixed) for row in session.connection().execute(_PROJECTS.where(*where))}
    if not where:
        for row in session.connection().execute(_LONE_SOWS):
            key = contract_key(None, row.id)
            found[key] = Contract(
                key,
                None,
                row.id,
                row.title,
                row.account_id,
                row.account,
                row.currency,
                row.status,
                None,
                row.starts_on,
                row.ends_on,
                0,
                0,
                tuple(fixed[row.id]),
            )
    return found


_PROJECTS = (
    select(PROJECT, ACCOUNT.c.name.label("account"), SOW.c.currency.label("sow_currency"))
    .join(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
    .outerjoin(SOW, SOW.c.id == PROJECT.c.sow_id)
)
_LONE_SOWS = (
    select(SOW, ACCOUNT.c.name.label("account"))
    .join(ACCOUNT, ACCOUNT.c.id == SOW.c.account_id)
    .outerjoin(PROJECT, PROJECT.c.sow_id == SOW.c.id)
    .where(PROJECT.c.id.is_(None), SOW.c.status.in_(("signed", "closed")))
)


def _of_project(row: Any, fixed: Mapping[int, list[FixedLine]]) -> Contract:
    lines = tuple(fixed.get(row.sow_id, ())) if row.sow_id is not None else ()
    return Contract(
        row.id,
        row.id,
        row.sow_id,
        row.name,
        row.account_id,
        row.account,
        row.sow_currency or row.currency,
        row.status,
        row.lead_id,
        row.starts_on,
        row.ends_on,
        row.budget_minutes,
        row.budget_minor,
        lines,
    )


def _fixed_lines(session: Session) -> dict[int, list[FixedLine]]:
    """Fixed lines of signed SOWs, by SOW."""
    lines = session.connection().execute(_LINES).all()
    parts, tasks, fees = _parts(session), _tasks(session), _fees(session)
    estimates: dict[int, int] = defaultdict(int)
    for row in lines:
        estimates[row.sow_id] += row.estimate_minutes
    found: dict[int, list[FixedLine]] = defaultdict(list)
    for row in lines:
        if row.model not in FEES:
            continue
        mine = tasks.get(row.id, [])
        is_open = not mine or any(status == "open" and project != "closed" for _, status, project in mine)
        found[row.sow_id].append(
            FixedLine(
                row.id,
                row.sow_id,
                row.title,
                row.value_minor,
                row.estimate_minutes,
                tuple(parts.get(row.id, ())),
                fees.get(row.id, ()),
                row.starts_on,
                row.ends_on,
                tuple(task_id for task_id, _, _ in mine),
                is_open,
                Fraction(row.estimate_minutes, estimates[row.sow_id] or 1),
            )
        )
    return found


_LINES = (
    select(
        LINE.c.id,
        LINE.c.sow_id,
        LINE.c.title,
        LINE.c.model,
        LINE.c.value_minor,
        LINE.c.estimate_minutes,
        SOW.c.starts_on,
        SOW.c.ends_on,
    )
    .join(SOW, SOW.c.id == LINE.c.sow_id)
    .where(SOW.c.status.in_(("signed", "closed")))
    .order_by(LINE.c.sow_id, LINE.c.position, LINE.c.id)
)
_TASKS = (
    select(TASK.c.sow_line_id, TASK.c.id, TASK.c.status, PROJECT.c.status.label("project_status"))
    .join(PROJECT, PROJECT.c.id == TASK.c.project_id)
    .where(TASK.c.sow_line_id.is_not(None))
)
_BILLED_FEES = select(BILLED_FEE.c.fee_part_id).where(BILLED_FEE.c.released_at.is_(None))
_FEES = (
    select(FEE_PART, LINE.c.value_minor.label("fee"), FEE_PART.c.id.in_(_BILLED_FEES).label("is_billed"))
    .join(LINE, LINE.c.id == FEE_PART.c.sow_line_id)
    .join(SOW, SOW.c.id == LINE.c.sow_id)
    .where(SOW.c.status.in_(("signed", "closed")))
    .order_by(FEE_PART.c.sow_line_id, FEE_PART.c.position, FEE_PART.c.id)
)
_PARTS = select(MILESTONE).order_by(MILESTONE.c.sow_line_id, MILESTONE.c.position, MILESTONE.c.id)


def _tasks(session: Session) -> dict[int, list[tuple[int, str, str]]]:
    found: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for line_id, task_id, status, project_status in session.connection().execute(_TASKS):
        found[line_id].append((task_id, status, project_status))
    return found


def _fees(session: Session) -> dict[int, tuple[Part, ...]]:
    lines: dict[int, list[Any]] = defaultdict(list)
    for row in session.connection().execute(_FEES):
        lines[row.sow_line_id].append(row)
    return {
        line_id: tuple(
            Part(row.id, row.title, amount, "billed" if row.is_billed else "planned", row.due_on, row.due_on)
            for row, amount in zip(rows, amounts_of(rows), strict=True)
        )
        for line_id, rows in lines.items()
    }


def _parts(session: Session) -> dict[int, list[Part]]:
    firm = Firm.__table__  # type: ignore[attr-defined]
    zone = ZoneInfo(session.connection().execute(select(firm.c.time_zone)).scalar_one())
    found: dict[int, list[Part]] = defaultdict(list)
    for row in session.connection().execute(_PARTS):
        accepted = row.accepted_at.astimezone(zone).date() if row.accepted_at else None
        part = Part(row.id, row.title, row.value_minor, row.status, row.due_on, accepted)
        found[row.sow_line_id].append(part)
    return found


def sow_projects(found: Iterable[Contract]) -> dict[int, int]:
    """The project of each SOW that has one."""
    return {
        one.sow_id: one.project_id for one in found if one.sow_id is not None and one.project_id is not None
    }
