"""What follows a payment: money given back, and money that the payer's bank asks back."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from psa_app.models.base import Big, Record


class Refund(Record, table=True):
    """Money given back out of a payment. The row stands before anything is sent; facts say what moved.

    One at a time is on its way to the provider for each payment, so that two clicks give back once.
    """

    __table_args__ = (
        Index(
            "uq_refund_active",
            "payment_id",
            unique=True,
            sqlite_where=text("status IN ('created','sending')"),
            postgresql_where=text("status IN ('created','sending')"),
        ),
    )
    account_id: int = Field(foreign_key="account.id", index=True)
    payment_id: int = Field(foreign_key="payment.id", index=True)
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    provider: str  # manual: by bank transfer | sandbox | stripe
    livemode: bool = False
    status: str = Field(default="created", index=True)  # created | sending | pending | succeeded | failed
    amount_minor: Big
    currency: str
    reason: str = ""
    returned_on: date | None = None  # of a bank transfer back
    reference: str = ""
    ref: str = Field(default="", index=True)  # the provider's id
    idempotency_key: str = Field(unique=True)
    failure: str = ""


class Dispute(Record, table=True):
    """A payer told their bank that they did not want a payment. `state` is the provider's own word."""

    account_id: int = Field(foreign_key="account.id", index=True)
    payment_id: int = Field(foreign_key="payment.id", index=True)
    invoice_id: int | None = Field(default=None, foreign_key="invoice.id", index=True)
    provider: str
    ref: str = Field(unique=True)
    state: str
    reason: str = ""
    amount_minor: Big
    currency: str
    opened_at: datetime
    answer_by: datetime | None = None
    closed_at: datetime | None = Field(default=None, index=True)


class SavedMethod(Record, table=True):
    """A client's card or bank account that may be charged without them. Its numbers stay at the provider.

    The row stands before the page on which it is saved is opened. What the client agreed to is kept with
    it: the words, who, when and from where.
    """

    __tablename__ = "saved_method"
    account_id: int = Field(foreign_key="account.id", index=True)
    provider: str
    livemode: bool = False
    status: str = Field(default="created", index=True)  # created | open | active | removed | failed
    kind: str = ""  # card | sepa_debit | us_bank_account | …
    brand: str = ""
    last4: str = ""
    exp_month: int = 0
    exp_year: int = 0
    is_default: bool = False
    customer_ref: str = Field(default="", index=True)
    ref: str = Field(default="", index=True)
    mandate_ref: str = ""
    session_id: str = Field(default="", index=True)
    session_url: str = ""
    idempotency_key: str = Field(unique=True)
    currency: str = "EUR"
    expires_at: datetime | None = None  # of the page
    consent: str
    consent_by: str
    consent_email: str = ""
    consent_address: str = ""
    consent_at: datetime
    refreshed_at: datetime | None = None  # since then failures count
    warned_on: date | None = None  # that it expires
    failure: str = ""


class Autopay(Record, table=True):
    """When a client's invoices are collected by themselves; a scope may have its own row."""

    __table_args__ = (
        Index(
            "uq_autopay_account",
            "account_id",
            unique=True,
            sqlite_where=text("sow_id IS NULL"),
            postgresql_where=text("sow_id IS NULL"),
        ),
        Index(
            "uq_autopay_sow",
            "sow_id",
            unique=True,
            sqlite_where=text("sow_id IS NOT NULL"),
            postgresql_where=text("sow_id IS NOT NULL"),
        ),
    )
    account_id: int = Field(foreign_key="account.id", index=True)
    sow_id: int | None = Field(default=None, foreign_key="sow.id")
    collects: str = "off"  # off | due | issued


class ManagedSubscription(Record, table=True):
    """A scope's line that the payment service bills and collects by itself from `bills_from` on.

    The row stands before anything is sent. `wish` is a change that is on its way there (JSON: what, price,
    quantity, reason), with a key of its own; one at a time. `state` is the provider's own word.
    """

    __tablename__ = "managed_subscription"
    account_id: int = Field(foreign_key="account.id", index=True)
    sow_line_id: int = Field(foreign_key="sow_line.id", unique=True)
    method_id: int = Field(foreign_key="saved_method.id")
    provider: str
    livemode: bool = False
    status: str = Field(default="sending", index=True)  # sending | running | ended | failed
    state: str = ""
    bills_from: date
    price_minor: Big  # of a period, for one, net
    quantity: int = 1
    currency: str
    tax_kind: str = "standard"
    tax_name: str = ""
    tax_ppm: int = 0
    ref: str = Field(default="", index=True)  # the provider's id
    period_from: date | None = None
    period_to: date | None = None
    ends_on: date | None = None  # the first day without it, once that is agreed
    is_paused: bool = False
    wish: str = ""
    wish_key: str = ""
    idempotency_key: str = Field(unique=True)
    next_check_at: datetime | None = Field(default=None, index=True)
    seen_at: datetime | None = None
    failure: str = ""


class BalanceLine(Record, table=True):
    """A line of the provider's balance in its own currency: what a payment brought after fees.

    It is no money of a client's: that stands in the facts of payments.
    """

    __tablename__ = "balance_line"
    provider: str
    ref: str = Field(unique=True)
    kind: str = Field(index=True)  # charge | payment | refund | adjustment | payout | stripe_fee | …
    source_ref: str = ""
    payment_id: int | None = Field(default=None, foreign_key="payment.id", index=True)
    amount_minor: Big
    fee_minor: Big
    net_minor: Big
    currency: str
    at: datetime
    available_on: date
    ledger_on: date | None = None  # the books carry it on this day: its own was closed by then
    livemode: bool = False
    payout_ref: str = Field(default="", index=True)


class Payout(Record, table=True):
    """Money from the provider to the firm's bank. `state` is the provider's own word."""

    provider: str
    ref: str = Field(unique=True)
    state: str
    amount_minor: Big
    currency: str
    arrives_on: date
    at: datetime
    livemode: bool = False


class ProviderFinding(Record, table=True):
    """Where the provider's book and ours differ: told once, until it is gone or a person settles it."""

    __tablename__ = "provider_finding"
    __table_args__ = (
        Index(
            "uq_provider_finding_open",
            "kind",
            "ref",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )
    provider: str
    kind: str  # stray | missing | unknown | differs | allocation | copy
    ref: str
    payment_id: int | None = Field(default=None, foreign_key="payment.id")
    sentence: str
    found_at: datetime
    settled_at: datetime | None = Field(default=None, index=True)
    settled_by: str = ""
    note: str = ""
