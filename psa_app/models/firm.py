"""The firm itself: who it is, how it counts, and the calendars and series it lives by."""

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from psa_app.models.base import Big, BigOrNone, Record, Row


class Firm(Record, table=True):
    """The one firm of this install (always id 1)."""

    name: str
    legal_name: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "AT"  # ISO 3166-1 alpha-2
    email: str = ""
    phone: str = ""
    website: str = ""
    base_currency: str = "EUR"  # fixed once chosen
    time_zone: str = "Europe/Vienna"
    locale: str = "en"
    week_start: int = 1  # ISO weekday that a week view shows first
    accent: str = "#3a5bc7"
    payment_days: int = 30
    tax_rounding: str = "total"  # total | line
    round_increment: int = 1  # minutes; the default rounding policy of a new SOW
    round_mode: str = "up"
    round_minimum: int = 0
    round_per: str = "entry"
    target_percent: int = 75  # billable utilization aimed at
    overhead_minor: Big = 0  # per hour worked, in base currency
    sole_approver: bool = False  # someone alone may approve their own time, marked so
    payment_provider: str = "manual"  # manual | sandbox | stripe
    instance: str  # random; separates two installs that share one Stripe account
    locked_through: date | None = None  # time up to this day can no longer change
    books_closed_through: date | None = None  # nothing in the books is dated up to this day any more
    invoice_footer: str = ""
    minimum_invoice_minor: Big = 0  # base currency: less than that waits for the next billing run
    drafts_itself: bool = False  # the app drafts invoices when they fall due
    approves_expenses: bool = False  # those within their category's policy are approved as they come
    receipt_above_minor: BigOrNone = None  # base currency: of any expense above it; None asks for none
    is_demo: bool = False


class TaxNumber(Record, table=True):
    """A tax number of the firm, such as its VAT id in one country."""

    __tablename__ = "tax_number"
    kind: str = "vat"  # vat | tax | register | peppol
    country: str
    number: str


class BankAccount(Record, table=True):
    """An account of the firm on which clients pay."""

    __tablename__ = "bank_account"
    label: str
    holder: str = ""
    bank: str = ""
    iban: str = ""
    bic: str = ""
    account_number: str = ""
    currency: str
    is_default: bool = False


class TaxRate(Record, table=True):
    """A tax with its legal kind; `rate_ppm` is millionths (19 % = 190000)."""

    __tablename__ = "tax_rate"
    name: str
    kind: str = "standard"  # one of rules/taxes.py TaxKind
    rate_ppm: int = 0
    note: str = ""  # the sentence the law wants on paper
    is_default: bool = False
    is_active: bool = True


class NumberSeries(Record, table=True):
    """A gapless series: its row is locked while a number is taken."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("kind", "sandbox"),)
    kind: str  # invoice | credit_note | sow | quote
    sandbox: bool = False
    pattern: str  # such as INV-{year}-{n:04}
    year: int = 0
    next_number: int = 1
    last_date: date | None = None


class Holiday(Record, table=True):
    """A day on which a calendar's people do not work."""

    __table_args__ = (UniqueConstraint("calendar", "day"),)
    calendar: str = Field(index=True)  # country, or country-region: AT, DE-BY
    day: date
    name: str


class ExchangeRate(Row, table=True):
    """How much of the base currency one unit of `currency` was worth on `day`, times 1e9."""

    __tablename__ = "exchange_rate"
    __table_args__ = (UniqueConstraint("currency", "day"),)
    currency: str
    day: date
    rate_nano: Big
