"""Monthly recurring revenue and what moved it, by client.

Net new MRR = new + expansion + reactivation − contraction − churned (retentionlens.com/saas-metrics/mrr). A
client who comes back after a pause stands with the new ones here, so that four moves lead from one month's
end to the next.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from psa_app.rules.weeks import month_days


class Move(StrEnum):
    """What became of a client's recurring revenue."""

    new = "new"
    expansion = "expansion"
    contraction = "contraction"
    churn = "churn"
    same = "same"


@dataclass(frozen=True, slots=True)
class Bridge:
    """A month from its opening to its closing, minor units of one currency; `contraction` and `churn` are
    below zero. `clients` pay at the end; of `clients_before` at the start, `clients_lost` do not any more.
    """

    opening: int
    new: int
    expansion: int
    contraction: int
    churn: int
    clients_before: int
    clients: int
    clients_lost: int

    @property
    def closing(self) -> int:
        """What stands at the end."""
        return self.opening + self.new + self.expansion + self.contraction + self.churn


def move(before: int, after: int) -> Move:
    """What a client did who came to `before` a month and comes to `after`.

    0 → 500 is new, 500 → 700 expansion, 700 → 300 contraction, 300 → 0 churn.
    """
    if before == after:
        return Move.same
    if not before:
        return Move.new
    if not after:
        return Move.churn
    return Move.expansion if after > before else Move.contraction


def bridge(before: Mapping[int, int], after: Mapping[int, int]) -> Bridge:
    """From one month's end to the next; both give what each client comes to, absent is 0."""
    moved = dict.fromkeys(Move, 0)
    lost = 0
    for client in {*before, *after}:
        was, now = before.get(client, 0), after.get(client, 0)
        kind = move(was, now)
        moved[kind] += now - was
        lost += kind is Move.churn
    return Bridge(
        sum(before.values()),
        moved[Move.new],
        moved[Move.expansion],
        moved[Move.contraction],
        moved[Move.churn],
        _paying(before.values()),
        _paying(after.values()),
        lost,
    )


def month_ends(today: date, count: int) -> list[date]:
    """The last days of the `count` months up to this one, today for it, and of the month before them."""
    found = []
    for back in range(count, -1, -1):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        found.append(min(today, month_days(year * 100 + month + 1)[1]))
    return found


def _paying(amounts: Iterable[int]) -> int:
    return sum(1 for amount in amounts if amount)
