"""What may become work: the pipeline, the catalogue of services, and quotes."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from psa_app.models.base import Big, BigOrNone, Own, Record, Row


class Stage(Record, table=True):
    """A column of the pipeline. One is won, one is lost; an opportunity ends there."""

    name: str = Field(unique=True)
    position: int = 1
    percent: int = 0  # usual probability
    outcome: str = "open"  # open | won | lost
    is_archived: bool = False


class Opportunity(Record, Own, table=True):
    """A chance of work. Its amounts by billing model are `OpportunityAmount` rows."""

    __table_args__ = (Index("ix_opportunity_stage", "stage_id", "position"),)
    account_id: int = Field(foreign_key="account.id", index=True)
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    title: str
    stage_id: int = Field(foreign_key="stage.id")
    position: int = 0  # within its stage on the board
    percent: int = 0  # probability: the stage's until someone says otherwise
    percent_is_own: bool = False
    currency: str = "EUR"
    amount_minor: Big = 0  # the sum of its amounts; kept by the service
    expected_on: date | None = None
    source: str = ""  # referral | web | partner | event | outbound | existing | other
    partner_id: int | None = Field(default=None, foreign_key="account.id")
    owner_id: int | None = Field(default=None, foreign_key="user.id", index=True)
    loss_reason: str = ""
    stage_since: datetime
    closed_at: datetime | None = None
    notes: str = ""


class OpportunityAmount(Row, table=True):
    """What an opportunity may bring by one billing model, in its currency."""

    __tablename__ = "opportunity_amount"
    __table_args__ = (UniqueConstraint("opportunity_id", "model"),)
    opportunity_id: int = Field(foreign_key="opportunity.id", index=True)
    model: str  # time_and_materials | fixed | milestone | retainer | subscription
    amount_minor: Big = 0


class OpportunityRole(Record, table=True):
    """Hours of a role that an opportunity would need: tentative demand for the planner."""

    __tablename__ = "opportunity_role"
    opportunity_id: int = Field(foreign_key="opportunity.id", index=True)
    role_id: int = Field(foreign_key="role.id")
    minutes: int
    starts_on: date | None = None
    ends_on: date | None = None


class StageChange(Row, table=True):
    """When an opportunity went from one stage to another; for conversion and ageing. Append-only."""

    __tablename__ = "stage_change"
    opportunity_id: int = Field(foreign_key="opportunity.id", index=True)
    from_stage_id: int | None = Field(default=None, foreign_key="stage.id")
    to_stage_id: int = Field(foreign_key="stage.id")
    at: datetime
    user_id: int | None = None
    amount_minor: Big = 0


class ServiceItem(Record, table=True):
    """A line that the firm sells again and again: the catalogue that quotes are made from."""

    __tablename__ = "service_item"
    name: str = Field(unique=True)
    description: str = ""
    model: str = "time_and_materials"
    role_id: int | None = Field(default=None, foreign_key="role.id")
    minutes: int = 0
    currency: str = "EUR"
    price_minor: Big = 0  # of the whole line, or an hour of a time line
    is_archived: bool = False


class Quote(Record, table=True):
    """An offer. A new version is a row of its own; the versions share `root_id` (the first one's id)."""

    __table_args__ = (UniqueConstraint("root_id", "number_of_version"),)
    number: str = Field(default="", index=True)
    root_id: int | None = Field(default=None, foreign_key="quote.id", index=True)
    number_of_version: int = 1
    account_id: int = Field(foreign_key="account.id", index=True)
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    opportunity_id: int | None = Field(default=None, foreign_key="opportunity.id", index=True)
    title: str
    status: str = "draft"  # draft | sent | accepted | declined | expired | superseded
    currency: str = "EUR"
    intro: str = ""
    terms: str = ""
    discount_ppm: int = 0  # on everything, before tax
    tax_rate_id: int | None = Field(default=None, foreign_key="tax_rate.id")
    net_minor: Big = 0  # what counts of its lines, less discounts, before tax; kept by the services
    valid_until: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    answered_by: str = ""
    decline_reason: str = ""
    text_hash: str = ""


class QuoteLine(Record, table=True):
    """A line of a quote. Those of one `alternative` group exclude each other; an optional one may go."""

    __tablename__ = "quote_line"
    quote_id: int = Field(foreign_key="quote.id", index=True)
    position: int = 1
    service_item_id: int | None = Field(default=None, foreign_key="service_item.id")
    model: str  # time_and_materials | fixed | milestone | retainer | subscription
    title: str
    description: str = ""
    role_id: int | None = Field(default=None, foreign_key="role.id")
    minutes: int = 0  # of a time line, or what a retainer's period holds
    rate_minor: BigOrNone = None  # an hour
    value_minor: Big = 0  # of the whole line; a retainer's or subscription's period
    cap_minor: BigOrNone = None
    periods: int = 1  # how many months a retainer or subscription runs
    discount_ppm: int = 0
    is_optional: bool = False
    alternative: str = ""
    is_chosen: bool = True  # counted; the client's choice once accepted


class QuoteQuestion(Row, table=True):
    """What a client asked about a quote, and what was answered."""

    __tablename__ = "quote_question"
    quote_id: int = Field(foreign_key="quote.id", index=True)
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    asked_at: datetime
    asked_by: str
    text: str
    answer: str = ""
    answered_at: datetime | None = None
    answered_by: str = ""
