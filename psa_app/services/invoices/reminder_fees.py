"""Fees of reminders on an invoice: a line each, tied to the reminder."""

from collections.abc import Sequence

from sqlmodel import Session

from psa_app.db import insert_row
from psa_app.formats import words
from psa_app.models import Account, BilledReminder, Invoice, InvoiceLine
from psa_app.queries.invoices.reminder_fees import OpenFee
from psa_app.services.invoices.lines import next_position
from psa_app.services.invoices.taxes import TaxBook

KIND = "reminder_fee"


def write_fee_lines(
    session: Session, invoice: Invoice, account: Account, fees: Sequence[OpenFee], taxes: TaxBook
) -> None:
    """Adds a line for each fee, in the order of the reminders."""
    for position, one in enumerate(fees, next_position(session, invoice)):
        line_id = insert_row(
            session,
            InvoiceLine,
            invoice_id=invoice.id,
            position=position,
            kind=KIND,
            description=f"Reminder of {one.number}",
            detail=words.day(one.sent_on, account.locale),
            minutes=None,
            quantity=1,
            rate_minor=one.amount,
            net_minor=one.amount,
            sow_line_id=None,
            **taxes.of_sow(None).columns(),
        )
        tie = {"reminder_id": one.id, "line_id": line_id, "amount_minor": one.amount}
        insert_row(session, BilledReminder, released_at=None, **tie)
