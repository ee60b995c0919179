"""Reminders: plans and their steps kept by hand, what went out and what was said written by services."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from psa_app.access import Actor
from psa_app.errors import Invalid
from psa_app.models import (
    BilledReminder,
    FollowUp,
    Invoice,
    InvoiceLine,
    Reminder,
    ReminderPlan,
    ReminderStep,
)
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries.many import twin
from psa_app.rules.reminders import EARLIEST, LATEST, NAMES, check_text

_INSIDE = "payments.record"


def _check_plan(session: Session, values: Mapping[str, Any], record: ReminderPlan | None) -> None:
    name = values.get("name")
    other = twin(session, ReminderPlan, record, fold="name", name=name) if name else None
    if other is not None:
        raise Invalid(f"There is already a plan called {other.title}.", "name")


def _one_default(session: Session, actor: Actor, record: ReminderPlan) -> None:
    if record.is_default:
        others = col(ReminderPlan.id) != record.id
        session.execute(update(ReminderPlan).where(others).values(is_default=False))


def _check_step(session: Session, values: Mapping[str, Any], record: ReminderStep | None) -> None:
    days = values.get("days", record.days if record else 0)
    plan_id = values.get("plan_id", record.plan_id if record else 0)
    if not EARLIEST <= days <= LATEST:
        raise Invalid(f"Give days from {EARLIEST} (before it is due) to {LATEST}.", "days")
    if twin(session, ReminderStep, record, plan_id=plan_id, days=days) is not None:
        raise Invalid("This plan has a reminder on this day already. Change that one.", "days")
    if values.get("fee_minor", 0) < 0:
        raise Invalid("A fee is not below zero.", "fee_minor")
    for name in ("subject", "body"):
        check_text(values.get(name) or "", name)


REMINDER_PLANS = Resource(
    kind="reminder_plans",
    model=ReminderPlan,
    one="Reminder plan",
    many="Reminder plans",
    read_right="firm.read",
    change_right="firm.money",
    sort="name",
    check=_check_plan,
    saved=_one_default,
    keys=(("name",),),
    fields=(
        FieldSpec("name", "Name", required=True, max_length=80),
        FieldSpec(
            "is_default",
            "For every client without a plan of their own",
            "bool",
            default=False,
            help="Without a default plan only clients with a plan of their own are reminded.",
        ),
    ),
)
REMINDER_STEPS = Resource(
    kind="reminder_steps",
    model=ReminderStep,
    one="Reminder",
    many="Reminders",
    read_right="firm.read",
    change_right="firm.money",
    search=("subject", "body"),
    sort="days",
    title="days",
    check=_check_step,
    keys=(("plan_id", "days"),),
    fields=(
        FieldSpec(
            "plan_id", "Plan", "link", required=True, links_to=ReminderPlan, set="create", filterable=True
        ),
        FieldSpec(
            "days", "Days after it is due", "number", required=True, help="Below zero: before it is due."
        ),
        FieldSpec(
            "subject",
            "Subject",
            max_length=160,
            help="Empty: the usual words in the client’s language.",
        ),
        FieldSpec(
            "body",
            "Text",
            "multiline",
            max_length=2000,
            in_list=False,
            help="It may name " + ", ".join(f"{{{name}}}" for name in NAMES) + ".",
        ),
        FieldSpec(
            "fee_minor", "Fee", "money", default=0, adds_up=False, help="Goes on the client’s next invoice."
        ),
    ),
)
REMINDERS = Resource(
    kind="reminders",
    model=Reminder,
    one="Reminder sent",
    many="Reminders sent",
    read_right=_INSIDE,
    search=(),
    sort="-id",
    title="id",
    has_version=False,
    fields=(
        FieldSpec("invoice_id", "Invoice", "link", links_to=Invoice, filterable=True),
        FieldSpec("days", "Days after it was due", "number"),
        FieldSpec("sent_on", "Sent", "date", filterable=True),
        FieldSpec("fee_minor", "Fee", "money", money_in="currency"),
        FieldSpec("currency", "Currency", "currency", in_list=False),
    ),
)
BILLED_REMINDERS = Resource(
    kind="billed_reminders",
    model=BilledReminder,
    one="Billed reminder fee",
    many="Billed reminder fees",
    read_right=_INSIDE,
    search=(),
    sort="id",
    title="id",
    has_version=False,
    fields=(
        FieldSpec("reminder_id", "Reminder", "link", links_to=Reminder, filterable=True),
        FieldSpec("line_id", "Line", "link", links_to=InvoiceLine, filterable=True),
        FieldSpec("amount_minor", "Amount", "money", money_in="line_id.invoice_id.currency"),
        FieldSpec("released_at", "Released", "instant"),
    ),
)
FOLLOW_UPS = Resource(
    kind="follow_ups",
    model=FollowUp,
    one="Follow-up",
    many="Follow-ups",
    read_right=_INSIDE,
    search=("note",),
    sort="-id",
    title="id",
    fields=(
        FieldSpec("invoice_id", "Invoice", "link", links_to=Invoice, filterable=True),
        FieldSpec("promised_on", "Promised for", "date", filterable=True),
        FieldSpec("is_disputed", "Disputed", "bool", filterable=True),
        FieldSpec("is_paused", "Reminders rest", "bool", filterable=True),
        FieldSpec("note", "Note", "multiline"),
    ),
)
