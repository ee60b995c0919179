"""Clients, the people at them, and what was said and done with them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, event
from sqlmodel import Field

from psa_app.models.base import BigOrNone, Own, Record, Row
from psa_app.rules.duplicates import domain_of, normal_name


class Account(Record, Own, table=True):
    """A client, prospect or partner company. `merged_into_id` says which record took its place."""

    name: str = Field(unique=True)
    kind: str = "client"  # prospect | client | former | partner
    tier: str = ""  # a | b | c, or nothing said
    owner_id: int | None = Field(default=None, foreign_key="person.id", index=True)  # who looks after it
    parent_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    legal_name: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "AT"
    vat_id: str = Field(default="", index=True)
    email: str = ""
    website: str = ""
    domain: str = Field(default="", index=True)  # of website or mail, to find twins by
    match_name: str = Field(default="", index=True)  # the name as twins are found by; follows it
    currency: str = "EUR"
    locale: str = "en"
    time_zone: str = "Europe/Vienna"
    payment_days: int | None = None
    tax_rate_id: int | None = Field(default=None, foreign_key="tax_rate.id")
    purchase_order_needed: bool = False
    einvoice: str = ""  # how invoices go out: "" as PDF, else a profile of rules/einvoices/codes.py
    buyer_reference: str = ""  # what the client wants to read on each invoice, such as a cost centre
    reminder_plan_id: int | None = Field(default=None, foreign_key="reminder_plan.id")  # None: the usual one
    reminders_paused: bool = False
    bill_at_minutes: int | None = None  # approved time of a scope that makes a draft; empty: none
    bill_at_minor: BigOrNone = None  # the same by value, in the client's currency
    notes: str = ""  # internal
    is_archived: bool = False
    merged_into_id: int | None = Field(default=None, foreign_key="account.id", index=True)

    @staticmethod
    def follow(row: Any) -> None:
        """By what twins are found follows from the name and the addresses."""
        row.match_name = normal_name(row.name)
        row.domain = domain_of(row.website, row.email)


@event.listens_for(Account, "before_insert")
@event.listens_for(Account, "before_update")
def _follow(_mapper: Any, _connection: Any, account: Account) -> None:
    Account.follow(account)


class Apart(Row, table=True):
    """Two accounts that look like one and are not: nobody is asked again. `account_id` is the lower id."""

    __tablename__ = "account_apart"
    __table_args__ = (UniqueConstraint("account_id", "other_id"),)
    account_id: int = Field(foreign_key="account.id")
    other_id: int = Field(foreign_key="account.id", index=True)
    made_at: datetime
    made_by: int | None = Field(default=None, foreign_key="user.id")


class Contact(Record, Own, table=True):
    """A person at a client."""

    __table_args__ = (UniqueConstraint("account_id", "email"),)
    account_id: int = Field(foreign_key="account.id", index=True)
    name: str
    email: str = Field(index=True)
    phone: str = ""
    title: str = ""
    is_approver: bool = False  # may accept SOWs and milestones
    is_billing: bool = False  # gets invoices
    is_technical: bool = False  # is asked about the work itself
    notes: str = ""  # internal
    is_archived: bool = False
    merged_into_id: int | None = Field(default=None, foreign_key="contact.id", index=True)


class ContactApart(Row, table=True):
    """Two contacts who look like one and are not. `contact_id` is the lower id."""

    __tablename__ = "contact_apart"
    __table_args__ = (UniqueConstraint("contact_id", "other_id"),)
    contact_id: int = Field(foreign_key="contact.id")
    other_id: int = Field(foreign_key="contact.id", index=True)
    made_at: datetime
    made_by: int | None = Field(default=None, foreign_key="user.id")


class Address(Record, table=True):
    """A further address of an account; the one on invoices is the account's own."""

    account_id: int = Field(foreign_key="account.id", index=True)
    label: str  # Warehouse, Branch Graz
    kind: str = "other"  # billing | delivery | visit | other; a billing one stands on invoices instead
    recipient: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "AT"


class AccountTaxNumber(Record, table=True):
    """A tax or register number of an account beside its VAT number."""

    __tablename__ = "account_tax_number"
    __table_args__ = (UniqueConstraint("account_id", "kind", "country"),)
    account_id: int = Field(foreign_key="account.id", index=True)
    kind: str  # vat | tax | register | leitweg | peppol
    country: str
    number: str


class Activity(Record, table=True):
    """A call, meeting, note, mail or to-do with an account."""

    __table_args__ = (
        Index("ix_activity_account", "account_id", "at"),
        Index("ix_activity_due", "owner_id", "kind", "done_at", "due_on"),
    )
    account_id: int = Field(foreign_key="account.id")
    contact_id: int | None = Field(default=None, foreign_key="contact.id", index=True)
    opportunity_id: int | None = Field(default=None, foreign_key="opportunity.id", index=True)
    kind: str  # call | meeting | note | mail | todo
    subject: str
    body: str = ""
    at: datetime
    due_on: date | None = None  # to-dos
    owner_id: int | None = Field(default=None, foreign_key="user.id")
    made_by: int | None = Field(default=None, foreign_key="user.id")
    done_at: datetime | None = None


class Mail(Row, table=True):
    """A mail that the app wrote to a client, kept as it reads, without its secret links.

    `key` is that of the promise that sends it; `done_at` and `error` say what became of it.
    """

    __table_args__ = (Index("ix_mail_account", "account_id", "at"),)
    key: str = Field(unique=True)
    account_id: int = Field(foreign_key="account.id")
    contact_id: int | None = Field(default=None, foreign_key="contact.id", index=True)
    about: str  # the table of the record that it is about
    about_id: int
    at: datetime
    sent_by: str  # a name, as it was
    sent_to: str  # name and address, as they were
    subject: str
    text: str
    done_at: datetime | None = None  # sent, or given up with an `error`
    error: str = ""
