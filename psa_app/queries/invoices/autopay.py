"""Which invoices are to be collected by themselves now, and from what."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.errors import Invalid
from psa_app.gateways.stripe_amounts import collectable
from psa_app.models import Autopay, Dispute, Firm, Invoice, Payment, SavedMethod
from psa_app.queries.invoices.listing import paid_on_invoice
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.rules import dunning

UNDER_WAY = ("created", "sending", "open", "action", "processing")
MEETS_PAYER = ("open", "action")  # a payment page that may be filled in just now
SEPA_NOTICE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Due:
    """An invoice to collect, and the saved way to pay that it is collected from."""

    invoice_id: int
    account_id: int
    method_id: int


def due_invoices(session: Session, limit: int) -> list[Due]:
    """Invoices with autopay whose day has come, the oldest first; those that fail each check are left out."""
    firm = session.exec(select(Firm)).one()
    today = clock.today(firm.time_zone)
    of_client = and_(col(Autopay.account_id) == col(Invoice.account_id), col(Autopay.sow_id).is_(None))
    rows = session.exec(
        select(Invoice, SavedMethod, col(Autopay.collects))
        .join(Autopay, of_client, isouter=True)
        .join(
            SavedMethod,
            and_(
                col(SavedMethod.account_id) == col(Invoice.account_id),
                col(SavedMethod.is_default),
                col(SavedMethod.status) == "active",
            ),
        )
        .where(
            Invoice.status == "issued",
            Invoice.kind == "invoice",
            Invoice.managed_ref == "",
            Invoice.is_sandbox == takes_test_money(firm),
            col(Invoice.total_minor) > paid_on_invoice(),
        )
        .order_by(col(Invoice.id))
    ).all()
    own = {
        row.sow_id: row.collects
        for row in session.exec(select(Autopay).where(col(Autopay.sow_id).is_not(None))).all()
    }
    found = []
    for invoice, method, collects in rows:
        when = own.get(invoice.sow_id, collects or "off") if invoice.sow_id else collects or "off"
        if _has_come(invoice, method, when, today) and still_due(session, invoice, method) > 0:
            found.append(Due(int(invoice.id or 0), invoice.account_id, int(method.id or 0)))
        if len(found) == limit:
            break
    return found


def _has_come(invoice: Invoice, method: SavedMethod, when: str, today: date) -> bool:
    if when == "issued":
        return True
    notice = SEPA_NOTICE if method.kind == "sepa_debit" else timedelta()
    return when == "due" and invoice.due_on is not None and invoice.due_on - notice <= today


def still_due(session: Session, invoice: Invoice, method: SavedMethod) -> int:
    """What is to be collected of an invoice now, in minor units; 0 when nothing may be.

    Nothing while it is disputed, a payment is under way, a failed one waits for its day, the way to pay
    is of another provider or mode than the firm's, or the amount is less than the provider collects
    (it stays open, and is paid with a later one or by transfer).
    """
    firm = session.exec(select(Firm)).one()
    if invoice.status != "issued" or invoice.kind != "invoice" or method.status != "active":
        return 0
    if method.provider != firm.payment_provider or method.livemode == takes_test_money(firm):
        return 0
    rest = invoice.total_minor - int(
        session.exec(select(paid_on_invoice()).where(col(Invoice.id) == invoice.id)).one()
    )
    if rest <= 0 or _is_held(session, invoice):
        return 0
    zone = ZoneInfo(firm.time_zone)
    tries = failures_of(session, int(invoice.id or 0), method, zone)
    if not dunning.may_try(tries, clock.today(firm.time_zone)):
        return 0
    try:
        collectable(rest, invoice.currency)
    except Invalid:
        return 0
    return rest


def _is_held(session: Session, invoice: Invoice) -> bool:
    """Disputed, being paid, or under review."""
    stops = select(Payment.id).where(
        Payment.invoice_id == invoice.id, col(Payment.status).in_((*UNDER_WAY, "review"))
    )
    disputed = select(Dispute.id).where(Dispute.invoice_id == invoice.id, col(Dispute.closed_at).is_(None))
    return session.exec(stops).first() is not None or session.exec(disputed).first() is not None


def failures_of(
    session: Session, invoice_id: int, method: SavedMethod, zone: ZoneInfo
) -> list[tuple[date, str]]:
    """The failed collections of an invoice from this way to pay since it was last renewed: day and code."""
    asked = select(Payment.failed_at, Payment.failure).where(
        Payment.invoice_id == invoice_id,
        Payment.method_id == method.id,
        Payment.status == "failed",
        col(Payment.failed_at).is_not(None),
    )
    if method.refreshed_at is not None:
        asked = asked.where(col(Payment.failed_at) >= method.refreshed_at)
    rows = session.exec(asked.order_by(col(Payment.id))).all()
    return [(at.astimezone(zone).date(), code) for at, code in rows if at is not None]
