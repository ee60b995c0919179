"""Open invoices with all that decides about reminding: what was said, what is on its way, what went out."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from psa_app.db import among
from psa_app.models import (
    Account,
    Activity,
    Contact,
    Dispute,
    FollowUp,
    Mail,
    Payment,
    Reminder,
    ReminderPlan,
    ReminderStep,
)
from psa_app.queries.invoices.tables import ALLOCATION, INVOICE
from psa_app.rules.invoices import is_overdue
from psa_app.rules.reminders import Standing, Step, due_step, held_back, next_step

ON_ITS_WAY = ("sending", "processing")
_ACCOUNT: Any = Account.__table__  # type: ignore[attr-defined]
_PAID = (
    select(ALLOCATION.c.invoice_id, func.sum(ALLOCATION.c.amount_minor).label("paid"))
    .group_by(ALLOCATION.c.invoice_id)
    .subquery()
)
_REST = INVOICE.c.total_minor - func.coalesce(_PAID.c.paid, 0)


@dataclass(frozen=True, slots=True)
class Receivable:
    """An open invoice. `rest` is in its currency; `sent` are the days of the reminders that went out."""

    id: int
    number: str
    account_id: int
    client: str
    issued_on: date
    due_on: date
    currency: str
    rest: int
    rate_nano: int
    plan_id: int | None
    steps: tuple[Step, ...]
    sent: dict[int, date]
    standing: Standing
    note: str
    last_contact: datetime | None
    bounced: str  # why the last mail about it did not arrive

    def held(self, today: date) -> str:
        """Why it is not reminded of, "" when nothing speaks against it."""
        return held_back(self.standing, today)

    def due(self, today: date) -> Step | None:
        """The reminder that is due, whatever speaks against it."""
        return due_step(self.steps, self.issued_on, self.due_on, today, self.sent)

    def next(self, today: date) -> Step | None:
        """The reminder that would go out now, if nothing speaks against it."""
        return next_step(self.steps, self.sent, self.days_over(today))

    def days_over(self, today: date) -> int:
        """Days since it was due, 0 before."""
        return (today - self.due_on).days if is_overdue(self.due_on, today, self.rest) else 0


def open_receivables(session: Session, *, is_test: bool, invoice_id: int | None = None) -> list[Receivable]:
    """Every open invoice, or one, the longest due first; test invoices and real ones apart.

    The caller has checked who asks.
    """
    rows = _invoices(session, is_test, invoice_id)
    ids, accounts = [row.id for row in rows], {row.account_id for row in rows}
    plans, default = _plans(session), _default(session)
    said = {
        one.invoice_id: one
        for one in session.scalars(select(FollowUp).where(among(session, col(FollowUp.invoice_id), ids)))
    }
    sent: dict[int, dict[int, date]] = defaultdict(dict)
    for one in session.scalars(select(Reminder).where(among(session, col(Reminder.invoice_id), ids))):
        sent[one.invoice_id][one.days] = one.sent_on
    coming, disputed, readers = _coming(session, ids), _disputed(session, ids), _readers(session, accounts)
    contact, bounced = _last_contact(session, accounts), _bounced(session, ids)
    found = []
    for row in rows:
        follow = said.get(row.id) or FollowUp(invoice_id=row.id)
        plan_id = row.reminder_plan_id or default
        standing = Standing(
            row.rest,
            follow.promised_on,
            follow.is_disputed or row.id in disputed,
            follow.is_paused,
            row.reminders_paused,
            row.id in coming,
            row.account_id in readers,
        )
        found.append(
            Receivable(
                row.id,
                row.number,
                row.account_id,
                row.client,
                row.issued_on,
                row.due_on,
                row.currency,
                int(row.rest),
                row.base_rate_nano,
                plan_id,
                tuple(plans[plan_id]) if plan_id else (),
                dict(sorted(sent[row.id].items())),
                standing,
                follow.note,
                contact.get(row.account_id),
                bounced.get(row.id, ""),
            )
        )
    return found


def _invoices(session: Session, is_test: bool, invoice_id: int | None) -> list[Any]:
    names = ("id", "number", "account_id", "issued_on", "due_on", "currency", "base_rate_nano")
    statement = (
        select(
            *(INVOICE.c[name] for name in names),
            _REST.label("rest"),
            _ACCOUNT.c.name.label("client"),
            _ACCOUNT.c.reminder_plan_id,
            or_(_ACCOUNT.c.reminders_paused, INVOICE.c.managed_ref != "").label("reminders_paused"),
        )
        .join(_ACCOUNT, _ACCOUNT.c.id == INVOICE.c.account_id)
        .outerjoin(_PAID, _PAID.c.invoice_id == INVOICE.c.id)
        .where(INVOICE.c.status == "issued", INVOICE.c.kind == "invoice", _REST > 0)
        .where(INVOICE.c.is_sandbox.is_(is_test))
        .order_by(INVOICE.c.due_on, INVOICE.c.id)
    )
    if invoice_id is not None:
        statement = statement.where(INVOICE.c.id == invoice_id)
    return list(session.connection().execute(statement).all())


def _plans(session: Session) -> dict[int, list[Step]]:
    plans: dict[int, list[Step]] = defaultdict(list)
    for one in session.scalars(select(ReminderStep).order_by(col(ReminderStep.days))):
        plans[one.plan_id].append(Step(int(one.id or 0), one.days))
    return plans


def _default(session: Session) -> int | None:
    usual = select(col(ReminderPlan.id)).where(col(ReminderPlan.is_default)).order_by(col(ReminderPlan.id))
    return session.scalars(usual).first()


def _coming(session: Session, ids: list[int]) -> set[int]:
    under_way = select(col(Payment.invoice_id)).where(
        among(session, col(Payment.invoice_id), ids), col(Payment.status).in_(ON_ITS_WAY)
    )
    return {one for one in session.scalars(under_way) if one is not None}


def _disputed(session: Session, ids: list[int]) -> set[int]:
    """Invoices of which a payer's bank asks money back, until that has ended."""
    statement = select(col(Dispute.invoice_id)).where(
        among(session, col(Dispute.invoice_id), ids), col(Dispute.closed_at).is_(None)
    )
    return {one for one in session.scalars(statement) if one is not None}


def _readers(session: Session, accounts: set[int]) -> set[int]:
    statement = select(col(Contact.account_id)).where(
        among(session, col(Contact.account_id), list(accounts)),
        col(Contact.is_billing),
        ~col(Contact.is_archived),
    )
    return set(session.scalars(statement))


def _last_contact(session: Session, accounts: set[int]) -> dict[int, datetime]:
    """When something was last said with a client, by mail or otherwise."""
    found: dict[int, datetime] = {}
    spoken = select(col(Activity.account_id), func.max(col(Activity.at))).where(
        among(session, col(Activity.account_id), list(accounts)), col(Activity.kind) != "todo"
    )
    mailed = select(col(Mail.account_id), func.max(col(Mail.at))).where(
        among(session, col(Mail.account_id), list(accounts)),
        or_(col(Mail.error) == "", col(Mail.done_at).is_(None)),
    )
    for statement, column in ((spoken, Activity.account_id), (mailed, Mail.account_id)):
        for account_id, at in session.connection().execute(statement.group_by(col(column))):
            found[account_id] = max(at, found.get(account_id, at))
    return found


def _bounced(session: Session, ids: list[int]) -> dict[int, str]:
    """Why the last mail about an invoice did not arrive, by invoice; nothing where it did."""
    statement = (
        select(col(Mail.about_id), col(Mail.error))
        .where(
            col(Mail.about) == "invoice",
            among(session, col(Mail.about_id), ids),
            col(Mail.done_at).is_not(None),
        )
        .order_by(col(Mail.id))
    )
    last = {row.about_id: row.error for row in session.connection().execute(statement)}
    return {about: error for about, error in last.items() if error}
