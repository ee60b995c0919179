"""Deposits and advances: what is asked, what of one is open, and what an invoice takes off for them.

A deposit is billed with its tax like any other price. Once it is paid, later invoices take it off by lines
of their own, below zero and at the deposit's own tax, so that the tax of both together is that of the work.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from psa_app.errors import Invalid
from psa_app.rules import money

WHOLE = 1_000_000
ASKED, USED = "deposit", "deposit_used"  # kinds of lines
KINDS = (ASKED, USED)


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposit with what can be taken off for it, minor units; `sow_id` None: for all work of the client."""

    line_id: int
    open: int
    tax: Hashable
    sow_id: int | None


class Work(NamedTuple):
    """A printed line from whose price deposits can be taken off."""

    tax: Hashable
    sow_id: int | None
    net: int


def agreed(amount: int, ppm: int, worth: int) -> int:
    """The deposit that a scope asks for: an amount, or a share of its value in millionths, half up.

    30 % of 1,234.55 are 370.37. Raises `Invalid` (field deposit or deposit_percent) for both at once, for
    less than nothing, for more than the value, and for a share of a scope that has no value of its own.
    """
    if amount and ppm:
        raise Invalid("Give the deposit as an amount or as a percentage, not both.", "deposit_percent")
    if not 0 <= ppm <= WHOLE:
        raise Invalid("A deposit lies between 0 and 100 % of the value.", "deposit_percent")
    if amount < 0:
        raise Invalid("Give the deposit as an amount above zero.", "deposit")
    if ppm and worth <= 0:
        sentence = "No line has a value of which a share could be asked. Give the deposit as an amount."
        raise Invalid(sentence, "deposit_percent")
    if 0 < worth < amount:
        raise Invalid("The deposit is more than the scope is worth.", "deposit")
    return money.divide(worth * ppm, WHOLE) if ppm else amount


def paid_net(net: int, paid: int, total: int) -> int:
    """What of a deposit's `net` is paid, when `paid` came of its invoice's `total` (both with tax).

    Rounded down, so that no more is taken off than came; all of it once the invoice is paid: of 100.00 net
    and 119.00 in all, 59.50 paid are 50.00.
    """
    if net <= 0 or paid <= 0:
        return 0
    return net if paid >= total else net * paid // total


def still_open(net: int, credited: int, paid: int, total: int, used: int) -> int:
    """What can still be taken off: what is paid of what was not credited, less what invoices took off.

    `net` is the line's, `credited` of it given back; `paid` and `total` are of its invoice, with tax and
    after credit notes.
    """
    return max(paid_net(net - credited, paid, total) - used, 0)


def drawn(
    deposits: Iterable[Deposit], work: Sequence[Work], of_scope: int | None = None, most: int | None = None
) -> list[tuple[int, int]]:
    """What an invoice takes off, as (line of the deposit, amount), in the order of the deposits.

    Never more than is open, than its work at the deposit's tax comes to, or than `most` in all. A scope's
    deposit is for that scope's work: for all of the invoice when it is `of_scope`.
    """
    by_tax: dict[Hashable, int] = {}
    by_scope: dict[tuple[Hashable, int | None], int] = {}
    for tax, sow_id, net in work:
        by_tax[tax] = by_tax.get(tax, 0) + net
        by_scope[tax, sow_id] = by_scope.get((tax, sow_id), 0) + net
    found = []
    for one in deposits:
        room = by_tax.get(one.tax, 0)
        own = (one.tax, one.sow_id)
        if one.sow_id is not None and one.sow_id != of_scope:
            room = min(room, by_scope.get(own, 0))
        amount = min(one.open, room) if most is None else min(one.open, room, most)
        if amount <= 0:
            continue
        by_tax[one.tax] -= amount
        by_scope[own] = by_scope.get(own, 0) - amount
        most = None if most is None else most - amount
        found.append((one.line_id, amount))
    return found


def left_to_pay(
    bills: Iterable[tuple[int, int | None, int]], held: Mapping[tuple[int, int | None], int]
) -> list[int]:
    """What coming bills (client, scope, amount) still bring, once deposits came off them in their order.

    `held` is what is left of deposits by client and scope; one without a scope is for all of a client's
    work, and comes after the scope's own: of 300.00 and 200.00 with 400.00 held, 0.00 and 100.00.
    """
    rest, found = dict(held), list[int]()
    for account_id, sow_id, amount in bills:
        to_pay = amount
        for of in dict.fromkeys(((account_id, sow_id), (account_id, None))):
            off = min(max(to_pay, 0), rest.get(of, 0))
            rest[of] = rest.get(of, 0) - off
            to_pay -= off
        found.append(to_pay)
    return found
