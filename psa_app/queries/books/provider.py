"""Entries of the payment service's balance: each of its lines once, on its own day."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from psa_app.models import BalanceLine, BankLine, Payment, Payout
from psa_app.queries.exchange import Exchange
from psa_app.rules import money, provider_ledger
from psa_app.rules.ledger import Entry, converter


@dataclass(frozen=True, slots=True)
class Posted:
    """What the books hold of the facts of payments: by kind and reference, in the firm's currency."""

    amounts: Mapping[tuple[str, str], int]
    payments: Mapping[int, Payment]
    named: Callable[[int], tuple[str, str]]  # a payment's client and number
    day: Callable[[datetime], date]


# The kinds of facts that a balance line of a kind stands for.
_FACTS = {
    "charge": ("charge",),
    "payment": ("charge",),
    "refund": ("refund",),
    "payment_refund": ("refund",),
    "refund_failure": ("refund_failed",),
    "payment_failure_refund": ("refund_failed",),
    "adjustment": ("dispute", "dispute_won"),
}


def provider_entries(
    session: Session, posted: Posted, fx: Exchange, base: str, *, is_test: bool
) -> Iterator[Entry]:
    """The entries of all balance lines, the oldest first, and of payouts that a bank line says have come."""
    mode = col(BalanceLine.livemode).is_(not is_test)
    lines = session.exec(
        select(BalanceLine).where(mode).order_by(col(BalanceLine.at), col(BalanceLine.id))
    ).all()
    held: dict[str, int] = defaultdict(int)  # by payout what its lines stand at in the books
    left: dict[str, int] = defaultdict(int)  # by payout what has left the payment service
    payouts = [one for one in lines if one.kind in provider_ledger.PAYOUTS]
    for line in lines:
        if line.kind not in provider_ledger.PAYOUTS:
            entries, stands = _line(line, posted, fx, base)
            held[line.payout_ref] += stands
            yield from entries
    for line in payouts:
        entry = _payout(line, held, posted, fx, base)
        left[line.source_ref] += next(one.amount for one in entry.postings if one.account == "transit")
        yield entry
    yield from _arrivals(session, left, fx, base)


def _line(line: BalanceLine, posted: Posted, fx: Exchange, base: str) -> tuple[list[Entry], int]:
    """The entries of a line, and what it adds to the balance in the firm's currency."""
    own = posted.day(line.at)
    on, to_base = line.ledger_on or own, converter(_rate(fx, line, own), line.currency, base)
    if line.kind in provider_ledger.CHARGES:
        cost = -to_base(line.net_minor)
        return [provider_ledger.charged(on, -line.net_minor, cost, line.currency, "", line.ref)], -cost
    entries: list[Entry] = []
    payment = posted.payments.get(line.payment_id or 0)
    client, number = posted.named(line.payment_id or 0) if payment else ("", line.ref)
    stands = _booked(line, posted)
    if stands is None:
        stands = to_base(line.amount_minor)
        word = line.kind.replace("_", " ").capitalize()
        entries.append(
            provider_ledger.elsewhere(on, line.amount_minor, stands, line.currency, line.ref, word)
        )
    elif payment is not None and payment.currency != line.currency:
        came = to_base(line.amount_minor)
        entries.append(provider_ledger.exchanged(on, came - stands, base, client, number))
        stands = came
    if line.fee_minor:
        fee = to_base(line.fee_minor)
        entries.append(provider_ledger.charged(on, line.fee_minor, fee, line.currency, client, number))
        stands -= fee
    return entries, stands


def _booked(line: BalanceLine, posted: Posted) -> int | None:
    """What the books hold of the fact that a line stands for; None for none."""
    wanted = _FACTS.get(line.kind, ())
    if line.kind == "adjustment":
        wanted = ("dispute",) if line.amount_minor < 0 else ("dispute_won",)
    found = [
        posted.amounts[kind, line.source_ref] for kind in wanted if (kind, line.source_ref) in posted.amounts
    ]
    return found[0] if found else None


def _payout(line: BalanceLine, held: Mapping[str, int], posted: Posted, fx: Exchange, base: str) -> Entry:
    """A payout, or one that came back. In the firm's own currency nothing is exchanged."""
    amount = -line.amount_minor
    on, to_base = (
        line.ledger_on or posted.day(line.at),
        converter(_rate(fx, line, posted.day(line.at)), line.currency, base),
    )
    in_base = to_base(amount)
    own = line.currency == base or amount < 0 or line.source_ref not in held
    stands = in_base if own else held[line.source_ref]
    entry = provider_ledger.paid_out(on, amount, in_base, stands, line.currency, base, line.source_ref)
    if not line.fee_minor:
        return entry
    fee = to_base(line.fee_minor)
    cost = provider_ledger.charged(on, line.fee_minor, fee, line.currency, "", line.source_ref)
    return Entry(on, entry.number, entry.party, entry.text, (*entry.postings, *cost.postings))


def _rate(fx: Exchange, line: BalanceLine, day: date) -> int:
    return fx.rate(line.currency, day) or money.NANO


def _arrivals(session: Session, left: Mapping[str, int], fx: Exchange, base: str) -> Iterator[Entry]:
    rows = session.exec(
        select(BankLine, Payout)
        .join(Payout, col(Payout.id) == col(BankLine.payout_id))
        .where(BankLine.status == "booked")
        .order_by(col(BankLine.id))
    ).all()
    for line, payout in rows:
        if payout.ref not in left:
            continue
        day, currency, amount = line.booked_on, line.currency, line.amount_minor
        in_base = converter(fx.rate(currency, day) or money.NANO, currency, base)(amount)
        on = line.ledger_on or day
        yield provider_ledger.arrived(on, amount, in_base, left[payout.ref], currency, base, payout.ref)
