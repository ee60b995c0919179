"""The board: a column for each stage, with its cards and what they are worth."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session

from psa_app.access import Actor
from psa_app.queries.exchange import exchange
from psa_app.queries.sales.numbers import stays_by_stage
from psa_app.queries.sales.rows import (
    OPPORTUNITY,
    Chance,
    StageRow,
    Todo,
    chances,
    next_todos,
    stages,
    words_in,
)
from psa_app.queries.sales.worth import Worth, worth
from psa_app.rules.pipeline import OPEN, limit_days

DECIDED = timedelta(days=30)  # how long what is won or lost stays on the board


@dataclass(frozen=True, slots=True)
class BoardStage:
    """A column. `limit` is after how many days a card in it goes stale (0: it does not)."""

    stage: StageRow
    cards: tuple[Chance, ...]
    worth: Worth
    limit: int


@dataclass(frozen=True, slots=True)
class PipelineBoard:
    """Columns in the pipeline's order, the next to-do by opportunity, and the sum of all that is open."""

    stages: tuple[BoardStage, ...]
    todos: dict[int, Todo]
    open: Worth
    currency: str
    missing_rates: tuple[str, ...]


def pipeline_board(
    session: Session, actor: Actor, today: date, now: datetime, *, owner_id: int | None = None, text: str = ""
) -> PipelineBoard:
    """All that is open, and what was decided in the last 30 days (the newest first)."""
    narrowed: list[ColumnElement[bool]] = words_in(text)
    if owner_id is not None:
        narrowed.append(OPPORTUNITY.c.owner_id == owner_id)
    recent = OPPORTUNITY.c.closed_at.is_(None) | (OPPORTUNITY.c.closed_at >= now - DECIDED)
    rows = chances(session, actor, recent, *narrowed)
    stays, rates = stays_by_stage(session, actor, now), exchange(session)
    columns = []
    for stage in stages(session, actor):
        cards = [row for row in rows if row.stage_id == stage.id]
        if stage.outcome != OPEN:
            cards.sort(key=lambda row: row.closed_at or now, reverse=True)
        limit = limit_days(stays.get(stage.id, ())) if stage.outcome == OPEN else 0
        columns.append(BoardStage(stage, tuple(cards), worth(cards, rates, today), limit))
    opened = [row for row in rows if row.outcome == OPEN]
    todos = next_todos(session, actor, [row.id for row in opened])
    total = worth(opened, rates, today)
    return PipelineBoard(tuple(columns), todos, total, rates.base, tuple(sorted(rates.missing)))
