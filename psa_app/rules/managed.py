"""Subscriptions that the payment service bills by itself: which periods are its own, which the app's.

From the first day of one whole period on it bills every period, in advance; those before are the app's. So
no period has two masters, and none is left out.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from psa_app.errors import Invalid
from psa_app.rules.periods import ADVANCE, Period, Schedule, all_periods, period_at

LONGEST_LOOK = 600  # periods
# A month is clamped from another day there than here: begun on 28 February, a contract of the 31st stays
# on the 28th there.
_CLAMP = timedelta(days=3)
ENDED = ("canceled", "incomplete_expired")
# What the payment service's words for a subscription mean; a newer word is shown as it is.
STATES = {
    "incomplete": ("First payment open", "warn"),
    "incomplete_expired": ("Never paid", "bad"),
    "trialing": ("Waits for its first day", ""),
    "active": ("Running", "ok"),
    "past_due": ("Payment overdue", "bad"),
    "unpaid": ("Not paid", "bad"),
    "paused": ("Paused", "warn"),
    "canceled": ("Ended", ""),
}


def first_period(of: Schedule, billed_in: str, today: date, wanted: date | None = None) -> Period:
    """The first period that the payment service bills: the next whole one, or that which begins on `wanted`.

    Raises `Invalid` (field "bills_from") for a day on which no whole period begins, one that is over, or a
    line that is billed in arrears.
    """
    if billed_in != ADVANCE:
        raise Invalid(
            "The payment service bills in advance, and this line is agreed in arrears.", "bills_from"
        )
    usable: Period | None = None
    for period in all_periods(of):
        if period.number > LONGEST_LOOK:
            break
        if period.starts_on >= today and not period.is_part:
            usable = usable or period
            if wanted is None or period.starts_on == wanted:
                return period
        if wanted is not None and period.starts_on > wanted:
            break
    if usable is None:
        raise Invalid("No whole period begins any more: the scope ends before.", "bills_from")
    told = usable.starts_on.isoformat()
    raise Invalid(f"Choose a day on which a whole period begins, such as {told}.", "bills_from")


def is_ours(period: Period, bills_from: date | None) -> bool:
    """Whether the app bills a period; `bills_from` is None for a line that the app bills alone."""
    return bills_from is None or period.starts_on < bills_from


def begins_at(day: date, today: date, zone: ZoneInfo) -> datetime | None:
    """The instant from which a day's period is billed; None for today: at once.

    Noon, so that no change of the clock moves the day of the periods after it.
    """
    return None if day <= today else datetime.combine(day, time(12), zone)


def ends_at(of: Schedule, zone: ZoneInfo) -> datetime | None:
    """When a subscription whose scope has a last day ends there."""
    if of.ends_on is None:
        return None
    return datetime.combine(of.ends_on + timedelta(days=1), time(12), zone)


def ends_early(ends_on: date | None, of: Schedule) -> bool:
    """Whether it is to end before its scope does; `ends_on` is the first day without it."""
    if ends_on is None:
        return False
    return of.ends_on is None or ends_on <= of.ends_on


def period_of(of: Schedule, starts_at: datetime, zone: ZoneInfo) -> Period | None:
    """The app's period that a period of the payment service is."""
    return period_at(of, starts_at.astimezone(zone).date() + _CLAMP)
