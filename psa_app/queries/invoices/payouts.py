"""Payouts of the payment service: what each holds, what was taken off, and whether the bank has it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from psa_app.access import Actor, fetch, require
from psa_app.models import Account, BalanceLine, BankLine, Invoice, Payment, Payout

PAGE = 25
KINDS = {
    "charge": "payments",
    "payment": "payments",
    "refund": "refunds",
    "payment_refund": "refunds",
    "refund_failure": "refunds",
    "payment_failure_refund": "refunds",
    "adjustment": "disputes",
}
PARTS = ("payments", "refunds", "disputes", "other", "fees")


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """A payout with the sums of its parts (`PARTS`; fees above zero are taken off), in its currency.

    `in_bank` is the day of the bank's line, None while no statement has it. `lines` is 0 while the payment
    service has not told what it holds.
    """

    id: int
    ref: str
    state: str
    amount: int
    currency: str
    at: datetime
    arrives_on: date
    parts: Mapping[str, int]
    lines: int
    in_bank: date | None

    @property
    def gap(self) -> int:
        """What the parts do not explain of what was paid out; 0 or something is wrong."""
        told = sum(amount for name, amount in self.parts.items() if name != "fees")
        return self.amount - (told - self.parts.get("fees", 0)) if self.lines else 0


@dataclass(frozen=True, slots=True)
class Held:
    """One line of a payout: a payment, refund or dispute with its client, or something else."""

    ref: str
    kind: str
    at: datetime
    amount: int
    fee: int
    net: int
    client: str = ""
    invoice: str = ""
    invoice_id: int | None = None


@dataclass(frozen=True, slots=True)
class PayoutsPage:
    """A page of payouts, the latest first; `waiting` is what is still held at the payment service."""

    rows: tuple[PayoutLine, ...]
    total: int
    page: int
    pages: int
    waiting: tuple[tuple[str, int], ...] = field(default=())


def payouts_page(session: Session, actor: Actor, page: int = 1) -> PayoutsPage:
    """The payouts, 25 a page."""
    require(actor, "provider.read")
    total = session.exec(select(func.count(col(Payout.id)))).one()
    pages = max(1, -(-total // PAGE))
    page = max(1, min(page, pages))
    statement = select(Payout).order_by(col(Payout.at).desc(), col(Payout.id).desc())
    found = session.exec(statement.limit(PAGE).offset((page - 1) * PAGE)).all()
    held = select(col(BalanceLine.currency), func.sum(BalanceLine.net_minor)).group_by(BalanceLine.currency)
    waiting = session.exec(held.order_by(BalanceLine.currency)).all()
    left = tuple((currency, int(amount)) for currency, amount in waiting if amount)
    return PayoutsPage(tuple(_lines(session, list(found))), total, page, pages, left)


def payout_one(session: Session, actor: Actor, payout_id: int) -> tuple[PayoutLine, tuple[Held, ...]]:
    """A payout with each line that it holds, the oldest first. Raises `NotFound`."""
    require(actor, "provider.read")
    payout = fetch(session, actor, Payout, payout_id)
    rows = session.exec(
        select(BalanceLine, col(Account.name), col(Invoice.number), col(Invoice.id))
        .outerjoin(Payment, col(Payment.id) == col(BalanceLine.payment_id))
        .outerjoin(Account, col(Account.id) == col(Payment.account_id))
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .where(BalanceLine.payout_ref == payout.ref)
        .order_by(col(BalanceLine.at), col(BalanceLine.id))
    ).all()
    held = tuple(
        Held(
            one.ref,
            one.kind,
            one.at,
            one.amount_minor,
            one.fee_minor,
            one.net_minor,
            client or "",
            number or "",
            invoice_id,
        )
        for one, client, number, invoice_id in rows
        if one.kind != "payout"
    )
    return _lines(session, [payout])[0], held


def _lines(session: Session, payouts: list[Payout]) -> list[PayoutLine]:
    refs, ids = [one.ref for one in payouts], [one.id for one in payouts]
    sums = session.execute(
        select_columns(
            col(BalanceLine.payout_ref),
            col(BalanceLine.kind),
            func.sum(BalanceLine.amount_minor),
            func.sum(BalanceLine.fee_minor),
            func.count(col(BalanceLine.id)),
        )
        .where(col(BalanceLine.payout_ref).in_(refs), col(BalanceLine.kind) != "payout")
        .group_by(BalanceLine.payout_ref, BalanceLine.kind)
    ).all()
    parts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(PARTS, 0))
    counts: dict[str, int] = defaultdict(int)
    for ref, kind, amount, fee, count in sums:
        parts[ref][KINDS.get(kind, "other")] += int(amount)
        parts[ref]["fees"] += int(fee)
        counts[ref] += int(count)
    in_bank = dict(
        session.exec(
            select(col(BankLine.payout_id), col(BankLine.booked_on)).where(col(BankLine.payout_id).in_(ids))
        ).all()
    )
    return [
        PayoutLine(
            int(one.id or 0),
            one.ref,
            one.state,
            one.amount_minor,
            one.currency,
            one.at,
            one.arrives_on,
            dict(parts[one.ref]),
            counts[one.ref],
            in_bank.get(one.id),
        )
        for one in payouts
    ]
