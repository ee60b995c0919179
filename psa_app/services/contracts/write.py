"""Writing a scope (SOW) while it is a draft: head, lines, rates by role, milestones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid, Stale
from psa_app.models import Account, Firm, Milestone, Rate, Role, Sow, SowLine, TaxRate, touch
from psa_app.rules import fields, hours, money
from psa_app.rules.money import Money
from psa_app.services import history
from psa_app.services.numbers import take_number


@dataclass(frozen=True, slots=True)
class RateInput:
    """A price per hour for a role, or for everyone on the line when `role_id` is empty."""

    amount: Money
    role_id: int | None = None


@dataclass(frozen=True, slots=True)
class MilestoneInput:
    """A part of a fixed line that falls due when accepted."""

    title: str
    value: Money
    criteria: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line: `time_and_materials` (with an optional cap and rates) or `fixed` (value = Σ milestones)."""

    title: str
    model: str
    description: str = ""
    value: Money | None = None
    cap: Money | None = None
    estimate_minutes: int = 0
    rates: tuple[RateInput, ...] = ()
    milestones: tuple[MilestoneInput, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The fields of a SOW that stand above its lines; empty ones take the firm's defaults."""

    title: str
    starts_on: date
    ends_on: date | None = None
    currency: str = ""
    summary: str = ""
    terms: str = ""
    purchase_order: str = ""
    payment_days: int | None = None
    round_increment: int | None = None
    round_mode: str | None = None
    round_minimum: int | None = None
    round_per: str | None = None
    grouping: str = "role"
    tax_rate_id: int | None = None


@act("sows", "create", right="sows.change")
def create_sow(
    session: Session, actor: Actor, *, account_id: int, head: Head, lines: tuple[LineInput, ...] = ()
) -> Sow:
    """Begins a SOW for a client; it takes its number (SOW-001) at once.

    Raises `Invalid` naming the field; lines are checked whole before anything is written.
    """
    account = fetch(session, actor, Account, account_id, lock=True)
    firm = session.exec(select(Firm)).one()
    values = _head_values(session, head, account, firm)
    number = take_number(session, "sow", clock.today(firm.time_zone), sandbox=False)
    sow = Sow(account_id=account_id, number=number, **values)
    session.add(sow)
    session.flush()
    history.note(session, actor, "sow", int(sow.id or 0), "created", {}, values | {"number": number})
    _write_lines(session, sow, lines)
    return sow


@act("sows", "change", right="sows.change")
def change_sow(
    session: Session, actor: Actor, sow_id: int, *, version: int, head: Head, lines: tuple[LineInput, ...]
) -> Sow:
    """Replaces head and lines of a draft. Raises `Stale` if someone saved meanwhile, `Conflict` if not a draft."""
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    if sow.status != "draft":
        raise Conflict(f"{sow.number} is {sow.status}; only a draft can be changed. Take it back first.")
    if sow.version != version:
        raise Stale()
    account = fetch(session, actor, Account, sow.account_id)
    firm = session.exec(select(Firm)).one()
    values = _head_values(session, head, account, firm)
    before, after = history.changed(history.values_of(sow, values), values)
    for name, value in values.items():
        setattr(sow, name, value)
    touch(sow)
    _remove_lines(session, sow)
    _write_lines(session, sow, lines)
    history.note(session, actor, "sow", sow_id, "changed", before, after | {"lines": len(lines)})
    return sow


@act("sows", "delete", right="sows.change")
def delete_sow(session: Session, actor: Actor, sow_id: int) -> None:
    """Deletes a draft that was never sent. Raises `Conflict` otherwise."""
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    if sow.status != "draft" or sow.sent_at is not None:
        raise Conflict(f"{sow.number} has been sent before and is kept.")
    _remove_lines(session, sow)
    history.note(session, actor, "sow", sow_id, "deleted", history.values_of(sow), {})
    session.delete(sow)


def _head_values(session: Session, head: Head, account: Account, firm: Firm) -> dict[str, Any]:
    currency = (head.currency or account.currency).upper()
    money.exponent(currency)
    if head.ends_on is not None and head.ends_on < head.starts_on:
        raise Invalid("The end lies before the start.", "ends_on")
    if head.grouping not in ("person", "task", "role", "day", "none"):
        raise Invalid("Group by person, task, role, day or not at all.", "grouping")
    days = head.payment_days if head.payment_days is not None else account.payment_days
    days = firm.payment_days if days is None else days
    if not 0 <= days <= 365:
        raise Invalid("Give between 0 and 365 days to pay.", "payment_days")
    rounding = hours.Rounding(
        increment=firm.round_increment if head.round_increment is None else head.round_increment,
        mode=head.round_mode or firm.round_mode,  # type: ignore[arg-type]
        minimum=firm.round_minimum if head.round_minimum is None else head.round_minimum,
        per=head.round_per or firm.round_per,  # type: ignore[arg-type]
    )
    tax_rate_id = head.tax_rate_id or account.tax_rate_id
    if head.tax_rate_id is not None and session.get(TaxRate, head.tax_rate_id) is None:
        raise Invalid("Choose a tax from the list.", "tax_rate_id")
    return {
        "title": fields.text(head.title, "title", max=200),
        "starts_on": head.starts_on,
        "ends_on": head.ends_on,
        "currency": currency,
        "summary": fields.text(head.summary, "summary", max=4000, required=False, multiline=True),
        "terms": fields.text(head.terms, "terms", max=20000, required=False, multiline=True),
        "purchase_order": fields.text(head.purchase_order, "purchase_order", max=60, required=False),
        "payment_days": days,
        "grouping": head.grouping,
        "tax_rate_id": tax_rate_id,
        "round_increment": rounding.increment,
        "round_mode": rounding.mode,
        "round_minimum": rounding.minimum,
        "round_per": rounding.per,
    }


def _write_lines(session: Session, sow: Sow, lines: Sequence[LineInput]) -> None:
    for position, given in enumerate(lines, 1):
        field = f"lines.{position - 1}"
        values = _line_values(sow, given, field)
        line = SowLine(sow_id=int(sow.id or 0), position=position, **values)
        session.add(line)
        session.flush()
        _write_rates(session, sow, line, given.rates, field)
        for place, milestone in enumerate(given.milestones, 1):
            session.add(_milestone(sow, line, place, milestone, f"{field}.milestones.{place - 1}"))
    session.flush()


def _line_values(sow: Sow, given: LineInput, field: str) -> dict[str, Any]:
    title = fields.text(given.title, f"{field}.title", max=200)
    if given.model not in ("time_and_materials", "fixed"):
        raise Invalid("Choose how this line is billed: by time, or at a fixed price.", f"{field}.model")
    if not 0 <= given.estimate_minutes <= 10**7:
        raise Invalid("The estimate is not a sensible number of hours.", f"{field}.estimate_minutes")
    value, cap = 0, None
    if given.model == "fixed":
        value = _fixed_value(sow, given, field)
    else:
        if given.milestones:
            raise Invalid("Milestones belong to a fixed line.", f"{field}.milestones")
        cap = None if given.cap is None else _amount(given.cap, sow.currency, f"{field}.cap")
    return {
        "title": title,
        "model": given.model,
        "value_minor": value,
        "cap_minor": cap,
        "description": fields.text(
            given.description, f"{field}.description", max=4000, required=False, multiline=True
        ),
        "estimate_minutes": given.estimate_minutes,
    }


def _fixed_value(sow: Sow, given: LineInput, field: str) -> int:
    if given.cap is not None or given.rates:
        raise Invalid(
            "A fixed line has a price; cap and rates belong to a line billed by time.", f"{field}.cap"
        )
    parts = [
        _amount(part.value, sow.currency, f"{field}.milestones.{place}.value")
        for place, part in enumerate(given.milestones)
    ]
    if not parts:
        raise Invalid(
            "Give a fixed line at least one milestone, so that it can be billed.", f"{field}.milestones"
        )
    total = sum(parts)
    if given.value is not None and _amount(given.value, sow.currency, f"{field}.value") != total:
        raise Invalid(
            f"The milestones add up to {money.plain(total, sow.currency)} {sow.currency}; make the price the same.",
            f"{field}.value",
        )
    return total


def _amount(given: Money, currency: str, field: str) -> int:
    if given.currency != currency:
        raise Invalid(f"Amounts of this scope are in {currency}.", field)
    if not 0 < given.amount <= 10**15:
        raise Invalid("Give an amount above zero.", field)
    return given.amount


def _write_rates(session: Session, sow: Sow, line: SowLine, rates: Sequence[RateInput], field: str) -> None:
    seen: set[int | None] = set()
    for place, rate in enumerate(rates):
        where = f"{field}.rates.{place}"
        if rate.role_id in seen:
            raise Invalid("This role has two rates; keep one.", where)
        seen.add(rate.role_id)
        if rate.role_id is not None and session.get(Role, rate.role_id) is None:
            raise Invalid("Choose a role from the list.", where)
        session.add(
            Rate(
                level="sow_line",
                sow_line_id=line.id,
                role_id=rate.role_id,
                currency=sow.currency,
                amount_minor=_amount(rate.amount, sow.currency, where),
                valid_from=sow.starts_on,
            )
        )


def _milestone(sow: Sow, line: SowLine, place: int, given: MilestoneInput, field: str) -> Milestone:
    return Milestone(
        sow_line_id=int(line.id or 0),
        position=place,
        title=fields.text(given.title, f"{field}.title", max=200),
        criteria=fields.text(given.criteria, f"{field}.criteria", max=2000, required=False, multiline=True),
        value_minor=_amount(given.value, sow.currency, f"{field}.value"),
        due_on=given.due_on,
    )


def _remove_lines(session: Session, sow: Sow) -> None:
    lines = select(SowLine.id).where(SowLine.sow_id == sow.id)
    session.flush()
    connection = session.connection()
    connection.execute(delete(Milestone).where(col(Milestone.sow_line_id).in_(lines)))
    connection.execute(delete(Rate).where(col(Rate.sow_line_id).in_(lines)))
    connection.execute(delete(SowLine).where(col(SowLine.sow_id) == sow.id))
    session.expire_all()
