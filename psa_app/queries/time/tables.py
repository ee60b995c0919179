"""The tables behind time, for statements that are built once."""

from typing import Any

from sqlmodel import SQLModel

from psa_app.models import (
    Account,
    BilledTime,
    CostRate,
    Firm,
    GridCell,
    Person,
    Project,
    ProjectMember,
    Rate,
    RateModifier,
    Role,
    Sow,
    SowLine,
    Task,
    TimeEntry,
    Timer,
    TimeRequest,
    TimeRequestLine,
    Timesheet,
    User,
)


def _table(model: type[SQLModel]) -> Any:
    return model.__table__  # type: ignore[attr-defined]


ACCOUNT = _table(Account)
BILLED = _table(BilledTime)
CELL = _table(GridCell)
COST = _table(CostRate)
ENTRY = _table(TimeEntry)
FIRM = _table(Firm)
LINE = _table(SowLine)
MEMBER = _table(ProjectMember)
MODIFIER = _table(RateModifier)
PERSON = _table(Person)
PROJECT = _table(Project)
RATE = _table(Rate)
ROLE = _table(Role)
REQUEST = _table(TimeRequest)
ASKED = _table(TimeRequestLine)
SHEET = _table(Timesheet)
SOW = _table(Sow)
TASK = _table(Task)
TIMER = _table(Timer)
USER = _table(User)
