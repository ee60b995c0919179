"""A rate card as a matrix: a row for each role or person, a column a currency, cells of dated rates."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from psa_app.rules.rates import ONE_DAY, RateRow

LAST = date.max


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """A cell on a day: `now` counts on it, `later` are those that begin after it, `earlier` have ended.

    Each is sorted by its first day.
    """

    now: RateRow | None
    later: tuple[RateRow, ...]
    earlier: tuple[RateRow, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """How a new amount from a day on is laid into a cell.

    `ends` is the row that gives way, with its new last day; `changes` begins on that very day and takes
    the new amount instead of a row of its own; `until` is the last day of the new amount (None: open).
    """

    ends: tuple[RateRow, date] | None
    changes: RateRow | None
    until: date | None


def cells(rows: Iterable[RateRow], day: date) -> dict[tuple[int, str], MatrixCell]:
    """The cells of one card by (role or person, currency); 0 stands for everyone."""
    grouped: dict[tuple[int, str], list[RateRow]] = defaultdict(list)
    for row in rows:
        grouped[row.person_id or row.role_id or 0, row.currency].append(row)
    return {key: cell(group, day) for key, group in grouped.items()}


def cell(rows: Iterable[RateRow], day: date) -> MatrixCell:
    """The rates of one cell as they stand on a day."""
    ordered = sorted(rows, key=lambda row: row.valid_from)
    now = next((row for row in ordered if row.valid_from <= day <= (row.valid_to or LAST)), None)
    later = tuple(row for row in ordered if row.valid_from > day)
    earlier = tuple(row for row in ordered if (row.valid_to or LAST) < day)
    return MatrixCell(now, later, earlier)


def fit(rows: Iterable[RateRow], first_day: date) -> Fitted:
    """Where a new amount that counts from `first_day` goes among the rates of its cell.

    It counts to the last day of the row that it replaces, or else until the next row begins, so that
    rates planned for later keep their days.
    """
    found = cell(rows, first_day)
    if found.now is None:
        after = found.later[0].valid_from - ONE_DAY if found.later else None
        return Fitted(None, None, after)
    if found.now.valid_from == first_day:
        return Fitted(None, found.now, found.now.valid_to)
    return Fitted((found.now, first_day - timedelta(days=1)), None, found.now.valid_to)
