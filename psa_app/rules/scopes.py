"""What a line of a scope is billed by, what it is worth, how its fee is split, and when notice is due."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from psa_app.errors import Invalid
from psa_app.rules import money

TIME, FIXED, MILESTONE = "time_and_materials", "fixed", "milestone"
RETAINER, SUBSCRIPTION = "retainer", "subscription"
MODELS = (TIME, FIXED, MILESTONE, RETAINER, SUBSCRIPTION)
FEES = (FIXED, MILESTONE)  # one price for all of the line
PERIODIC = (RETAINER, SUBSCRIPTION)  # a price for each period
RATED = (TIME, RETAINER)  # their hours have a price: a retainer's, those beyond
COVERED = (
    *FEES,
    SUBSCRIPTION,
)  # hours on such a line are not billed by the hour; of a retainer, those beyond
RHYTHMS = {
    TIME: ("monthly", "weekly", "at_end"),
    FIXED: ("schedule", "on_acceptance"),
    MILESTONE: ("on_acceptance",),
    RETAINER: ("monthly", "weekly", "quarterly", "yearly"),
    SUBSCRIPTION: ("monthly", "weekly", "quarterly", "yearly"),
}
APPROVALS = ("lead", "client")
RATE_CARDS = ("line", "client", "firm")  # rates of the line's own, or those of a card
RENEWALS = ("none", "ask", "automatic")
WHOLE = 1_000_000  # all of a fee, in millionths
WARN_DAYS = 30  # before the last day on which notice can be given


def fee_amounts(fee: int, parts: Sequence[tuple[int | None, int | None]]) -> list[int]:
    """What each part of a fee comes to, minor units; a part is (amount, None) or (None, share in millionths).

    They sum to the fee: of shares, the last takes the remainder. 100.00 in thirds: 33.33, 33.33, 33.34.
    Raises `Invalid` (field "fee_parts") for a mixture, shares that are not 100 %, or amounts that are
    not the fee.
    """
    shares = [share for _, share in parts if share is not None]
    if not shares:
        total = sum(amount or 0 for amount, _ in parts)
        if total != fee:
            raise Invalid("The amounts do not add up to the fee.", "fee_parts")
        return [amount or 0 for amount, _ in parts]
    if len(shares) != len(parts):
        raise Invalid("Give each part as an amount, or each as a percentage.", "fee_parts")
    if any(share <= 0 for share in shares) or sum(shares) != WHOLE:
        raise Invalid(f"The percentages add up to {percent(sum(shares))}; make them 100 %.", "fee_parts")
    return money.split(fee, shares)


def percent(ppm: int) -> str:
    """ "33.3334 %" of 333,334 millionths, without needless zeros."""
    whole, rest = divmod(ppm, 10_000)
    decimals = f"{rest:04}".rstrip("0")
    return f"{whole}.{decimals} %" if decimals else f"{whole} %"


def notice_on(renews_on: date, notice_days: int) -> date:
    """The last day on which notice can be given."""
    return renews_on - timedelta(days=notice_days)


def moved_on(day: date, old: date, new: date) -> date:
    """A day of a term that began on `old`, in the one that begins on `new`.

    Where both begin on the same day of the month it moves by whole months, the last day of a month to
    the last day: of a term from 1 December to 31 March, the next ends on 31 July. Else it moves by days.
    """
    if old.day != new.day:
        return day + (new - old)
    months = day.year * 12 + day.month - 1 + (new.year - old.year) * 12 + new.month - old.month
    year, month = divmod(months, 12)
    last, was_last = monthrange(year, month + 1)[1], monthrange(day.year, day.month)[1] == day.day
    return date(year, month + 1, last if was_last else min(day.day, last))


def renewal_state(renewal: str, renews_on: date | None, notice_days: int, today: date) -> str:
    """ "soon" from 30 days before the last day for a notice, "due" once it has passed, "over" from the
    day of renewal on; "" before that, or when the scope does not renew.
    """
    if renewal == "none" or renews_on is None:
        return ""
    last = notice_on(renews_on, notice_days)
    if today >= renews_on:
        return "over"
    if today > last:
        return "due"
    return "soon" if today >= last - timedelta(days=WARN_DAYS) else ""


def agreement_state(ends_on: date | None, notice_days: int, today: date) -> str:
    """ "soon" from 30 days before the last day for a notice, "due" once that has passed, "over" after its
    last day; "" before that, or when the agreement has no end.
    """
    if ends_on is None:
        return ""
    if today > ends_on:
        return "over"
    last = notice_on(ends_on, notice_days)
    if notice_days and today > last:
        return "due"
    return "soon" if today >= last - timedelta(days=WARN_DAYS) else ""


def outlives(ends_on: date | None, agreement_ends_on: date | None) -> bool:
    """Whether a scope that ends on a day (None: open) goes on after its governing agreement."""
    return agreement_ends_on is not None and (ends_on is None or ends_on > agreement_ends_on)
