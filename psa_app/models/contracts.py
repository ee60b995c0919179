"""Scopes, their lines and milestones, the rates agreed, and the evidence of agreement."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from psa_app.models.base import Big, BigOrNone, Json, Own, Record, Row


class Agreement(Record, table=True):
    """A governing agreement (master services agreement) under which scopes are signed.

    It ends on `ends_on`; whoever wants to go on or out says so `notice_days` before.
    """

    account_id: int = Field(foreign_key="account.id", index=True)
    title: str
    number: str = ""  # the reference that both sides know it by
    signed_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    notice_days: int = 0
    notes: str = ""
    is_archived: bool = False


class Sow(Record, Own, table=True):
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
    grouping: str = "role"  # person | task | role | day | phase | none
    tax_rate_id: int | None = Field(default=None, foreign_key="tax_rate.id")
    sent_at: datetime | None = None
    valid_until: date | None = None
    signed_at: datetime | None = None
    text_hash: str = ""
    decline_reason: str = ""
    quote_id: int | None = Field(default=None, foreign_key="quote.id", index=True)
    agreement_id: int | None = Field(default=None, foreign_key="agreement.id")
    assumptions: str = ""
    renewal: str = "none"  # none | ask | automatic
    renews_on: date | None = None
    notice_days: int = 0
    renewed_from_id: int | None = Field(default=None, foreign_key="sow.id", unique=True)
    receipt_above_minor: BigOrNone = None  # an expense above it is billed with a receipt; None asks for none
    deposit_minor: Big = 0  # net, asked at signature and taken off later invoices
    deposit_ppm: int = 0  # the share of its value that the deposit was agreed as
    bill_at_minutes: int | None = None  # approved time that makes a draft; empty: the client's own
    bill_at_minor: BigOrNone = None  # the same by value


class SowLine(Record, table=True):
    """One line of a SOW with its own billing model."""

    __tablename__ = "sow_line"
    sow_id: int = Field(foreign_key="sow.id", index=True)
    position: int = 1
    title: str
    description: str = ""
    model: str  # time_and_materials | fixed | milestone | retainer | subscription
    value_minor: Big = 0  # the fee: of a fixed line, or of each period of a retainer or subscription
    cap_minor: BigOrNone = None  # not to exceed, of a time line
    estimate_minutes: int = 0
    holds: str = "hours"  # hours | money: what a retainer's period holds
    period_minutes: int = 0  # so many, of a retainer of hours
    period_value_minor: Big = 0  # so much work by its value, of a retainer of money
    rollover: str = "none"  # none | capped | unlimited: what of an unused period goes into the next
    rollover_cap: Big = 0  # at most so many minutes, or minor units
    rollover_periods: int = 1  # for so many periods
    deficit: str = "overage"  # overage | carry | absorb: what becomes of work beyond
    periods: int = 0  # how many; 0 = until it ends
    billed_in: str = "advance"  # advance | arrears: on a period's first day, or on its last
    counted_from: str = "contract"  # contract | calendar: the day on which periods begin
    trial_days: int = 0  # at the start, for which nothing is due
    rhythm: str = "monthly"  # monthly | weekly | quarterly | yearly | on_acceptance | schedule | at_end
    approval: str = "lead"  # lead | client: who approves the time
    silence_days: int = 0  # the client's silence approves after so many days; 0 = never
    round_increment: int | None = None  # empty: the scope's own rounding
    round_mode: str | None = None
    round_minimum: int | None = None
    round_per: str | None = None
    rate_card: str = "line"  # line | client | firm: whose rates its hours take
    quantity: int = 1  # of a subscription: so many at once, all in `value_minor`


class Milestone(Record, table=True):
    """A part of a line's price that falls due when the client accepts it."""

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


class Deliverable(Record, table=True):
    """Something that a scope promises, with what it must meet to be accepted."""

    sow_id: int = Field(foreign_key="sow.id", index=True)
    position: int = 1
    title: str
    criteria: str = ""
    due_on: date | None = None


class FeePart(Record, table=True):
    """A dated part of a fixed line's fee: an amount, or a share of the fee in millionths."""

    __tablename__ = "fee_part"
    sow_line_id: int = Field(foreign_key="sow_line.id", index=True)
    position: int = 1
    title: str = ""
    due_on: date
    value_minor: BigOrNone = None
    share_ppm: int | None = None


class ChangeOrder(Record, table=True):
    """A signed delta on a SOW. `deltas` says what moves, one object each (`rules/change_orders.py`)."""

    __tablename__ = "change_order"
    __table_args__ = (UniqueConstraint("sow_id", "position"),)
    sow_id: int = Field(foreign_key="sow.id", index=True)
    position: int = 1
    number: str = Field(default="", index=True)  # CO-001-02: of the scope, then its own
    title: str
    reason: str = ""
    status: str = "draft"  # draft | sent | signed | declined | withdrawn
    effective_on: date
    deltas: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    source: str = "hand"  # hand | over_cap | out_of_scope: drafted by the app
    source_key: str = Field(default="", index=True)  # what it was drafted for, so that it is drafted once
    valid_until: date | None = None
    sent_at: datetime | None = None
    signed_at: datetime | None = None
    text_hash: str = ""
    decline_reason: str = ""


class ChangeQuestion(Row, table=True):
    """What a contact of the client asks about a change order, and what the firm answers."""

    __tablename__ = "change_question"
    change_order_id: int = Field(foreign_key="change_order.id", index=True)
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    asked_at: datetime
    asked_by: str
    text: str
    answered_at: datetime | None = None
    answered_by: str = ""
    answer: str = ""


class RateModifier(Record, table=True):
    """What an hour costs more at times: after hours ×1.5, on site +20.00. Applies once, after the rate."""

    __tablename__ = "rate_modifier"
    name: str
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    sow_line_id: int | None = Field(default=None, foreign_key="sow_line.id", index=True)
    factor_ppm: int = 1_000_000
    plus_minor: Big = 0
    currency: str = ""  # of plus_minor
    valid_from: date
    valid_to: date | None = None


class Template(Record, table=True):
    """A finished thing to start from: a scope, a project, billing rules, or an onboarding checklist."""

    __table_args__ = (UniqueConstraint("kind", "name"),)
    kind: str  # sow | project | billing | onboarding
    name: str
    description: str = ""
    body: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    is_archived: bool = False


class ChecklistItem(Record, table=True):
    """A thing to do for an account, from an onboarding template."""

    __tablename__ = "checklist_item"
    account_id: int = Field(foreign_key="account.id", index=True)
    template_id: int | None = Field(default=None, foreign_key="template.id")
    position: int = 1
    title: str
    due_on: date | None = None
    owner_id: int | None = Field(default=None, foreign_key="user.id")
    done_at: datetime | None = None
    done_by: str = ""


class Evidence(Row, table=True):
    """A link of the chain of evidence: one signature, acceptance or approval, and the digest before it."""

    position: int = Field(unique=True)
    kind: str  # sow | change_order | quote | milestone | time (of a project) | time_request
    document_id: int
    act: str  # signed | accepted | approved | declined
    at: datetime
    signature_id: int | None = Field(default=None, foreign_key="signature.id", unique=True)
    content: str  # canonical JSON of who, when, from where, and the document's hash
    salt: str
    digest: str  # sha-256 of salt and content
    before: str  # the seal of the link before, "" at the first
    seal: str  # sha-256 of before and digest


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

    document: str  # sow | milestone | quote | change_order
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
