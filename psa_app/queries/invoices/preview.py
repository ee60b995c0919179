"""What a draft would bill, and why something is missing, before it is made."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor, fetch, require
from psa_app.formats import words
from psa_app.models import Account
from psa_app.queries.expenses.open import waiting_expenses
from psa_app.queries.invoices.open_work import OpenWork, chosen_currency, open_work
from psa_app.queries.invoices.reminder_fees import open_fees
from psa_app.queries.invoices.tables import ENTRY, INVOICE, PROJECT, SOW_LINE, TASK
from psa_app.queries.time.with_client import with_client
from psa_app.rules.billing import TimePlan, plan_time_lines
from psa_app.rules.scopes import COVERED, RETAINER


@dataclass(frozen=True, slots=True)
class Missing:
    """A reason why work is not on the draft, and where to see it (`href` may be "")."""

    sentence: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class DraftPreview:
    """What would be billed, one sentence a row, its net sum; what stays away; what stops it."""

    lines: tuple[str, ...]
    net: str
    missing: tuple[Missing, ...]
    is_stopped: bool


def preview_draft(
    session: Session,
    actor: Actor,
    *,
    account_id: int,
    until: date,
    include: tuple[str, ...] = ("time", "milestones", "expenses"),
    currency: str | None = None,
) -> DraftPreview:
    """What `draft_invoice` would bill for a client up to a day, and what not. Writes nothing."""
    require(actor, "invoices.draft")
    account = fetch(session, actor, Account, account_id)
    work = open_work(session, account_id, until, include=include, held="without")
    money_in = chosen_currency(work, currency, None, account.currency)
    plan = plan_time_lines(work.time.get(money_in, []), work.terms, "none")
    lines: list[str] = []
    if plan.lines:
        minutes = sum(line.minutes for line in plan.lines)
        lines.append(f"{words.hours(minutes)} h of time: {words.money(plan.amount, money_in)}")
    due = [one for one in work.milestones if one.currency == money_in]
    lines += [f"{one.title}: {words.money(one.value, one.currency)}" for one in due]
    spent = [one for one in work.expenses if one.currency == money_in]
    if spent:
        what = "1 expense" if len(spent) == 1 else f"{len(spent)} expenses"
        lines.append(f"{what}: {words.money(sum(one.value for one in spent), money_in)}")
    fees = [one for one in open_fees(session, account_id, until) if one.currency == money_in and include]
    lines += [f"Reminder of {one.number}: {words.money(one.amount, money_in)}" for one in fees]
    net = plan.amount + sum(one.value for one in due) + sum(one.value for one in spent)
    net += sum(one.amount for one in fees)
    missing = [*_unpriced(work), *_other_currencies(work, money_in), *_over_cap(plan)]
    if "time" in include:
        missing += _with_client(session, account_id, until)
    if "expenses" in include:
        missing += _unapproved_expenses(session, account_id, until)
    missing += _elsewhere(session, account_id, until)
    return DraftPreview(tuple(lines), words.money(net, money_in), tuple(missing), bool(work.unpriced))


def _unpriced(work: OpenWork) -> list[Missing]:
    count = len(work.unpriced)
    if not count:
        return []
    what = "1 entry has" if count == 1 else f"{count} entries have"
    href = routes.with_query(routes.TIME_ENTRIES, money="unpriced", status="approved")
    return [Missing(f"{what} no rate. Give a rate, or mark the time as not billable.", href)]


def _other_currencies(work: OpenWork, currency: str) -> list[Missing]:
    others = [code for code in work.currencies() if code != currency]
    return [Missing(f"Work in {' and '.join(others)} goes on an invoice of its own.")] if others else []


def _over_cap(plan: TimePlan) -> list[Missing]:
    seconds = sum(length for _, _, length in plan.over_cap)
    if not seconds:
        return []
    return [Missing(f"{words.hours(seconds // 60)} h lie over the cap and stay open. Agree a change first.")]


def _with_client(session: Session, account_id: int, until: date) -> list[Missing]:
    """Time that its lead has approved and the client has not: how much, what it is worth, and why."""
    work = open_work(session, account_id, until, include=("time",), held="only")
    asked = sum(one.asked for one in with_client(session, PROJECT.c.account_id == account_id))
    found = []
    for currency, entries in sorted(work.time.items()):
        plan = plan_time_lines(entries, work.terms, "none")
        amount = words.money(plan.amount, currency)
        time = words.hours(sum(one.seconds for one in entries) // 60)
        why = "They have been asked." if asked else "They have not been asked yet."
        sentence = f"{time} h, {amount}, wait for the client to approve them. {why}"
        found.append(Missing(sentence, routes.APPROVALS))
    return found


def _unapproved_expenses(session: Session, account_id: int, until: date) -> list[Missing]:
    count = waiting_expenses(session, account_id, until)
    if not count:
        return []
    what = "1 expense is" if count == 1 else f"{count} expenses are"
    return [Missing(f"{what} not approved yet.", routes.records("expenses", status="submitted"))]


def _elsewhere(session: Session, account_id: int, until: date) -> list[Missing]:
    """Time that waits for approval, time covered by a fee, and the drafts that hold work already."""
    found = []
    waiting = _seconds(session, account_id, until, ENTRY.c.status.in_(("draft", "submitted")))
    if waiting:
        sentence = f"{words.hours(waiting // 60)} h are not approved yet."
        found.append(Missing(sentence, routes.APPROVALS))
    drafts = session.connection().execute(
        select(INVOICE.c.id, INVOICE.c.total_minor, INVOICE.c.currency)
        .where(INVOICE.c.account_id == account_id, INVOICE.c.status == "draft")
        .order_by(INVOICE.c.id)
    )
    for row in drafts:
        amount = words.money(row.total_minor, row.currency)
        found.append(Missing(f"{amount} are on draft {row.id} already.", routes.invoice(row.id)))
    return found


def _seconds(session: Session, account_id: int, until: date, where: Any) -> int:
    """Billable time that neither a fixed price nor a retainer covers."""
    statement = (
        select(func.sum(ENTRY.c.seconds))
        .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .outerjoin(SOW_LINE, SOW_LINE.c.id == TASK.c.sow_line_id)
        .where(
            PROJECT.c.account_id == account_id,
            ENTRY.c.work_date <= until,
            ENTRY.c.is_billable,
            func.coalesce(SOW_LINE.c.model, "").not_in((*COVERED, RETAINER)),
            where,
        )
    )
    return int(session.connection().execute(statement).scalar() or 0)
