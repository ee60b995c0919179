"""Scopes, their lines and milestones, the rates agreed, and the evidence of agreement."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field

from psa_app.models.base import Big, BigOrNone, Record, Row


class Sow(Record, table=True):
    """A statement of work. Once signed it never changes; `text_hash` is the sha-256 of what was signed."""

    number: str = Field(default="", index=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    title: str
    status: str = "draft"  # draft | sent | signed | declined | closed
    currency: str
    starts_on: date
    ends_on: date | None = None
    summary: str = ""
    terms: str = ""
    purchase_order: str = ""
    payment_days: int = 30
    round_increment: int = 1
    round_mode: str = "up"
    round_minimum: int = 0
    round_per: str = "entry"
    grouping: str = "role"  # person | task | role | day | none
    tax_rate_id: int | None = Field(default=None, foreign_key="tax_rate.id")
    sent_at: datetime | None = None
    valid_until: date | None = None
    signed_at: datetime | None = None
    text_hash: str = ""
    decline_reason: str = ""


class SowLine(Record, table=True):
    """One line of a SOW with its own billing model."""

    __tablename__ = "sow_line"
    sow_id: int = Field(foreign_key="sow.id", index=True)
    position: int = 1
    title: str
    description: str = ""
    model: str  # time_and_materials | fixed (milestone, retainer, subscription later)
    value_minor: Big = 0  # the fee of a fixed line
    cap_minor: BigOrNone = None  # not to exceed, of a time line
    estimate_minutes: int = 0


class Milestone(Record, table=True):
    """A part of a fixed line that falls due when the client accepts it."""

    sow_line_id: int = Field(foreign_key="sow_line.id", index=True)
    position: int = 1
    title: str
    criteria: str = ""
    value_minor: Big
    due_on: date | None = None
    status: str = "planned"  # planned | ready | accepted
    ready_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted_by: str = ""


class Rate(Record, table=True):
    """A price per hour at one level of the ladder (`rules/rates.py`) between two days.

    Which of the keys are set follows from the level; two rows that overlap at one level for
    the same keys are refused when saved.
    """

    __table_args__ = (Index("ix_rate_level", "level", "account_id", "project_id"),)
    level: str
    sow_line_id: int | None = Field(default=None, foreign_key="sow_line.id", index=True)
    project_id: int | None = Field(default=None, foreign_key="project.id")
    account_id: int | None = Field(default=None, foreign_key="account.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    role_id: int | None = Field(default=None, foreign_key="role.id")
    currency: str
    amount_minor: Big  # an hour
    valid_from: date
    valid_to: date | None = None


class Signature(Row, table=True):
    """Evidence that someone agreed to a document: who, when, from where, and to which exact text."""

    document: str  # sow | milestone
    document_id: int = Field(index=True)
    side: str  # client | firm
    name: str
    title: str = ""
    email: str
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    user_id: int | None = Field(default=None, foreign_key="user.id")
    at: datetime
    address: str
    agent: str = ""
    text_hash: str
    text: str  # the exact text, canonical JSON
