"""The people who do the work, their hours, their cost and their absence."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from psa_app.models.base import Big, Own, Record


class Role(Record, table=True):
    """A role in which someone works for a client, such as Senior engineer; rates hang on it."""

    name: str = Field(unique=True)
    standard_cost_minor: Big = 0  # an hour, base currency; what a lead may see
    is_active: bool = True


class Person(Record, Own, table=True):
    """An employee or contractor."""

    name: str
    email: str = Field(unique=True)
    role_id: int = Field(foreign_key="role.id", index=True)
    employment: str = "employee"  # employee | contractor
    hired_on: date
    left_on: date | None = None
    time_zone: str = "Europe/Vienna"
    calendar: str = "AT"
    target_percent: int | None = None


class WorkPattern(Record, table=True):
    """Contract minutes by weekday from a day on, until the next row."""

    __tablename__ = "work_pattern"
    __table_args__ = (UniqueConstraint("person_id", "valid_from"),)
    person_id: int = Field(foreign_key="person.id")
    valid_from: date
    mon: int = 0
    tue: int = 0
    wed: int = 0
    thu: int = 0
    fri: int = 0
    sat: int = 0
    sun: int = 0


class CostRate(Record, table=True):
    """What an hour of a person costs the firm from a day on (base currency). Owner and finance only."""

    __tablename__ = "cost_rate"
    __table_args__ = (UniqueConstraint("person_id", "valid_from"),)
    person_id: int = Field(foreign_key="person.id")
    valid_from: date
    amount_minor: Big


class Leave(Record, table=True):
    """Days away: `minutes_per_day` empty means the whole working day."""

    __table_args__ = (Index("ix_leave_person_start", "person_id", "starts_on"),)
    person_id: int = Field(foreign_key="person.id")
    starts_on: date
    ends_on: date
    kind: str = "vacation"  # vacation | sick | other
    minutes_per_day: int | None = None
    status: str = "requested"  # requested | approved | rejected
    note: str = ""
    decided_by: int | None = Field(default=None, foreign_key="user.id")
    decided_at: datetime | None = None


class Deputy(Record, table=True):
    """Someone who decides in an approver's place between two days."""

    user_id: int = Field(foreign_key="user.id", index=True)
    deputy_id: int = Field(foreign_key="user.id", index=True)
    starts_on: date
    ends_on: date
