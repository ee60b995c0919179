"""Which bill rate an hour gets: the ladder, most specific level first.

1 approved override on the entry · 2 SOW line · 3 project × person · 4 project × role · 5 project ·
6 account × role · 7 account · 8 firm card × role · 9 person's default · none: the entry is
unpriced, never worth 0 in silence. At each level the row counts whose dates hold the work date; a
row in another currency than the contract's is skipped. Amounts are minor units for one hour.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from psa_app.errors import Invalid
from psa_app.rules import money


class Level(StrEnum):
    """The ladder's levels in their order."""

    override = "override"
    sow_line = "sow_line"
    project_person = "project_person"
    project_role = "project_role"
    project = "project"
    account_role = "account_role"
    account = "account"
    firm_role = "firm_role"
    person = "person"


WORDS: dict[str, str] = {
    Level.override: "approved override",
    Level.sow_line: "SOW line's rate",
    Level.project_person: "project's rate for the person",
    Level.project_role: "project's rate for the role",
    Level.project: "project's default rate",
    Level.account_role: "client's rate for the role",
    Level.account: "client's default rate",
    Level.firm_role: "firm's rate card for the role",
    Level.person: "person's default rate",
}


@dataclass(frozen=True, slots=True)
class RateRow:
    """One dated rate; both dates are inclusive, `valid_to=None` is open-ended.

    Only the ids that its level names count; a `sow_line` row may also name a role.
    """

    id: int
    level: Level
    amount: int
    currency: str
    valid_from: date
    valid_to: date | None
    sow_line_id: int | None = None
    project_id: int | None = None
    account_id: int | None = None
    person_id: int | None = None
    role_id: int | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be priced: `currency` is the contract's, None takes a rate in any."""

    sow_line_id: int | None
    project_id: int | None
    account_id: int | None
    person_id: int | None
    role_id: int | None
    day: date
    currency: str | None
    override: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """The rate that applies, and the rule that decided, frozen on the entry at approval."""

    amount: int
    currency: str
    level: Level
    row_id: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Step:
    """One level's answer in a derivation; `won` marks the level that decided."""

    level: Level
    sentence: str
    row_id: int | None
    amount: int | None
    won: bool


@dataclass(frozen=True, slots=True)
class Modifier:
    """Changes a base rate once: after hours ×1.5 is `Modifier(Fraction(3, 2))`, then `plus`."""

    times: Fraction = Fraction(1)
    plus: int = 0

    def apply(self, amount: int) -> int:
        """120.00 × 1.5 + 20.00 is 200.00."""
        return money.times(amount, self.times) + self.plus


# The level's plain text: an enum member hashes ten times slower.
Key = tuple[str, int | None, int | None]


def _key(row: RateRow) -> Key:
    first, second = _ids(row.level, row)
    return row.level.value, first, second


def _ids(level: Level, of: RateRow | Work) -> tuple[int | None, int | None]:
    match level:
        case Level.sow_line:
            return of.sow_line_id, of.role_id
        case Level.project_person:
            return of.project_id, of.person_id
        case Level.project_role:
            return of.project_id, of.role_id
        case Level.project:
            return of.project_id, None
        case Level.account_role:
            return of.account_id, of.role_id
        case Level.account:
            return of.account_id, None
        case Level.firm_role:
            return of.role_id, None
        case Level.person:
            return of.person_id, None
        case Level.override:
            return None, None


ONE_DAY = timedelta(days=1)
_PAIRS = (Level.project_person, Level.project_role, Level.account_role)


def check_row(row: RateRow) -> None:
    """Raises `Invalid` for a row that names too little for its level, or whose values are wrong."""
    first, second = _ids(row.level, row)
    if row.level is Level.override:
        raise Invalid("An override is set on the time entry, not on a rate card.", "level")
    if first is None or (row.level in _PAIRS and second is None):
        raise Invalid(f"Choose what the {WORDS[row.level]} is for.", "level")
    if row.amount < 0:
        raise Invalid("A rate is 0 or more.", "amount")
    money.exponent(row.currency)
    if row.valid_to is not None and row.valid_to < row.valid_from:
        raise Invalid("The last day lies before the first.", "valid_to")


def overlap(rows: Iterable[RateRow]) -> tuple[RateRow, RateRow] | None:
    """Two rows for the same work and currency at one level whose dates overlap, or None."""
    for group in _grouped(rows).values():
        widest = group[0]
        for row in group[1:]:
            if widest.valid_to is None or row.valid_from <= widest.valid_to:
                return widest, row
            widest = row
    return None


def _grouped(rows: Iterable[RateRow]) -> dict[tuple[Key, str], list[RateRow]]:
    groups: dict[tuple[Key, str], list[RateRow]] = defaultdict(list)
    for row in rows:
        groups[_key(row), row.currency].append(row)
    for group in groups.values():
        group.sort(key=lambda row: (row.valid_from, row.id))
    return groups


class Ladder:
    """All rate rows, indexed once for many picks; which rows some work may use is remembered."""

    def __init__(self, rows: Iterable[RateRow]) -> None:
        self._dated: dict[Key, list[_Dated]] = defaultdict(list)
        for (key, _), group in _grouped(rows).items():
            self._dated[key].append(_Dated(group))
        for many in self._dated.values():
            many.sort(key=lambda dated: dated.currency)
        self._ways: dict[tuple[object, ...], list[_Dated]] = {}

    def pick(self, work: Work) -> Hit | None:
        """The rate of the first level that has one, or None: the work is unpriced."""
        if work.override is not None:
            return _override(work.override, work.currency)
        for dated in self._way(work):
            hit = dated.on(work.day)
            if hit is not None:
                return hit
        return None

    def _way(self, work: Work) -> list["_Dated"]:
        """The dated rows that this work may use, most specific first, whatever its day."""
        about = (
            work.sow_line_id,
            work.project_id,
            work.account_id,
            work.person_id,
            work.role_id,
            work.currency,
        )
        way = self._ways.get(about)
        if way is None:
            rows = (dated for key in _keys(work) for dated in self._dated.get(key, ()))
            way = [dated for dated in rows if work.currency in (None, dated.currency)]
            self._ways[about] = way
        return way

    def turns(self) -> set[date]:
        """The days on which some rate begins to count, or has ceased to since the day before."""
        return {day for many in self._dated.values() for dated in many for day in dated.turns()}

    def explain(self, work: Work) -> list[Step]:
        """One step for each level in order, that is the derivation a person opens."""
        winner = self.pick(work)
        steps = [_override_step(work)]
        for level in list(Level)[1:]:
            hits = self._hits_at(level, work)
            fits = [hit for hit in hits if work.currency in (None, hit.currency)]
            if not fits:
                steps.append(Step(level, _absent(level, work, hits), None, None, won=False))
                continue
            hit = fits[0]
            won = winner is not None and hit == winner
            steps.append(Step(level, hit.sentence, hit.row_id, hit.amount, won=won))
        return steps

    def _hits_at(self, level: Level, work: Work) -> list[Hit]:
        found: list[Hit] = []
        for key in _keys(work):
            if key[0] == level.value:
                hits = (dated.on(work.day) for dated in self._dated.get(key, ()))
                found += [hit for hit in hits if hit is not None]
        return found


class _Dated:
    """The rows of one key in one currency, sorted by date and bisected."""

    __slots__ = ("_from", "_hits", "_to", "currency")

    def __init__(self, rows: list[RateRow]) -> None:
        self.currency = rows[0].currency
        self._from = [row.valid_from for row in rows]
        self._to = [row.valid_to or date.max for row in rows]
        self._hits = [_hit(row) for row in rows]

    def on(self, day: date) -> Hit | None:
        index = bisect_right(self._from, day) - 1
        while index >= 0:
            if day <= self._to[index]:
                return self._hits[index]
            index -= 1
        return None

    def turns(self) -> Iterable[date]:
        yield from self._from
        yield from (day + ONE_DAY for day in self._to if day < date.max)


def _keys(work: Work) -> Iterable[Key]:
    line, project, account = work.sow_line_id, work.project_id, work.account_id
    person, role = work.person_id, work.role_id
    if line is not None:
        if role is not None:
            yield "sow_line", line, role
        yield "sow_line", line, None
    if project is not None:
        if person is not None:
            yield "project_person", project, person
        if role is not None:
            yield "project_role", project, role
        yield "project", project, None
    if account is not None:
        if role is not None:
            yield "account_role", account, role
        yield "account", account, None
    if role is not None:
        yield "firm_role", role, None
    if person is not None:
        yield "person", person, None


def _hit(row: RateRow) -> Hit:
    until = f" to {row.valid_to.isoformat()}" if row.valid_to else ""
    words = WORDS[row.level]
    if row.level is Level.sow_line and row.role_id is not None:
        words += " for the role"
    sentence = f"The {words}, valid from {row.valid_from.isoformat()}{until}."
    return Hit(row.amount, row.currency, row.level, row.id, sentence)


def _override(amount: int, currency: str | None) -> Hit:
    return Hit(amount, currency or "", Level.override, None, "The approved override on the entry.")


def _override_step(work: Work) -> Step:
    if work.override is None:
        return Step(Level.override, "No approved override on the entry.", None, None, won=False)
    return Step(Level.override, "The approved override on the entry.", None, work.override, won=True)


def _absent(level: Level, work: Work, other: list[Hit]) -> str:
    if other:
        return f"The {WORDS[level]} is in {other[0].currency}, the contract in {work.currency}: skipped."
    return f"No {WORDS[level]} on {work.day.isoformat()}."
