"""The lines of deposits: what one asks for, and what an invoice takes off for those that are paid."""

from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlmodel import Session, col
from sqlmodel import select as select_models

from psa_app.db import insert_row
from psa_app.formats import words
from psa_app.formats.deposit_words import deposit_words
from psa_app.models import Account, DepositUse, Invoice, InvoiceLine
from psa_app.prepared import Prepared
from psa_app.queries.invoices.deposits import DepositRow, deposits_for
from psa_app.queries.invoices.tables import DEPOSIT_USE, INVOICE_LINE
from psa_app.rules.deposits import ASKED, KINDS, USED, Deposit, Work, drawn
from psa_app.services.invoices.lines import next_position, sows_of

NOT_WORK = (*KINDS, "reminder_fee", "opening")
_TAX = ("tax_kind", "tax_ppm", "tax_name", "tax_note")


def draw_deposits(session: Session, invoice: Invoice) -> None:
    """Writes a draft's lines of kind deposit_used, each with the row that ties it to its deposit.

    The draft takes off as much as is open and fits, at most `deposit_limit_minor`. A draft that asks for a
    deposit takes none off. The caller holds the client's row and has removed the lines of before.
    """
    lines = session.exec(_LINES, params={"invoice_id": invoice.id}).all()
    if not lines or any(line.kind == ASKED for line in lines):
        return
    known = {one.line_id: one for one in deposits_for(session, invoice)}
    if not known:
        return
    found = drawn(
        [Deposit(one.line_id, one.open, one.tax, one.sow_id) for one in known.values()],
        _work(session, lines),
        invoice.sow_id,
        invoice.deposit_limit_minor,
    )
    locale = session.get_one(Account, invoice.account_id).locale
    for line_id, amount in found:
        _write(session, invoice, known[line_id], amount, locale)
    session.flush()


def remove_uses(session: Session, invoice: Invoice) -> None:
    """Takes off a draft what it takes off for deposits; it is open again."""
    for statement in _REMOVE:
        statement.all(session, {"invoice_id": invoice.id})


_OF_INVOICE = INVOICE_LINE.c.invoice_id == bindparam("invoice_id")
_MINE = select(INVOICE_LINE.c.id).where(_OF_INVOICE, INVOICE_LINE.c.kind == USED)
_REMOVE = (
    Prepared(delete(DEPOSIT_USE).where(DEPOSIT_USE.c.line_id.in_(_MINE))),
    Prepared(delete(INVOICE_LINE).where(_OF_INVOICE, INVOICE_LINE.c.kind == USED)),
)
_LINES = (
    select_models(InvoiceLine)
    .where(_OF_INVOICE)
    .order_by(col(InvoiceLine.position))
    .execution_options(populate_existing=True)
)


def _work(session: Session, lines: Any) -> list[Work]:
    sows = sows_of(session, {line.sow_line_id for line in lines if line.sow_line_id})
    return [
        Work((line.tax_kind, line.tax_ppm), sows.get(line.sow_line_id or 0), line.net_minor)
        for line in lines
        if line.kind not in NOT_WORK
    ]


def _write(session: Session, invoice: Invoice, one: DepositRow, amount: int, locale: str) -> None:
    asked = session.get_one(InvoiceLine, one.line_id)
    day = words.day(one.issued_on, locale) if one.issued_on else ""
    line_id = insert_row(
        session,
        InvoiceLine,
        invoice_id=invoice.id,
        position=next_position(session, invoice),
        kind=USED,
        description=deposit_words(locale).less.format(number=one.number),
        detail=", ".join(part for part in (asked.description, day) if part),
        minutes=None,
        quantity=1,
        rate_minor=-amount,
        net_minor=-amount,
        sow_line_id=None,
        **{name: getattr(asked, name) for name in _TAX},
    )
    tie = {"deposit_line_id": one.line_id, "line_id": line_id, "amount_minor": amount}
    insert_row(session, DepositUse, released_at=None, **tie)
