"""Scopes of the demo: written, sent, signed, made into projects, staffed, and their milestones."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.demo import world
from psa_app.models import Account, Milestone, Role, Sow, SowLine, Task
from psa_app.rules.money import Money
from psa_app.services.contracts.accept import accept_sow
from psa_app.services.contracts.inputs import Head, LineInput, MilestoneInput, RateInput
from psa_app.services.contracts.milestones import accept_milestone, ready_milestone
from psa_app.services.contracts.send import send_sow
from psa_app.services.contracts.write import create_sow
from psa_app.services.planning.book import create_booking
from psa_app.services.projects.make import make_project_from_sow
from psa_app.services.projects.tasks import create_task


@dataclass(frozen=True, slots=True)
class Running:
    """A signed scope at work: the tasks that its team logs on."""

    scope: world.Scope
    sow_id: int
    project_id: int
    task_ids: tuple[int, ...]
    starts: date
    ends: date


def sell(
    session: Session,
    scope: world.Scope,
    actors: dict[str, Actor],
    client: tuple[Account, Actor],
    monday: date,
) -> Running:
    """Writes, sends and signs a scope, makes its project and books its team."""
    sow = write(session, scope, actors["Mara"], client[0], monday)
    send_sow(session, actors["Mara"], int(sow.id or 0))
    accept_sow(
        session,
        client[1],
        int(sow.id or 0),
        text_hash=sow.text_hash,
        name=client[1].name,
        title="Head of digital",
        agrees=True,
    )
    return staff(session, scope, sow, actors, monday)


def write(session: Session, scope: world.Scope, owner: Actor, account: Account, monday: date) -> Sow:
    """The draft of a scope: time with a cap and rates by role, and a fixed line with milestones if any."""
    roles = {role.name: int(role.id or 0) for role in session.exec(select(Role)).all()}
    prices = {name: price * scope.rate_factor // 100 // 100 * 100 for name, _, price in world.ROLES}
    used = {next(p.role for p in world.PEOPLE if p.name.startswith(name)) for name, _ in scope.team}
    rates = tuple(RateInput(Money(prices[role], account.currency), roles[role]) for role in sorted(used))
    lines = [
        LineInput(
            title=scope.title,
            model="time_and_materials",
            rates=rates,
            estimate_minutes=scope.estimate * 60,
            cap=Money(scope.cap * 100, account.currency) if scope.cap else None,
            description="Work as agreed week by week, up to the cap.",
            approval="client" if scope.silence_days else "lead",
            silence_days=scope.silence_days,
        )
    ]
    if scope.milestones:
        parts = tuple(
            MilestoneInput(
                title,
                Money(value * 100, account.currency),
                "Shown to and accepted by the client.",
                monday + timedelta(weeks=week - scope.begins, days=3),
            )
            for title, value, week in scope.milestones
        )
        lines.append(
            LineInput(title="Fixed parts", model="fixed", milestones=parts, estimate_minutes=120 * 60)
        )
    ends = monday + timedelta(weeks=scope.ends - scope.begins, days=-3)
    head = Head(
        title=scope.title,
        starts_on=monday,
        ends_on=ends,
        summary=f"{scope.title} for {account.name}.",
        terms="Work is billed monthly and due within 30 days. Either side may end this with 30 days’ notice.",
        purchase_order="PO 88-310" if account.purchase_order_needed else "",
        round_increment=15,
    )
    return create_sow(session, owner, account_id=int(account.id or 0), head=head, lines=tuple(lines))


def staff(session: Session, scope: world.Scope, sow: Sow, actors: dict[str, Actor], monday: date) -> Running:
    """The project with its tasks and bookings."""
    lead = actors[scope.lead]
    project = make_project_from_sow(session, lead, int(sow.id or 0), lead_id=lead.person_id)
    project_id = int(project.id or 0)
    time_line = session.exec(
        select(SowLine).where(SowLine.sow_id == sow.id, SowLine.model == "time_and_materials")
    ).one()
    for name in scope.tasks:
        if name != scope.title:
            create_task(session, lead, project_id=project_id, name=name, sow_line_id=time_line.id)
    tasks = session.exec(select(Task).where(Task.project_id == project_id).order_by(col(Task.position))).all()
    ends = monday + timedelta(weeks=scope.ends - scope.begins, days=-3)
    for name, percent in scope.team:
        create_booking(
            session,
            lead,
            project_id=project_id,
            person_id=actors[name].person_id,
            starts_on=monday,
            ends_on=ends,
            percent=percent,
        )
    on_time = tuple(int(task.id or 0) for task in tasks if task.name in scope.tasks)
    return Running(scope, int(sow.id or 0), project_id, on_time, monday, ends)


def accept_due(
    session: Session, running: Running, week: int, actors: dict[str, Actor], client: Actor
) -> None:
    """Milestones whose week has come are shown and accepted."""
    due = {title for title, _, when in running.scope.milestones if when == week}
    if not due:
        return
    rows = session.exec(
        select(Milestone)
        .join(SowLine, col(SowLine.id) == col(Milestone.sow_line_id))
        .where(SowLine.sow_id == running.sow_id)
    ).all()
    for row in rows:
        if row.title in due and row.status == "planned":
            ready_milestone(session, actors[running.scope.lead], int(row.id or 0))
            accept_milestone(session, client, int(row.id or 0), name=client.name)
