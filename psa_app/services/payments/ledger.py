"""Fees and payouts: what the provider took and what it paid out, kept beside the money of clients."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.config import settings
from psa_app.db import reading, unit_of_work
from psa_app.gateways.providers import provider_for
from psa_app.gateways.stripe_ledger import ListedPayout, Movement
from psa_app.models import BalanceLine, Firm, PaymentFact, Payout
from psa_app.services.books.lock import ledger_day
from psa_app.services.payments.pages import gateway_of

FIRST_LOOK = timedelta(days=365)
DAYS = 14  # a payout's word still changes for some days


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider says of its balance: lines, payouts, and the lines' ids by payout."""

    provider: str
    livemode: bool
    lines: Sequence[Movement]
    payouts: Sequence[ListedPayout]
    parts: Mapping[str, Sequence[str]]


def read_ledger(days: int = DAYS) -> str:
    """Reads the last days of the provider's balance and payouts; in a few words what is new.

    Raises `Unknown` without an answer.
    """
    with reading() as session:
        firm = session.exec(select(Firm)).first()
    if firm is None or firm.payment_provider == "manual":
        return "no provider"
    gateway = gateway_of(provider_for(firm.payment_provider, settings(), firm.instance))
    with reading() as session:
        since = _since(session, firm.payment_provider, days)
    lines, payouts = gateway.movements_since(since), gateway.payouts_since(since)
    parts = {one.ref: gateway.movements_of(one.ref) for one in payouts}
    told = Told(firm.payment_provider, gateway.livemode, lines, payouts, parts)
    with unit_of_work() as session:
        new = keep_told(session, told)
    return f"{new} lines, {len(payouts)} payouts"


def keep_told(session: Session, told: Told) -> int:
    """Keeps each line and payout once, and which lines a payout pays out; how many lines are new."""
    new = sum(_keep_line(session, told.provider, told.livemode, one) for one in told.lines)
    for one in told.payouts:
        _keep_payout(session, told.provider, told.livemode, one)
    for payout_ref, refs in told.parts.items():
        _tie(session, payout_ref, refs)
    return new


def _since(session: Session, provider: str, days: int) -> datetime:
    """Some days before the last line that is known; for the first time, a year back."""
    known = select(BalanceLine.at).where(BalanceLine.provider == provider)
    last = session.exec(known.order_by(col(BalanceLine.at).desc())).first()
    begun = last or clock.now() - FIRST_LOOK
    return min(begun, clock.now()) - timedelta(days=days)


def _keep_line(session: Session, provider: str, livemode: bool, one: Movement) -> bool:
    known = session.exec(select(BalanceLine).where(BalanceLine.ref == one.ref)).first()
    if known is not None and known.payment_id is not None:
        return False
    of_source = select(PaymentFact.payment_id).where(
        PaymentFact.provider == provider, PaymentFact.ref == one.source
    )
    payment_id = session.exec(of_source).first()
    if known is not None:  # what it is about was booked here later than it was read
        known.payment_id = payment_id
        return False
    zone = ZoneInfo(session.exec(select(Firm.time_zone)).one())
    session.add(
        BalanceLine(
            provider=provider,
            ref=one.ref,
            kind=one.kind,
            source_ref=one.source,
            payment_id=payment_id,
            amount_minor=one.amount,
            fee_minor=one.fee,
            net_minor=one.net,
            currency=one.currency,
            at=one.at,
            available_on=one.available_on,
            ledger_on=ledger_day(session, one.at.astimezone(zone).date()),
            livemode=livemode,
        )
    )
    return True


def _keep_payout(session: Session, provider: str, livemode: bool, one: ListedPayout) -> None:
    row = session.exec(select(Payout).where(Payout.ref == one.ref)).first() or Payout(
        provider=provider,
        ref=one.ref,
        state=one.status,
        amount_minor=one.amount,
        currency=one.currency,
        arrives_on=one.arrives_on,
        at=one.at,
        livemode=livemode,
    )
    row.state, row.arrives_on = one.status, one.arrives_on
    session.add(row)


def _tie(session: Session, payout_ref: str, refs: Sequence[str]) -> None:
    session.flush()
    lines = select(BalanceLine).where(col(BalanceLine.ref).in_(refs), BalanceLine.payout_ref == "")
    for line in session.exec(lines).all():
        line.payout_ref = payout_ref
