"""The general ledger in double entry: which accounts an invoice, a payment or a loss moves.

Amounts are minor units of the firm's currency, debits above zero; the postings of an entry sum to zero.
What was in another currency keeps its amount beside it. A document counts at the rate that it froze, so
a payment at another day's rate leaves a difference, which is the gain or loss realised.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from psa_app.rules import money


class Account(NamedTuple):
    """An account: its class, and the code and name that a firm may replace by its own."""

    kind: str  # Assets | Liabilities | Equity | Income | Expenses
    code: str
    name: str


ACCOUNTS: dict[str, Account] = {
    "bank": Account("Assets", "1000", "Bank"),
    "provider": Account("Assets", "1010", "Payment provider"),
    "transit": Account("Assets", "1020", "Payouts on their way"),
    "receivable": Account("Assets", "1200", "Receivables"),
    "withholding": Account("Assets", "1300", "Tax withheld by clients"),
    "input_tax": Account("Assets", "1310", "Tax to reclaim"),
    "owed_out": Account("Liabilities", "2100", "Owed for expenses"),
    "tax": Account("Liabilities", "2200", "Tax on sales"),
    "unapplied": Account("Liabilities", "2300", "Payments on account"),
    "deposits": Account("Liabilities", "2310", "Deposits of clients"),
    "opening": Account("Equity", "3000", "Opening balances"),
    "services": Account("Income", "4000", "Services by time"),
    "fees": Account("Income", "4010", "Fees and milestones"),
    "recurring": Account("Income", "4020", "Retainers and subscriptions"),
    "rebilled": Account("Income", "4100", "Expenses billed on"),
    "other_income": Account("Income", "4900", "Other income"),
    "discounts": Account("Income", "4950", "Discounts given"),
    "fx": Account("Income", "4990", "Currency differences"),
    "expenses": Account("Expenses", "5000", "Expenses for clients"),
    "charges": Account("Expenses", "6100", "Bank and payment charges"),
    "bad_debt": Account("Expenses", "6200", "Bad debts"),
    "suspense": Account("Assets", "1999", "To be sorted out"),
}
# The account of a line by its kind; of any other kind it is other income.
_LINES = {
    "time": "services",
    "milestone": "fees",
    "fee": "fees",
    "retainer": "recurring",
    "subscription": "recurring",
    "overage": "recurring",
    "expense": "rebilled",
    "deposit": "deposits",
    "drawdown": "deposits",
    "deposit_used": "deposits",
    "credit_kept": "deposits",  # by the payment service, for its next invoice
    "credit_used": "deposits",
    "discount": "discounts",
    "opening": "opening",
}
# Where money stands by the kind of fact; what never came has an account of its own.
_AT_PROVIDER = ("charge", "refund", "refund_failed", "dispute", "dispute_won")
_FACTS = {
    **dict.fromkeys(_AT_PROVIDER, "provider"),
    "transfer": "bank",
    "reversal": "bank",
    "fee": "charges",
    "bank_charge": "charges",
    "discount": "discounts",
    "withholding": "withholding",
    "opening": "opening",
}


class Posting(NamedTuple):
    """An amount on an account, in the firm's currency, and what it was in its own."""

    account: str
    amount: int
    original: int
    currency: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the journal; `number` is that of the document, `party` the client."""

    on: date
    number: str
    party: str
    text: str
    postings: tuple[Posting, ...]

    @property
    def balance(self) -> int:
        """0, or the entry is wrong."""
        return sum(one.amount for one in self.postings)


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice or credit note: lines as (kind, net), taxes as (name, tax), in its currency."""

    on: date
    number: str
    party: str
    currency: str
    lines: Sequence[tuple[str, int]]
    taxes: Sequence[tuple[str, int]]
    total: int


def line_account(kind: str) -> str:
    """The account that a line of an invoice goes to."""
    return _LINES.get(kind, "other_income")


def fact_account(kind: str) -> str:
    """The account that a fact about a payment moves; of an unknown kind it is to be sorted out."""
    return _FACTS.get(kind, "suspense")


def billed(paper: Paper, owed: int, to_base: Callable[[int], int], *, back: bool, text: str) -> Entry:
    """What an invoice adds to the books: the client owes it, income and tax stand against it.

    `owed` is its total in the firm's currency. With `back` it is taken back: a credit note, or a void.
    """
    sign = -1 if back else 1
    parts: dict[str, int] = {}
    for kind, net in paper.lines:
        account = line_account(kind)
        parts[account] = parts.get(account, 0) + net
    tax = sum(amount for _, amount in paper.taxes)
    if tax:
        parts["tax"] = parts.get("tax", 0) + tax
    in_base = _shared(owed, {account: to_base(amount) for account, amount in parts.items()})
    postings = [Posting("receivable", sign * owed, sign * paper.total, paper.currency)]
    postings += [
        Posting(account, -sign * in_base[account], -sign * amount, paper.currency)
        for account, amount in parts.items()
        if amount or in_base[account]
    ]
    return Entry(paper.on, paper.number, paper.party, text, tuple(postings))


def _shared(total: int, parts: Mapping[str, int]) -> dict[str, int]:
    """Parts that sum to `total`: the largest takes what rounding left."""
    found = dict(parts)
    if found:
        largest = max(found, key=lambda name: (abs(found[name]), name))
        found[largest] += total - sum(found.values())
    return found


def came(on: date, kind: str, amount: int, in_base: int, currency: str, party: str, number: str) -> Entry:
    """A fact about a payment: money came or went, or a charge was taken off; the client has it on account."""
    postings = (
        Posting(fact_account(kind), in_base, amount, currency),
        Posting("unapplied", -in_base, -amount, currency),
    )
    return Entry(on, number, party, kind.replace("_", " ").capitalize(), postings)


def applied(
    on: date,
    amount: int,
    from_account: int,
    off_invoice: int,
    currency: str,
    party: str,
    number: str,
    *,
    paid: tuple[int, str] | None = None,
) -> Entry:
    """Money on account settles an invoice: at the payment's rate out, at the invoice's rate off it.

    100.00 USD paid at 0.95 on an invoice at 0.90: 95.00 out, 90.00 off, 5.00 gained. `paid` is what of the
    money it takes, where that came in another currency than the invoice's.
    """
    gain = from_account - off_invoice
    postings = [
        Posting("unapplied", from_account, *(paid or (amount, currency))),
        Posting("receivable", -off_invoice, -amount, currency),
    ]
    if gain:
        postings.append(Posting("fx", -gain, 0, currency))
    return Entry(
        on, number, party, "Settles the invoice" if amount > 0 else "Taken off again", tuple(postings)
    )


def lost(on: date, amount: int, in_base: int, currency: str, party: str, number: str) -> Entry:
    """What is written off is a loss; below zero the loss is taken back."""
    postings = (
        Posting("bad_debt", in_base, amount, currency),
        Posting("receivable", -in_base, -amount, currency),
    )
    return Entry(on, number, party, "Written off" if amount > 0 else "Opened again", postings)


def spent(on: date, cost: int, tax: int, amount: int, currency: str, party: str, number: str) -> Entry:
    """An approved expense: its cost, the tax to reclaim, and what is owed for it, in the firm's currency."""
    postings = [Posting("expenses", cost, amount, currency)]
    if tax:
        postings.append(Posting("input_tax", tax, 0, currency))
    postings.append(Posting("owed_out", -cost - tax, -amount, currency))
    return Entry(on, number, party, "Expense", tuple(postings))


class Running:
    """Amounts of one document in the firm's currency, so that parts sum to the whole to the minor unit."""

    def __init__(self, to_base: Callable[[int], int]) -> None:
        self.to_base = to_base
        self._so_far = 0

    def take(self, amount: int) -> int:
        """The next part in the firm's currency: what the sum comes to now, less what it came to before."""
        before = self.to_base(self._so_far)
        self._so_far += amount
        return self.to_base(self._so_far) - before


def converter(rate_nano: int, currency: str, base: str) -> Callable[[int], int]:
    """Turns minor units of a currency into the firm's at a rate."""
    if currency == base:
        return lambda amount: amount
    return lambda amount: money.convert(amount, rate_nano, currency, base)


def within(entries: Iterable[Entry], first: date, last: date) -> list[Entry]:
    """The entries of a period in their order; what moves nothing is left out."""
    kept = [one for one in entries if first <= one.on <= last and any(part.amount for part in one.postings)]
    return sorted(kept, key=lambda one: one.on)
