"""The margin of client work: this month up to today against the whole month before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from psa_app.queries.projects.earned import Earned
from psa_app.queries.projects.periods import LAST, THIS
from psa_app.rules import recognition


@dataclass(frozen=True, slots=True)
class ProjectMargin:
    """A contract's part of this month, in the base currency."""

    key: int
    name: str
    account: str
    recognized: int
    cost: int

    @property
    def margin(self) -> Fraction | None:
        """(Recognized − cost) ÷ recognized."""
        return recognition.margin(self.recognized, self.cost)


@dataclass(frozen=True, slots=True)
class Margin:
    """Recognized revenue and cost of both months, and the projects behind this one, by revenue.

    `open_cost` is of this month's time that is billed by the hour and not approved yet: neither it nor
    its revenue counts so far. `uncosted_seconds` have no cost rate and count as free.
    """

    recognized: int
    cost: int
    last_recognized: int
    last_cost: int
    open_cost: int
    open_seconds: int
    uncosted_seconds: int
    projects: tuple[ProjectMargin, ...]

    @property
    def share(self) -> Fraction | None:
        """This month's margin."""
        return recognition.margin(self.recognized, self.cost)

    @property
    def with_open(self) -> Fraction | None:
        """This month's margin if all time not approved yet were worth nothing."""
        return recognition.margin(self.recognized, self.cost + self.open_cost)

    @property
    def last(self) -> Fraction | None:
        """Last month's margin."""
        return recognition.margin(self.last_recognized, self.last_cost)

    def heaviest(self) -> tuple[ProjectMargin, Fraction] | None:
        """The project that takes most off the margin, and how much higher it would be without it."""
        whole = self.share
        if whole is None:
            return None
        lifts = [
            (one, self._without(one) - whole) for one in self.projects if self.recognized > one.recognized
        ]
        best = max(lifts, key=lambda pair: pair[1], default=None)
        return best if best is not None and best[1] > 0 else None

    def _without(self, one: ProjectMargin) -> Fraction:
        revenue = self.recognized - one.recognized
        return Fraction(revenue - self.cost + one.cost, revenue)


def margin(found: Sequence[Earned]) -> Margin:
    """The firm's margin from its contracts."""
    return Margin(
        sum(one.recognized[THIS] for one in found),
        sum(one.cost[THIS] for one in found),
        sum(one.recognized[LAST] for one in found),
        sum(one.cost[LAST] for one in found),
        sum(one.open_cost[THIS] for one in found),
        sum(one.open_seconds for one in found),
        sum(one.uncosted_seconds for one in found),
        tuple(sorted(_projects(found), key=lambda one: -one.recognized)),
    )


def _projects(found: Iterable[Earned]) -> Iterable[ProjectMargin]:
    for one in found:
        contract = one.contract
        if one.recognized[THIS] or one.cost[THIS]:
            yield ProjectMargin(
                contract.key, contract.name, contract.account, one.recognized[THIS], one.cost[THIS]
            )
