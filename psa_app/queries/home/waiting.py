"""What waits for someone: for the reader's own decision, or for a client's answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session

from psa_app import clock, routes
from psa_app.access import Actor, may, visible
from psa_app.formats import words
from psa_app.models import Agreement, Expense, Invoice, Leave, Milestone, Payment, Sow, TimeEntry, Timesheet
from psa_app.queries.expenses.tables import EXPENSE
from psa_app.queries.home.waiting_changes import changes_waiting
from psa_app.queries.home.waiting_deposits import deposits_waiting
from psa_app.queries.projects.tables import ACCOUNT, INVOICE, LEAVE, LINE, MILESTONE, PERSON, PROJECT, SOW
from psa_app.queries.retainers.tables import LOT, NOTICE
from psa_app.queries.time.tables import ENTRY, SHEET
from psa_app.queries.time.with_client import with_client
from psa_app.rules import weeks
from psa_app.rules.hours import h_mm_seconds
from psa_app.rules.scopes import agreement_state, notice_on, renewal_state

EACH = 20  # of a kind


@dataclass(frozen=True, slots=True)
class Waits:
    """Something that waits. `kind`: time | expense | leave | sow | renewal | agreement | milestone |
    draft | deposit | deposit_left | payment | unpriced | client_time | retainer, or one of `changes_waiting`.

    `since` is the day since when; an amount is in minor units of its currency ("" for none).
    """

    kind: str
    id: int
    title: str
    beside: str
    since: date | None
    href: str
    amount: int = 0
    currency: str = ""


def waiting(session: Session, actor: Actor, zone: str) -> list[Waits]:
    """All that waits, kind by kind, the oldest first; at most twenty of a kind."""
    found: list[Waits] = []
    for right, ask in _KINDS:
        if may(actor, right):
            found += ask(session, actor, ZoneInfo(zone))
    return found


def _weeks(session: Session, actor: Actor, zone: ZoneInfo) -> Iterable[Waits]:
    statement = (
        select(
            SHEET.c.id,
            SHEET.c.week,
            SHEET.c.number,
            SHEET.c.submitted_at,
            PERSON.c.name,
            PERSON.c.id,
            func.sum(ENTRY.c.seconds).label("seconds"),
        )
        .select_from(ENTRY)
        .join(SHEET, SHEET.c.id == ENTRY.c.timesheet_id)
        .join(PERSON, PERSON.c.id == ENTRY.c.person_id)
        .where(
            ENTRY.c.status == "submitted",
            ENTRY.c.person_id != (actor.person_id or 0),
            visible(actor, Timesheet),
            visible(actor, TimeEntry),
        )
        .group_by(SHEET.c.id, SHEET.c.week, SHEET.c.number, SHEET.c.submitted_at, PERSON.c.name, PERSON.c.id)
        .order_by(SHEET.c.submitted_at, SHEET.c.id)
        .limit(EACH)
    )
    for row in session.connection().execute(statement):
        late = f", supplement {row.number}" if row.number else ""
        yield Waits(
            "time",
            row.id,
            row.name,
            f"{weeks.label(row.week)}{late}, {h_mm_seconds(int(row.seconds))}",
            _day(row.submitted_at, zone),
            routes.with_query(routes.APPROVALS, sheet=row.id),
        )


def _expenses(session: Session, actor: Actor, zone: ZoneInfo) -> Iterable[Waits]:
    statement = (
        select(
            EXPENSE.c.id,
            EXPENSE.c.description,
            EXPENSE.c.submitted_at,
            EXPENSE.c.amount_minor,
            EXPENSE.c.currency,
            PERSON.c.name,
        )
        .join(PERSON, PERSON.c.id == EXPENSE.c.person_id)
        .where(
            EXPENSE.c.status == "submitted",
            EXPENSE.c.person_id != (actor.person_id or 0),
            visible(actor, Expense),
        )
        .order_by(EXPENSE.c.submitted_at, EXPENSE.c.id)
        .limit(EACH)
    )
    for row in session.connection().execute(statement):
        href = routes.with_query(routes.APPROVALS, expense=row.id)
        since = _day(row.submitted_at, zone)
        yield Waits("expense", row.id, row.name, row.description, since, href, row.amount_minor, row.currency)


def _leave(session: Session, actor: Actor, zone: ZoneInfo) -> Iterable[Waits]:
    statement = (
        select(LEAVE, PERSON.c.name)
        .join(PERSON, PERSON.c.id == LEAVE.c.person_id)
        .where(
            LEAVE.c.status == "requested", LEAVE.c.person_id != (actor.person_id or 0), visible(actor, Leave)
        )
        .order_by(LEAVE.c.starts_on, LEAVE.c.id)
        .limit(EACH)
    )
    for row in session.connection().execute(statement):
        days = words.day_range(row.starts_on, row.ends_on, year=False)
        yield Waits("leave", row.id, row.name, days, _day(row.created_at, zone), routes.APPROVALS)


def _sows(session: Session, actor: Actor, zone: ZoneInfo) -> Iterable[Waits]:
    statement = (
        select(SOW.c.id, SOW.c.number, SOW.c.title, SOW.c.sent_at, ACCOUNT.c.name)
        .join(ACCOUNT, ACCOUNT.c.id == SOW.c.account_id)
        .where(SOW.c.status == "sent", visible(actor, Sow))
        .order_by(SOW.c.sent_at, SOW.c.id)
        .limit(EACH)
    )
    for row in session.connection().execute(statement):
        since = _day(row.sent_at, zone)
        yield Waits("sow", row.id, f"{row.number} {row.title}", row.name, since, routes.sow(row.id))


def _changes(session: Session, actor: Actor, zone: ZoneInfo) -> Iterable[Waits]:
    for one in changes_waiting(session, actor, zone, EACH):
        yield Waits(*one)


def _renewals(session: Session, actor: Actor, zone: ZoneInfo) -> Iterable[Waits]:
    """Signed scopes whose notice or renewal is near, and that nothing follows yet."""
    today = clock.now().astimezone(zone).date()
    followed = select(SOW.c.renewed_from_id).where(SOW.c.renewed_from_id.is_not(None))
    statement = (
        select(
            SOW.c.id,
            SOW.c.number,
            SOW.c.title,
            SOW.c.renewal,
            SOW.c.renews_on,
            SOW.c.notice_days,
            ACCOUNT.c.name,
        )
        .join(ACCOUNT, ACCOUNT.c.id == SOW.c.account_id)
        .where(
            SOW.c.status == "signed",
            SOW.c.renewal != "none",
            SOW.c.renews_on.is_not(None),
            SOW.c.id.not_in(followed),
            visible(actor, Sow),
        )
        .order_by(SOW.c.renews_on, SOW.c.id)
    )
    due = [
        row
        for row in session.connection().execute(statement)
        if renewal_state(row.renewal, row.renews_on, row.notice_days, today)
    ]
    for row in due[:EACH]:
        last = notice_on(row.renews_on, row.notice_days)
        yield Waits("renewal", row.id, f"{row.number} {row.title}", row.name, last, routes.sow(row.id))


def _agreements(session: Session, actor: Actor, zone: ZoneInfo) -> Iterable[Waits]:
    """Agreements in use whose notice or end is near or past, until they are prolonged or archived."""
    today = clock.now().astimezone(zone).date()
    agreement: Any = Agreement.__table__  # type: ignore[attr-defined]
    statement = (
        select(
            agreement.c.id, agreement.c.title, agreement.c.ends_on, agreement.c.notice_days, ACCOUNT.c.name
        )
        .join(ACCOUNT, ACCOUNT.c.id == agreement.c.account_id)
        .where(
            agreement.c.is_archived.is_(False), agreement.c.ends_on.is_not(None), visible(actor, Agreement)
        )
        .order_by(agreement.c.ends_on, agreement.c.id)
    )
    rows = session.connection().execute(statement)
    due = [row for row in rows if agreement_state(row.ends_on, row.notice_days, today)]
    for row in due[:EACH]:
        href = routes.record("agreements", row.id)
        yield Waits("agreement", row.id, row.title, row.name, row.ends_on, href)


def _milestones(session: Session, actor: Actor, zone: ZoneInfo) -> Iterable[Waits]:
    statement = (
        select(
            MILESTONE.c.id,
            MILESTONE.c.title,
            MILESTONE.c.ready_at,
            MILESTONE.c.value_minor,
            SOW.c.currency,
            SOW.c.id.label("sow_id"),
            ACCOUNT.c.name,
            PROJECT.c.id.label("project_id"),
        )
        .join(LINE, LINE.c.id == MILESTONE.c.sow_line_id)
        .join(SOW, SOW.c.id == LINE.c.sow_id)
        .join(ACCOUNT, ACCOUNT.c.id == SOW.c.account_id)
        .outerjoin(PROJECT, PROJECT.c.sow_id == SOW.c.id)
        .where(MILESTONE.c.status == "ready", visible(actor, Milestone))
        .order_by(MILESTONE.c.ready_at, MILESTONE.c.id)
        .limit(EACH)
    )
    if actor.role == "lead":
        statement = statement.where(PROJECT.c.lead_id == actor.person_id)
    for row in session.connection().execute(statement):
        href = routes.project(row.project_id) if row.project_id else routes.sow(row.sow_id)
        since = _day(row.ready_at, zone)
        yield Waits("milestone", row.id, row.title, row.name, since, href, row.value_minor, row.currency)


def _with_clients(session: Session, actor: Actor, zone: ZoneInfo) -> Iterable[Waits]:  # noqa: ARG001
    """Approved time that the client has yet to approve, by project; `beside` says whether they were asked."""
    for one in with_client(session, visible(actor, TimeEntry))[:EACH]:
        asked = "asked" if one.asked == one.entries else "not all asked yet" if one.asked else "not asked yet"
        yield Waits(
            "client_time",
            one.project_id,
            f"{one.account}: {one.project}",
            f"{h_mm_seconds(one.seconds)} h wait for the client’s approval, {asked}",
            None,
            routes.APPROVALS,
            one.worth if may(actor, "rates.read") else 0,
            one.currency if may(actor, "rates.read") else "",
        )


def _drafts(session: Session, actor: Actor, zone: ZoneInfo) -> Iterable[Waits]:
    statement = (
        select(INVOICE.c.id, INVOICE.c.total_minor, INVOICE.c.currency, INVOICE.c.created_at, ACCOUNT.c.name)
        .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
        .where(INVOICE.c.status == "draft", visible(actor, Invoice))
        .order_by(INVOICE.c.id)
        .limit(EACH)
    )
    for row in session.connection().execute(statement):
        since = _day(row.created_at, zone)
        yield Waits(
            "draft",
            row.id,
            row.name,
            "Invoice draft",
            since,
            routes.invoice(row.id),
            row.total_minor,
            row.currency,
        )


def _payments(session: Session, actor: Actor, zone: ZoneInfo) -> Iterable[Waits]:
    payment: Any = Payment.__table__  # type: ignore[attr-defined]
    statement = (
        select(
            payment.c.id,
            payment.c.amount_minor,
            payment.c.currency,
            payment.c.updated_at,
            payment.c.failure,
            payment.c.invoice_id,
            ACCOUNT.c.name,
        )
        .join(ACCOUNT, ACCOUNT.c.id == payment.c.account_id)
        .where(payment.c.status == "review", visible(actor, Payment))
        .order_by(payment.c.id)
        .limit(EACH)
    )
    for row in session.connection().execute(statement):
        href = routes.invoice(row.invoice_id) if row.invoice_id else routes.PAYMENTS
        since = _day(row.updated_at, zone)
        yield Waits(
            "payment",
            row.id,
            row.name,
            row.failure or "A payment that does not fit",
            since,
            href,
            row.amount_minor,
            row.currency,
        )


def _day(at: Any, zone: ZoneInfo) -> date | None:
    return at.astimezone(zone).date() if at is not None else None


def _retainers(session: Session, actor: Actor, zone: ZoneInfo) -> Iterable[Waits]:  # noqa: ARG001
    """Retainers of which 80 % or all of this period is used."""
    newest = (
        select(LOT.c.sow_line_id, func.max(LOT.c.number).label("number"))
        .where(LOT.c.source == "grant")
        .group_by(LOT.c.sow_line_id)
        .subquery()
    )
    statement = (
        select(
            LINE.c.id,
            LINE.c.title,
            ACCOUNT.c.name,
            func.max(NOTICE.c.level).label("level"),
            func.max(NOTICE.c.at).label("at"),
        )
        .join(NOTICE, NOTICE.c.sow_line_id == LINE.c.id)
        .join(newest, (newest.c.sow_line_id == LINE.c.id) & (newest.c.number == NOTICE.c.number))
        .join(SOW, SOW.c.id == LINE.c.sow_id)
        .join(ACCOUNT, ACCOUNT.c.id == SOW.c.account_id)
        .where(NOTICE.c.level >= 80, SOW.c.status == "signed", visible(actor, Sow))
        .group_by(LINE.c.id, LINE.c.title, ACCOUNT.c.name)
        .order_by(func.max(NOTICE.c.level).desc(), LINE.c.id)
        .limit(EACH)
    )
    for row in session.connection().execute(statement):
        used = "all used" if row.level >= 100 else f"{row.level} % used"
        yield Waits("retainer", row.id, f"{row.title}, {used}", row.name, None, routes.retainer(row.id))


def _deposits(session: Session, _: Actor, zone: ZoneInfo) -> Iterable[Waits]:
    return (Waits(*one) for one in deposits_waiting(session, zone, EACH))


_KINDS: tuple[tuple[str, Callable[[Session, Actor, ZoneInfo], Iterable[Waits]]], ...] = (
    ("time.approve", _weeks),
    ("expenses.approve", _expenses),
    ("leave.decide", _leave),
    ("invoices.issue", _drafts),
    ("invoices.issue", _deposits),
    ("payments.record", _payments),
    ("sows.send", _sows),
    ("changes.draft", _changes),
    ("sows.change", _renewals),
    ("agreements.change", _agreements),
    ("milestones.ready", _milestones),
    ("time.approve", _with_clients),
    ("sows.read", _retainers),
)
