"""The tables behind projects and the plan, for statements over many rows."""

from typing import Any

from sqlmodel import SQLModel

from psa_app.models import (
    Account,
    Allocation,
    BilledMilestone,
    BilledTime,
    Booking,
    Contact,
    Holiday,
    Invoice,
    InvoiceLine,
    Leave,
    Milestone,
    Person,
    Project,
    ProjectMember,
    Role,
    Sow,
    SowLine,
    Task,
    TimeEntry,
    WorkPattern,
)


def _table(model: type[SQLModel]) -> Any:
    return model.__table__  # type: ignore[attr-defined]


ACCOUNT = _table(Account)
ALLOCATION = _table(Allocation)
BILLED_MILESTONE = _table(BilledMilestone)
BILLED_TIME = _table(BilledTime)
BOOKING = _table(Booking)
CONTACT = _table(Contact)
ENTRY = _table(TimeEntry)
HOLIDAY = _table(Holiday)
INVOICE = _table(Invoice)
INVOICE_LINE = _table(InvoiceLine)
LEAVE = _table(Leave)
LINE = _table(SowLine)
MEMBER = _table(ProjectMember)
MILESTONE = _table(Milestone)
PATTERN = _table(WorkPattern)
PERSON = _table(Person)
PROJECT = _table(Project)
ROLE = _table(Role)
SOW = _table(Sow)
TASK = _table(Task)
