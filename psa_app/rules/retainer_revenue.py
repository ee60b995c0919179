"""What a retainer has earned of its fees.

What is lost when it is not used is earned by days. What can be used later is earned by use: each unit of a
period's lot bears its share of the period's fee, wherever it is used; what expires is earned with its expiry.
"""

from dataclasses import dataclass
from datetime import date

from psa_app.rules import money


@dataclass(frozen=True, slots=True)
class Lot:
    """What a price bought: units of a period with the days on which they were used or expired."""

    price: int
    units: int
    gone: tuple[tuple[date, int], ...]  # (day, units), in any order


def by_days(rollover: str, deficit: str) -> bool:
    """Whether the fee is earned straight line: unused time is lost, and none is taken in advance."""
    return rollover == "none" and deficit != "carry"


def earned_by_use(lots: list[Lot], day: date) -> int:
    """What is earned up to a day: 300.00 for 10 h, of which 4 were used and 1 expired: 150.00."""
    return sum(_earned(lot, day) for lot in lots)


def _earned(lot: Lot, day: date) -> int:
    gone = sum(units for when, units in lot.gone if when <= day)
    return money.divide(lot.price * min(gone, lot.units), lot.units) if lot.units > 0 else lot.price
