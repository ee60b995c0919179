"""Statements of the firm's bank accounts: what came, and what was decided about each line."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from psa_app.models.base import Big, BigOrNone, Record


class BankStatement(Record, table=True):
    """A statement as the bank gave it. `gap_minor` is what its lines miss of its closing balance."""

    __tablename__ = "bank_statement"
    bank_account_id: int = Field(foreign_key="bank_account.id", index=True)
    kind: str  # camt | csv
    number: str = ""  # as the bank counts its statements
    file_name: str = ""
    currency: str
    first_on: date | None = None
    last_on: date | None = None
    opening_minor: BigOrNone = None
    closing_minor: BigOrNone = None
    gap_minor: Big = 0
    gap_reason: str = ""  # why it was taken though it does not balance
    new_lines: int = 0
    known_lines: int = 0  # left out: an earlier file held them


class BankLine(Record, table=True):
    """One booking on a bank account; money out is negative. `digest` tells it from every other one.

    A line that pays says so by `payment_id`; `made_payment` tells a payment booked from the line from one
    that someone had recorded before.
    """

    __tablename__ = "bank_line"
    __table_args__ = (
        UniqueConstraint("bank_account_id", "digest"),
        Index(
            "uq_bank_line_payment",
            "payment_id",
            unique=True,
            sqlite_where=text("payment_id IS NOT NULL AND amount_minor > 0"),
            postgresql_where=text("payment_id IS NOT NULL AND amount_minor > 0"),
        ),
        Index(
            "uq_bank_line_payout",
            "payout_id",
            unique=True,
            sqlite_where=text("payout_id IS NOT NULL"),
            postgresql_where=text("payout_id IS NOT NULL"),
        ),
    )
    statement_id: int = Field(foreign_key="bank_statement.id", index=True)
    bank_account_id: int = Field(foreign_key="bank_account.id")
    digest: str
    status: str = Field(default="open", index=True)  # open | booked | ignored | outgoing
    booked_on: date
    value_on: date | None = None
    ledger_on: date | None = None  # of a payout: the books carry it on this day, its own was closed by then
    amount_minor: Big
    currency: str
    payer: str = ""
    payer_iban: str = Field(default="", index=True)
    text: str = ""
    reference: str = ""
    bank_ref: str = ""
    charges_minor: Big = 0
    told: str = ""  # as it was sent, when that was in another currency
    is_reversal: bool = False
    is_twin: bool = False  # a file of another kind holds a line of this day and amount
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    payment_id: int | None = Field(default=None, foreign_key="payment.id")
    made_payment: bool = False
    payout_id: int | None = Field(default=None, foreign_key="payout.id")  # of the payment service
    reason: str = ""
    decided_at: datetime | None = None
    decided_by: int | None = Field(default=None, foreign_key="user.id")
