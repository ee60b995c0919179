"""Editing a draft as long as it is one."""

from datetime import date

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from psa_app.access import Actor, act
from psa_app.errors import Invalid, NotFound, Stale
from psa_app.models import (
    BankAccount,
    BilledMilestone,
    BilledTime,
    Invoice,
    InvoiceLine,
    TaxRate,
    touch,
)
from psa_app.rules import fields
from psa_app.rules.money import Money
from psa_app.services import history
from psa_app.services.invoices.draft import Grouping, discard_draft, draft_invoice, locked_draft
from psa_app.services.invoices.totals import write_totals


@act("invoices", "change", right="invoices.draft")
def change_draft(
    session: Session,
    actor: Actor,
    invoice_id: int,
    *,
    version: int,
    purchase_order: str = "",
    service_from: date | None = None,
    service_to: date | None = None,
    payment_days: int = 30,
    bank_account_id: int | None = None,
    note: str = "",
) -> Invoice:
    """Sets what stands in a draft's head. Raises `Stale` when someone saved meanwhile."""
    invoice = locked_draft(session, actor, invoice_id)
    if invoice.version != version:
        raise Stale()
    if service_from and service_to and service_to < service_from:
        raise Invalid("The service period ends before it begins.", "service_to")
    if not 0 <= payment_days <= 365:
        raise Invalid("Give between 0 and 365 days to pay.", "payment_days")
    if bank_account_id is not None and session.get(BankAccount, bank_account_id) is None:
        raise Invalid("Choose one of the firm's bank accounts.", "bank_account_id")
    values = {
        "purchase_order": fields.text(purchase_order, "purchase_order", max=60, required=False),
        "service_from": service_from,
        "service_to": service_to,
        "payment_days": payment_days,
        "bank_account_id": bank_account_id,
        "note": fields.text(note, "note", max=2000, required=False, multiline=True),
    }
    before, after = history.changed(history.values_of(invoice, values), values)
    for name, value in after.items():
        setattr(invoice, name, value)
    touch(invoice)
    history.note(session, actor, "invoice", invoice_id, "changed", before, after)
    return invoice


@act("invoices", "regroup", right="invoices.draft")
def regroup_draft(session: Session, actor: Actor, invoice_id: int, *, grouping: Grouping) -> Invoice:
    """Draws the same work up anew, grouped differently. Returns a new draft with the head kept."""
    old = locked_draft(session, actor, invoice_id)
    head = history.values_of(old, ("purchase_order", "payment_days", "bank_account_id", "note"))
    account_id, until, sow_id, currency = old.account_id, old.cutoff, old.sow_id, old.currency
    discard_draft(session, actor, invoice_id)
    session.flush()
    new = draft_invoice(
        session,
        actor,
        account_id=account_id,
        until=until,
        sow_id=sow_id,
        grouping=grouping,
        currency=currency,
    )
    for name, value in head.items():
        setattr(new, name, value)
    return new


@act("invoices", "add_line", right="invoices.draft")
def add_line(
    session: Session,
    actor: Actor,
    invoice_id: int,
    *,
    description: str,
    amount: Money,
    detail: str = "",
    quantity: int = 1,
    tax_rate_id: int | None = None,
) -> InvoiceLine:
    """Adds a line by hand: `quantity` × `amount`, with the tax of the other lines or the one named."""
    invoice = locked_draft(session, actor, invoice_id)
    if amount.currency != invoice.currency:
        raise Invalid(f"This invoice is in {invoice.currency}.", "amount")
    if amount.amount == 0 or abs(amount.amount) > 10**13 or not 1 <= quantity <= 100_000:
        raise Invalid("Give an amount other than zero and a sensible quantity.", "amount")
    tax = _tax(session, invoice_id, tax_rate_id)
    position = session.exec(
        select(func.max(InvoiceLine.position)).where(InvoiceLine.invoice_id == invoice_id)
    ).one()
    line = InvoiceLine(
        invoice_id=invoice_id,
        position=(position or 0) + 1,
        kind="manual",
        quantity=quantity,
        rate_minor=amount.amount,
        net_minor=amount.amount * quantity,
        description=fields.text(description, "description", max=200),
        detail=fields.text(detail, "detail", max=400, required=False),
        tax_kind=tax[0],
        tax_ppm=tax[1],
        tax_name=tax[2],
    )
    session.add(line)
    _changed(
        session, actor, invoice, "line added", {"description": line.description, "net_minor": line.net_minor}
    )
    return line


@act("invoices", "reword_line", right="invoices.draft")
def reword_line(
    session: Session, actor: Actor, invoice_id: int, *, line_id: int, description: str, detail: str = ""
) -> InvoiceLine:
    """Changes the words of a line, never its sum."""
    invoice = locked_draft(session, actor, invoice_id)
    line = _line(session, invoice_id, line_id)
    line.description = fields.text(description, "description", max=200)
    line.detail = fields.text(detail, "detail", max=400, required=False)
    _changed(session, actor, invoice, "line reworded", {"line": line.id, "description": line.description})
    return line


@act("invoices", "remove_line", right="invoices.draft")
def remove_line(session: Session, actor: Actor, invoice_id: int, *, line_id: int) -> Invoice:
    """Takes a line off the draft; its hours or milestone are open again for a later invoice."""
    invoice = locked_draft(session, actor, invoice_id)
    line = _line(session, invoice_id, line_id)
    connection = session.connection()
    connection.execute(delete(BilledTime).where(col(BilledTime.line_id) == line_id))
    connection.execute(delete(BilledMilestone).where(col(BilledMilestone.line_id) == line_id))
    session.delete(line)
    session.flush()
    _changed(
        session,
        actor,
        invoice,
        "line removed",
        {"description": line.description, "net_minor": line.net_minor},
    )
    return invoice


def _line(session: Session, invoice_id: int, line_id: int) -> InvoiceLine:
    line = session.get(InvoiceLine, line_id)
    if line is None or line.invoice_id != invoice_id:
        raise NotFound("This line is not on the draft any more.")
    return line


def _tax(session: Session, invoice_id: int, tax_rate_id: int | None) -> tuple[str, int, str]:
    if tax_rate_id is not None:
        rate = session.get(TaxRate, tax_rate_id)
        if rate is None or not rate.is_active:
            raise Invalid("Choose a tax from the list.", "tax_rate_id")
        return rate.kind, rate.rate_ppm, rate.name
    other = session.exec(select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id)).first()
    if other is not None:
        return other.tax_kind, other.tax_ppm, other.tax_name
    rate = session.exec(select(TaxRate).where(col(TaxRate.is_default))).first()
    return (rate.kind, rate.rate_ppm, rate.name) if rate else ("zero", 0, "No tax")


def _changed(session: Session, actor: Actor, invoice: Invoice, verb: str, after: dict[str, object]) -> None:
    touch(invoice)
    write_totals(session, invoice)
    history.note(session, actor, "invoice", int(invoice.id or 0), verb, {}, after)
