"""Invoices of the payment service, kept here as they are: read, never changed, each period tied once."""

import secrets
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.db import insert_row
from psa_app.formats import words
from psa_app.gateways.payments import ProviderState
from psa_app.gateways.stripe_bills import SeenInvoice, SeenLine
from psa_app.models import (
    Account,
    BilledPeriod,
    Firm,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    ManagedSubscription,
    Payment,
    move,
)
from psa_app.queries.exchange import exchange
from psa_app.queries.invoices.parties import buyer_block, seller_block
from psa_app.queries.invoices.tables import BILLED_PERIOD
from psa_app.queries.subscriptions.one import Subscribed, subscribed
from psa_app.rules import money
from psa_app.rules.managed import period_of
from psa_app.services import history
from psa_app.services.invoices.write_off import reopen_invoice, write_off_invoice
from psa_app.services.payments.book import book_state
from psa_app.services.payments.settle import open_amount
from psa_app.services.subscriptions.mirror_credit import follow_notes, has_news, take_outside
from psa_app.services.subscriptions.mirror_parts import NOTE, free_number, open_day

STANDING = ("open", "paid", "uncollectible")


def follow_invoice(session: Session, actor: Actor, row: ManagedSubscription, seen: SeenInvoice) -> None:
    """Brings our copy of an invoice in line with what the payment service says; one that was void from
    the start is left out."""
    invoice = _copy_of(session, seen.ref)
    if invoice is None:
        if seen.status not in STANDING:
            return
        invoice = _copy(session, actor, row, seen)
    invoice.managed_url = seen.url
    reopens = seen.status == "paid" or has_news(session, invoice, seen)
    if reopens and invoice.status == "written_off":
        reopen_invoice(session, actor, int(invoice.id or 0), reason="Changed at the payment service")
    take_outside(session, actor, row, invoice, seen)
    follow_notes(session, actor, row, invoice, seen)
    if seen.status == "void" and invoice.status == "issued":
        move(invoice, "invoice", "void")
        invoice.voided_at, invoice.void_reason = clock.now(), "Void at the payment service"
        _release(session, invoice)
        history.note(session, actor, "invoice", int(invoice.id or 0), "voided", {}, {}, invoice.void_reason)
    elif seen.status == "uncollectible" and open_amount(session, invoice) > 0:
        write_off_invoice(session, actor, int(invoice.id or 0), reason="Given up at the payment service")


def _copy_of(session: Session, ref: str) -> Invoice | None:
    statement = select(Invoice).where(Invoice.managed_ref == ref).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).first()


def _copy(session: Session, actor: Actor, row: ManagedSubscription, seen: SeenInvoice) -> Invoice:
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, row.account_id)
    of = subscribed(session, row.sow_line_id)
    zone = ZoneInfo(firm.time_zone)
    day = open_day(firm, seen.issued_at.astimezone(zone).date())
    due_on = max(seen.due_at.astimezone(zone).date() if seen.due_at else day, day)
    first, last = _service(seen, zone)
    invoice = Invoice(
        number=free_number(session, seen.number, seen.ref),
        account_id=row.account_id,
        sow_id=of.sow.id,
        status="issued",
        currency=seen.currency,
        is_sandbox=not row.livemode,
        is_taken_over=True,
        cutoff=day,
        service_from=first,
        service_to=last,
        issued_on=day,
        due_on=due_on,
        payment_days=(due_on - day).days,
        net_minor=seen.due - seen.tax,
        tax_minor=seen.tax,
        total_minor=seen.due,
        seller=seller_block(session, firm, account.locale),
        buyer=buyer_block(account),
        note=NOTE,
        issued_at=clock.now(),
        managed_ref=seen.ref,
        managed_url=seen.url,
        base_rate_nano=exchange(session).rate(seen.currency, day) or money.NANO,
    )
    session.add(invoice)
    session.flush()
    _write_lines(session, invoice, of, row, seen, zone)
    after = {"number": invoice.number, "total_minor": invoice.total_minor, "currency": invoice.currency}
    history.note(session, actor, "invoice", int(invoice.id or 0), "issued at the payment service", {}, after)
    return invoice


def _service(seen: SeenInvoice, zone: ZoneInfo) -> tuple[date, date]:
    starts = min(one.starts_at for one in seen.lines).astimezone(zone).date()
    ends = max(one.ends_at for one in seen.lines).astimezone(zone).date() - timedelta(days=1)
    return starts, max(starts, ends)


def _write_lines(
    session: Session,
    invoice: Invoice,
    of: Subscribed,
    row: ManagedSubscription,
    seen: SeenInvoice,
    zone: ZoneInfo,
) -> None:
    """Its lines as they stand there, and what credit of the client at the payment service makes of them."""
    tax = {"tax_kind": row.tax_kind, "tax_ppm": row.tax_ppm, "tax_name": row.tax_name}
    common = {"invoice_id": invoice.id, "minutes": None, "quantity": 1, "sow_line_id": row.sow_line_id}
    for position, line in enumerate(seen.lines, 1):
        days = _days(line, zone)
        texts = {"description": line.text or of.line.title, "detail": words.day_range(*days)}
        of_line = {"position": position, "kind": "subscription", **common, **texts, **tax}
        amounts = {"rate_minor": line.amount, "net_minor": line.amount}
        line_id = insert_row(session, InvoiceLine, **of_line, **amounts)
        _tie(session, of, line, line_id, days, zone)
    base = {"base_minor": sum(one.amount for one in seen.lines), "tax_minor": seen.tax}
    by = {"kind": row.tax_kind, "name": row.tax_name}
    insert_row(session, InvoiceTax, invoice_id=invoice.id, rate_ppm=row.tax_ppm, **by, **base)
    rest = seen.due - seen.total
    if rest:
        kind = "credit_kept" if rest > 0 else "credit_used"
        told = "Kept as credit for the next invoice" if rest > 0 else "Credit from an earlier invoice"
        texts = {"description": told, "detail": "", "tax_kind": "outside", "tax_name": ""}
        at = {"position": len(seen.lines) + 1, "kind": kind, "rate_minor": rest, "net_minor": rest}
        insert_row(session, InvoiceLine, **common, **texts, **at, tax_ppm=0)
        none = {"kind": "outside", "rate_ppm": 0, "name": "", "base_minor": rest, "tax_minor": 0}
        insert_row(session, InvoiceTax, invoice_id=invoice.id, **none)


def _days(line: SeenLine, zone: ZoneInfo) -> tuple[date, date]:
    starts = line.starts_at.astimezone(zone).date()
    return starts, max(starts, line.ends_at.astimezone(zone).date() - timedelta(days=1))


def _tie(
    session: Session,
    of: Subscribed,
    line: SeenLine,
    line_id: int,
    days: tuple[date, date],
    zone: ZoneInfo,
) -> None:
    """Ties a line to the period that it bills; the database lets no fee of a period stand twice."""
    period = period_of(of.schedule, line.starts_at, zone)
    if period is None:
        return
    insert_row(
        session,
        BilledPeriod,
        sow_line_id=int(of.line.id or 0),
        number=period.number,
        kind=f"change {line.ref}" if line.is_change else "fee",
        starts_on=days[0],
        ends_on=days[1],
        line_id=line_id,
        amount_minor=line.amount,
        released_at=None,
    )


def _release(session: Session, invoice: Invoice) -> None:
    lines = select(InvoiceLine.id).where(InvoiceLine.invoice_id == invoice.id)
    session.connection().execute(
        update(BILLED_PERIOD).where(BILLED_PERIOD.c.line_id.in_(lines)).values(released_at=clock.now())
    )


def new_intents(session: Session, invoices: tuple[SeenInvoice, ...]) -> list[tuple[str, str]]:
    """What paid invoices and is not known here: the invoice's id and the attempt's, at the provider."""
    wanted = [(one.ref, intent) for one in invoices for intent in one.intents]
    refs = [intent for _, intent in wanted]
    known = set(session.exec(select(Payment.intent_id).where(col(Payment.intent_id).in_(refs))).all())
    return [(ref, intent) for ref, intent in wanted if intent not in known]


def take_payment(
    session: Session, actor: Actor, row: ManagedSubscription, invoice_ref: str, state: ProviderState
) -> None:
    """A payment that the payment service collected by itself: its row, and what the provider says of it."""
    session.exec(select(Account.id).where(Account.id == row.account_id).with_for_update()).one()
    invoice = _copy_of(session, invoice_ref)
    known = select(Payment.id).where(Payment.intent_id == state.intent_id)
    if invoice is None or session.exec(known).first() is not None:
        return
    payment = Payment(
        account_id=row.account_id,
        invoice_id=invoice.id,
        provider=row.provider,
        livemode=row.livemode,
        amount_minor=state.amount,
        currency=state.currency,
        method="card",
        idempotency_key=secrets.token_urlsafe(24),
        intent_id=state.intent_id,
        next_check_at=_soon(),
    )
    session.add(payment)
    session.flush()
    book_state(session, actor, int(payment.id or 0), state)


def _soon() -> datetime:
    return clock.now() + timedelta(minutes=5)
