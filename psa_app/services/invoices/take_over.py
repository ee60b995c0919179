"""Moving in mid-year: open invoices with their old numbers, and what clients have on account."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.db import insert_row
from psa_app.errors import Conflict, Invalid
from psa_app.models import Account, Firm, Invoice, InvoiceLine, InvoiceTax, Payment
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.queries.invoices.parties import buyer_block, seller_block
from psa_app.queries.invoices.ready import base_rate
from psa_app.rules import fields
from psa_app.rules.money import Money
from psa_app.services import history
from psa_app.services.books.lock import check_books_open
from psa_app.services.payments.settle import book_fact

KIND = "opening"
FIRST_YEAR = 2000


@act("invoices", "take_over", right="invoices.issue")
def take_over_invoice(
    session: Session,
    actor: Actor,
    *,
    account_id: int,
    number: str,
    issued_on: date,
    due_on: date,
    amount: Money,
) -> Invoice:
    """Takes over an invoice that another program issued: `amount` is what is still open of it, with tax.

    It keeps its number, takes none of the firm's series, is not mailed, and stands in the books as an
    opening balance. Raises `Invalid` for days or an amount that do not fit, `Conflict` for a known number.
    """
    account = fetch(session, actor, Account, account_id, lock=True)
    firm = session.exec(select(Firm)).one()
    old = fields.text(number, "number", max=60)
    _check_days(session, firm, issued_on, due_on)
    if amount.amount <= 0:
        raise Invalid("Give what is still open, above zero.", "amount")
    if session.exec(select(Invoice.id).where(Invoice.number == old)).first() is not None:
        raise Conflict(f"There is an invoice {old} already.", "number")
    invoice = _invoice(session, actor, account, firm, old, issued_on, due_on, amount)
    facts: dict[str, Any] = {"number": old, "issued_on": issued_on, "total_minor": amount.amount}
    after = facts | {"currency": amount.currency}
    history.note(session, actor, "invoice", int(invoice.id or 0), "taken over", {}, after)
    return invoice


@act("payments", "take_over", right="payments.record")
def take_over_credit(
    session: Session, actor: Actor, *, account_id: int, amount: Money, received_on: date, reference: str = ""
) -> Payment:
    """Takes over money that a client has on account; it settles invoices as any other.

    Raises `Invalid` for a day or an amount that does not fit.
    """
    fetch(session, actor, Account, account_id, lock=True)
    firm = session.exec(select(Firm)).one()
    _check_days(session, firm, received_on, received_on, "received_on")
    if amount.amount <= 0:
        raise Invalid("Give an amount above zero.", "amount")
    word = fields.text(reference, "reference", max=140, required=False)
    payment = Payment(
        account_id=account_id,
        provider="manual",
        status="succeeded",
        livemode=not takes_test_money(firm),
        amount_minor=amount.amount,
        currency=amount.currency,
        received_on=received_on,
        method="other",
        reference=word,
        note="Taken over",
        idempotency_key=f"opening-{account_id}-{secrets.token_urlsafe(12)}",
    )
    session.add(payment)
    session.flush()
    at = datetime.combine(received_on, time(12), ZoneInfo(firm.time_zone))
    book_fact(session, payment, KIND, payment.idempotency_key, amount.amount, at)
    after = {"amount_minor": amount.amount, "currency": amount.currency, "received_on": received_on}
    history.note(session, actor, "payment", int(payment.id or 0), "taken over", {}, after)
    return payment


def check_taken_over(session: Session, values: Mapping[str, Any], record: Invoice | None) -> None:
    """What taking a row of a file over would refuse. Raises `Invalid`, `Conflict`."""
    if record is not None:
        raise Conflict(f"There is an invoice {record.number} already.", "number")
    issued_on, due_on = values.get("issued_on"), values.get("due_on")
    if issued_on is None or due_on is None:
        raise Invalid("Give the day of issue and the day it is due.", "issued_on" if due_on else "due_on")
    _check_days(session, session.exec(select(Firm)).one(), issued_on, due_on)
    if (values.get("total_minor") or 0) <= 0:
        raise Invalid("Give what is still open, above zero.", "total_minor")


def write_taken_over(
    session: Session, actor: Actor, record: Invoice | None, rows: Sequence[Mapping[str, Any]]
) -> int:
    """Takes an invoice of a file over. Rights and errors are those of the act."""
    (values,) = rows
    check_taken_over(session, values, record)
    made = take_over_invoice(
        session,
        actor,
        account_id=values["account_id"],
        number=values["number"],
        issued_on=values["issued_on"],
        due_on=values["due_on"],
        amount=Money(values["total_minor"], values["currency"]),
    )
    return int(made.id or 0)


def check_credit_taken_over(session: Session, values: Mapping[str, Any], record: Payment | None) -> None:
    """What taking credit of a file over would refuse. Raises `Invalid`, `Conflict`."""
    if record is not None:
        if any(getattr(record, name) != value for name, value in values.items()):
            raise Conflict("Money of this client with this reference is in the books already.", "reference")
        return  # the same row once more
    received_on = values.get("received_on")
    if received_on is None:
        raise Invalid("Give the day on which the money came.", "received_on")
    _check_days(session, session.exec(select(Firm)).one(), received_on, received_on, "received_on")
    if (values.get("amount_minor") or 0) <= 0:
        raise Invalid("Give an amount above zero.", "amount_minor")


def write_credit_taken_over(
    session: Session, actor: Actor, record: Payment | None, rows: Sequence[Mapping[str, Any]]
) -> int:
    """Takes credit of a file over. Rights and errors are those of the act."""
    (values,) = rows
    check_credit_taken_over(session, values, record)
    made = take_over_credit(
        session,
        actor,
        account_id=values["account_id"],
        amount=Money(values["amount_minor"], values["currency"]),
        received_on=values["received_on"],
        reference=values["reference"],
    )
    return int(made.id or 0)


def _check_days(
    session: Session, firm: Firm, issued_on: date, due_on: date, field: str = "issued_on"
) -> None:
    if issued_on > clock.today(firm.time_zone):
        raise Invalid("This day lies in the future.", field)
    if issued_on.year < FIRST_YEAR:
        raise Invalid("This day is too long ago.", field)
    if due_on < issued_on:
        raise Invalid("It is due before it was issued.", "due_on")
    check_books_open(session, issued_on, field)


def _invoice(
    session: Session,
    actor: Actor,
    account: Account,
    firm: Firm,
    number: str,
    issued_on: date,
    due_on: date,
    amount: Money,
) -> Invoice:
    invoice = Invoice(
        number=number,
        account_id=int(account.id or 0),
        status="issued",
        currency=amount.currency,
        is_sandbox=takes_test_money(firm),
        is_taken_over=True,
        cutoff=issued_on,
        issued_on=issued_on,
        due_on=due_on,
        payment_days=(due_on - issued_on).days,
        net_minor=amount.amount,
        total_minor=amount.amount,
        seller=seller_block(session, firm, account.locale),
        buyer=buyer_block(account),
        issued_at=clock.now(),
        issued_by=actor.user_id,
    )
    rate = base_rate(session, invoice, firm, issued_on)
    if rate is None:
        raise Invalid(f"There is no exchange rate for {amount.currency} on this day. Add one.", "currency")
    invoice.base_rate_nano = rate
    session.add(invoice)
    session.flush()
    net = {"net_minor": amount.amount, "rate_minor": amount.amount}
    tax = {"tax_kind": "outside", "tax_ppm": 0, "tax_name": "Tax as on the first invoice"}
    words = {"description": f"Open of {number}", "detail": "Taken over", "minutes": None, "quantity": 1}
    insert_row(session, InvoiceLine, invoice_id=invoice.id, position=1, kind=KIND, **words, **net, **tax)
    base = {"base_minor": amount.amount, "tax_minor": 0, "rate_ppm": 0}
    insert_row(session, InvoiceTax, invoice_id=invoice.id, kind="outside", name=tax["tax_name"], **base)
    return invoice
