"""What the readers of bank statements give: plain frozen values, amounts in minor units."""

from dataclasses import dataclass, field
from datetime import date

FIELDS = {
    "booked_on": "Day of booking",
    "value_on": "Value date",
    "amount": "Amount",
    "credit": "Money in",
    "debit": "Money out",
    "side": "In or out",
    "currency": "Currency",
    "payer": "Who paid",
    "iban": "Account of who paid",
    "text": "Text",
    "reference": "Reference",
    "bank_ref": "The bank's own reference",
    "balance": "Balance after it",
}
"""What a column of a CSV statement can hold, with the words for a person."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking on a bank account: money in is positive, money out negative.

    `reference` is the structured one that the payer gave, `bank_ref` the bank's own ("" when it gave
    none). `charges` is what a bank on the way took off. `told` is the amount as it was sent when that was
    in another currency ("500.00 USD"). A `is_reversal` takes back an earlier booking.
    """

    booked_on: date
    amount: int
    currency: str
    value_on: date | None = None
    payer: str = ""
    iban: str = ""
    text: str = ""
    reference: str = ""
    bank_ref: str = ""
    charges: int = 0
    told: str = ""
    is_reversal: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """What a bank says of one account over some days. Balances are None when the file has none."""

    kind: str  # camt | csv
    number: str
    account: str  # IBAN or number as the bank writes it; "" when the file does not say
    currency: str
    entries: tuple[Entry, ...]
    opening: int | None = None
    closing: int | None = None
    waiting: int = 0  # entries that the bank has not booked yet: they are left out
    columns: dict[str, str] = field(default_factory=dict)  # of a CSV file: field → header

    @property
    def gap(self) -> int:
        """Closing − (opening + all entries): what is missing, or too much. 0 without balances."""
        if self.opening is None or self.closing is None:
            return 0
        return self.closing - self.opening - sum(one.amount for one in self.entries)

    @property
    def is_checked(self) -> bool:
        """True when there are balances that the entries can be held against."""
        return self.opening is not None and self.closing is not None

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day of booking; None when nothing was booked."""
        days = [one.booked_on for one in self.entries]
        return (min(days), max(days)) if days else None
