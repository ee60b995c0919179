"""Editing a draft as long as it is one: its head and its lines."""

from collections.abc import Mapping
from datetime import date
from typing import cast

from sqlmodel import Session, col, select

from psa_app.access import Actor, act, as_id, fetch
from psa_app.errors import Conflict, Invalid, NotFound, Stale
from psa_app.models import Account, BankAccount, Firm, Invoice, InvoiceLine, touch
from psa_app.queries.invoices.open_work import open_work
from psa_app.rules import fields
from psa_app.rules.billing import Grouping, plan_time_lines
from psa_app.rules.deposits import USED
from psa_app.rules.invoices import MAX_PAYMENT_DAYS
from psa_app.rules.money import Money
from psa_app.services import history
from psa_app.services.invoices.draft import FIRST_YEAR, LAST_YEAR, locked_draft
from psa_app.services.invoices.entries import billed_on
from psa_app.services.invoices.lines import (
    line_ids,
    next_position,
    period_of,
    remove_lines,
    renumber,
    write_time_lines,
)
from psa_app.services.invoices.taxes import TaxBook, chosen_tax
from psa_app.services.invoices.totals import write_totals

MOST = 10**13
MOST_QUANTITY = 100_000


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
    _check_period(service_from, service_to)
    if not 0 <= payment_days <= MAX_PAYMENT_DAYS:
        raise Invalid(f"Give between 0 and {MAX_PAYMENT_DAYS} days to pay.", "payment_days")
    if bank_account_id is not None:
        _check_bank(session, actor, bank_account_id)
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
    session.flush()
    history.note(session, actor, "invoice", invoice_id, "changed", before, after)
    return invoice


def _check_bank(session: Session, actor: Actor, bank_account_id: int) -> None:
    try:
        fetch(session, actor, BankAccount, bank_account_id)
    except NotFound:
        raise Invalid("Choose one of the firm's bank accounts.", "bank_account_id") from None


def _check_period(first: date | None, last: date | None) -> None:
    for day, field in ((first, "service_from"), (last, "service_to")):
        if day is not None and not FIRST_YEAR <= day.year < LAST_YEAR:
            raise Invalid(f"Choose a day between {FIRST_YEAR} and {LAST_YEAR}.", field)
    if first and last and last < first:
        raise Invalid("The service period ends before it begins.", "service_to")


@act("invoices", "regroup", right="invoices.draft")
def regroup_draft(session: Session, actor: Actor, invoice_id: int, *, grouping: Grouping) -> Invoice:
    """Draws the time on a draft up anew, grouped differently; its other lines stay as they are."""
    invoice = locked_draft(session, actor, invoice_id)
    before, invoice.grouping = invoice.grouping, grouping
    draw_time(session, invoice, set(billed_on(session, invoice)))
    changed_draft(session, actor, invoice, "regrouped", {"grouping": before}, {"grouping": grouping})
    return invoice


def draw_time(session: Session, invoice: Invoice, entry_ids: set[int]) -> None:
    """Draws a draft's lines of time up anew, with these of its entries only.

    Raises `Conflict` when a line of time was written down or up, or has a discount: that would be lost.
    """
    touched = select(InvoiceLine.id).where(
        InvoiceLine.invoice_id == invoice.id,
        InvoiceLine.kind == "time",
        col(InvoiceLine.list_minor).is_not(None)
        | (InvoiceLine.discount_ppm > 0)
        | (InvoiceLine.discount_minor > 0),
    )
    if session.exec(touched).first() is not None:
        raise Conflict("A line was written down or up, or has a discount. Take that back first.")
    account = session.get_one(Account, invoice.account_id)
    grouping = cast("Grouping", invoice.grouping)
    remove_lines(session, line_ids(session, invoice, "time"))
    work = open_work(session, invoice.account_id, invoice.cutoff, include=("time",), lock=True)
    entries = [entry for entry in work.time.get(invoice.currency, []) if entry.id in entry_ids]
    plan = plan_time_lines(entries, work.terms, grouping)
    write_time_lines(session, invoice, account, plan, entries, grouping, TaxBook(session, account))
    renumber(session, invoice)


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
    """Adds a line by hand: `quantity` × `amount`, taxed as the client's work is or as named.

    An amount below zero takes off: a discount stands on a line of its own.
    """
    invoice = locked_draft(session, actor, invoice_id)
    if amount.currency != invoice.currency:
        raise Invalid(f"This invoice is in {invoice.currency}.", "amount")
    if amount.amount == 0 or abs(amount.amount) > MOST:
        raise Invalid("Give an amount other than zero.", "amount")
    if not 1 <= quantity <= MOST_QUANTITY or abs(amount.amount) * quantity > MOST:
        raise Invalid("Give a quantity from 1 on, so that the line stays payable.", "quantity")
    account = session.get_one(Account, invoice.account_id)
    tax = (
        chosen_tax(session, actor, tax_rate_id)
        if tax_rate_id
        else TaxBook(session, account).of_sow(invoice.sow_id)
    )
    line = InvoiceLine(
        invoice_id=invoice_id,
        position=next_position(session, invoice),
        kind="manual",
        quantity=quantity,
        rate_minor=amount.amount,
        net_minor=amount.amount * quantity,
        description=fields.text(description, "description", max=200),
        detail=fields.text(detail, "detail", max=400, required=False),
        **tax.columns(),
    )
    session.add(line)
    session.flush()
    after = {"line": line.id, "description": line.description, "net_minor": line.net_minor}
    changed_draft(session, actor, invoice, "line added", {}, after)
    return line


@act("invoices", "change_line", right="invoices.draft")
def change_line(
    session: Session,
    actor: Actor,
    invoice_id: int,
    *,
    line_id: int,
    description: str,
    detail: str = "",
    tax_rate_id: int | None = None,
) -> InvoiceLine:
    """Changes the words of a line, and its tax if one is named; never its sum."""
    invoice = locked_draft(session, actor, invoice_id)
    line = line_of(session, invoice_id, line_id)
    values: dict[str, object] = {
        "description": fields.text(description, "description", max=200),
        "detail": fields.text(detail, "detail", max=400, required=False),
    }
    if tax_rate_id is not None:
        values |= chosen_tax(session, actor, tax_rate_id).columns()
    before, after = history.changed(history.values_of(line, values), values)
    for name, value in after.items():
        setattr(line, name, value)
    changed_draft(
        session, actor, invoice, "line changed", {"line": line_id} | before, {"line": line_id} | after
    )
    return line


@act("invoices", "remove_line", right="invoices.draft")
def remove_line(session: Session, actor: Actor, invoice_id: int, *, line_id: int) -> Invoice:
    """Takes a line off the draft; its hours or milestone are open again for a later invoice.

    The service period follows the work that is left, unless someone set another one.
    """
    invoice = locked_draft(session, actor, invoice_id)
    line = line_of(session, invoice_id, line_id)
    if line.kind == "discount":
        raise Conflict("Take the discount off where it was given: on its line, or on the whole draft.")
    if line.kind == USED:
        raise Conflict("Say how much of the deposit this draft takes off instead: nothing is an answer too.")
    gone = {"line": line_id, "description": line.description, "net_minor": line.net_minor}
    zone = session.exec(select(Firm.time_zone)).one()
    followed = period_of(session, invoice, zone) == (invoice.service_from, invoice.service_to)
    session.expunge(line)
    remove_lines(session, [line_id])
    left = period_of(session, invoice, zone)
    if followed and left:
        invoice.service_from, invoice.service_to = left
    changed_draft(session, actor, invoice, "line removed", gone, {})
    return invoice


def line_of(session: Session, invoice_id: int, line_id: int) -> InvoiceLine:
    """A line of a draft. Raises `NotFound` when it is not on it any more."""
    line = session.exec(
        select(InvoiceLine).where(col(InvoiceLine.id) == as_id(line_id), InvoiceLine.invoice_id == invoice_id)
    ).first()
    if line is None:
        raise NotFound("This line is not on the draft any more.")
    return line


def line_of_kind(session: Session, invoice_id: int, kind: str) -> bool:
    """Whether a line of a kind is on an invoice."""
    of_kind = (InvoiceLine.invoice_id == invoice_id, InvoiceLine.kind == kind)
    return session.exec(select(InvoiceLine.id).where(*of_kind)).first() is not None


def changed_draft(
    session: Session,
    actor: Actor,
    invoice: Invoice,
    verb: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    reason: str = "",
) -> None:
    """Works the draft's sums out anew and writes down what was changed."""
    touch(invoice)
    write_totals(session, invoice)
    history.note(session, actor, "invoice", int(invoice.id or 0), verb, before, after, reason)
