"""The successor of a scope that renews: a draft with the same lines, moved on by the scope's own length."""

from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict
from psa_app.models import Agreement, Deliverable, FeePart, Firm, Milestone, Rate, Sow, SowLine
from psa_app.rules.money import Money
from psa_app.rules.retainers import MONEY
from psa_app.rules.scopes import moved_on, notice_on
from psa_app.services import history
from psa_app.services.contracts.check_cards import card_problem_of
from psa_app.services.contracts.inputs import (
    DeliverableInput,
    FeePartInput,
    Head,
    LineInput,
    MilestoneInput,
    RateInput,
)
from psa_app.services.contracts.write import create_sow


@act("sows", "renew", right="sows.change")
def renew_sow(session: Session, actor: Actor, sow_id: int) -> Sow:
    """The draft that follows a signed scope: made the first time, the same one ever after.

    It begins on the day of renewal, else on the day after the end, and has the rates as they stand
    now; a deposit is not asked again. Raises `Conflict` for a scope that is not signed or has no end.
    """
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    made = session.exec(select(Sow).where(Sow.renewed_from_id == sow_id)).first()
    if made is not None:
        return made
    if sow.status not in ("signed", "closed"):
        raise Conflict(f"{sow.number} is {sow.status}. Only a signed scope is renewed.")
    begins = sow.renews_on or (sow.ends_on + timedelta(days=1) if sow.ends_on else None)
    if begins is None:
        raise Conflict(f"{sow.number} has no end, so there is nothing to renew.")
    made = create_sow(
        session,
        actor,
        account_id=sow.account_id,
        head=_head(session, sow, begins),
        lines=_lines(session, sow, begins),
        deliverables=_deliverables(session, sow, begins),
    )
    made.renewed_from_id = sow_id
    session.flush()
    history.note(session, actor, "sow", sow_id, "renewed", {}, {"scope": made.number})
    return made


def renew_due(session: Session, actor: Actor) -> int:
    """Drafts the successors of scopes that renew by themselves and whose last day for a notice has passed.

    Returns how many; a scope is renewed once, whenever this runs.
    """
    today = clock.today(session.exec(select(Firm.time_zone)).first() or "UTC")
    followed = select(Sow.renewed_from_id).where(col(Sow.renewed_from_id).is_not(None))
    rows = session.exec(
        select(Sow)
        .where(Sow.status == "signed", Sow.renewal == "automatic", col(Sow.id).not_in(followed))
        .order_by(col(Sow.id))
    ).all()
    due = [one.id for one in rows if one.renews_on and notice_on(one.renews_on, one.notice_days) < today]
    for sow_id in due:
        renew_sow(session, actor, int(sow_id or 0))
    return len(due)


def _head(session: Session, sow: Sow, begins: date) -> Head:
    agreement = session.get(Agreement, sow.agreement_id) if sow.agreement_id else None
    holds = agreement is not None and not (agreement.ends_on and agreement.ends_on < begins)
    return Head(
        title=sow.title,
        starts_on=begins,
        ends_on=_moved(sow, sow.ends_on, begins),
        currency=sow.currency,
        summary=sow.summary,
        terms=sow.terms,
        purchase_order=sow.purchase_order,
        payment_days=sow.payment_days,
        bill_at_minutes=sow.bill_at_minutes,
        bill_at=Money(sow.bill_at_minor, sow.currency) if sow.bill_at_minor else None,
        round_increment=sow.round_increment,
        round_mode=sow.round_mode,
        round_minimum=sow.round_minimum,
        round_per=sow.round_per,
        grouping=sow.grouping,
        tax_rate_id=sow.tax_rate_id,
        agreement_id=sow.agreement_id if holds else None,
        assumptions=sow.assumptions,
        renewal=sow.renewal,
        renews_on=_moved(sow, sow.renews_on, begins),
        notice_days=sow.notice_days,
        receipt_above_minor=sow.receipt_above_minor,
    )


def _lines(session: Session, sow: Sow, begins: date) -> tuple[LineInput, ...]:
    rows = session.exec(select(SowLine).where(SowLine.sow_id == sow.id).order_by(col(SowLine.position))).all()
    return tuple(_line(session, sow, row, begins) for row in rows)


def _line(session: Session, sow: Sow, row: SowLine, begins: date) -> LineInput:
    milestones = _milestones(session, sow, row, begins)
    priced = row.model != "time_and_materials" and not milestones
    return LineInput(
        title=row.title,
        model=row.model,
        description=row.description,
        value=Money(row.value_minor // row.quantity, sow.currency) if priced else None,
        quantity=row.quantity,
        cap=Money(row.cap_minor, sow.currency) if row.cap_minor is not None else None,
        estimate_minutes=row.estimate_minutes,
        rates=_rates(session, sow, row, begins),
        milestones=milestones,
        fee_parts=_fees(session, sow, row, begins),
        holds=row.holds,
        period_minutes=row.period_minutes,
        period_value=Money(row.period_value_minor, sow.currency) if row.holds == MONEY else None,
        rollover=row.rollover,
        rollover_cap=row.rollover_cap,
        rollover_periods=row.rollover_periods,
        deficit=row.deficit,
        periods=row.periods,
        billed_in=row.billed_in,
        counted_from=row.counted_from,
        rhythm="" if milestones else row.rhythm,
        approval=row.approval,
        silence_days=row.silence_days,
        round_increment=row.round_increment,
        round_mode=row.round_mode,
        round_minimum=row.round_minimum,
        round_per=row.round_per,
        rate_card="line" if card_problem_of(session, sow, row.rate_card, begins) else row.rate_card,
    )


def _rates(session: Session, sow: Sow, row: SowLine, day: date) -> tuple[RateInput, ...]:
    """The last rate of each role, which change orders may have moved."""
    rates = session.exec(select(Rate).where(Rate.sow_line_id == row.id).order_by(col(Rate.valid_from)))
    last = {rate.role_id: rate for rate in rates if rate.valid_from <= day}
    return tuple(RateInput(Money(rate.amount_minor, sow.currency), role) for role, rate in last.items())


def _milestones(session: Session, sow: Sow, row: SowLine, begins: date) -> tuple[MilestoneInput, ...]:
    rows = session.exec(
        select(Milestone).where(Milestone.sow_line_id == row.id).order_by(col(Milestone.position))
    )
    return tuple(
        MilestoneInput(
            one.title, Money(one.value_minor, sow.currency), one.criteria, _moved(sow, one.due_on, begins)
        )
        for one in rows
    )


def _fees(session: Session, sow: Sow, row: SowLine, begins: date) -> tuple[FeePartInput, ...]:
    rows = session.exec(select(FeePart).where(FeePart.sow_line_id == row.id).order_by(col(FeePart.position)))
    return tuple(
        FeePartInput(
            moved_on(one.due_on, sow.starts_on, begins),
            one.title,
            Money(one.value_minor, sow.currency) if one.value_minor is not None else None,
            one.share_ppm,
        )
        for one in rows
    )


def _deliverables(session: Session, sow: Sow, begins: date) -> tuple[DeliverableInput, ...]:
    rows = session.exec(
        select(Deliverable).where(Deliverable.sow_id == sow.id).order_by(col(Deliverable.position))
    )
    return tuple(DeliverableInput(one.title, one.criteria, _moved(sow, one.due_on, begins)) for one in rows)


def _moved(sow: Sow, day: date | None, begins: date) -> date | None:
    return moved_on(day, sow.starts_on, begins) if day is not None else None
