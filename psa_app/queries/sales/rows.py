"""Opportunities with the names that stand around them, as board, list and page show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, SQLModel

from psa_app.access import Actor, may, require, visible
from psa_app.models import Account, Activity, Opportunity, Stage, StageChange, User

Table = Any


def _table(model: type[SQLModel]) -> Table:
    return model.__table__  # type: ignore[attr-defined]


ACCOUNT, ACTIVITY, OPPORTUNITY = _table(Account), _table(Activity), _table(Opportunity)
STAGE, STAGE_CHANGE, USER = _table(Stage), _table(StageChange), _table(User)
PARTNER = ACCOUNT.alias("partner")
RANK = {"open": 0, "won": 1, "lost": 2}


@dataclass(frozen=True, slots=True)
class Chance:
    """An opportunity: amount in minor units of its currency, `percent` its probability."""

    id: int
    version: int
    title: str
    account_id: int
    account: str
    stage_id: int
    stage: str
    outcome: str
    position: int
    percent: int
    percent_is_own: bool
    currency: str
    amount: int
    expected_on: date | None
    source: str
    partner_id: int | None
    partner: str
    owner_id: int | None
    owner: str
    stage_since: datetime
    closed_at: datetime | None
    loss_reason: str


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage in the pipeline's order: the open ones, then won, then lost."""

    id: int
    name: str
    percent: int
    outcome: str
    is_archived: bool


@dataclass(frozen=True, slots=True)
class Todo:
    """What is to be done next for an opportunity."""

    subject: str
    due_on: date | None


def chances(
    session: Session,
    actor: Actor,
    *where: ColumnElement[bool],
    order: Sequence[Any] = (),
    limit: int | None = None,
    offset: int = 0,
) -> list[Chance]:
    """The opportunities that the actor may see, in the given order (by place in the stage without one)."""
    require(actor, "opportunities.read")
    statement = (
        select(*_columns())
        .select_from(joined())
        .where(visible(actor, Opportunity), *where)
        .order_by(*(order or (OPPORTUNITY.c.position, OPPORTUNITY.c.id)))
    )
    if limit is not None:
        statement = statement.limit(limit).offset(offset)
    return [Chance(*row) for row in session.connection().execute(statement)]


def joined() -> Any:
    """Opportunities with client, stage, partner and owner."""
    return (
        OPPORTUNITY.join(ACCOUNT, ACCOUNT.c.id == OPPORTUNITY.c.account_id)
        .join(STAGE, STAGE.c.id == OPPORTUNITY.c.stage_id)
        .outerjoin(PARTNER, PARTNER.c.id == OPPORTUNITY.c.partner_id)
        .outerjoin(USER, USER.c.id == OPPORTUNITY.c.owner_id)
    )


def _columns() -> list[Any]:
    one = OPPORTUNITY.c
    return [
        one.id,
        one.version,
        one.title,
        one.account_id,
        ACCOUNT.c.name.label("account"),
        one.stage_id,
        STAGE.c.name.label("stage"),
        STAGE.c.outcome,
        one.position,
        one.percent,
        one.percent_is_own,
        one.currency,
        one.amount_minor,
        one.expected_on,
        one.source,
        one.partner_id,
        func.coalesce(PARTNER.c.name, "").label("partner"),
        one.owner_id,
        func.coalesce(USER.c.name, "").label("owner"),
        one.stage_since,
        one.closed_at,
        one.loss_reason,
    ]


def words_in(text: str) -> list[ColumnElement[bool]]:
    """One clause for each word: it stands in the title or the client's name."""
    columns = (OPPORTUNITY.c.title, ACCOUNT.c.name)
    clauses = []
    for word in text.split()[:6]:
        first, *others = [column.icontains(word, autoescape=True) for column in columns]
        for other in others:
            first = first | other
        clauses.append(first)
    return clauses


def stages(session: Session, actor: Actor, *, archived: bool = False) -> list[StageRow]:
    """The stages in their order; those that are archived only when asked for."""
    require(actor, "opportunities.read")
    statement = select(STAGE).where(visible(actor, Stage)).order_by(STAGE.c.position, STAGE.c.id)
    rows = [
        StageRow(row.id, row.name, row.percent, row.outcome, row.is_archived)
        for row in session.connection().execute(statement)
        if archived or not row.is_archived
    ]
    return sorted(rows, key=lambda row: RANK[row.outcome])


def owners(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Who works on the pipeline: (user id, name), by name."""
    require(actor, "opportunities.read")
    statement = select(USER.c.id, USER.c.name, USER.c.role).where(USER.c.is_active).order_by(USER.c.name)
    rows = session.connection().execute(statement)
    return [(row.id, row.name) for row in rows if may(Actor(row.name, row.role), "opportunities.change")]


def next_todos(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, Todo]:
    """By opportunity the to-do that is due first and not done."""
    if not ids or not may(actor, "activities.read"):
        return {}
    statement = (
        select(ACTIVITY.c.opportunity_id, ACTIVITY.c.subject, ACTIVITY.c.due_on)
        .where(
            ACTIVITY.c.opportunity_id.in_(ids),
            ACTIVITY.c.kind == "todo",
            ACTIVITY.c.done_at.is_(None),
            visible(actor, Activity),
        )
        .order_by(ACTIVITY.c.due_on.is_(None), ACTIVITY.c.due_on, ACTIVITY.c.id)
    )
    found: dict[int, Todo] = {}
    for row in session.connection().execute(statement):
        found.setdefault(row.opportunity_id, Todo(row.subject, row.due_on))
    return found
