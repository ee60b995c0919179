"""The printed lines of discounts: drawn anew from what was given whenever a draft changes."""

from typing import Any

from sqlalchemy import bindparam, delete, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from psa_app.formats import words
from psa_app.models import Account, Invoice, InvoiceLine
from psa_app.prepared import Prepared
from psa_app.queries.invoices.tables import INVOICE_LINE
from psa_app.rules.discounts import discount_of, shared
from psa_app.services.invoices.lines import next_position

KIND = "discount"
_TAX = ("tax_kind", "tax_ppm", "tax_name", "tax_note")


def draw_discounts(session: Session, invoice: Invoice) -> None:
    """Writes a draft's lines of kind discount: one for each line that has one, one for each tax of the whole.

    The discount on the whole is taken off what those on lines leave.
    """
    of = {"invoice_id": invoice.id}
    _REMOVE.all(session, of)
    if not (invoice.discount_ppm or invoice.discount_minor or _GIVEN.first(session, of)):
        return
    lines = session.exec(_LINES, params=of).all()
    locale = session.get_one(Account, invoice.account_id).locale
    left: dict[tuple[Any, ...], int] = {}
    for line in lines:
        off = discount_of(line.net_minor, line.discount_ppm, line.discount_minor)
        if off:
            text = _text(line.discount_text, line.discount_ppm, locale)
            _write(session, invoice, text, line.description, off, _tax(line), line.sow_line_id)
        left[_tax(line)] = left.get(_tax(line), 0) + line.net_minor - off
    parts = shared(list(left.values()), invoice.discount_ppm, invoice.discount_minor)
    for tax, off in zip(left, parts, strict=True):
        if off:
            detail = tax[2] if len(left) > 1 else ""
            _write(
                session, invoice, _text(invoice.discount_text, invoice.discount_ppm, locale), detail, off, tax
            )
    session.flush()


_OF_INVOICE = INVOICE_LINE.c.invoice_id == bindparam("invoice_id")
_REMOVE = Prepared(delete(INVOICE_LINE).where(_OF_INVOICE, INVOICE_LINE.c.kind == KIND))
_GIVEN = Prepared(
    select_columns(INVOICE_LINE.c.id)
    .where(_OF_INVOICE, or_(INVOICE_LINE.c.discount_ppm != 0, INVOICE_LINE.c.discount_minor != 0))
    .limit(1)
)
_LINES = (
    select(InvoiceLine)
    .where(_OF_INVOICE)
    .order_by(col(InvoiceLine.position))
    .execution_options(populate_existing=True)
)


def _tax(line: InvoiceLine) -> tuple[Any, ...]:
    return tuple(getattr(line, name) for name in _TAX)


def _text(words_given: str, ppm: int, locale: str) -> str:
    if not ppm:
        return words_given
    return f"{words_given}, {words.number(ppm / 10_000, locale, 0 if ppm % 10_000 == 0 else 2)} %"


def _write(
    session: Session,
    invoice: Invoice,
    text: str,
    detail: str,
    off: int,
    tax: tuple[Any, ...],
    sow_line_id: int | None = None,
) -> None:
    session.add(
        InvoiceLine(
            invoice_id=int(invoice.id or 0),
            position=next_position(session, invoice),
            kind=KIND,
            description=text,
            detail=detail,
            rate_minor=-off,
            net_minor=-off,
            sow_line_id=sow_line_id,
            **dict(zip(_TAX, tax, strict=True)),
        )
    )
    session.flush()
