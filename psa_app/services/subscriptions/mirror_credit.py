"""Credit notes of the payment service, and money that came past it, kept here as they are there."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.db import insert_row
from psa_app.gateways.stripe_bills import SeenInvoice, SeenNote
from psa_app.models import (
    Allocation,
    Firm,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    ManagedSubscription,
    Payment,
    move,
)
from psa_app.services import history
from psa_app.services.payments.settle import book_fact, settle, settle_by_credit
from psa_app.services.subscriptions.mirror_parts import NOTE, free_number, open_day

OUTSIDE = "outside"  # how a payment came that the payment service only knows of
_AS_BILLED = ("account_id", "sow_id", "currency", "is_sandbox", "cutoff", "service_from", "service_to")
_FROZEN = ("purchase_order", "tax_rounding", "base_rate_nano", "seller", "buyer", "footer")


def has_news(session: Session, invoice: Invoice, seen: SeenInvoice) -> bool:
    """Whether something was credited, or paid elsewhere, that is not booked here."""
    known = _notes(session, invoice)
    new = any((known[one.ref].status == "void") != one.is_void for one in seen.notes if one.ref in known)
    new = new or any(one.ref not in known and not one.is_void for one in seen.notes)
    return new or seen.outside > _paid_outside(session, invoice)


def take_outside(
    session: Session, actor: Actor, row: ManagedSubscription, invoice: Invoice, seen: SeenInvoice
) -> None:
    """What was marked there as paid in another way is a payment here, without a charge; once."""
    amount = seen.outside - _paid_outside(session, invoice)
    if amount <= 0 or invoice.status != "issued":
        return
    firm = session.exec(select(Firm)).one()
    key = f"{OUTSIDE}-{seen.ref}-{seen.outside}"
    payment = Payment(
        account_id=row.account_id,
        invoice_id=invoice.id,
        provider="manual",
        livemode=row.livemode,
        status="succeeded",
        amount_minor=amount,
        currency=seen.currency,
        received_on=open_day(firm, clock.today(firm.time_zone)),
        method=OUTSIDE,
        reference=invoice.number,
        note="Marked as paid at the payment service, which collected nothing.",
        idempotency_key=key,
    )
    session.add(payment)
    session.flush()
    book_fact(session, payment, "transfer", key, amount, clock.now())
    after = {"invoice_id": invoice.id, "amount_minor": amount, "currency": seen.currency}
    history.note(session, actor, "payment", int(payment.id or 0), "recorded", {}, after, payment.note)
    settle(session, actor, payment, invoice)


def _paid_outside(session: Session, invoice: Invoice) -> int:
    """What is booked already of that: also what a person, or the bank's statement, brought before."""
    marked = select(func.sum(col(Payment.amount_minor))).where(
        Payment.invoice_id == invoice.id, Payment.method == OUTSIDE
    )
    came = (
        select(func.sum(col(Allocation.amount_minor)))
        .join(Payment, col(Payment.id) == col(Allocation.payment_id))
        .where(Allocation.invoice_id == invoice.id, Payment.provider == "manual")
    )
    return max(int(session.exec(marked).one() or 0), int(session.exec(came).one() or 0))


def follow_notes(
    session: Session, actor: Actor, row: ManagedSubscription, invoice: Invoice, seen: SeenInvoice
) -> None:
    """Copies each credit note once, and takes back one that is void there."""
    known = _notes(session, invoice)
    for note in seen.notes:
        mine = known.get(note.ref)
        if mine is None and not note.is_void:
            _copy(session, actor, row, invoice, seen, note)
        elif mine is not None and note.is_void and mine.status == "issued":
            _take_back(session, actor, mine, invoice)


def _notes(session: Session, invoice: Invoice) -> dict[str, Invoice]:
    session.flush()
    found = session.exec(select(Invoice).where(Invoice.credits_id == invoice.id)).all()
    return {one.managed_ref: one for one in found}


def _copy(
    session: Session,
    actor: Actor,
    row: ManagedSubscription,
    invoice: Invoice,
    seen: SeenInvoice,
    note: SeenNote,
) -> None:
    firm = session.exec(select(Firm)).one()
    made = note.issued_at.astimezone(ZoneInfo(firm.time_zone)).date()
    day: date = open_day(firm, max(made, invoice.issued_on or made))
    kept = {name: getattr(invoice, name) for name in (*_AS_BILLED, *_FROZEN)}
    why = note.reason[:400] or "Credited at the payment service"
    paper = Invoice(
        kind="credit_note",
        credits_id=invoice.id,
        number=free_number(session, note.number, note.ref),
        status="issued",
        is_taken_over=True,
        issued_on=day,
        issued_at=clock.now(),
        net_minor=note.net - note.kept,
        tax_minor=note.total - note.net,
        total_minor=note.total - note.kept,
        note=NOTE,
        credit_reason=why,
        managed_ref=note.ref,
        **kept,
    )
    session.add(paper)
    session.flush()
    _write_lines(session, row, paper, invoice, seen, note)
    freed = settle_by_credit(session, actor, paper, invoice)
    told = {"number": paper.number, "amount_minor": paper.total_minor, "currency": paper.currency}
    if freed:
        told["on_account_minor"] = freed
    history.note(session, actor, "invoice", int(invoice.id or 0), "credited", {}, told, why)
    history.note(session, actor, "invoice", int(paper.id or 0), "issued at the payment service", {}, told)


def _write_lines(
    session: Session,
    row: ManagedSubscription,
    paper: Invoice,
    invoice: Invoice,
    seen: SeenInvoice,
    note: SeenNote,
) -> None:
    """Its lines, each on the line that it credits, and what of it is kept for the next invoice."""
    of_invoice = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)
    lines = {one.position: one for one in session.exec(of_invoice)}
    place = {one.ref: position for position, one in enumerate(seen.lines, 1)}
    largest = max(place.values(), key=lambda position: lines[position].net_minor)
    amounts: dict[int, int] = {}
    for ref, _, amount in note.lines:
        at = place.get(ref, largest)
        amounts[at] = amounts.get(at, 0) + amount
    amounts[largest] = amounts.get(largest, 0) + note.net - sum(amounts.values())
    tax = {"tax_kind": row.tax_kind, "tax_ppm": row.tax_ppm, "tax_name": row.tax_name}
    common = {"invoice_id": paper.id, "minutes": None, "quantity": 1, "sow_line_id": row.sow_line_id}
    by = {"kind": row.tax_kind, "name": row.tax_name, "rate_ppm": row.tax_ppm}
    base = {"base_minor": note.net, "tax_minor": note.total - note.net}
    position = 0
    for position, (at, amount) in enumerate(sorted(amounts.items()), 1):
        texts = {"description": lines[at].description, "detail": lines[at].detail}
        of_line = {"position": position, "kind": "subscription", "credits_line_id": lines[at].id}
        money = {"rate_minor": amount, "net_minor": amount}
        insert_row(session, InvoiceLine, **common, **texts, **of_line, **money, **tax)
    insert_row(session, InvoiceTax, invoice_id=paper.id, **by, **base)
    if note.kept:
        texts = {"description": "Kept as credit for the next invoice", "detail": "", "tax_name": ""}
        of_line = {"position": position + 1, "kind": "credit_kept", "tax_kind": "outside", "tax_ppm": 0}
        money = {"rate_minor": -note.kept, "net_minor": -note.kept}
        insert_row(session, InvoiceLine, **common, **texts, **of_line, **money)
        none = {"kind": "outside", "rate_ppm": 0, "name": "", "base_minor": -note.kept, "tax_minor": 0}
        insert_row(session, InvoiceTax, invoice_id=paper.id, **none)


def _take_back(session: Session, actor: Actor, paper: Invoice, invoice: Invoice) -> None:
    """A credit note that is void there: its invoice owes that again."""
    move(paper, "invoice", "void")
    paper.voided_at, paper.void_reason = clock.now(), "Void at the payment service"
    if paper.total_minor:
        back = {"credit_id": paper.id, "invoice_id": invoice.id, "amount_minor": -paper.total_minor}
        told = {"payment_id": None, "paid_minor": None, "at": clock.now(), "reason": paper.void_reason}
        insert_row(session, Allocation, **back, **told)
    history.note(session, actor, "invoice", int(paper.id or 0), "voided", {}, {}, paper.void_reason)
