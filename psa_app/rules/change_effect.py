"""What a contract is expected to earn and cost once its estimates are worked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from psa_app.rules import money, recognition
from psa_app.rules.change_orders import Contract
from psa_app.rules.contract_value import TIME, line_worth
from psa_app.rules.deltas import AddFixed, AddLine, Delta, RateTo


@dataclass(frozen=True, slots=True)
class Expected:
    """Minor units of one currency."""

    revenue: int
    cost: int

    @property
    def margin(self) -> Fraction | None:
        """(Revenue − cost) ÷ revenue; None without revenue."""
        return recognition.margin(self.revenue, self.cost)


def hourly(
    contract: Contract, rates: Mapping[tuple[int, int | None], int], deltas: Sequence[Delta] = ()
) -> list[int]:
    """What an hour of each line costs the client on average over its roles, in the lines' order; 0: unknown.

    `rates` are by line and role; the deltas are those that are in `contract`.
    """
    now = dict(rates) | {(one.line_id, one.role_id): one.to for one in deltas if isinstance(one, RateTo)}
    new = iter(
        [
            one.rate if isinstance(one, AddLine) else 0
            for one in deltas
            if isinstance(one, (AddLine, AddFixed))
        ]
    )
    found = []
    for line in contract.lines:
        mine = [amount for (line_id, _), amount in now.items() if line_id == line.id]
        found.append(next(new, 0) if not line.id else money.divide(sum(mine), len(mine)) if mine else 0)
    return found


def expected(contract: Contract, rates: Sequence[int], cost_an_hour: int) -> Expected:
    """Fixed lines at their price, time at its estimate but never above its cap, all hours at one cost.

    A line by time without an estimate is taken to use up its cap.
    A cap of 10,000.00, 60 h estimated at 150.00, an hour costing 50.00: 9,000.00 for 3,000.00.
    """
    revenue = minutes = 0
    for line, rate in zip(contract.lines, rates, strict=True):
        worked = line.minutes
        if line.model != TIME:
            revenue += line_worth(line.model, line.value, line.cap, line.periods) or line.value
        elif worked:
            full = money.per_hour(worked, rate)
            revenue += full if line.cap is None else min(full, line.cap)
        elif line.cap:
            revenue += line.cap
            worked = line.cap * 60 // rate if rate else 0
        minutes += worked
    return Expected(revenue, money.per_hour(minutes, cost_an_hour))
