"""One opportunity with all that its page shows."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psa_app.access import Actor, as_id, fetch, may, require, visible
from psa_app.errors import NotFound
from psa_app.models import Activity, Contact, Opportunity, OpportunityAmount, OpportunityRole, StageChange
from psa_app.queries.projects.tables import ROLE
from psa_app.queries.sales.rows import ACTIVITY, OPPORTUNITY, STAGE, STAGE_CHANGE, USER, Chance, chances

AMOUNT: Any = OpportunityAmount.__table__  # type: ignore[attr-defined]
NEED: Any = OpportunityRole.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Need:
    """Minutes of a role that the work would take."""

    role_id: int
    role: str
    minutes: int
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Change:
    """A move from one stage ("" at the beginning) to another, by somebody ("" for the app)."""

    at: datetime
    before: str
    to: str
    by: str


@dataclass(frozen=True, slots=True)
class Done:
    """A call, meeting, note, mail or to-do about the opportunity."""

    id: int
    kind: str
    subject: str
    at: datetime
    due_on: date | None
    done_at: datetime | None
    owner: str


@dataclass(frozen=True, slots=True)
class OneOpportunity:
    """The opportunity; amounts by billing model in its currency; changes and activities, newest first."""

    chance: Chance
    notes: str
    contact: str
    amounts: tuple[tuple[str, int], ...]
    needs: tuple[Need, ...]
    changes: tuple[Change, ...]
    activities: tuple[Done, ...]


def one_opportunity(session: Session, actor: Actor, opportunity_id: int) -> OneOpportunity:
    """Raises `NotFound` for one that is not there or not the actor's to see."""
    require(actor, "opportunities.read")
    record = fetch(session, actor, Opportunity, as_id(opportunity_id))
    found = chances(session, actor, OPPORTUNITY.c.id == record.id)
    if not found:
        raise NotFound()
    contact = session.get(Contact, record.contact_id) if record.contact_id else None
    return OneOpportunity(
        found[0],
        record.notes,
        contact.name if contact else "",
        _amounts(session, opportunity_id),
        _needs(session, opportunity_id),
        _changes(session, actor, opportunity_id),
        _activities(session, actor, opportunity_id),
    )


def _amounts(session: Session, opportunity_id: int) -> tuple[tuple[str, int], ...]:
    statement = (
        select(AMOUNT.c.model, AMOUNT.c.amount_minor)
        .where(AMOUNT.c.opportunity_id == opportunity_id)
        .order_by(AMOUNT.c.id)
    )
    return tuple((row.model, row.amount_minor) for row in session.connection().execute(statement))


def _needs(session: Session, opportunity_id: int) -> tuple[Need, ...]:
    statement = (
        select(NEED.c.role_id, ROLE.c.name, NEED.c.minutes, NEED.c.starts_on, NEED.c.ends_on)
        .join(ROLE, ROLE.c.id == NEED.c.role_id)
        .where(NEED.c.opportunity_id == opportunity_id)
        .order_by(NEED.c.id)
    )
    return tuple(Need(*row) for row in session.connection().execute(statement))


def _changes(session: Session, actor: Actor, opportunity_id: int) -> tuple[Change, ...]:
    old = STAGE.alias("old")
    statement = (
        select(STAGE_CHANGE.c.at, old.c.name, STAGE.c.name, USER.c.name)
        .join(STAGE, STAGE.c.id == STAGE_CHANGE.c.to_stage_id)
        .outerjoin(old, old.c.id == STAGE_CHANGE.c.from_stage_id)
        .outerjoin(USER, USER.c.id == STAGE_CHANGE.c.user_id)
        .where(STAGE_CHANGE.c.opportunity_id == opportunity_id, visible(actor, StageChange))
        .order_by(STAGE_CHANGE.c.id.desc())
    )
    rows = session.connection().execute(statement)
    return tuple(Change(at, before or "", to, by or "") for at, before, to, by in rows)


def _activities(session: Session, actor: Actor, opportunity_id: int) -> tuple[Done, ...]:
    if not may(actor, "activities.read"):
        return ()
    one = ACTIVITY.c
    statement = (
        select(one.id, one.kind, one.subject, one.at, one.due_on, one.done_at, USER.c.name)
        .outerjoin(USER, USER.c.id == one.owner_id)
        .where(one.opportunity_id == opportunity_id, visible(actor, Activity))
        .order_by(one.at.desc(), one.id.desc())
        .limit(50)
    )
    rows = session.connection().execute(statement)
    return tuple(Done(*row[:6], row[6] or "") for row in rows)
