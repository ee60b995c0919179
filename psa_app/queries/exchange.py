"""Amounts in the firm's own currency, at the rates stored by day."""

from bisect import bisect_right
from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlmodel import Session

from psa_app.models import ExchangeRate, Firm
from psa_app.rules import money


class Exchange:
    """The stored rates, read once. `missing` collects the currencies for which there is none at all."""

    def __init__(self, base: str, rates: dict[str, list[tuple[date, int]]]) -> None:
        self.base = base
        self.missing: set[str] = set()
        self._rates = rates

    def rate(self, currency: str, day: date) -> int | None:
        """Units of the base currency per unit of `currency`, × 10⁹: the last known on the day.

        Before the first stored day that one counts; None when the currency has no rate.
        """
        if currency == self.base:
            return money.NANO
        rates = self._rates.get(currency)
        if not rates:
            self.missing.add(currency)
            return None
        return rates[max(bisect_right(rates, day, key=lambda row: row[0]) - 1, 0)][1]

    def to_base(self, amount: int, currency: str, day: date) -> int:
        """Minor units in the base currency at the day's rate; 0 without any (see `missing`)."""
        if currency == self.base or not amount:
            return amount
        rate = self.rate(currency, day)
        return money.convert(amount, rate, currency, self.base) if rate is not None else 0

    def at(self, amount: int, currency: str, rate_nano: int) -> int:
        """Minor units in the base currency at a rate that a document froze."""
        return amount if currency == self.base else money.convert(amount, rate_nano, currency, self.base)


def exchange(session: Session) -> Exchange:
    """All stored rates of the firm."""
    table = ExchangeRate.__table__  # type: ignore[attr-defined]
    rates: dict[str, list[tuple[date, int]]] = defaultdict(list)
    statement = select(table.c.currency, table.c.day, table.c.rate_nano).order_by(table.c.day)
    for currency, day, rate in session.connection().execute(statement):
        rates[currency].append((day, rate))
    firm = Firm.__table__  # type: ignore[attr-defined]
    base = session.connection().execute(select(firm.c.base_currency)).scalar_one()
    return Exchange(base, dict(rates))
