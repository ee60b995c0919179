"""A finished scope, project, set of billing rules or checklist as plain values, by days: what a template
is made from (`rules/templates/bodies.py` gives the form)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session, SQLModel, col, select

from psa_app.models import (
    Account,
    AccountTaxNumber,
    ChecklistItem,
    Contact,
    Deliverable,
    FeePart,
    Firm,
    Holiday,
    Milestone,
    Phase,
    Project,
    ProjectMilestone,
    RaidItem,
    Rate,
    RateModifier,
    Sow,
    SowLine,
    Task,
)
from psa_app.rules.templates import bodies
from psa_app.rules.templates.dates import Days
from psa_app.rules.templates.shape import Shape

M = TypeVar("M", bound=SQLModel)


def firm_days(session: Session) -> Days:
    """The working days of the firm: those of its country's calendar."""
    country = session.exec(select(Firm.country)).one()
    return Days(frozenset(session.exec(select(col(Holiday.day)).where(Holiday.calendar == country)).all()))


def scope_found(session: Session, sow: Sow) -> dict[str, Any]:
    """A scope with its lines and deliverables. Its tax, order and agreement are the client's own."""
    found = _values(sow, bodies.SCOPE) | {"tax_rate_id": None}
    if sow.deposit_ppm:
        found["deposit_minor"] = 0  # follows from the lines
    found["lines"] = [_line(session, line) for line in _lines(session, sow)]
    found["deliverables"] = _all(session, Deliverable, bodies.DELIVERABLE, Deliverable.sow_id == sow.id)
    return found


def _lines(session: Session, sow: Sow) -> Sequence[SowLine]:
    return session.exec(
        select(SowLine).where(SowLine.sow_id == sow.id).order_by(col(SowLine.position), col(SowLine.id))
    ).all()


def _line(session: Session, line: SowLine) -> dict[str, Any]:
    return _values(line, bodies.LINE) | {
        "rates": _rates(session, line),
        "milestones": _all(session, Milestone, bodies.MILESTONE, Milestone.sow_line_id == line.id),
        "fee_parts": _all(session, FeePart, bodies.FEE_PART, FeePart.sow_line_id == line.id),
        "modifiers": _all(
            session, RateModifier, bodies.MODIFIER, RateModifier.sow_line_id == line.id, by="valid_from"
        ),
    }


def _rates(session: Session, line: SowLine) -> list[dict[str, Any]]:
    """The rate of each role that was agreed last."""
    rows = session.exec(
        select(Rate).where(Rate.sow_line_id == line.id).order_by(col(Rate.valid_from), col(Rate.id))
    ).all()
    last = {row.role_id: row for row in rows if row.level == "sow_line"}
    return [_values(row, bodies.RATE) for row in last.values()]


def project_found(session: Session, project: Project) -> dict[str, Any]:
    """A project with its phases, tasks, milestones and RAID; closed entries too, for they may come again."""
    tasks = _rows(session, Task, Task.project_id == project.id)
    points = _rows(session, ProjectMilestone, ProjectMilestone.project_id == project.id)

    def parts(phase_id: int | None) -> dict[str, Any]:
        return {
            "tasks": [_values(one, bodies.TASK) for one in tasks if one.phase_id == phase_id],
            "milestones": [_values(one, bodies.POINT) for one in points if one.phase_id == phase_id],
        }

    phases = _rows(session, Phase, Phase.project_id == project.id)
    raid = _rows(session, RaidItem, RaidItem.project_id == project.id)
    return {
        **_values(project, bodies.PROJECT),
        "phases": [_values(one, bodies.PHASE) | parts(one.id) for one in phases],
        **parts(None),
        "raid": [_values(one, bodies.RAID_ITEM) for one in raid],
    }


def project_start(project: Project, found: dict[str, Any]) -> date | None:
    """The day from which a project counts: its own, else the first day in its plan."""
    groups = [*found["phases"], found]
    days = [one.get("starts_on") or one.get("due_on") for group in groups for one in group["tasks"]]
    days += [group.get("starts_on") for group in groups]
    return project.starts_on or min((day for day in days if day), default=None)


def billing_found(session: Session, sow: Sow) -> dict[str, Any]:
    """How a scope is billed: its head, and the rhythm and approval of its first line by time."""
    lines = _lines(session, sow)
    line = next((one for one in lines if one.model == "time_and_materials"), lines[0] if lines else None)
    own = (
        {"rhythm": line.rhythm, "approval": line.approval, "silence_days": line.silence_days} if line else {}
    )
    return _values(sow, bodies.BILLING) | own


def checklist_found(items: Iterable[ChecklistItem]) -> dict[str, Any]:
    """A client's checklist, done or not."""
    return {"items": [_values(item, bodies.ITEM) for item in items]}


def checklist_of(session: Session, account_id: int) -> Sequence[ChecklistItem]:
    """The items of a client's checklists in order."""
    return _rows(session, ChecklistItem, ChecklistItem.account_id == account_id)


def checklist_start(session: Session, items: Sequence[ChecklistItem]) -> date:
    """The day on which a checklist was begun, in the firm's zone. There must be an item."""
    zone = ZoneInfo(session.exec(select(Firm.time_zone)).one())
    return min(item.created_at for item in items).astimezone(zone).date()


def words_of_client(session: Session, account: Account) -> tuple[list[str], list[str]]:
    """The client's names, and what else tells who it is: people, mail addresses, numbers of its papers."""
    names = [account.name, account.legal_name]
    contacts = session.exec(select(Contact).where(Contact.account_id == account.id)).all()
    others = [part for one in contacts for part in (one.name, *one.name.split(), one.email, one.phone)]
    numbers = select(AccountTaxNumber.number).where(AccountTaxNumber.account_id == account.id)
    others += [account.vat_id, account.email, account.street, *session.exec(numbers).all()]
    for number, order in session.exec(
        select(Sow.number, Sow.purchase_order).where(Sow.account_id == account.id)
    ).all():
        others += [number, order]
    return names, [word for word in others if word]


def _rows(session: Session, model: type[M], where: Any, by: str = "position") -> Sequence[M]:
    table: Any = model
    statement = select(model).where(where).order_by(getattr(table, by), table.id)
    return session.exec(statement).all()


def _all(
    session: Session, model: type[SQLModel], shape: Shape, where: Any, by: str = "position"
) -> list[dict[str, Any]]:
    return [_values(row, shape) for row in _rows(session, model, where, by)]


def _values(row: Any, shape: Shape) -> dict[str, Any]:
    """The columns that a shape names; lists, and what stands in another table, are read on their own."""
    columns = type(row).model_fields
    return {field.name: getattr(row, field.name) for field in shape.fields if field.name in columns}
