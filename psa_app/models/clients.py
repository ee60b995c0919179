"""Clients and the people at them."""

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from psa_app.models.base import Record


class Account(Record, table=True):
    """A client, prospect or partner company."""

    name: str = Field(unique=True)
    kind: str = "client"  # prospect | client | former | partner
    legal_name: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "AT"
    vat_id: str = ""
    email: str = ""
    website: str = ""
    currency: str = "EUR"
    locale: str = "en"
    time_zone: str = "Europe/Vienna"
    payment_days: int | None = None
    tax_rate_id: int | None = Field(default=None, foreign_key="tax_rate.id")
    purchase_order_needed: bool = False
    notes: str = ""  # internal
    is_archived: bool = False


class Contact(Record, table=True):
    """A person at a client."""

    __table_args__ = (UniqueConstraint("account_id", "email"),)
    account_id: int = Field(foreign_key="account.id", index=True)
    name: str
    email: str
    phone: str = ""
    title: str = ""
    is_approver: bool = False  # may accept SOWs and milestones
    is_billing: bool = False  # gets invoices
    is_archived: bool = False
