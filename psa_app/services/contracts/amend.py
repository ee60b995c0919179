"""What moves when a change order is signed: lines, milestones, rates, the project's plan and budget."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from psa_app.access import Actor
from psa_app.errors import Conflict
from psa_app.models import (
    ChangeOrder,
    FeePart,
    Milestone,
    Project,
    Rate,
    Sow,
    SowLine,
    Task,
    touch,
)
from psa_app.queries.contracts.change_orders import contract_of
from psa_app.rules import money
from psa_app.rules.change_orders import WHOLE, fee_parts
from psa_app.rules.deltas import (
    AddFee,
    AddFixed,
    AddLine,
    AddPart,
    CapTo,
    Delta,
    DropPart,
    EndOn,
    HoursTo,
    MovePart,
    RateTo,
    StartOn,
    read_deltas,
)
from psa_app.services.contracts.move_plan import move_plan
from psa_app.services.contracts.scope_marks import take_in
from psa_app.services.subscriptions.agreed_end import follow_agreed_end
from psa_app.services.time.pricing import reprice_project


def amend(session: Session, actor: Actor, order: ChangeOrder, sow: Sow) -> dict[str, Any]:
    """Applies a signed order in the caller's transaction; the scope is locked and the deltas are checked.

    Returns value and estimate before and after, and how much of the plan moved. Time that is approved keeps
    its price; what is not approved is priced anew from the effective date.
    """
    before, ended = contract_of(session, sow), sow.ends_on
    project = session.exec(select(Project).where(Project.sow_id == sow.id).with_for_update()).first()
    moved = move_plan(session, actor, order, project) if project is not None else {}
    for delta in read_deltas(order.deltas):
        _MOVES[type(delta)](session, order, sow, project, delta)
    session.flush()
    take_in(session, actor, order)
    follow_agreed_end(session, actor, sow, ended)
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
    } | moved


def _cap(session: Session, _o: ChangeOrder, _s: Sow, _p: Project | None, delta: CapTo) -> None:
    line = session.get_one(SowLine, delta.line_id)
    line.cap_minor = delta.to
    touch(line)


def _hours(session: Session, _o: ChangeOrder, _s: Sow, _p: Project | None, delta: HoursTo) -> None:
    line = session.get_one(SowLine, delta.line_id)
    task = session.exec(
        select(Task).where(Task.sow_line_id == line.id).order_by(col(Task.position), col(Task.id))
    ).first()
    if task is not None:  # the first of a line is the one that was made with its estimate
        task.budget_minutes = max(0, task.budget_minutes + delta.to - line.estimate_minutes)
        touch(task)
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
            level="sow_line",
            sow_line_id=delta.line_id,
            role_id=delta.role_id,
            currency=sow.currency,
            amount_minor=delta.to,
            valid_from=first,
            valid_to=last,
        )
    )


def _add_part(session: Session, _o: ChangeOrder, _s: Sow, _p: Project | None, delta: AddPart) -> None:
    _add_milestone(session, delta.line_id, delta.title, delta.value, delta.due_on, delta.criteria)
    _raise(session, delta.line_id, delta.value)


def _move_part(session: Session, _o: ChangeOrder, _s: Sow, _p: Project | None, delta: MovePart) -> None:
    part = session.get_one(Milestone, delta.milestone_id)
    _raise(session, part.sow_line_id, delta.value - part.value_minor)
    part.value_minor, part.due_on = delta.value, delta.due_on
    touch(part)


def _drop_part(session: Session, _o: ChangeOrder, _s: Sow, _p: Project | None, delta: DropPart) -> None:
    part = session.get_one(Milestone, delta.milestone_id)
    _raise(session, part.sow_line_id, -part.value_minor)
    session.delete(part)
    session.flush()


def _add_milestone(
    session: Session, line_id: int, title: str, value: int, due_on: date | None, criteria: str = ""
) -> None:
    last = session.exec(select(func.max(Milestone.position)).where(Milestone.sow_line_id == line_id)).one()
    session.add(
        Milestone(
            sow_line_id=line_id,
            position=(last or 0) + 1,
            title=title,
            criteria=criteria,
            value_minor=value,
            due_on=due_on,
        )
    )
    session.flush()


def _raise(session: Session, line_id: int, by: int) -> None:
    line = session.get_one(SowLine, line_id)
    line.value_minor += by
    touch(line)


def _fee(session: Session, order: ChangeOrder, _s: Sow, _p: Project | None, delta: AddFee) -> None:
    """The further fee has lines of its own in the schedule that the line is billed by."""
    schedule = session.exec(
        select(FeePart).where(FeePart.sow_line_id == delta.line_id).order_by(col(FeePart.position))
    ).all()
    line = session.get_one(SowLine, delta.line_id)
    _fix_shares(line, schedule)
    last = max((one.position for one in schedule), default=0)
    amounts = fee_parts(delta.value, delta.parts, "deltas")
    for place, (part, amount) in enumerate(zip(delta.parts, amounts, strict=True), 1):
        title = delta.title or f"{order.number}: {order.title}"[:200]
        if schedule:
            session.add(
                FeePart(
                    sow_line_id=delta.line_id,
                    position=last + place,
                    title=title,
                    due_on=part.due_on,
                    value_minor=amount,
                )
            )
        else:
            _add_milestone(session, delta.line_id, title, amount, part.due_on)
    _raise(session, delta.line_id, delta.value)


def _fix_shares(line: SowLine, schedule: Sequence[FeePart]) -> None:
    """Shares of the fee so far become the amounts that they were, so that a larger fee moves none of them."""
    shared = [one for one in schedule if one.share_ppm is not None]
    reached = before = 0
    for part in shared:
        reached += part.share_ppm or 0
        upto = money.divide(line.value_minor * reached, WHOLE)
        part.value_minor, part.share_ppm, before = upto - before, None, upto
        touch(part)


def _add_line(
    session: Session, order: ChangeOrder, sow: Sow, project: Project | None, delta: AddLine
) -> None:
    last = session.exec(select(func.max(SowLine.position)).where(SowLine.sow_id == sow.id)).one()
    line = SowLine(
        sow_id=int(sow.id or 0),
        position=(last or 0) + 1,
        title=delta.title,
        model="time_and_materials",
        cap_minor=delta.cap,
        estimate_minutes=delta.minutes,
    )
    session.add(line)
    session.flush()
    session.add(
        Rate(
            level="sow_line",
            sow_line_id=line.id,
            currency=sow.currency,
            amount_minor=delta.rate,
            valid_from=order.effective_on,
        )
    )
    if project is not None:
        _add_task(session, int(project.id or 0), line)


def _add_fixed(session: Session, _o: ChangeOrder, sow: Sow, project: Project | None, delta: AddFixed) -> None:
    last = session.exec(select(func.max(SowLine.position)).where(SowLine.sow_id == sow.id)).one()
    line = SowLine(
        sow_id=int(sow.id or 0),
        position=(last or 0) + 1,
        title=delta.title,
        model="fixed",
        value_minor=delta.value,
        estimate_minutes=delta.minutes,
        rhythm="on_acceptance",
    )
    session.add(line)
    session.flush()
    _add_milestone(session, int(line.id or 0), delta.title, delta.value, delta.due_on)
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
            project_id=project_id,
            name=name,
            sow_line_id=line.id,
            budget_minutes=line.estimate_minutes,
            position=(last or 0) + 1,
        )
    )


def _start(session: Session, _o: ChangeOrder, sow: Sow, project: Project | None, delta: StartOn) -> None:
    """Rates that counted from the first day count from the new one, so that earlier work has its price."""
    first = (
        select(Rate)
        .join(SowLine, col(SowLine.id) == col(Rate.sow_line_id))
        .where(SowLine.sow_id == sow.id, Rate.valid_from == sow.starts_on)
    )
    if delta.to < sow.starts_on:
        for rate in session.exec(first).all():
            rate.valid_from = delta.to
            touch(rate)
    sow.starts_on = delta.to
    if project is not None:
        project.starts_on = delta.to


def _end(_session: Session, _o: ChangeOrder, sow: Sow, project: Project | None, delta: EndOn) -> None:
    if sow.renews_on is not None and sow.ends_on is not None:
        sow.renews_on += delta.to - sow.ends_on
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
    AddFee: _fee,
    AddLine: _add_line,
    AddFixed: _add_fixed,
    StartOn: _start,
    EndOn: _end,
}
