"""Projects, their tasks, who works on them, and the bookings that plan it."""

from datetime import date

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from psa_app.models.base import Big, Own, Record


class Project(Record, Own, table=True):
    """Work under one name; `account_id` is empty for the firm's own work."""

    name: str
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True)
    sow_id: int | None = Field(default=None, foreign_key="sow.id", index=True)
    lead_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    status: str = "active"  # planned | active | closed
    currency: str = "EUR"
    starts_on: date | None = None
    ends_on: date | None = None
    budget_minutes: int = 0
    budget_minor: Big = 0
    color: int = 1  # which of the chart colours
    round_increment: int = 1  # used only without a SOW
    round_mode: str = "up"
    round_minimum: int = 0
    round_per: str = "entry"


class Task(Record, Own, table=True):
    """A piece of a project on which time is logged; `sow_line_id` says what it bills to."""

    __table_args__ = (UniqueConstraint("project_id", "name"),)
    project_id: int = Field(foreign_key="project.id", index=True)
    name: str
    sow_line_id: int | None = Field(default=None, foreign_key="sow_line.id", index=True)
    is_billable: bool = True
    budget_minutes: int = 0
    position: int = 1
    status: str = "open"  # open | done


class ProjectMember(Record, table=True):
    """Someone who may log time on a project, in the role that prices it."""

    __tablename__ = "project_member"
    __table_args__ = (UniqueConstraint("project_id", "person_id"),)
    project_id: int = Field(foreign_key="project.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role_id: int | None = Field(default=None, foreign_key="role.id")  # empty: the person's own


class Booking(Record, table=True):
    """Planned work of a person, or of an open role, on a project between two days."""

    __table_args__ = (Index("ix_booking_person", "person_id", "starts_on"),)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    role_id: int | None = Field(default=None, foreign_key="role.id")
    project_id: int = Field(foreign_key="project.id", index=True)
    task_id: int | None = Field(default=None, foreign_key="task.id")
    starts_on: date
    ends_on: date
    mode: str = "percent"  # hours_per_day | percent | total
    minutes_per_day: int = 0
    percent: int = 100
    total_minutes: int = 0
    is_tentative: bool = False
    is_billable: bool = True
    note: str = ""
