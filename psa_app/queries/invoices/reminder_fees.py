"""Fees of reminders that no invoice bills yet."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select
from sqlmodel import Session

from psa_app.prepared import Prepared
from psa_app.queries.invoices.tables import BILLED_REMINDER, INVOICE, REMINDER


@dataclass(frozen=True, slots=True)
class OpenFee:
    """A fee in minor units of its currency, for a reminder of an invoice."""

    id: int
    number: str
    sent_on: date
    amount: int
    currency: str


def open_fees(session: Session, account_id: int, until: date) -> list[OpenFee]:
    """The fees that the client's next invoice bills; the caller holds the client's row."""
    return [OpenFee(*row) for row in _FEES.all(session, {"account_id": account_id, "until": until})]


_BILLED = select(BILLED_REMINDER.c.reminder_id).where(BILLED_REMINDER.c.released_at.is_(None))
_FEES = Prepared(
    select(REMINDER.c.id, INVOICE.c.number, REMINDER.c.sent_on, REMINDER.c.fee_minor, REMINDER.c.currency)
    .join(INVOICE, INVOICE.c.id == REMINDER.c.invoice_id)
    .where(
        INVOICE.c.account_id == bindparam("account_id"),
        INVOICE.c.status != "void",
        REMINDER.c.fee_minor > 0,
        REMINDER.c.sent_on <= bindparam("until"),
        REMINDER.c.id.not_in(_BILLED),
    )
    .order_by(REMINDER.c.id)
)
