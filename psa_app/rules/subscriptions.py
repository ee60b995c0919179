"""What the periods of a subscription cost when its plan changes, rests or ends within one.

A change on a day costs, for the days from then to the period's end, the difference between the new fee
and the old: one fraction for what is charged and what is given back, rounded once.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from psa_app.errors import Invalid
from psa_app.rules import money
from psa_app.rules.periods import Period, Schedule, periods

PLAN, PAUSE, RESUME, CANCEL = "plan", "pause", "resume", "cancel"
MONTHS = {"weekly": (12, 52), "monthly": (1, 1), "quarterly": (3, 1), "yearly": (12, 1)}


class Change(NamedTuple):
    """From `day` on a whole period costs `price` × `quantity`; nothing while it is paused, or once it has
    ended."""

    id: int
    kind: str
    day: date
    price: int
    quantity: int = 1

    @property
    def fee(self) -> int:
        """What a whole period costs after it."""
        return 0 if self.kind in (PAUSE, CANCEL) else self.price * self.quantity


class Piece(NamedTuple):
    """What is billed of a period: its fee as it begins, or what a change in it costs or gives back."""

    key: str  # fee | change 12
    starts_on: date
    ends_on: date
    amount: int
    change: Change | None = None


def in_order(changes: Sequence[Change]) -> list[Change]:
    """Changes by their day, those of one day as they were made."""
    return sorted(changes, key=lambda one: (one.day, one.id))


def fee_on(fee: int, changes: Sequence[Change], day: date) -> int:
    """What a whole period costs on a day; `fee` is what was agreed at first."""
    for change in in_order(changes):
        if change.day <= day:
            fee = change.fee
    return fee


def pieces(fee: int, changes: Sequence[Change], period: Period) -> list[Piece]:
    """What a period costs: 300.00 for April, from the 11th on 600.00: 300.00 and 200.00.

    A pause from the 21st gives back 100.00. A change on a period's first day makes its fee.
    """
    now = fee_on(fee, changes, period.starts_on)
    found = [Piece("fee", period.starts_on, period.ends_on, period.share_of(now))]
    for change in in_order(changes):
        if period.starts_on < change.day <= period.ends_on:
            amount = _share(change.fee - now, period, change.day, period.ends_on)
            found.append(Piece(f"change {change.id}", change.day, period.ends_on, amount, change))
            now = change.fee
    return found


def earned_upto(of: Schedule, fee: int, changes: Sequence[Change], day: date) -> int:
    """What is earned of the fees to the end of a day, ratably by days."""
    return sum(
        _share(piece.amount, period, piece.starts_on, min(day, piece.ends_on), piece)
        for period in periods(of, day)
        for piece in pieces(fee, changes, period)
        if piece.starts_on <= day
    )


def monthly(rhythm: str, fee: int) -> int:
    """A fee as an amount a month: 1,200.00 a year are 100.00, 12.00 a week are 52.00."""
    months, times = MONTHS[rhythm]
    return money.divide(fee * times, months)


def check_change(changes: Sequence[Change], kind: str, day: date, first: date) -> None:
    """Raises `Invalid` (field "effective_on") for a change that cannot be made on that day."""
    made = in_order(changes)
    if day < first:
        raise Invalid("The subscription begins later. Choose a day from its first period on.", "effective_on")
    if made and day < made[-1].day:
        raise Invalid("A later change is written already. Choose its day or one after it.", "effective_on")
    state = made[-1].kind if made else PLAN
    if state == CANCEL:
        raise Invalid("The subscription has been cancelled.", "effective_on")
    if kind == PAUSE and state == PAUSE:
        raise Invalid("The subscription is paused already.", "effective_on")
    if kind == RESUME and state != PAUSE:
        raise Invalid("The subscription is not paused.", "effective_on")
    if kind == PLAN and state == PAUSE:
        raise Invalid("The subscription is paused. Resume it first, then change its plan.", "effective_on")


def _share(amount: int, period: Period, first: date, last: date, of: Piece | None = None) -> int:
    """The share of an amount that days have: of a whole period, or of the piece that the amount is for."""
    whole_from, whole_to = (of.starts_on, of.ends_on) if of else (period.whole_from, period.whole_to)
    return money.divide(amount * ((last - first).days + 1), (whole_to - whole_from).days + 1)
