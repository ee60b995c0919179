"""What a firm that moved in took over: open invoices, and money that clients have on account."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from psa_app.access import Actor, require, visible
from psa_app.models import Account, Invoice, Payment, PaymentFact

MOST = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """One of them; `amount` in minor units. Of an invoice `invoice_id` is set."""

    id: int
    client: str
    number: str
    day: date | None
    amount: int
    currency: str
    invoice_id: int | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What was taken over, the latest first, and the clients that more can be taken over for."""

    invoices: tuple[Taken, ...]
    credits: tuple[Taken, ...]
    clients: tuple[tuple[int, str], ...]


def opening_balances(session: Session, actor: Actor) -> Opening:
    """The opening balances as they were taken over, 200 of each at most."""
    require(actor, "payments.record")
    invoices = session.exec(
        select(Invoice, col(Account.name))
        .join(Account, col(Account.id) == col(Invoice.account_id))
        .where(visible(actor, Invoice), col(Invoice.is_taken_over), Invoice.managed_ref == "")
        .order_by(col(Invoice.id).desc())
        .limit(MOST)
    ).all()
    on_account = session.exec(
        select(Payment, col(Account.name), col(PaymentFact.amount_minor))
        .join(Account, col(Account.id) == col(Payment.account_id))
        .join(PaymentFact, col(PaymentFact.payment_id) == col(Payment.id))
        .where(visible(actor, Payment), PaymentFact.kind == "opening")
        .order_by(col(Payment.id).desc())
        .limit(MOST)
    ).all()
    names = select(col(Account.id), col(Account.name)).where(~col(Account.is_archived))
    clients = session.exec(names.order_by(Account.name)).all()
    return Opening(
        tuple(
            Taken(int(one.id or 0), name, one.number, one.issued_on, one.total_minor, one.currency, one.id)
            for one, name in invoices
        ),
        tuple(
            Taken(int(one.id or 0), name, one.reference, one.received_on, amount, one.currency)
            for one, name, amount in on_account
        ),
        tuple((int(key or 0), name) for key, name in clients),
    )
