"""What the page of the payment service shows: differences, payments in doubt, payouts, fees."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from psa_app.access import Actor, require
from psa_app.models import Account, BalanceLine, JobRun, Payment, Payout, ProviderFinding


@dataclass(frozen=True, slots=True)
class Finding:
    """Where the provider's book and ours differ."""

    id: int
    sentence: str
    ref: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class Doubt:
    """A payment of which nobody knows what became, or that needs a decision."""

    id: int
    invoice_id: int | None
    client: str
    status: str
    amount: int
    currency: str
    why: str


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """A payout with what it holds: `fees` were taken from `payments` payments."""

    ref: str
    state: str
    amount: int
    currency: str
    arrives_on: date
    fees: int
    lines: int


@dataclass(frozen=True, slots=True)
class ProviderBook:
    """Everything of it; `compared_at` and `outcome` are of the last nightly comparison."""

    findings: tuple[Finding, ...]
    doubts: tuple[Doubt, ...]
    payouts: tuple[PayoutRow, ...]
    fees: tuple[tuple[str, int], ...]
    compared_at: datetime | None
    outcome: str


def provider_book(session: Session, actor: Actor) -> ProviderBook:
    """What needs a person, and what the provider took and paid out."""
    require(actor, "provider.read")
    run = session.exec(select(JobRun).where(JobRun.name == "payment service")).first()
    fees = session.exec(
        select(BalanceLine.currency, func.sum(BalanceLine.fee_minor))
        .group_by(BalanceLine.currency)
        .order_by(BalanceLine.currency)
    ).all()
    return ProviderBook(
        _findings(session),
        _doubts(session),
        _payouts(session),
        tuple((currency, int(amount)) for currency, amount in fees if amount),
        run.finished_at if run else None,
        run.outcome if run else "",
    )


def _findings(session: Session) -> tuple[Finding, ...]:
    found = session.exec(
        select(ProviderFinding)
        .where(col(ProviderFinding.settled_at).is_(None))
        .order_by(col(ProviderFinding.id))
        .limit(100)
    ).all()
    return tuple(Finding(int(one.id or 0), one.sentence, one.ref, one.found_at) for one in found)


def _doubts(session: Session) -> tuple[Doubt, ...]:
    rows = session.exec(
        select(Payment, Account.name)
        .join(Account, col(Account.id) == col(Payment.account_id))
        .where(col(Payment.status).in_(("sending", "review")))
        .order_by(col(Payment.id))
        .limit(100)
    ).all()
    return tuple(
        Doubt(
            int(one.id or 0),
            one.invoice_id,
            client,
            one.status,
            one.amount_minor,
            one.currency,
            one.failure,
        )
        for one, client in rows
    )


def _payouts(session: Session) -> tuple[PayoutRow, ...]:
    found = session.exec(select(Payout).order_by(col(Payout.id).desc()).limit(20)).all()
    held = {
        ref: (int(fees), int(lines))
        for ref, fees, lines in session.exec(
            select(BalanceLine.payout_ref, func.sum(BalanceLine.fee_minor), func.count())
            .where(col(BalanceLine.payout_ref).in_([one.ref for one in found]))
            .group_by(BalanceLine.payout_ref)
        ).all()
    }
    return tuple(
        PayoutRow(
            one.ref,
            one.state,
            one.amount_minor,
            one.currency,
            one.arrives_on,
            *held.get(one.ref, (0, 0)),
        )
        for one in found
    )
