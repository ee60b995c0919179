"""What is earned (R) against what is billed (B), per contract, in minor units.

WIP = max(R − B, 0) and deferred = max(B − R, 0): never both. A period's entry is what is earned to
date less what was recognized before, and may be negative.
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from psa_app.rules import money


def recognized_time(approved_value: int, cap: int | None = None) -> int:
    """Time and materials: as approved, within the cap."""
    return approved_value if cap is None else min(approved_value, cap)


def percent_complete(
    done_minutes: int, budget_minutes: int, actual_minutes: int, remaining_minutes: int | None
) -> Fraction:
    """Time to date ÷ max(budget, actual + estimate to complete), from 0 to 1.

    `remaining_minutes` is the lead's estimate, else future bookings, else None. 50 h done of 100 h
    is a half; with 150 h still to go it is a quarter.
    """
    whole = max(budget_minutes, actual_minutes + (remaining_minutes or 0))
    return min(Fraction(done_minutes, whole), Fraction(1)) if whole > 0 else Fraction(0)


def recognized_fixed(
    value: int,
    done_minutes: int,
    budget_minutes: int,
    actual_minutes: int,
    remaining_minutes: int | None,
    work_open: bool = False,
    held: int = 0,
) -> int:
    """Fixed fee by percent complete, half up: 10,000.00 at 30 of 120 h is 2,500.00.

    While work is open but neither estimate nor booking is left, `held` (what is recognized already)
    stays: see `is_held`, which flags it.
    """
    if is_held(remaining_minutes, work_open):
        return held
    return money.times(
        value, percent_complete(done_minutes, budget_minutes, actual_minutes, remaining_minutes)
    )


def is_held(remaining_minutes: int | None, work_open: bool) -> bool:
    """True when a fixed fee's progress cannot be told and the lead is to be asked for an estimate."""
    return work_open and remaining_minutes is None


def recognized_milestones(milestones: Iterable[tuple[int, bool]]) -> int:
    """The sum of the accepted ones, given as (amount, accepted)."""
    return sum(amount for amount, accepted in milestones if accepted)


def recognized_straight_line(value: int, starts_on: date, ends_on: date, day: date) -> int:
    """Ratably by days, both ends included: 365.00 over 2026 is 1.00 after its first day."""
    if ends_on < starts_on:
        raise ValueError("the last day lies before the first")
    days = (ends_on - starts_on).days + 1
    gone = min(max((day - starts_on).days + 1, 0), days)
    return money.divide(value * gone, days)


def expected_loss(value: int, cost_to_date: int, cost_to_complete: int) -> int:
    """The loss to recognize at once when a contract's whole cost exceeds its value, else 0."""
    return max(cost_to_date + cost_to_complete - value, 0)


def wip_and_deferred(recognized: int, billed: int) -> tuple[int, int]:
    """(work in progress, deferred revenue): 70.00 earned and 100.00 billed are (0, 30.00)."""
    return max(recognized - billed, 0), max(billed - recognized, 0)


def backlog(signed_value: int, recognized: int) -> int:
    """What is signed, change orders included, and not yet earned."""
    return signed_value - recognized


def margin(revenue: int, cost: int) -> Fraction | None:
    """(revenue − cost) ÷ revenue, or None without revenue: 100.00 against 60.00 is 2/5."""
    return Fraction(revenue - cost, revenue) if revenue else None


def realization(invoiced: int, standard_value: int) -> Fraction | None:
    """Invoiced net of credits ÷ billable hours at card rates, or None without those."""
    return Fraction(invoiced, standard_value) if standard_value else None
