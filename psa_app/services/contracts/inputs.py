"""What is handed in when a scope is written. Amounts carry their currency, which is the scope's."""

from dataclasses import dataclass
from datetime import date

from psa_app.rules.money import Money


@dataclass(frozen=True, slots=True)
class RateInput:
    """A price per hour for a role, or for everyone on the line when `role_id` is empty.

    It counts from `valid_from` (empty: the scope's first day) to `valid_to` (empty: without end).
    """

    amount: Money
    role_id: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class MilestoneInput:
    """A part of a line's price that falls due when accepted."""

    title: str
    value: Money
    criteria: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class FeePartInput:
    """A dated part of a fixed fee: an amount, or a share of the fee in millionths."""

    due_on: date
    title: str = ""
    value: Money | None = None
    share_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class DeliverableInput:
    """Something that the scope promises, and what it must meet to be accepted."""

    title: str
    criteria: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line by its `model`: `time_and_materials` has rates and an optional cap; `fixed` has a `value` split
    over `fee_parts`, or milestones; `milestone` has milestones that make its value; `retainer` and
    `subscription` have a `value` for each of `periods` (0: until the scope ends). What a period of a retainer
    holds is `period_minutes`, or work worth `period_value` where it `holds` money; what of it is unused goes
    over (`rollover`: none | capped | unlimited, at most `rollover_cap` minutes or minor units, for
    `rollover_periods`), and work beyond it is `deficit`: overage | carry | absorb. A period is billed in
    `advance` or in `arrears` (`billed_in`); periods begin on the contract's day or, `counted_from` the
    calendar, on the first of a month; nothing is due for `trial_days`. A subscription is for `quantity`
    at once, its `value` the price of one.

    `rhythm` (`rules/scopes.py`), "" for the usual one of the model; `approval`: lead | client, with
    `silence_days` after which the client's silence approves (0: never). `round_*` is the line's own
    rounding, all empty for the scope's. `rate_card`: line (its own `rates`), or the card whose rates
    count, client | firm; `rates` is empty then.
    """

    title: str
    model: str
    description: str = ""
    value: Money | None = None
    cap: Money | None = None
    estimate_minutes: int = 0
    rates: tuple[RateInput, ...] = ()
    milestones: tuple[MilestoneInput, ...] = ()
    fee_parts: tuple[FeePartInput, ...] = ()
    holds: str = "hours"
    period_minutes: int = 0
    period_value: Money | None = None
    rollover: str = "none"
    rollover_cap: int = 0
    rollover_periods: int = 1
    deficit: str = "overage"
    periods: int = 0
    billed_in: str = "advance"
    counted_from: str = "contract"
    trial_days: int = 0
    quantity: int = 1
    rhythm: str = ""
    approval: str = "lead"
    silence_days: int = 0
    round_increment: int | None = None
    round_mode: str | None = None
    round_minimum: int | None = None
    round_per: str | None = None
    rate_card: str = "line"


@dataclass(frozen=True, slots=True)
class Head:
    """The fields of a scope that stand above its lines; empty ones take the client's or the firm's defaults.

    `round_*` is the rounding policy (`rules/hours.py`), minutes; `payment_days` from 0 to 365.
    `deposit`, or its share of the value in millionths (`deposit_ppm`), is due at signature. A draft is made
    when approved time comes to `bill_at_minutes` or to `bill_at`; empty: what the client's record says.
    `new_agreement` is the title of a governing agreement that is made with the scope. `renewal`: none |
    ask | automatic, on `renews_on`, unless notice is given `notice_days` before. An expense above
    `receipt_above_minor` (the scope's currency) needs a receipt; None asks for none.
    """

    title: str
    starts_on: date
    ends_on: date | None = None
    currency: str = ""
    summary: str = ""
    terms: str = ""
    purchase_order: str = ""
    payment_days: int | None = None
    round_increment: int | None = None
    round_mode: str | None = None
    round_minimum: int | None = None
    round_per: str | None = None
    grouping: str = "role"
    tax_rate_id: int | None = None
    agreement_id: int | None = None
    new_agreement: str = ""
    assumptions: str = ""
    renewal: str = "none"
    renews_on: date | None = None
    notice_days: int = 0
    receipt_above_minor: int | None = None
    deposit: Money | None = None
    deposit_ppm: int = 0
    bill_at_minutes: int | None = None
    bill_at: Money | None = None
