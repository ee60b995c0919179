"""Exchange rates on a day, for what an expense costs and what the client pays for it."""

from datetime import date

from sqlmodel import Session, col, select

from psa_app.models import ExchangeRate, Firm
from psa_app.rules import money
from psa_app.rules.expenses import rate_between


def to_base(session: Session, currency: str, day: date) -> int | None:
    """Units of the base currency per unit of `currency`, × 10⁹: the last stored up to the day, or None."""
    if currency == base_currency(session):
        return money.NANO
    return session.exec(
        select(ExchangeRate.rate_nano)
        .where(ExchangeRate.currency == currency, ExchangeRate.day <= day)
        .order_by(col(ExchangeRate.day).desc())
    ).first()


def to_contract(session: Session, currency: str, contract: str, day: date) -> int | None:
    """Units of the contract's currency per unit of `currency`, × 10⁹, by way of the base currency."""
    if currency == contract:
        return money.NANO
    ours, theirs = to_base(session, currency, day), to_base(session, contract, day)
    return None if ours is None or theirs is None else rate_between(ours, theirs)


def lacking(session: Session, currencies: set[str], day: date) -> list[str]:
    """The currencies without a rate on the day, by name."""
    return sorted(one for one in currencies if to_base(session, one, day) is None)


def base_currency(session: Session) -> str:
    """The firm's own."""
    return session.exec(select(Firm.base_currency)).one()
