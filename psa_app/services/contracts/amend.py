"""What moves when a change order is signed: lines, milestones, rates, the project's plan and budget."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from psa_app.access import Actor
from psa_app.errors import Conflict
from psa_app.models import ChangeOrder, Milestone, Project, Rate, Sow, SowLine, Task, touch
from psa_app.queries.contracts.change_orders import contract_of
from psa_app.rules.change_orders import (
    AddLine,
    AddPart,
    CapTo,
    Delta,
    DropPart,
    EndOn,
    HoursTo,
    MovePart,
    RateTo,
    read_deltas,
)
from psa_app.services.time.pricing import reprice_project


def amend(session: Session, actor: Actor, order: ChangeOrder, sow: Sow) -> dict[str, Any]:
    """Applies a signed order in the caller's transaction; the scope is locked and the deltas are checked.

    Returns value and estimate before and after. Time that is approved keeps its price; what is
    not approved is priced anew from the effective date.
    """
    before = contract_of(session, sow)
    project = session.exec(select(Project).where(Project.sow_id == sow.id).with_for_update()).first()
    for delta in read_deltas(order.deltas):
        _MOVES[type(delta)](session, order, sow, project, delta)
    session.flush()
    after = contract_of(session, sow)
    if project is not None:
        project.budget_minor += after.worth() - before.worth()
        project.budget_minutes += after.minutes() - before.minutes()
        touch(project)
        reprice_project(session, actor, int(project.id or 0))
    touch(sow)
    return {
        "value": [before.worth(), after.worth()],
        "minutes": [before.minutes(), after.minutes()],
    }


def _cap(session: Session, _o: ChangeOrder, _s: Sow, _p: Project | None, delta: CapTo) -> None:
    line = session.get_one(SowLine, delta.line_id)
    line.cap_minor = delta.to
    touch(line)


def _hours(session: Session, _o: ChangeOrder, _s: Sow, _p: Project | None, delta: HoursTo) -> None:
    line = session.get_one(SowLine, delta.line_id)
    tasks = session.exec(select(Task).where(Task.sow_line_id == line.id)).all()
    if len(tasks) == 1:  # of several nobody has said which one takes the hours
        tasks[0].budget_minutes = max(0, tasks[0].budget_minutes + delta.to - line.estimate_minutes)
        touch(tasks[0])
    line.estimate_minutes = delta.to
    touch(line)


def _rate(session: Session, order: ChangeOrder, sow: Sow, _p: Project | None, delta: RateTo) -> None:
    first: date = order.effective_on
    same_role = col(Rate.role_id).is_(None) if delta.role_id is None else Rate.role_id == delta.role_id
    rates = session.exec(select(Rate).where(Rate.sow_line_id == delta.line_id, same_role)).all()
    last: date | None = None
    for old in rates:
        if old.valid_to is not None and old.valid_to < first:
            continue
        if old.valid_from >= first and old.valid_from > sow.starts_on:
            raise Conflict("Another rate of this role begins on this day or later. Ask for the order anew.")
        last = old.valid_to
        if old.valid_from >= first:  # from the first day on: the signed text keeps what it was
            old.amount_minor = delta.to
            touch(old)
            return
        old.valid_to = first - timedelta(days=1)
        touch(old)
    session.flush()
    session.add(
        Rate(
            level="sow_line", sow_line_id=delta.line_id, role_id=delta.role_id, currency=sow.currency,
            amount_minor=delta.to, valid_from=first, valid_to=last,
        )
    )  # fmt: skip


def _add_part(session: Session, _o: ChangeOrder, _s: Sow, _p: Project | None, delta: AddPart) -> None:
    where = Milestone.sow_line_id == delta.line_id
    last = session.exec(select(func.max(Milestone.position)).where(where)).one()
    session.add(
        Milestone(
            sow_line_id=delta.line_id, position=(last or 0) + 1, title=delta.title, criteria=delta.criteria,
            value_minor=delta.value, due_on=delta.due_on,
        )
    )  # fmt: skip
    _sum_parts(session, delta.line_id)


def _move_part(session: Session, _o: ChangeOrder, _s: Sow, _p: Project | None, delta: MovePart) -> None:
    part = session.get_one(Milestone, delta.milestone_id)
    part.value_minor, part.due_on = delta.value, delta.due_on
    touch(part)
    _sum_parts(session, part.sow_line_id)


def _drop_part(session: Session, _o: ChangeOrder, _s: Sow, _p: Project | None, delta: DropPart) -> None:
    part = session.get_one(Milestone, delta.milestone_id)
    line_id = part.sow_line_id
    session.delete(part)
    _sum_parts(session, line_id)


def _sum_parts(session: Session, line_id: int) -> None:
    session.flush()
    total = session.exec(
        select(func.sum(Milestone.value_minor)).where(Milestone.sow_line_id == line_id)
    ).one()
    line = session.get_one(SowLine, line_id)
    line.value_minor = int(total or 0)
    touch(line)


def _add_line(
    session: Session, order: ChangeOrder, sow: Sow, project: Project | None, delta: AddLine
) -> None:
    last = session.exec(select(func.max(SowLine.position)).where(SowLine.sow_id == sow.id)).one()
    line = SowLine(
        sow_id=int(sow.id or 0), position=(last or 0) + 1, title=delta.title, model="time_and_materials",
        cap_minor=delta.cap, estimate_minutes=delta.minutes,
    )  # fmt: skip
    session.add(line)
    session.flush()
    session.add(
        Rate(level="sow_line", sow_line_id=line.id, currency=sow.currency, amount_minor=delta.rate,
             valid_from=order.effective_on)
    )  # fmt: skip
    if project is not None:
        _add_task(session, int(project.id or 0), line)


def _add_task(session: Session, project_id: int, line: SowLine) -> None:
    """A task that bills to a new line; its name is marked when the project has one of that name."""
    names = set(session.exec(select(Task.name).where(Task.project_id == project_id)).all())
    name = line.title[:110]
    if name in names:
        name = f"{name} ({line.position})"
    last = session.exec(select(func.max(Task.position)).where(Task.project_id == project_id)).one()
    session.add(
        Task(
            project_id=project_id, name=name, sow_line_id=line.id, budget_minutes=line.estimate_minutes,
            position=(last or 0) + 1,
        )
    )  # fmt: skip


def _end(_session: Session, _o: ChangeOrder, sow: Sow, project: Project | None, delta: EndOn) -> None:
    sow.ends_on = delta.to
    if project is not None:
        project.ends_on = delta.to


_MOVES: dict[type[Delta], Callable[..., None]] = {
    CapTo: _cap,
    HoursTo: _hours,
    RateTo: _rate,
    AddPart: _add_part,
    MovePart: _move_part,
    DropPart: _drop_part,
    AddLine: _add_line,
    EndOn: _end,
}
