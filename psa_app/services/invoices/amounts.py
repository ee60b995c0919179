"""What a draft asks for: lines and entries written down or up, and discounts."""

from typing import Any

from sqlmodel import Session, col, func, select

from psa_app.access import Actor, act
from psa_app.errors import Conflict, Invalid, NotFound
from psa_app.models import (
    BilledFee,
    BilledMilestone,
    BilledPeriod,
    BilledTime,
    Invoice,
    InvoiceLine,
    SowLine,
)
from psa_app.queries.invoices.open_work import billed_on_lines
from psa_app.rules import fields, money
from psa_app.rules.deposits import ASKED, USED
from psa_app.rules.discounts import check_discount
from psa_app.rules.money import Money
from psa_app.services.invoices.draft import locked_draft
from psa_app.services.invoices.edit import MOST, changed_draft, line_of, line_of_kind

_TIES: dict[str, Any] = {
    "milestone": BilledMilestone,
    "fee": BilledFee,
    "retainer": BilledPeriod,
    "subscription": BilledPeriod,
}


@act("invoices", "write_line", right="invoices.draft")
def write_line(
    session: Session,
    actor: Actor,
    invoice_id: int,
    *,
    line_id: int,
    amount: Money,
    reason: str,
    entry_id: int | None = None,
) -> InvoiceLine:
    """Writes a line of a draft, or one entry on it, down or up to an amount; the time itself stays as it is.

    The difference is kept with the line and its reason in the history, and neither is printed. The amount
    that it came to by its rate takes it back. Raises `Conflict` for a line that has no work of its own, and
    where a cap would be passed.
    """
    invoice = locked_draft(session, actor, invoice_id)
    line = line_of(session, invoice_id, line_id)
    why = fields.text(reason, "reason", max=400)
    _check_amount(invoice, amount)
    before = line.net_minor
    if line.kind == "time":
        new = _spread(session, line, amount.amount, entry_id)
    elif line.kind in _TIES and entry_id is None:
        _tie(session, line).amount_minor = line.rate_minor = new = amount.amount
    elif line.kind == ASKED:
        raise Conflict("Discard the draft and ask for another amount instead.")
    else:
        raise Conflict("Only time and agreed prices are written down or up. Give a discount instead.")
    _check_cap(session, line, new - before)
    listed = before if line.list_minor is None else line.list_minor
    line.net_minor, line.list_minor = new, None if new == listed else listed
    line.write_reason = "" if new == listed else why
    after = {"line": line_id, "net_minor": new, "entry": entry_id}
    changed_draft(session, actor, invoice, "written", {"line": line_id, "net_minor": before}, after, why)
    return line


@act("invoices", "discount", right="invoices.draft")
def set_discount(
    session: Session,
    actor: Actor,
    invoice_id: int,
    *,
    line_id: int | None = None,
    percent_ppm: int = 0,
    amount: Money | None = None,
    text: str = "Discount",
) -> Invoice:
    """Gives a discount on a line or on the whole draft, before tax; neither share nor amount takes it off.

    It is printed as a line of its own for each tax. Raises `Invalid` for more than there is.
    """
    invoice = locked_draft(session, actor, invoice_id)
    target: Any = line_of(session, invoice_id, line_id) if line_id is not None else invoice
    if line_of_kind(session, invoice_id, ASKED):
        raise Conflict("A deposit takes no discount. Discard the draft and ask for another amount.")
    if line_id is not None and (target.kind == "discount" or target.net_minor <= 0):
        raise Conflict("Only a line above zero takes a discount.")
    if amount is not None:
        _check_amount(invoice, amount, above_zero=False)
    minor = amount.amount if amount is not None else 0
    most = target.net_minor if line_id is not None else _undiscounted(session, invoice)
    check_discount(percent_ppm, minor, most)
    before = {"line": line_id, "ppm": target.discount_ppm, "amount": target.discount_minor}
    target.discount_ppm, target.discount_minor = percent_ppm, minor
    target.discount_text = fields.text(text, "text", max=100) if percent_ppm or minor else ""
    session.flush()
    after = {"line": line_id, "ppm": percent_ppm, "amount": minor}
    changed_draft(session, actor, invoice, "discount", before, after)
    return invoice


def _check_amount(invoice: Invoice, amount: Money, *, above_zero: bool = True) -> None:
    if amount.currency != invoice.currency:
        raise Invalid(f"This invoice is in {invoice.currency}.", "amount")
    if amount.amount > MOST:
        raise Invalid("This is more than an invoice can hold.", "amount")
    if above_zero and amount.amount < 0:
        raise Invalid("Give an amount of zero or more.", "amount")


def _spread(session: Session, line: InvoiceLine, amount: int, entry_id: int | None) -> int:
    """Shares an amount out over the parts behind a line, or gives it to those of one entry; the new net."""
    parts = session.exec(
        select(BilledTime).where(BilledTime.line_id == line.id).order_by(col(BilledTime.id))
    ).all()
    mine = [part for part in parts if entry_id is None or part.entry_id == entry_id]
    if not mine:
        raise NotFound("This entry is not on the line any more.")
    weights = [part.minutes for part in mine]
    if not any(weights):
        weights = [1] * len(mine)
    for part, share in zip(mine, money.apportion(amount, weights), strict=True):
        part.amount_minor = share
    session.flush()
    return sum(part.amount_minor for part in parts)


def _tie(session: Session, line: InvoiceLine) -> Any:
    table = _TIES[line.kind]
    return session.exec(select(table).where(table.line_id == line.id)).one()


def _check_cap(session: Session, line: InvoiceLine, more: int) -> None:
    scope_line = session.get(SowLine, line.sow_line_id) if line.sow_line_id else None
    if line.kind != "time" or more <= 0 or scope_line is None or scope_line.cap_minor is None:
        return
    session.flush()
    billed = billed_on_lines(session, [int(scope_line.id or 0)]).get(int(scope_line.id or 0), 0)
    if billed > scope_line.cap_minor:
        raise Conflict("That passes the cap of the scope. Agree a change with the client first.", "amount")


def _undiscounted(session: Session, invoice: Invoice) -> int:
    of_invoice = (InvoiceLine.invoice_id == invoice.id, col(InvoiceLine.kind).not_in(("discount", USED)))
    return int(session.exec(select(func.sum(InvoiceLine.net_minor)).where(*of_invoice)).one() or 0)
