"""Invoices, the work behind each line, and the money that settles them."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from psa_app.models.base import Big, BigOrNone, Record, Row


class Invoice(Record, table=True):
    """A bill, or a credit note on one. It gets its number when issued and never changes from then on.

    The amounts of a credit note are what it gives back, above zero like those of the bill.
    """

    __table_args__ = (
        Index(
            "uq_invoice_number",
            "number",
            unique=True,
            sqlite_where=text("number <> ''"),
            postgresql_where=text("number <> ''"),
        ),
        Index(
            "uq_invoice_managed",
            "managed_ref",
            unique=True,
            sqlite_where=text("managed_ref <> ''"),
            postgresql_where=text("managed_ref <> ''"),
        ),
        {"sqlite_autoincrement": True},  # the id of a discarded draft never comes back
    )
    number: str = ""
    kind: str = "invoice"  # invoice | credit_note
    credits_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)  # of a credit note
    account_id: int = Field(foreign_key="account.id", index=True)
    sow_id: int | None = Field(default=None, foreign_key="sow.id", index=True)
    status: str = Field(default="draft", index=True)  # draft | issued | void | written_off
    currency: str
    is_sandbox: bool = False
    is_taken_over: bool = False  # another program issued it, with a number of its own
    cutoff: date  # work up to this day
    grouping: str = "role"
    service_from: date | None = None
    service_to: date | None = None
    issued_on: date | None = None
    due_on: date | None = None
    payment_days: int = 30
    purchase_order: str = ""
    bank_account_id: int | None = Field(default=None, foreign_key="bank_account.id")
    tax_rounding: str = "total"
    net_minor: Big = 0
    tax_minor: Big = 0
    total_minor: Big = 0
    ledger_on: date | None = None  # the books carry it on this day: its own was closed by then
    base_rate_nano: Big = 1_000_000_000  # the document's rate to the base currency, frozen at issue
    seller: str = ""  # frozen at issue: the firm's block, one line a row
    buyer: str = ""  # frozen at issue
    bank: str = ""  # frozen at issue: where to pay, one "label: value" a row
    footer: str = ""  # frozen at issue
    note: str = ""
    issued_at: datetime | None = None
    issued_by: int | None = Field(default=None, foreign_key="user.id")
    voided_at: datetime | None = None
    void_reason: str = ""
    credit_reason: str = ""  # of a credit note, printed on it
    pdf_digest: str = ""
    discount_ppm: int = 0  # on the whole of it; the printed lines of kind discount follow from it
    discount_minor: Big = 0
    discount_text: str = ""
    seen_at: datetime | None = None  # when the client first opened it
    managed_ref: str = ""  # the payment service issued and collects it: its id there; never changed here
    managed_url: str = ""  # where the client pays it there
    deposit_limit_minor: BigOrNone = None  # at most this of deposits is drawn; empty: all that is open


class InvoiceLine(Row, table=True):
    """A printed line. `minutes` and `rate_minor` belong to time; `net_minor` is what is printed."""

    __tablename__ = "invoice_line"
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    position: int
    kind: str  # `KINDS` of services/invoices/lines.py
    description: str
    detail: str = ""
    minutes: int | None = None
    quantity: int = 1
    rate_minor: Big = 0
    net_minor: Big
    sow_line_id: int | None = Field(default=None, foreign_key="sow_line.id", index=True)
    tax_kind: str = "standard"
    tax_ppm: int = 0
    tax_name: str = ""
    tax_note: str = ""  # the sentence that the law wants on paper
    credits_line_id: int | None = Field(default=None, foreign_key="invoice_line.id", index=True)
    release: bool = False  # of a credit note: the work is open for billing again
    list_minor: BigOrNone = None  # what it came to before it was written down or up
    write_reason: str = ""  # why it was; never printed
    discount_ppm: int = 0  # on this line; printed as a line of kind discount
    discount_minor: Big = 0
    discount_text: str = ""


class InvoiceTax(Row, table=True):
    """One row of the tax block as printed."""

    __tablename__ = "invoice_tax"
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    kind: str
    rate_ppm: int
    name: str
    note: str = ""
    base_minor: Big
    tax_minor: Big


class EInvoice(Row, table=True):
    """The electronic invoice as it went out; written once, when the invoice got its number."""

    __tablename__ = "e_invoice"
    invoice_id: int = Field(foreign_key="invoice.id", unique=True)
    profile: str
    xml: str


class BilledTime(Row, table=True):
    """Ties seconds of an entry to the line that bills them.

    `offset_seconds` is where the part begins in the entry; while not released, no two rows
    may start at the same place, so an entry is never billed twice. What a credit note gives back
    names its line: released when it can be billed again, else written off.
    """

    __tablename__ = "billed_time"
    __table_args__ = (
        Index(
            "uq_billed_time_once",
            "entry_id",
            "offset_seconds",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
        Index("ix_billed_time_line", "line_id"),
        Index(
            "ix_billed_time_credit",
            "credit_line_id",
            sqlite_where=text("credit_line_id IS NOT NULL"),
            postgresql_where=text("credit_line_id IS NOT NULL"),
        ),
    )
    entry_id: int = Field(foreign_key="time_entry.id")
    line_id: int = Field(foreign_key="invoice_line.id")
    offset_seconds: int = 0
    seconds: int
    minutes: int
    amount_minor: Big
    released_at: datetime | None = None
    credit_line_id: int | None = Field(default=None, foreign_key="invoice_line.id")


class BilledMilestone(Row, table=True):
    """Ties an accepted milestone to the line that bills it; once while not released."""

    __tablename__ = "billed_milestone"
    __table_args__ = (
        Index(
            "uq_billed_milestone_once",
            "milestone_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )
    milestone_id: int = Field(foreign_key="milestone.id")
    line_id: int = Field(foreign_key="invoice_line.id", index=True)
    amount_minor: Big
    released_at: datetime | None = None


class BilledFee(Row, table=True):
    """Ties a dated part of a fixed fee to the line that bills it; once while not released."""

    __tablename__ = "billed_fee"
    __table_args__ = (
        Index(
            "uq_billed_fee_once",
            "fee_part_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )
    fee_part_id: int = Field(foreign_key="fee_part.id")
    line_id: int = Field(foreign_key="invoice_line.id", index=True)
    amount_minor: Big
    released_at: datetime | None = None


class BilledPeriod(Row, table=True):
    """Ties what is billed of a period of a retainer or subscription to its line; once while not released."""

    __tablename__ = "billed_period"
    __table_args__ = (
        Index(
            "uq_billed_period_once",
            "sow_line_id",
            "number",
            "kind",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )
    sow_line_id: int = Field(foreign_key="sow_line.id")
    number: int  # of the period, from 1 (`rules/periods.py`)
    kind: str  # fee | top_up 12, by its lot | change 7, of a subscription
    starts_on: date
    ends_on: date
    line_id: int = Field(foreign_key="invoice_line.id", index=True)
    amount_minor: Big
    released_at: datetime | None = None


class BilledDeposit(Row, table=True):
    """Ties the deposit that a scope asks for to the line that bills it; once while not released."""

    __tablename__ = "billed_deposit"
    __table_args__ = (
        Index(
            "uq_billed_deposit_once",
            "sow_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )
    sow_id: int = Field(foreign_key="sow.id")
    line_id: int = Field(foreign_key="invoice_line.id", index=True)
    amount_minor: Big
    released_at: datetime | None = None


class DepositUse(Row, table=True):
    """What an invoice takes off for a deposit that was paid: `line_id` is the line that takes it off,
    `deposit_line_id` the line that asked for it. What is credited of the one is open again on the other.
    """

    __tablename__ = "deposit_use"
    __table_args__ = (
        Index(
            "uq_deposit_use_once",
            "line_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )
    deposit_line_id: int = Field(foreign_key="invoice_line.id", index=True)
    line_id: int = Field(foreign_key="invoice_line.id", index=True)
    amount_minor: Big
    released_at: datetime | None = None


class BillLater(Row, table=True):
    """Work that was moved from a draft to a later invoice: nothing bills it before a day.

    `kind`: time | expense | milestone | fee, or the model of a line whose period it is; `record_id` is then
    that line and `number` the period.
    """

    __tablename__ = "bill_later"
    __table_args__ = (UniqueConstraint("kind", "record_id", "number"),)
    account_id: int = Field(foreign_key="account.id", index=True)
    kind: str
    record_id: int
    number: int = 0
    not_before: date


class Payment(Record, table=True):
    """Money that comes, or tries to come. Facts about it are `PaymentFact` rows."""

    __table_args__ = (
        Index(
            "uq_payment_active",
            "invoice_id",
            unique=True,
            sqlite_where=text("status IN ('created','sending','open','action','processing')"),
            postgresql_where=text("status IN ('created','sending','open','action','processing')"),
        ),
    )
    account_id: int = Field(foreign_key="account.id", index=True)
    invoice_id: int | None = Field(
        default=None, foreign_key="invoice.id"
    )  # for whom a provider's payment was started
    provider: str  # manual | sandbox | stripe
    livemode: bool = False
    status: str = "created"
    amount_minor: Big
    currency: str
    received_on: date | None = None
    method: str = ""  # bank_transfer | card | cash | ...
    reference: str = ""
    note: str = ""
    idempotency_key: str = Field(unique=True)
    session_id: str = Field(default="", index=True)
    session_url: str = ""
    return_path: str = ""  # where the payer comes back to; sent again unchanged with the same key
    payer_email: str = ""
    base_rate_nano: BigOrNone = None  # frozen when its first money came; None: nothing came yet
    intent_id: str = Field(default="", index=True)
    expires_at: datetime | None = None
    next_check_at: datetime | None = None
    failure: str = ""  # the decline code or a sentence
    tries: int = 0
    method_id: int | None = Field(default=None, foreign_key="saved_method.id")  # collected without the payer
    charge_on: date | None = None  # the day that was announced for it
    failed_at: datetime | None = None


class PaymentFact(Row, table=True):
    """Something that happened at the bank or provider; append-only, each once. Money out is negative."""

    __tablename__ = "payment_fact"
    __table_args__ = (Index("uq_payment_fact", "provider", "kind", "ref", unique=True),)
    payment_id: int = Field(foreign_key="payment.id", index=True)
    provider: str
    kind: str  # charge | refund | refund_failed | dispute | dispute_won | transfer | reversal
    ref: str
    amount_minor: Big
    currency: str
    at: datetime
    ledger_on: date | None = None  # the books carry it on this day: its own was closed by then


class Allocation(Row, table=True):
    """Part of a payment, or a credit note, that settles an invoice; a correction is a new, negative row."""

    payment_id: int | None = Field(default=None, foreign_key="payment.id", index=True)
    credit_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    amount_minor: Big  # in the invoice's currency
    paid_minor: BigOrNone = None  # of the payment, where that came in another currency
    at: datetime
    reason: str = ""


class Inbox(Row, table=True):
    """A webhook as it came, verified and stored before anything is done with it."""

    event_id: str = Field(unique=True)
    provider: str
    kind: str
    payload: str
    received_at: datetime
    due_at: datetime = Field(index=True)
    tries: int = 0
    done_at: datetime | None = None
    error: str = ""
