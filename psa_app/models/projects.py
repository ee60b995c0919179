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
    report_every: str = "none"  # none | weekly | fortnightly | monthly: how often the client gets a report
    report_on: date | None = None  # the first


class Phase(Record, table=True):
    """A part of a project with tasks of its own."""

    project_id: int = Field(foreign_key="project.id", index=True)
    position: int = 1
    name: str
    starts_on: date | None = None
    ends_on: date | None = None


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
    phase_id: int | None = Field(default=None, foreign_key="phase.id", index=True)
    role_id: int | None = Field(default=None, foreign_key="role.id")  # who it is for
    starts_on: date | None = None
    due_on: date | None = None


class ProjectMilestone(Record, table=True):
    """A point that a project is to reach; what falls due for payment is a milestone of its scope."""

    __tablename__ = "project_milestone"
    project_id: int = Field(foreign_key="project.id", index=True)
    phase_id: int | None = Field(default=None, foreign_key="phase.id", index=True)
    position: int = 1
    name: str
    due_on: date | None = None
    reached_on: date | None = None


class RaidItem(Record, table=True):
    """A risk, assumption, issue or decision of a project."""

    __tablename__ = "raid_item"
    project_id: int = Field(foreign_key="project.id", index=True)
    position: int = 1
    kind: str  # risk | assumption | issue | decision
    title: str
    details: str = ""
    response: str = ""
    likelihood: str = ""  # low | medium | high
    impact: str = ""  # low | medium | high
    owner_id: int | None = Field(default=None, foreign_key="person.id")
    due_on: date | None = None
    is_closed: bool = False


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
