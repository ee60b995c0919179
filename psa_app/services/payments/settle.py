"""What a payment settles: facts are booked once, allocation rows say which invoice they pay.

Every function here works under the lock of the client's row.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from psa_app import clock
from psa_app.access import Actor
from psa_app.db import insert_row
from psa_app.errors import Invalid
from psa_app.models import Allocation, Firm, Invoice, Payment, PaymentFact
from psa_app.queries.exchange import exchange
from psa_app.queries.invoices.tables import ALLOCATION, FACT, USED
from psa_app.rules.money import Money, cross, divide, plain
from psa_app.services import history
from psa_app.services.books.lock import ledger_day
from psa_app.services.invoices.losses import take_loss_back


def open_amount(session: Session, invoice: Invoice) -> int:
    """What is still to be paid on an issued invoice, in minor units of its currency; 0 otherwise.

    Payments and credit notes alike are allocated to it.
    """
    if invoice.status != "issued" or invoice.kind != "invoice":
        return 0
    paid = select(func.sum(ALLOCATION.c.amount_minor)).where(ALLOCATION.c.invoice_id == invoice.id)
    return invoice.total_minor - int(session.connection().execute(paid).scalar() or 0)


def received(session: Session, payment: Payment) -> int:
    """The sum of a payment's facts: what has really come, less what went back."""
    total = select(func.sum(FACT.c.amount_minor)).where(FACT.c.payment_id == payment.id)
    return int(session.connection().execute(total).scalar() or 0)


def facts_of(session: Session, payment: Payment) -> dict[str, int]:
    """A payment's facts by kind; what sums to nothing is left out."""
    total = func.sum(FACT.c.amount_minor)
    statement = select(FACT.c.kind, total).where(FACT.c.payment_id == payment.id).group_by(FACT.c.kind)
    rows = session.connection().execute(statement.order_by(FACT.c.kind)).all()
    return {kind: int(amount) for kind, amount in rows if amount}


def allocated(session: Session, payment: Payment) -> int:
    """How much of a payment settles invoices; the rest is credit on account."""
    total = select(func.sum(USED)).where(ALLOCATION.c.payment_id == payment.id)
    return int(session.connection().execute(total).scalar() or 0)


def book_fact(
    session: Session,
    payment: Payment,
    kind: str,
    ref: str,
    amount: int,
    at: datetime,
    provider: str = "",
) -> bool:
    """Books a fact unless it is booked already; returns whether it was new.

    `provider` is who moved the money if it is not the payment's own, such as a bank transfer back.
    """
    by = provider or payment.provider
    known = select(FACT.c.id).where(FACT.c.provider == by, FACT.c.kind == kind, FACT.c.ref == ref)
    if session.connection().execute(known).first() is not None:
        return False
    if payment.base_rate_nano is None:
        payment.base_rate_nano = _rate_on(session, payment.currency, at)
        session.flush()
    insert_row(
        session,
        PaymentFact,
        payment_id=payment.id,
        provider=by,
        kind=kind,
        ref=ref,
        amount_minor=amount,
        currency=payment.currency,
        at=at,
        ledger_on=_ledger_on(session, at),
    )
    return True


def _ledger_on(session: Session, at: datetime) -> date | None:
    zone = session.execute(select(col(Firm.time_zone))).scalar_one()
    return ledger_day(session, at.astimezone(ZoneInfo(zone)).date())


def _rate_on(session: Session, currency: str, at: datetime) -> int | None:
    """Units of the firm's currency per unit of `currency`, × 10⁹, on the day of an instant."""
    zone = session.execute(select(col(Firm.time_zone))).scalar_one()
    return exchange(session).rate(currency, at.astimezone(ZoneInfo(zone)).date())


def settle(
    session: Session,
    actor: Actor,
    payment: Payment,
    invoice: Invoice | None,
    reason: str = "",
    at_most: int | None = None,
    settles: int | None = None,
) -> int:
    """Brings the allocations of a payment in line with what it received; returns the change.

    Money is taken up to what the invoice still owes, or `at_most` of it (the rest stays credit on
    account); in another currency at the rates of its day, or all of it for what a person says that it
    `settles`. A refund, a lost dispute or a reversal opens what the payment settled again, the last first;
    what was written off is opened too.
    """
    session.flush()
    spare = received(session, payment) - allocated(session, payment)
    if spare > 0 and invoice is None:
        return 0
    if spare > 0 and invoice is not None:
        taken = min(spare, max(open_amount(session, invoice), 0))
        taken = taken if at_most is None else min(taken, at_most)
        spent: int | None = None
        if payment.currency != invoice.currency:
            most = max(open_amount(session, invoice), 0)
            taken, spent = _exchanged(session, payment, invoice, spare, most, settles)
        _allocate(session, actor, payment, int(invoice.id or 0), taken, reason, spent)
        return taken
    return -_take_back(session, actor, payment, -spare, reason)


def _exchanged(
    session: Session, payment: Payment, invoice: Invoice, spare: int, most: int, settles: int | None
) -> tuple[int, int]:
    """What money in another currency settles, and what of the money that takes.

    Raises `Invalid` without a stored rate.
    """
    if settles is not None:
        return min(settles, most), spare
    day = payment.received_on or clock.today(session.execute(select(col(Firm.time_zone))).scalar_one())
    worth = worth_in(session, Money(spare, payment.currency), invoice.currency, day)
    if worth <= most:
        return worth, spare
    return most, min(spare, divide(spare * most, worth))


def worth_in(session: Session, amount: Money, currency: str, day: date) -> int:
    """What an amount is in another currency at the stored rates of a day, half up; `Invalid` without one."""
    fx = exchange(session)
    rates = fx.rate(amount.currency, day), fx.rate(currency, day)
    if rates[0] is None or rates[1] is None:
        lacking = amount.currency if rates[0] is None else currency
        raise Invalid(
            f"There is no exchange rate for {lacking}. Add one in Settings, then try again.", "amount"
        )
    return cross(amount.amount, rates[0], rates[1], amount.currency, currency)


def settle_by_credit(session: Session, actor: Actor, note: Invoice, invoice: Invoice) -> int:
    """Takes the whole of a credit note off its invoice. Returns how much of what was paid is credit now.

    Where the invoice no longer owes as much, payments make room, the last first: what they paid too
    much is the client's credit on account from now on.
    """
    reason = f"Credited by {note.number}"
    freed = left = max(note.total_minor - open_amount(session, invoice), 0)
    for payment_id, amount, used in _paid_by(session, invoice):
        part = min(left, amount)
        payment = session.get_one(Payment, payment_id)
        back = None if payment.currency == invoice.currency else -divide(used * part, amount)
        _allocate(session, actor, payment, int(invoice.id or 0), -part, reason, back)
        left -= part
    if note.total_minor:
        of_note = {"credit_id": note.id, "invoice_id": invoice.id, "amount_minor": note.total_minor}
        insert_row(
            session, Allocation, payment_id=None, at=clock.now(), reason="", paid_minor=None, **of_note
        )
    return freed


def _paid_by(session: Session, invoice: Invoice) -> list[tuple[int, int, int]]:
    """The payments that settle an invoice with what each does, and what of it that takes, the last first."""
    amount, latest = func.sum(ALLOCATION.c.amount_minor), func.max(ALLOCATION.c.id)
    rows = session.connection().execute(
        select(ALLOCATION.c.payment_id, amount, func.sum(USED))
        .where(ALLOCATION.c.invoice_id == invoice.id, ALLOCATION.c.payment_id.is_not(None))
        .group_by(ALLOCATION.c.payment_id)
        .having(amount > 0)
        .order_by(latest.desc())
    )
    return [(payment_id, int(paid), int(used)) for payment_id, paid, used in rows.all()]


def _take_back(session: Session, actor: Actor, payment: Payment, amount: int, reason: str) -> int:
    left = amount
    held = (
        select(
            ALLOCATION.c.invoice_id,
            func.sum(ALLOCATION.c.amount_minor),
            func.sum(USED),
            func.count(ALLOCATION.c.paid_minor),
        )
        .where(ALLOCATION.c.payment_id == payment.id)
        .group_by(ALLOCATION.c.invoice_id)
        .order_by(func.max(ALLOCATION.c.id).desc())
    )
    for invoice_id, on_it, used, exchanged in session.connection().execute(held).all():
        part = min(left, max(int(used), 0))
        if part and (invoice := session.get_one(Invoice, invoice_id)).status == "written_off":
            take_loss_back(session, actor, invoice, reason)  # what went back is owed again, and seen
        if not exchanged:
            _allocate(session, actor, payment, invoice_id, -part, reason)
        elif part:
            back = divide(int(on_it) * part, int(used))
            _allocate(session, actor, payment, invoice_id, -back, reason, -part)
        left -= part
    return amount - left


def _allocate(
    session: Session,
    actor: Actor,
    payment: Payment,
    invoice_id: int,
    amount: int,
    reason: str,
    spent: int | None = None,
) -> None:
    """`spent` is what of the payment it takes, where that came in another currency than the invoice's."""
    if amount == 0 and not spent:
        return
    insert_row(
        session,
        Allocation,
        payment_id=payment.id,
        invoice_id=invoice_id,
        amount_minor=amount,
        paid_minor=spent,
        at=clock.now(),
        reason=reason[:200],
    )
    verb = "paid" if amount > 0 else "payment taken back"
    after: dict[str, object] = {"amount_minor": amount, "payment_id": payment.id}
    if spent is None:
        after["currency"] = payment.currency
    else:
        after["paid_with"] = f"{plain(spent, payment.currency)} {payment.currency}"
    history.note(session, actor, "invoice", invoice_id, verb, {}, after, reason)
