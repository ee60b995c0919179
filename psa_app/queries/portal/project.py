"""A project as the client sees it: milestones and the approved hours, week by week."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch, require, visible
from psa_app.models import Account, ChangeOrder, Firm, Person, Project, Sow, SowLine, TimeEntry
from psa_app.queries.portal.overview import may_sign
from psa_app.queries.portal.scope import MilestoneRow, milestones_of
from psa_app.queries.retainers.statement import retainers_seen


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A change order that was sent or signed."""

    id: int
    number: str
    title: str
    status: str
    effective_on: date


@dataclass(frozen=True, slots=True)
class ProjectToRead:
    """A project for its client. `weeks` are (ISO week yyyyww, approved seconds), oldest first."""

    id: int
    name: str
    status: str
    starts_on: date | None
    ends_on: date | None
    lead: str
    currency: str
    locale: str
    zone: ZoneInfo
    sow_id: int | None
    sow: str
    estimate_minutes: int
    may_sign: bool
    milestones: tuple[MilestoneRow, ...]
    weeks: tuple[tuple[int, int], ...]
    seconds: int
    orders: tuple[OrderRow, ...] = ()
    retainers: tuple[tuple[int, str], ...] = ()  # id and title of each line that is one


def project_to_read(session: Session, actor: Actor, project_id: int) -> ProjectToRead:
    """The project with approved time only; `NotFound` for another client's."""
    require(actor, "portal.read")
    project = fetch(session, actor, Project, project_id)
    account = session.exec(select(Account).where(visible(actor, Account))).first()
    lead = session.get(Person, project.lead_id) if project.lead_id else None
    sow = session.exec(select(Sow).where(Sow.id == project.sow_id, visible(actor, Sow))).first()
    weeks = tuple(_weeks(session, actor, project_id))
    return ProjectToRead(
        project_id,
        project.name,
        project.status,
        project.starts_on,
        project.ends_on,
        lead.name if lead else "",
        sow.currency if sow else project.currency,
        account.locale if account else "en",
        ZoneInfo(session.exec(select(Firm.time_zone)).one()),
        sow.id if sow else None,
        f"{sow.number} {sow.title}" if sow else "",
        _estimate(session, actor, sow),
        may_sign(session, actor),
        milestones_of(session, actor, int(sow.id or 0)) if sow else (),
        weeks,
        sum(each for _, each in weeks),
        tuple(_orders(session, actor, sow)),
        tuple(_retainers(session, actor, sow)),
    )


def _retainers(session: Session, actor: Actor, sow: Sow | None) -> Iterable[tuple[int, str]]:
    found = retainers_seen(session, actor, sow_id=sow.id) if sow and sow.id else []
    return ((one.id, one.line.title) for one in found)


def _orders(session: Session, actor: Actor, sow: Sow | None) -> Iterable[OrderRow]:
    """What waits for an answer first, then what is signed, the newest first."""
    if sow is None:
        return []
    statement = (
        select(ChangeOrder)
        .where(
            ChangeOrder.sow_id == sow.id,
            col(ChangeOrder.status).in_(("sent", "signed")),
            visible(actor, ChangeOrder),
        )
        .order_by(col(ChangeOrder.status), col(ChangeOrder.position).desc())
    )
    return (
        OrderRow(int(one.id or 0), one.number, one.title, one.status, one.effective_on)
        for one in session.exec(statement)
    )


def _estimate(session: Session, actor: Actor, sow: Sow | None) -> int:
    """The estimated minutes of the lines that are billed by time."""
    if sow is None:
        return 0
    statement = select(func.coalesce(func.sum(SowLine.estimate_minutes), 0)).where(
        SowLine.sow_id == sow.id, SowLine.model == "time_and_materials", visible(actor, SowLine)
    )
    return int(session.exec(statement).one())


def _weeks(session: Session, actor: Actor, project_id: int) -> Iterable[tuple[int, int]]:
    statement = (
        select(TimeEntry.week, func.sum(TimeEntry.seconds))
        .where(TimeEntry.project_id == project_id, visible(actor, TimeEntry))
        .group_by(col(TimeEntry.week))
        .order_by(col(TimeEntry.week))
    )
    return ((week, int(seconds)) for week, seconds in session.exec(statement))
