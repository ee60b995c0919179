"""Cost rates: dated, by person, else by role, else the firm's own default.

Cost is actual time (billable or not) × the rate valid on the work date. A view that must not give
away a salary asks without a person: then the role's standard cost applies.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from psa_app.rules import money


@dataclass(frozen=True, slots=True)
class CostRow:
    """A cost per hour in minor units from a day on, until the next row of the same person or role."""

    id: int
    person_id: int | None
    role_id: int | None
    amount: int
    valid_from: date


class CostBook:
    """All cost rows, indexed once for many picks."""

    def __init__(self, rows: Iterable[CostRow]) -> None:
        self._rows: dict[tuple[int | None, int | None], list[CostRow]] = defaultdict(list)
        for row in rows:
            self._rows[_key(row.person_id, row.role_id)].append(row)
        for group in self._rows.values():
            group.sort(key=lambda row: (row.valid_from, row.id))

    def pick(self, person_id: int | None, role_id: int | None, day: date) -> CostRow | None:
        """The row in force on a day: the person's, else the role's, else the firm's; or None.

        Of two rows from the same day the one with the higher id counts.
        """
        row = None
        if person_id is not None:
            row = self._in_force((person_id, None), day)
        if row is None and role_id is not None:
            row = self._in_force((None, role_id), day)
        return row or self._in_force((None, None), day)

    def turns(self) -> set[date]:
        """The days on which some cost rate begins to count."""
        return {row.valid_from for rows in self._rows.values() for row in rows}

    def _in_force(self, key: tuple[int | None, int | None], day: date) -> CostRow | None:
        rows = self._rows.get(key, [])
        index = bisect_right(rows, day, key=lambda row: row.valid_from)
        return rows[index - 1] if index else None


def cost_of(seconds: int, amount: int) -> int:
    """Actual seconds × cost per hour, half up: 90 minutes at 50.00 cost 75.00."""
    return money.divide(seconds * amount, 3600)


def _key(person_id: int | None, role_id: int | None) -> tuple[int | None, int | None]:
    return (person_id, None) if person_id is not None else (None, role_id)
