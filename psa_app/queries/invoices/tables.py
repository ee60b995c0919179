"""The tables behind invoices, for statements over many rows."""

from typing import Any

from sqlalchemy import func
from sqlmodel import SQLModel

from psa_app.models import (
    Allocation,
    BilledDeposit,
    BilledFee,
    BilledMilestone,
    BilledPeriod,
    BilledReminder,
    BilledTime,
    DepositUse,
    FeePart,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    Milestone,
    Payment,
    PaymentFact,
    Person,
    Phase,
    Project,
    Reminder,
    Role,
    Sow,
    SowLine,
    Task,
    TimeEntry,
)
from psa_app.queries.expenses.tables import BILLED_EXPENSE


def _table(model: type[SQLModel]) -> Any:
    return model.__table__  # type: ignore[attr-defined]


ALLOCATION = _table(Allocation)
# What of a payment is used, in its own currency.
USED = func.coalesce(ALLOCATION.c.paid_minor, ALLOCATION.c.amount_minor)
BILLED_DEPOSIT = _table(BilledDeposit)
BILLED_FEE = _table(BilledFee)
BILLED_MILESTONE = _table(BilledMilestone)
BILLED_PERIOD = _table(BilledPeriod)
BILLED_REMINDER = _table(BilledReminder)
BILLED_TIME = _table(BilledTime)
DEPOSIT_USE = _table(DepositUse)
ENTRY = _table(TimeEntry)
FACT = _table(PaymentFact)
FEE_PART = _table(FeePart)
INVOICE = _table(Invoice)
INVOICE_LINE = _table(InvoiceLine)
INVOICE_TAX = _table(InvoiceTax)
MILESTONE = _table(Milestone)
PAYMENT = _table(Payment)
PERSON = _table(Person)
PHASE = _table(Phase)
PROJECT = _table(Project)
REMINDER = _table(Reminder)
ROLE = _table(Role)
SOW = _table(Sow)
SOW_LINE = _table(SowLine)
TASK = _table(Task)

# What ties a line to the things that it bills, each whole.
TIES = (
    BILLED_MILESTONE,
    BILLED_FEE,
    BILLED_PERIOD,
    BILLED_EXPENSE,
    BILLED_REMINDER,
    BILLED_DEPOSIT,
    DEPOSIT_USE,
)
