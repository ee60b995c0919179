"""The three periods in which Home compares: before last month, last month, this month up to today."""

from dataclasses import dataclass
from datetime import date, timedelta

from psa_app.rules import weeks

BEFORE, LAST, THIS = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Periods:
    """`today` and the first days of this month and the last."""

    first_of_last: date
    first_of_this: date
    today: date

    @property
    def last_month(self) -> int:
        """Last month as yyyymm."""
        return weeks.month_of(self.first_of_last)

    @property
    def this_month(self) -> int:
        """This month as yyyymm."""
        return weeks.month_of(self.first_of_this)

    def of(self, day: date) -> int:
        """The period that a day lies in."""
        if day < self.first_of_last:
            return BEFORE
        return LAST if day < self.first_of_this else THIS

    def ends(self) -> tuple[date, date, date]:
        """The last day of each period."""
        return self.first_of_last - timedelta(1), self.first_of_this - timedelta(1), self.today


def periods(today: date) -> Periods:
    """The periods as seen from a day."""
    this = today.replace(day=1)
    return Periods((this - timedelta(1)).replace(day=1), this, today)
