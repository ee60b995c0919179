"""What is handed in when a scope is written. Amounts carry their currency, which is the scope's."""

from dataclasses import dataclass
from datetime import date

from psa_app.rules.money import Money


@dataclass(frozen=True, slots=True)
class RateInput:
    """A price per hour for a role, or for everyone on the line when `role_id` is empty."""

    amount: Money
    role_id: int | None = None


@dataclass(frozen=True, slots=True)
class MilestoneInput:
    """A part of a fixed line that falls due when accepted."""

    title: str
    value: Money
    criteria: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line: `time_and_materials` (with rates and an optional cap) or `fixed` (its value = Σ milestones)."""

    title: str
    model: str
    description: str = ""
    value: Money | None = None
    cap: Money | None = None
    estimate_minutes: int = 0
    rates: tuple[RateInput, ...] = ()
    milestones: tuple[MilestoneInput, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The fields of a scope that stand above its lines; empty ones take the client's or the firm's defaults.

    `round_*` is the rounding policy (`rules/hours.py`), minutes; `payment_days` from 0 to 365.
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
