"""What is handed in for an opportunity's amounts and roles."""

from dataclasses import dataclass
from datetime import date

from psa_app.rules.money import Money


@dataclass(frozen=True, slots=True)
class AmountInput:
    """What it may bring by one billing model, in the opportunity's currency."""

    model: str
    amount: Money


@dataclass(frozen=True, slots=True)
class RoleInput:
    """Minutes of a role that it would need; without days they begin when the order is expected."""

    role_id: int
    minutes: int
    starts_on: date | None = None
    ends_on: date | None = None
