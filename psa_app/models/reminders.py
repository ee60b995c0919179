"""Reminders of open invoices: when they go out, what they say, what was said back, and their fees."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from psa_app.models.base import Big, Record, Row


class ReminderPlan(Record, table=True):
    """A sequence of reminders that clients follow; without a default one nobody is reminded."""

    __tablename__ = "reminder_plan"
    name: str = Field(unique=True)
    is_default: bool = False


class ReminderStep(Record, table=True):
    """One reminder of a plan, `days` after the invoice is due (below zero: before).

    Without a `subject` and `body` it says the usual in the client's language. `fee_minor` is in the
    firm's currency and goes on the client's next invoice.
    """

    __tablename__ = "reminder_step"
    __table_args__ = (UniqueConstraint("plan_id", "days"),)
    plan_id: int = Field(foreign_key="reminder_plan.id")
    days: int
    subject: str = ""
    body: str = ""
    fee_minor: Big = 0


class Reminder(Row, table=True):
    """A reminder that was sent for an invoice, each step once. Its fee is in the invoice's currency."""

    __table_args__ = (UniqueConstraint("invoice_id", "days"),)
    invoice_id: int = Field(foreign_key="invoice.id", index=True)
    days: int  # of the step, as it was
    at: datetime
    sent_on: date
    fee_minor: Big = 0
    currency: str


class BilledReminder(Row, table=True):
    """Ties the fee of a reminder to the line that bills it; once while not released."""

    __tablename__ = "billed_reminder"
    __table_args__ = (
        Index(
            "uq_billed_reminder_once",
            "reminder_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )
    reminder_id: int = Field(foreign_key="reminder.id")
    line_id: int = Field(foreign_key="invoice_line.id", index=True)
    amount_minor: Big
    released_at: datetime | None = None


class FollowUp(Record, table=True):
    """What a client said about an open invoice: the day they promised, a dispute, or that reminders rest."""

    __tablename__ = "follow_up"
    invoice_id: int = Field(foreign_key="invoice.id", unique=True)
    promised_on: date | None = None
    is_disputed: bool = False
    is_paused: bool = False
    note: str = ""
