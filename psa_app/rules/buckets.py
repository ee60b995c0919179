"""Conservation of hours: each worked second lies in exactly one bucket.

What is billed is billed, whatever became of the task since; what of it a credit note gave back and
nobody is to bill again is written off. A retainer's time is drawn from its lots, or beyond them. The
rest is not billable, covered by a fee, over a cap, or still to be billed.
"""

from dataclasses import dataclass
from enum import StrEnum


class Bucket(StrEnum):
    """Where a worked second lies, in the order in which a report shows them."""

    not_billable = "not_billable"
    unbilled = "unbilled"
    drafted = "drafted"
    invoiced = "invoiced"
    fee = "fee"
    retainer = "retainer"
    over_cap = "over_cap"
    written_off = "written_off"


@dataclass(frozen=True, slots=True)
class Worked:
    """Seconds of one entry, or of several that are alike; `over_cap` is what a cap holds back, `drawn` what
    came from a retainer's lots, `absorbed` what lay beyond them at no cost."""

    seconds: int
    is_billable: bool
    is_covered: bool  # a price covers it: of a fixed line or a subscription
    drafted: int = 0
    invoiced: int = 0
    over_cap: int = 0
    written_off: int = 0  # credited, and never to be billed again
    drawn: int = 0
    absorbed: int = 0


def buckets(worked: Worked) -> dict[Bucket, int]:
    """The seconds by bucket; they sum to what was worked.

    Raises `ValueError` when more is billed, or lies over the cap, than was worked: a second would
    lie in two buckets.

    Of 3,600 billable seconds with 600 drafted, 1,200 invoiced and 300 over the cap, 1,500 are unbilled.
    """
    found = dict.fromkeys(Bucket, 0)
    billed = (worked.drafted, worked.invoiced, worked.written_off)
    found[Bucket.drafted], found[Bucket.invoiced], found[Bucket.written_off] = billed
    held = (worked.drawn, worked.absorbed)
    found[Bucket.retainer] = worked.drawn
    rest = worked.seconds - sum(billed) - sum(held)
    if min(worked.seconds, *billed, *held, worked.over_cap) < 0 or rest < 0:
        raise ValueError("More is billed than was worked.")
    if not worked.is_billable:
        found[Bucket.not_billable] = rest
    elif worked.is_covered:
        found[Bucket.fee] = rest
    elif worked.over_cap > rest:
        raise ValueError("More lies over the cap than is left.")
    else:
        found[Bucket.over_cap], found[Bucket.unbilled] = worked.over_cap, rest - worked.over_cap
    found[Bucket.fee] += worked.absorbed
    return found
