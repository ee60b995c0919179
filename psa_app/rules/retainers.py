"""A retainer's ledger: lots of units, the draws of approved work on them, and what becomes of the rest.

A unit is a whole minute, or a minor unit of money. A lot is a period's grant, what an earlier period
left over, a top-up or an adjustment. Work draws by its day, then its id, from the lot of the oldest
period; a piece of work is split where a lot ends. What no lot holds is overage, is carried into the next
period, or is absorbed. Whatever comes in is used, taken back, expired or left: see `Statement`.

Worked example, 40 h a month with the deficit carried: September uses 30, so October has 50; it uses 60,
so November has 30.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from psa_app.rules import money

Source = Literal["grant", "adjustment", "top_up", "rollover"]
Outcome = Literal["drawn", "overage", "carried", "absorbed"]
HOURS, MONEY = "hours", "money"
HOLDS = (HOURS, MONEY)  # what a period holds
ROLLOVERS = ("none", "capped", "unlimited")
DEFICITS = ("overage", "carry", "absorb")
WARN_AT = (50, 80, 100)  # per cent of what a period has
_RANK: dict[Source, int] = {"rollover": 0, "grant": 1, "adjustment": 2, "top_up": 3}


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed. Of what a period leaves, at most `rollover_cap` units go over where it is `capped`,
    and live for `rollover_periods` periods; they do not roll again."""

    rollover: str = "none"  # none | capped | unlimited
    rollover_cap: int = 0
    rollover_periods: int = 1
    deficit: str = "overage"  # overage | carry | absorb


class Lot(NamedTuple):
    """Units of one source. `number` is the period that they come from, `last` the last one in which they
    can be used (None: as long as the retainer runs), `id` tells top-ups and adjustments apart."""

    source: Source
    number: int
    units: int
    last: int | None = None
    id: int = 0

    @property
    def key(self) -> tuple[Source, int, int]:
        """What names the lot, however much of it is left."""
        return self.source, self.number, self.id


class Use(NamedTuple):
    """Approved work in the period `number` of its day. Of work that was cut, from `offset` units on."""

    entry_id: int
    day: date
    number: int
    units: int
    offset: int = 0


class Draw(NamedTuple):
    """Units of a piece of work and what became of them; `lot` is the key of the lot that they are from."""

    entry_id: int
    offset: int
    units: int
    outcome: Outcome
    lot: tuple[Source, int, int] | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What stands at the beginning of the period `number`: units left, and work still to be drawn."""

    number: int = 1
    lots: tuple[Lot, ...] = ()
    owed: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A period in units: `opening + granted + added == used + taken_back + expired + left`.

    `owed_before` is carried work of earlier periods, drawn first; `wanted` is the work of this one.
    """

    number: int
    opening: int
    granted: int
    added: int
    owed_before: int
    wanted: int
    used: int
    overage: int
    absorbed: int
    carried: int
    taken_back: int
    expired: int
    left: int
    draws: tuple[Draw, ...]

    @property
    def available(self) -> int:
        """What the period has for its own work; below 0 when more is owed than comes in."""
        return self.opening + self.granted + self.added - self.owed_before

    @property
    def warning(self) -> int:
        """The highest of 50, 80 and 100 % that its work has reached, 0 below all."""
        return warning(self.wanted, self.available)


def warning(wanted: int, available: int) -> int:
    """The highest per cent of `WARN_AT` that the work has reached: 24 of 30 are 80, 15 of 30 are 50."""
    if wanted <= 0:
        return 0
    reached = [level for level in WARN_AT if available <= 0 or wanted * 100 >= available * level]
    return max(reached, default=0)


def replay(
    terms: Terms,
    state: State,
    grants: Sequence[int],
    added: Iterable[Lot] = (),
    uses: Iterable[Use] = (),
    *,
    is_whole: bool = False,
) -> tuple[list[Statement], State]:
    """The open periods from `state.number` on, one for each of `grants`, and what stands after them.

    `added` are top-ups and adjustments by the period in which they come; one below 0 takes back what is
    unused. Work of a period that is closed draws from the first open one. The order in which `uses` come
    changes nothing. `is_whole` says that the retainer ends with the last of `grants`: nothing is left
    over then, and a deficit that was to be carried is overage.
    """
    uses_of, added_of = defaultdict(list), defaultdict(list)
    for use in uses:
        uses_of[max(use.number, state.number)].append(use)
    for lot in added:
        added_of[max(lot.number, state.number)].append(lot)
    found = []
    last = state.number + len(grants) - 1
    for units in grants:
        number = state.number
        ends = is_whole and number == last
        one, state = run_period(terms, state, units, added_of[number], uses_of[number], ends=ends)
        found.append(one)
    return found, state


def run_period(
    terms: Terms, state: State, grant: int, added: Iterable[Lot], uses: Iterable[Use], *, ends: bool = False
) -> tuple[Statement, State]:
    """One period with its grant; `ends` when it is the retainer's last."""
    added = list(added)
    come = [lot for lot in added if lot.units > 0]
    book = _Book([*state.lots, Lot("grant", state.number, grant), *come])
    mine = sorted(uses, key=lambda use: (use.day, use.entry_id, use.offset))
    beyond = [rest for use in (*state.owed, *mine) if (rest := book.draw(use))]
    used = sum(draw.units for draw in book.draws)
    taken = book.take_back(-sum(lot.units for lot in added if lot.units < 0))
    outcome = _outcome(terms, ends=ends)
    over = sum(rest.units for rest in beyond)
    if outcome != "carried":
        book.draws += [Draw(rest.entry_id, rest.offset, rest.units, outcome) for rest in beyond]
    left, expired = book.close(terms, state.number, ends=ends)
    statement = Statement(
        number=state.number,
        opening=sum(lot.units for lot in state.lots),
        granted=grant,
        added=sum(lot.units for lot in come),
        owed_before=sum(use.units for use in state.owed),
        wanted=sum(use.units for use in mine),
        used=used,
        overage=over if outcome == "overage" else 0,
        absorbed=over if outcome == "absorbed" else 0,
        carried=over if outcome == "carried" else 0,
        taken_back=taken,
        expired=expired,
        left=sum(lot.units for lot in left),
        draws=tuple(book.draws),
    )
    owed = tuple(beyond) if outcome == "carried" else ()
    return statement, State(state.number + 1, tuple(left), owed)


def cut(seconds: int, units: Sequence[int]) -> list[int]:
    """The seconds of an entry by the units of its draws in their order: they sum to the entry's."""
    return money.apportion(seconds, units)


def _outcome(terms: Terms, *, ends: bool) -> Outcome:
    if terms.deficit == "absorb":
        return "absorbed"
    return "carried" if terms.deficit == "carry" and not ends else "overage"


class _Book:
    """The lots of a period, the oldest first, as they are drawn on."""

    def __init__(self, lots: Iterable[Lot]) -> None:
        self.lots = sorted(lots, key=lambda lot: (lot.number, _RANK[lot.source], lot.id))
        self.left = [lot.units for lot in self.lots]
        self.draws: list[Draw] = []

    def draw(self, use: Use) -> Use | None:
        """Draws a piece of work; what no lot holds comes back. Work that rounds to nothing draws nothing."""
        if use.units == 0:
            self.draws.append(Draw(use.entry_id, use.offset, 0, "drawn", self.lots[0].key))
            return None
        offset, units = use.offset, use.units
        for place, part in self._take(units):
            self.draws.append(Draw(use.entry_id, offset, part, "drawn", self.lots[place].key))
            offset, units = offset + part, units - part
        return use._replace(offset=offset, units=units) if units else None

    def take_back(self, units: int) -> int:
        """Takes back what is unused, the oldest first; how much that was."""
        return sum(part for _, part in self._take(units))

    def _take(self, units: int) -> list[tuple[int, int]]:
        parts = []
        for place, left in enumerate(self.left):
            part = min(left, units)
            if part > 0:
                self.left[place] -= part
                units -= part
                parts.append((place, part))
        return parts

    def close(self, terms: Terms, number: int, *, ends: bool) -> tuple[list[Lot], int]:
        """The lots that go into the next period, and how many units expire."""
        kept = []
        for lot, left in zip(self.lots, self.left, strict=True):
            if ends or left == 0:
                continue
            if lot.source == "grant":
                rolled = _rolled(terms, left)
                kept.append(Lot("rollover", lot.number, rolled, lot.number + terms.rollover_periods))
            elif lot.last is None or lot.last > number:
                kept.append(lot._replace(units=left))
        kept = [lot for lot in kept if lot.units]
        return kept, sum(self.left) - sum(lot.units for lot in kept)


def _rolled(terms: Terms, unused: int) -> int:
    if terms.rollover == "none":
        return 0
    return min(unused, terms.rollover_cap) if terms.rollover == "capped" else unused
