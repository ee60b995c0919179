"""What the books hold beside invoices and payments: money given up, and what was handed to accounting."""

from datetime import date, datetime

from sqlmodel import Field

from psa_app.models.base import Big, Row


class WriteOff(Row, table=True):
    """What an invoice still owed when it was written off; taking that back is a row below zero."""

    __tablename__ = "write_off"
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    made_on: date = Field(index=True)
    amount_minor: Big
    currency: str
    reason: str = ""
    at: datetime


class LedgerExport(Row, table=True):
    """A period that was handed to accounting: what was in it does not become void any more."""

    __tablename__ = "ledger_export"
    first_on: date
    last_on: date
    format: str
    digest: str  # SHA-256 of the file
    lines: int
    at: datetime
    made_by: int | None = Field(default=None, foreign_key="user.id")


class LedgerAccount(Row, table=True):
    """The code and name under which the firm's books know one of the app's accounts."""

    __tablename__ = "ledger_account"
    key: str = Field(unique=True)  # one of rules/ledger/accounts.py
    code: str
    name: str
