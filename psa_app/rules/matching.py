"""What a payment on the bank account is likely to be for: candidates with points, and how sure one can be.

A line is *certain* only when it names what it pays and pays it to the cent, and nothing speaks against it.
Everything else is for a person to decide; the points only order what they are shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Literal

from psa_app.rules.duplicates import normal_name
from psa_app.rules.references import creditor_body, is_reference_of, names_digits, names_number

Grade = Literal["certain", "likely", "doubtful", "none"]
POINTS = {
    "number": 60,
    "digits": 30,
    "account": 30,
    "name": 25,
    "part of name": 15,
    "exact": 40,
    "charge": 25,
    "discount": 25,
    "only one of this amount": 20,
    "before issue": -30,
    "other payer": -40,
}
LIKELY, DOUBTFUL = 60, 20
MOST_CHARGE = 3_000  # of an amount in hundredths: what banks on the way take off, at most
MOST_CHARGE_PPM = 20_000  # and at most 2 % of it
DISCOUNTS_PPM = (10_000, 20_000, 30_000)  # what is taken off for paying early: 1, 2 or 3 %
MOST_SHOWN = 5
MOST_SUMMED = 12  # of how many open invoices sums are tried
MOST_TOGETHER = 4


@dataclass(frozen=True, slots=True)
class Line:
    """Money that came: `amount` in minor units, above zero. `charges` is what the bank says it took off."""

    amount: int
    currency: str
    booked_on: date
    text: str = ""
    reference: str = ""
    payer: str = ""
    iban: str = ""
    charges: int = 0


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An issued invoice with something left to pay (`left`, minor units)."""

    id: int
    number: str
    account_id: int
    currency: str
    left: int
    issued_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Payer:
    """A client as banks know it: its names, and the accounts from which it paid before."""

    account_id: int
    names: tuple[str, ...]
    ibans: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the line may pay: `parts` are (invoice id, amount) and add up to no more than the line.

    `short` is what stays open on them, `over` what is left of the money. `short_kind`: charge | discount,
    when the missing part looks like one. `reasons` are finished words.
    """

    account_id: int
    parts: tuple[tuple[int, int], ...]
    points: int
    reasons: tuple[str, ...]
    short: int = 0
    over: int = 0
    short_kind: str = ""
    is_named: bool = False
    is_against: bool = False

    @property
    def is_exact(self) -> bool:
        """Nothing stays open and nothing is left over."""
        return self.short == 0 and self.over == 0


@dataclass(frozen=True, slots=True)
class Match:
    """How sure one can be, and the candidates, the best first. `paid` are numbers named that owe nothing."""

    grade: Grade
    candidates: tuple[Candidate, ...] = ()
    paid: tuple[str, ...] = ()


def match(line: Line, invoices: Iterable[OpenInvoice], payers: Iterable[Payer]) -> Match:
    """What this line may pay among the invoices of its currency; paid ones tell of money that came twice."""
    listed = sorted(
        (one for one in invoices if one.currency == line.currency), key=lambda one: (one.due_on, one.id)
    )
    possible = [one for one in listed if one.left > 0]
    known = {one.account_id: _Known(line, one) for one in payers}
    named = [one for one in possible if _is_named(line, one)]
    paid = tuple(one.number for one in listed if one.left <= 0 and _is_named(line, one))
    groups = _named_groups(named, line) or _groups(line, possible, known)
    found = [_candidate(line, group, known, possible, bool(named)) for group in groups]
    kept = sorted((one for one in found if one.points >= DOUBTFUL), key=_order)[:MOST_SHOWN]
    grade = _grade(kept)
    if grade == "certain" and len(groups) > 1:
        grade = "likely"  # it names more than it pays
    if paid and grade != "none":
        grade = "doubtful"
    return Match(grade, tuple(kept), paid)


class _Known:
    """How a client fits the payer of a line."""

    def __init__(self, line: Line, payer: Payer) -> None:
        self.by_account = bool(line.iban) and line.iban in payer.ibans
        said = normal_name(line.payer)
        names = [name for one in payer.names if (name := normal_name(one))]
        self.by_name = bool(said) and said in names
        words = set(said.split())
        self.by_part = not self.by_name and any(_shares(words, set(name.split())) for name in names)

    @property
    def at_all(self) -> bool:
        return self.by_account or self.by_name or self.by_part


def _shares(said: set[str], name: set[str]) -> bool:
    """All words of the shorter one are in the longer one, and one of them says something."""
    short, long = sorted((said, name), key=len)
    return bool(short) and short <= long and any(len(word) > 3 for word in short)


def _is_named(line: Line, invoice: OpenInvoice) -> bool:
    body = creditor_body(line.reference)
    if body:
        return is_reference_of(body, invoice.number)
    return names_number(line.text, invoice.number) or names_number(line.reference, invoice.number)


def _named_groups(named: Sequence[OpenInvoice], line: Line) -> list[tuple[OpenInvoice, ...]]:
    """What the payer named belongs together, unless it is of several clients."""
    by_client: dict[int, list[OpenInvoice]] = {}
    for one in named:
        by_client.setdefault(one.account_id, []).append(one)
    groups = [tuple(group) for group in by_client.values()]
    alone = [(one,) for one in named if len(named) > 1 and one.left == line.amount]
    return groups + alone


def _groups(
    line: Line, possible: Sequence[OpenInvoice], known: dict[int, _Known]
) -> list[tuple[OpenInvoice, ...]]:
    """Without a number: what fits the digits or the amount, and what the payer's client owes."""
    groups: dict[tuple[int, ...], tuple[OpenInvoice, ...]] = {}

    def add(*group: OpenInvoice) -> None:
        groups.setdefault(tuple(one.id for one in group), group)

    text = f"{line.text} {line.reference}"
    for one in possible:
        if names_digits(text, one.number) or one.left == line.amount:
            add(one)
    payer_ids = [account_id for account_id, one in known.items() if one.at_all]
    for account_id in payer_ids:
        mine = [one for one in possible if one.account_id == account_id]
        for one in mine[:MOST_SUMMED]:
            if _short_kind(line, one.left - line.amount, one.left):
                add(one)
        for group in _sums(mine[:MOST_SUMMED], line.amount):
            add(*group)
        if mine:
            add(*_oldest(mine, line.amount))
    return list(groups.values())


def _sums(mine: Sequence[OpenInvoice], amount: int) -> list[tuple[OpenInvoice, ...]]:
    """Groups of several invoices that together are the amount; all of them together first."""
    every = [tuple(mine)] if len(mine) > 1 and sum(one.left for one in mine) == amount else []
    some = [
        group
        for size in range(2, min(MOST_TOGETHER, len(mine)) + 1)
        for group in combinations(mine, size)
        if sum(one.left for one in group) == amount
    ]
    return (every + some)[:MOST_SHOWN]


def _oldest(mine: Sequence[OpenInvoice], amount: int) -> tuple[OpenInvoice, ...]:
    """The invoices due first, until the money is used up."""
    group: list[OpenInvoice] = []
    for one in mine:
        if amount <= 0:
            break
        group.append(one)
        amount -= one.left
    return tuple(group)


def _candidate(
    line: Line,
    group: Sequence[OpenInvoice],
    known: dict[int, _Known],
    possible: Sequence[OpenInvoice],
    is_named: bool,
) -> Candidate:
    owed = sum(one.left for one in group)
    short, over = max(owed - line.amount, 0), max(line.amount - owed, 0)
    kind = _short_kind(line, short, owed)
    told = [
        *_by_reference(line, group, is_named),
        *_by_payer(known, group[0].account_id),
        *_by_amount(line, group, possible, short, over, kind),
    ]
    if any(line.booked_on < one.issued_on for one in group):
        told.append(("before issue", "came before the invoice was issued"))
    return Candidate(
        account_id=group[0].account_id,
        parts=split_over([(one.id, one.left) for one in group], line.amount),
        points=sum(POINTS.get(key, 0) for key, _ in told),
        reasons=tuple(words for _, words in told),
        short=short,
        over=over,
        short_kind=kind,
        is_named=is_named,
        is_against=any(POINTS.get(key, 0) < 0 for key, _ in told),
    )


def _by_reference(line: Line, group: Sequence[OpenInvoice], is_named: bool) -> list[tuple[str, str]]:
    numbers = " and ".join(one.number for one in group[:3]) + (" and more" if len(group) > 3 else "")
    if is_named:
        structured = " in its structured reference" if creditor_body(line.reference) else ""
        return [("number", f"names {numbers}{structured}")]
    if any(names_digits(f"{line.text} {line.reference}", one.number) for one in group):
        return [("digits", f"has the digits of {numbers}")]
    return []


def _by_payer(known: dict[int, _Known], account_id: int) -> list[tuple[str, str]]:
    other = any(one.by_account for key, one in known.items() if key != account_id)
    mine = known.get(account_id)
    if mine is not None and mine.by_account:
        return [("account", "came from an account that this client paid from before")]
    if other:
        return [("other payer", "came from an account of another client")]
    if mine is not None and mine.by_name:
        return [("name", "the payer has the client's name")]
    if mine is not None and mine.by_part:
        return [("part of name", "the payer's name is like the client's")]
    return []


def _by_amount(
    line: Line,
    group: Sequence[OpenInvoice],
    possible: Sequence[OpenInvoice],
    short: int,
    over: int,
    kind: str,
) -> list[tuple[str, str]]:
    if not short and not over:
        words = (
            f"is the sum of {len(group)} open invoices" if len(group) > 1 else "is what is open, to the cent"
        )
        alone = sum(one.left == line.amount for one in possible) == 1 and len(group) == 1
        only = [("only one of this amount", "no other open invoice has this amount")] if alone else []
        return [("exact", words), *only]
    if kind == "charge":
        return [("charge", "is short by what a bank may have taken off")]
    if kind == "discount":
        return [("discount", f"is short by {_percent(short, line.amount + short)} %, as for paying early")]
    return [("", "is less than what is open" if short else "is more than what is open")]


def _percent(part: int, whole: int) -> int:
    return (part * 200 + whole) // (2 * whole)


def _short_kind(line: Line, short: int, owed: int) -> str:
    """What a missing part looks like: charge | discount | ""."""
    if short <= 0:
        return ""
    if short == line.charges:
        return "charge"
    if any(abs(short * 1_000_000 - owed * ppm) <= 1_000_000 for ppm in DISCOUNTS_PPM):
        return "discount"
    is_small = short <= MOST_CHARGE and short * 1_000_000 <= owed * MOST_CHARGE_PPM
    return "charge" if is_small else ""


def split_over(owed: Sequence[tuple[int, int]], amount: int) -> tuple[tuple[int, int], ...]:
    """The amount over (id, owed) in their order, each at most what it owes; parts of nothing are left out."""
    parts = []
    for key, left in owed:
        part = min(left, amount)
        amount -= part
        if part > 0:
            parts.append((key, part))
    return tuple(parts)


def _order(one: Candidate) -> tuple[int, int, int, tuple[tuple[int, int], ...]]:
    return (-one.points, one.short + one.over, len(one.parts), one.parts)


def _grade(candidates: Sequence[Candidate]) -> Grade:
    if not candidates:
        return "none"
    best = candidates[0]
    if best.is_named and best.is_exact and not best.is_against:
        return "certain"
    if best.points >= LIKELY and not best.is_against:
        return "likely"
    return "doubtful"
