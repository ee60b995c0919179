"""What the forecast of cash is made of: an amount on a day, and how each client pays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from psa_app.rules import money

PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class CashItem:
    """Money expected on a day, in the base currency; `why` says what the day stands on.

    `kind`: invoice | draft | deposit | ready | milestone | period | plan | tentative. `of` is the client
    and the scope, of what a deposit can come off.
    """

    kind: str
    day: date
    amount: int
    label: str
    account: str
    why: str
    href: str = ""
    of: tuple[int, int | None] = (0, None)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a client pays: days after issue, and why that many; tax in millionths by SOW (0: without one)."""

    days: Mapping[int, int]
    usual: Mapping[int, int]
    taxes: Mapping[tuple[int, int], int]

    def paid_on(self, account_id: int, billed_on: date) -> date:
        """When a bill of that day is expected to be paid."""
        return billed_on + timedelta(self.usual.get(account_id, self.days[account_id]))

    def why(self, account_id: int) -> str:
        """What the expected day stands on, in words."""
        days = self.usual.get(account_id)
        return f"{self.days[account_id]} days to pay" if days is None else f"usually pays after {days} days"

    def gross(self, amount: int, account_id: int, sow_id: int | None) -> int:
        """An amount with the tax of the SOW, else of the client, else of the firm."""
        ppm = self.taxes.get((account_id, sow_id or 0), self.taxes.get((account_id, 0), 0))
        return amount + money.divide(amount * ppm, PPM)
