"""Writing a scope (SOW) while it is a draft: head, lines with what belongs to them, deliverables."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, fetch, require
from psa_app.errors import Conflict, Invalid, Problems, Stale
from psa_app.models import (
    Account,
    Agreement,
    Attachment,
    Deliverable,
    FeePart,
    Firm,
    Milestone,
    Rate,
    Sow,
    SowLine,
    touch,
)
from psa_app.queries.contracts.text import sow_text
from psa_app.rules import fields, retainers, scopes
from psa_app.services import history
from psa_app.services.contracts.check import deposit_values, head_values
from psa_app.services.contracts.check_cards import check_cards
from psa_app.services.contracts.check_lines import check_deliverables, check_lines
from psa_app.services.contracts.inputs import (
    DeliverableInput,
    FeePartInput,
    Head,
    LineInput,
    MilestoneInput,
    RateInput,
)
from psa_app.services.numbers import take_number
from psa_app.services.problems import FieldProblems


@act("sows", "create", right="sows.change")
def create_sow(
    session: Session,
    actor: Actor,
    *,
    account_id: int,
    head: Head,
    lines: tuple[LineInput, ...] = (),
    deliverables: tuple[DeliverableInput, ...] = (),
) -> Sow:
    """Begins a scope for a client; it takes its number (SOW-001) at once.

    All of it is checked before anything is written: `Invalid` for one wrong field,
    `Problems` for several.
    """
    account = fetch(session, actor, Account, account_id, lock=True)
    if account.merged_into_id is not None:
        raise Conflict(f"{account.name} was merged into another client. Write the scope there.")
    firm = session.exec(select(Firm)).one()
    values = check_sow(session, head, lines, account, firm, deliverables)
    values |= _new_agreement(session, actor, head, account_id)
    number = take_number(session, "sow", clock.today(firm.time_zone), sandbox=False)
    sow = Sow(account_id=account_id, number=number, **values)
    session.add(sow)
    session.flush()
    _write_lines(session, sow, lines)
    _write_deliverables(session, sow, deliverables)
    after = values | {"number": number, "lines": len(lines)}
    history.note(session, actor, "sow", int(sow.id or 0), "created", {}, after)
    return sow


@act("sows", "change", right="sows.change")
def change_sow(
    session: Session,
    actor: Actor,
    sow_id: int,
    *,
    version: int,
    head: Head,
    lines: tuple[LineInput, ...],
    deliverables: tuple[DeliverableInput, ...] = (),
) -> Sow:
    """Replaces head, lines and deliverables of a draft.

    Raises `Stale` if someone saved meanwhile, `Conflict` if it is no draft, and as `create_sow`.
    """
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    check_draft(sow)
    if sow.version != version:
        raise Stale()
    account = fetch(session, actor, Account, sow.account_id)
    firm = session.exec(select(Firm)).one()
    values = check_sow(session, head, lines, account, firm, deliverables)
    values |= _new_agreement(session, actor, head, sow.account_id)
    old_text = sow_text(session, sow)
    before, after = history.changed(history.values_of(sow, values), values)
    for name, value in values.items():
        setattr(sow, name, value)
    touch(sow)
    _remove_lines(session, sow_id)
    _write_lines(session, sow, lines)
    _write_deliverables(session, sow, deliverables)
    if sow_text(session, sow) != old_text:
        after = after | {"lines": len(lines)}
    history.note(session, actor, "sow", sow_id, "changed", before, after)
    return sow


@act("sows", "delete", right="sows.change")
def delete_sow(session: Session, actor: Actor, sow_id: int) -> None:
    """Deletes a draft that was never sent. Raises `Conflict` otherwise."""
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    if sow.status != "draft" or sow.sent_at is not None:
        raise Conflict(f"{sow.number} has been sent before and is kept.")
    _remove_lines(session, sow_id)
    of_sow = (col(Attachment.kind) == "sow") & (col(Attachment.record_id) == sow_id)
    session.connection().execute(delete(Attachment).where(of_sow))
    history.note(session, actor, "sow", sow_id, "deleted", history.values_of(sow), {})
    session.delete(sow)


def check_draft(sow: Sow) -> None:
    """Raises `Conflict` unless the scope is a draft: what was sent or signed does not change."""
    if sow.status == "signed":
        raise Conflict(
            f"{sow.number} is signed and never changes. Write a new scope for what is to be different."
        )
    if sow.status != "draft":
        raise Conflict(f"{sow.number} is {sow.status}; only a draft can be changed. Take it back first.")


def check_sow(
    session: Session,
    head: Head,
    lines: Sequence[LineInput],
    account: Account,
    firm: Firm,
    deliverables: Sequence[DeliverableInput] = (),
) -> dict[str, Any]:
    """The columns of a scope's head, when head, lines and deliverables may be written.

    Raises `Invalid` for one wrong field, `Problems` for several.
    """
    found = FieldProblems()
    values = head_values(session, head, account, firm, found)
    if "currency" not in found.fields:
        check_lines(session, lines, values["currency"], head.starts_on, found)
        check_cards(session, lines, account, head, values["currency"], found)
        values |= deposit_values(head, lines, values["currency"], found)
    check_deliverables(deliverables, head.starts_on, found)
    found.stop_if_any()
    return values


def refused_of(
    session: Session,
    actor: Actor,
    sow_id: int,
    *,
    head: Head,
    lines: tuple[LineInput, ...],
    deliverables: tuple[DeliverableInput, ...] = (),
) -> dict[str, str]:
    """What `change_sow` would refuse, a sentence for each field; nothing is written."""
    require(actor, "sows.change")
    sow = fetch(session, actor, Sow, sow_id)
    account = fetch(session, actor, Account, sow.account_id)
    firm = session.exec(select(Firm)).one()
    try:
        check_sow(session, head, lines, account, firm, deliverables)
    except Problems as error:
        return dict(error.fields)
    except Invalid as error:
        return {error.field: error.sentence}
    return {}


def _new_agreement(session: Session, actor: Actor, head: Head, account_id: int) -> dict[str, Any]:
    """The column that points to the agreement named in the form, which is made here; {} without one."""
    if not head.new_agreement.strip():
        return {}
    require(actor, "agreements.change")
    title = fields.text(head.new_agreement, "new_agreement", max=200)
    agreement = Agreement(account_id=account_id, title=title)
    session.add(agreement)
    session.flush()
    agreement_id = int(agreement.id or 0)
    history.note(session, actor, "agreement", agreement_id, "created", {}, history.values_of(agreement))
    return {"agreement_id": agreement_id}


def _write_lines(session: Session, sow: Sow, lines: Sequence[LineInput]) -> None:
    for position, given in enumerate(lines, 1):
        line = _line(sow, position, given)
        session.add(line)
        session.flush()
        session.add_all(_rate(sow, line, rate) for rate in given.rates)
        session.add_all(_milestone(line, place, part) for place, part in enumerate(given.milestones, 1))
        session.add_all(_fee_part(line, place, part) for place, part in enumerate(given.fee_parts, 1))
    session.flush()


def _line(sow: Sow, position: int, given: LineInput) -> SowLine:
    by_parts = bool(given.milestones) or given.value is None
    value = sum(part.value.amount for part in given.milestones) if by_parts else given.value.amount  # type: ignore[union-attr]
    many = given.quantity if given.model == scopes.SUBSCRIPTION else 1
    usual = "on_acceptance" if given.milestones else scopes.RHYTHMS[given.model][0]
    return SowLine(
        sow_id=int(sow.id or 0),
        position=position,
        title=fields.text(given.title, "title"),
        description=_multiline(given.description),
        model=given.model,
        value_minor=value * many,
        cap_minor=given.cap.amount if given.cap else None,
        estimate_minutes=given.estimate_minutes,
        **_held(given),
        periods=given.periods,
        billed_in=given.billed_in,
        counted_from=given.counted_from,
        trial_days=given.trial_days,
        quantity=many,
        rhythm=given.rhythm or usual,
        approval=given.approval,
        silence_days=given.silence_days,
        round_increment=given.round_increment,
        round_mode=given.round_mode,
        round_minimum=given.round_minimum,
        round_per=given.round_per,
        rate_card=given.rate_card,
    )


def _held(given: LineInput) -> dict[str, Any]:
    """What a retainer's period holds, and what becomes of the rest and of work beyond."""
    if given.model != scopes.RETAINER:
        return {}
    of_money = given.holds == retainers.MONEY
    capped = given.rollover == "capped"
    return {
        "holds": given.holds,
        "period_minutes": 0 if of_money else given.period_minutes,
        "period_value_minor": given.period_value.amount if of_money and given.period_value else 0,
        "rollover": given.rollover,
        "rollover_cap": given.rollover_cap if capped else 0,
        "rollover_periods": given.rollover_periods,
        "deficit": given.deficit,
    }


def _write_deliverables(session: Session, sow: Sow, given: Sequence[DeliverableInput]) -> None:
    session.add_all(
        Deliverable(
            sow_id=int(sow.id or 0),
            position=position,
            title=fields.text(one.title, "title"),
            criteria=_multiline(one.criteria),
            due_on=one.due_on,
        )
        for position, one in enumerate(given, 1)
    )
    session.flush()


def _rate(sow: Sow, line: SowLine, given: RateInput) -> Rate:
    return Rate(
        level="sow_line",
        sow_line_id=line.id,
        role_id=given.role_id,
        currency=sow.currency,
        amount_minor=given.amount.amount,
        valid_from=given.valid_from or sow.starts_on,
        valid_to=given.valid_to,
    )


def _milestone(line: SowLine, place: int, given: MilestoneInput) -> Milestone:
    return Milestone(
        sow_line_id=int(line.id or 0),
        position=place,
        title=fields.text(given.title, "title"),
        criteria=_multiline(given.criteria),
        value_minor=given.value.amount,
        due_on=given.due_on,
    )


def _fee_part(line: SowLine, place: int, given: FeePartInput) -> FeePart:
    return FeePart(
        sow_line_id=int(line.id or 0),
        position=place,
        title=fields.text(given.title, "title", required=False),
        due_on=given.due_on,
        value_minor=given.value.amount if given.value else None,
        share_ppm=given.share_ppm,
    )


def _multiline(text: str) -> str:
    return fields.text(text, "", max=4000, required=False, multiline=True)


def _remove_lines(session: Session, sow_id: int) -> None:
    session.flush()
    lines = select(SowLine.id).where(SowLine.sow_id == sow_id)
    connection = session.connection()
    for part in (Milestone, FeePart, Rate):
        connection.execute(delete(part).where(col(part.sow_line_id).in_(lines)))
    connection.execute(delete(Deliverable).where(col(Deliverable.sow_id) == sow_id))
    connection.execute(delete(SowLine).where(col(SowLine.sow_id) == sow_id))
    session.expire_all()
