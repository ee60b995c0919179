"""What was worked and is not paid for, by its cause, and summed by client, project, person, month or reason.

Leakage is the value at standard rates less what is recognized of it; here are its causes as they are written
down: what was taken off an invoice, and hours that never came onto one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from psa_app.rules import money


class Cause(StrEnum):
    """Why something is not paid for, in the order in which a report shows it."""

    written_down = "written_down"
    discount = "discount"
    written_off = "written_off"
    over_cap = "over_cap"
    beyond = "beyond"
    unpriced = "unpriced"
    not_billable = "not_billable"
    written_up = "written_up"


CAUSES = {
    Cause.written_down: "Written down",
    Cause.discount: "Discount",
    Cause.written_off: "Credited",
    Cause.over_cap: "Over cap",
    Cause.beyond: "Beyond a retainer",
    Cause.unpriced: "No rate",
    Cause.not_billable: "Not billable",
    Cause.written_up: "Written up",
}
GROUPS = ("client", "project", "person", "month", "reason")


@dataclass(frozen=True, slots=True)
class Lost:
    """One thing that is not paid for: seconds of an entry, or an amount off a line.

    `amount` is in minor units at the entry's own rate, 0 where it has none; what was written up is below
    zero. Ids are 0 and names "" where it belongs to no one project or person.
    """

    cause: Cause
    day: date
    account_id: int
    account: str
    currency: str
    amount: int
    seconds: int = 0
    project_id: int = 0
    project: str = ""
    person_id: int = 0
    person: str = ""
    work: str = ""
    reason: str = ""
    invoice_id: int = 0
    invoice: str = ""

    def group(self, by: str) -> tuple[str, str]:
        """The key and the name of what it is summed with; raises `KeyError` for an unknown way."""
        month = self.day.year * 100 + self.day.month
        return {
            "client": (str(self.account_id), self.account),
            "project": (str(self.project_id), self.project),
            "person": (str(self.person_id), self.person),
            "month": (str(month), str(month)),
            "reason": (self.reason, self.reason),
        }[by]


@dataclass(frozen=True, slots=True)
class Sum:
    """A group in one currency: amounts and seconds by cause, and what it lost in all."""

    key: str
    name: str
    currency: str
    amounts: dict[Cause, int]
    seconds: dict[Cause, int]

    @property
    def amount(self) -> int:
        """What is lost in all; what was written up counts against it."""
        return sum(self.amounts.values())


def sums(lost: Iterable[Lost], by: str) -> list[Sum]:
    """Sums by group and currency; months the newest first, else who lost most first."""
    amounts: dict[tuple[str, str, str], dict[Cause, int]] = defaultdict(lambda: dict.fromkeys(Cause, 0))
    seconds: dict[tuple[str, str, str], dict[Cause, int]] = defaultdict(lambda: dict.fromkeys(Cause, 0))
    for one in lost:
        key = (*one.group(by), one.currency)
        amounts[key][one.cause] += one.amount
        seconds[key][one.cause] += one.seconds
    found = [Sum(*key, amounts[key], seconds[key]) for key in amounts]
    if by == "month":
        return sorted(found, key=lambda one: (-int(one.key), one.currency))
    return sorted(found, key=lambda one: (-one.amount, -sum(one.seconds.values()), one.name, one.currency))


def shared(off: int, parts: Sequence[tuple[int, int, int]]) -> list[int]:
    """What each entry behind a line bears of what was taken off it (below zero: put on it).

    Parts are minutes, rate and the amount that is billed. An entry that was written alone bears all of it:
    60 and 60 min at 100.00 that are billed with 100.00 and 70.00 bear 0.00 and 30.00 of 30.00.
    """
    sign = 1 if off >= 0 else -1
    weights = [max(0, sign * (money.per_hour(minutes, rate) - amount)) for minutes, rate, amount in parts]
    if not sum(weights):
        weights = [minutes for minutes, _, _ in parts]
    if not sum(weights):
        weights = [1] * len(parts)
    return [sign * one for one in money.apportion(abs(off), weights)]
