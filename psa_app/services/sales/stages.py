"""The stages of the pipeline: one is won and one is lost, the others are the firm's own."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.errors import Conflict, Invalid
from psa_app.models import Opportunity, Stage, touch
from psa_app.queries.many import twin
from psa_app.rules.pipeline import OPEN, check_percent
from psa_app.services import history

DEFAULT_STAGES = (  # name, usual probability, outcome
    ("Lead", 10, "open"),
    ("Qualified", 25, "open"),
    ("Proposal", 50, "open"),
    ("Negotiation", 75, "open"),
    ("Won", 100, "won"),
    ("Lost", 0, "lost"),
)


def default_stages() -> list[Stage]:
    """The stages that a new firm starts with."""
    return [
        Stage(name=name, position=place, percent=percent, outcome=outcome)
        for place, (name, percent, outcome) in enumerate(DEFAULT_STAGES, start=1)
    ]


def check_stage(session: Session, values: Mapping[str, Any], record: Stage | None) -> None:
    """What a stage's fields alone cannot tell. Raises `Invalid` or `Conflict` with the field."""
    if record is not None:  # no card comes in while this is being decided
        session.exec(select(Stage).order_by(col(Stage.id)).with_for_update()).all()
    _check_name(session, values, record)
    outcome = record.outcome if record else OPEN
    percent = values.get("percent")
    if percent is not None:
        check_percent(percent)
        if outcome != OPEN and record is not None and percent != record.percent:
            raise Invalid("What is won counts in full and what is lost not at all.", "percent")
    if values.get("is_archived") and record is not None and not record.is_archived:
        _check_can_be_archived(session, record)


def _check_name(session: Session, values: Mapping[str, Any], record: Stage | None) -> None:
    name = values.get("name")
    other = twin(session, Stage, record, fold="name", name=name) if name else None
    if other is not None:
        raise Invalid(f"There is already a stage called {other.title}.", "name")


def _check_can_be_archived(session: Session, record: Stage) -> None:
    if record.outcome != OPEN:
        raise Conflict("The pipeline ends in one stage for won and one for lost. Both stay.", "is_archived")
    inside = len(session.exec(select(Opportunity.id).where(Opportunity.stage_id == record.id)).all())
    if inside:
        many = "is 1 opportunity" if inside == 1 else f"are {inside} opportunities"
        raise Conflict(f"There {many} in {record.name}. Move them on first.", "is_archived")
    others = select(Stage.id).where(Stage.outcome == OPEN, ~col(Stage.is_archived), Stage.id != record.id)
    if session.exec(others).first() is None:
        raise Conflict("This is the last stage in use. Make another one first.", "is_archived")


def stage_saved(session: Session, actor: Actor, record: Stage) -> None:
    """The opportunities in a stage take its probability, unless one was set by hand."""
    if record.outcome != OPEN:
        return
    rows = session.exec(
        select(Opportunity)
        .where(
            Opportunity.stage_id == record.id,
            ~col(Opportunity.percent_is_own),
            Opportunity.percent != record.percent,
        )
        .order_by(col(Opportunity.id))
        .with_for_update()
    ).all()
    told = [(int(row.id or 0), {"percent": row.percent}, {"percent": record.percent}) for row in rows]
    for row in rows:
        row.percent = record.percent
        touch(row)
    history.note_many(session, actor, "opportunity", "changed", told, f"{record.name} has a new probability")
