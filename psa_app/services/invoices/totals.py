"""An invoice's sums, always from its printed lines."""

from sqlalchemy import bindparam, delete
from sqlmodel import Session, col, select

from psa_app.models import Invoice, InvoiceLine, InvoiceTax
from psa_app.prepared import Prepared
from psa_app.queries.invoices.tables import INVOICE_TAX as _TAX_ROW
from psa_app.rules.taxes import Taxed, TaxKind, tax_lines
from psa_app.services.invoices.deposit_lines import draw_deposits, remove_uses
from psa_app.services.invoices.discount_lines import draw_discounts


def write_totals(session: Session, invoice: Invoice, *, drawn: bool = False) -> None:
    """Works out discounts, what deposits take off, tax rows and sums from the lines as they stand.

    With `drawn` the lines stay as someone has seen them: only tax rows and sums are worked out.
    """
    session.flush()
    if not drawn and invoice.status == "draft":
        remove_uses(session, invoice)
        draw_discounts(session, invoice)
        draw_deposits(session, invoice)
    lines = session.exec(_LINES, params={"invoice_id": invoice.id}).all()
    printed = {(line.tax_kind, line.tax_ppm): (line.tax_name, line.tax_note) for line in reversed(lines)}
    rows = tax_lines(
        [Taxed(line.net_minor, TaxKind(line.tax_kind), line.tax_ppm) for line in lines],
        "line" if invoice.tax_rounding == "line" else "total",
    )
    remove_taxes(session, invoice)
    for row in rows:
        name, note = printed[row.kind, row.rate_ppm]
        session.add(
            InvoiceTax(
                invoice_id=int(invoice.id or 0),
                kind=row.kind.value,
                rate_ppm=row.rate_ppm,
                base_minor=row.base,
                tax_minor=row.tax,
                name=name,
                note=note,
            )
        )
    invoice.net_minor = sum(line.net_minor for line in lines)
    invoice.tax_minor = sum(row.tax for row in rows)
    invoice.total_minor = invoice.net_minor + invoice.tax_minor
    session.flush()


def remove_taxes(session: Session, invoice: Invoice) -> None:
    """Clears the tax block of a draft."""
    _REMOVE_TAXES.all(session, {"invoice_id": invoice.id})


_LINES = (
    select(InvoiceLine)
    .where(InvoiceLine.invoice_id == bindparam("invoice_id"))
    .order_by(col(InvoiceLine.position))
    .execution_options(populate_existing=True)
)
_REMOVE_TAXES = Prepared(delete(_TAX_ROW).where(_TAX_ROW.c.invoice_id == bindparam("invoice_id")))
