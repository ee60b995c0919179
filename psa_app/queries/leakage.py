"""What was worked and is not paid for: amounts that were taken off invoices, hours that came onto none."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session

from psa_app.access import Actor, require
from psa_app.db import among
from psa_app.models import Account, Person
from psa_app.queries.conservation import ISSUED, over_cap_of, worked_entries
from psa_app.queries.invoices.tables import (
    BILLED_TIME,
    ENTRY,
    INVOICE,
    INVOICE_LINE,
    PROJECT,
    SOW_LINE,
    TASK,
)
from psa_app.rules import money
from psa_app.rules.leakage import Cause, Lost, shared
from psa_app.rules.weeks import month_days

RIGHT = "reports.firm"
_ACCOUNT: Any = Account.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
_CREDIT_LINE, _CREDIT = INVOICE_LINE.alias("credit_line"), INVOICE.alias("credit")
_HOUR = 3600


def leakage(session: Session, actor: Actor, *, from_month: int, to_month: int) -> list[Lost]:
    """All that leaked from a month to a month (yyyymm, both included), by day.

    Time counts by its day, what has none by its invoice's. Drafts do not count: they can still be changed.
    Needs the right "reports.firm".
    """
    require(actor, RIGHT)
    found = [
        *_written(session, from_month, to_month),
        *_discounts(session, from_month, to_month),
        *_credited(session, from_month, to_month),
        *_not_billed(session, from_month, to_month),
    ]
    return sorted(found, key=lambda one: (one.day, one.account, one.project, one.person))


def _written(session: Session, first: int, last: int) -> Iterator[Lost]:
    """What issued lines were written down or up, shared over the entries behind each."""
    lines = {row.line_id: row for row in session.connection().execute(_written_lines())}
    ties: dict[int, list[Any]] = defaultdict(list)
    for row in session.connection().execute(_ties(session, list(lines))):
        ties[row.line_id].append(row)
    for line_id, line in lines.items():
        off, behind = line.list_minor - line.net_minor, ties[line_id]
        cause = Cause.written_down if off > 0 else Cause.written_up
        bill = {"reason": line.write_reason, "invoice_id": line.invoice_id, "invoice": line.number}
        if not behind and first <= _month(line.issued_on) <= last:
            yield _lost(cause, line.issued_on, line, off, work=line.description, **bill)
        parts = shared(off, [(one.minutes, one.rate or 0, one.amount_minor) for one in behind])
        for one, part in zip(behind, parts, strict=True):
            if part and first <= one.month <= last:
                yield _lost(cause, one.work_date, line, part, seconds=one.seconds, **_work(one), **bill)


def _written_lines() -> Any:
    return (
        _on_issued(
            INVOICE_LINE.c.id.label("line_id"),
            INVOICE_LINE.c.net_minor,
            INVOICE_LINE.c.list_minor,
            INVOICE_LINE.c.write_reason,
            INVOICE_LINE.c.description,
        )
        .where(INVOICE_LINE.c.list_minor.is_not(None), INVOICE_LINE.c.list_minor != INVOICE_LINE.c.net_minor)
        .order_by(INVOICE_LINE.c.id)
    )


def _on_issued(*columns: Any) -> Any:
    """Lines of issued invoices, with whose they are."""
    return (
        select(
            *columns,
            INVOICE.c.id.label("invoice_id"),
            INVOICE.c.number,
            INVOICE.c.issued_on,
            INVOICE.c.currency,
            INVOICE.c.account_id,
            _ACCOUNT.c.name.label("account"),
        )
        .select_from(INVOICE_LINE)
        .join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
        .join(_ACCOUNT, _ACCOUNT.c.id == INVOICE.c.account_id)
        .where(INVOICE.c.kind == "invoice", INVOICE.c.status.in_(ISSUED))
    )


_WORK = (
    PROJECT.c.id.label("project_id"),
    PROJECT.c.name.label("project"),
    _PERSON.c.id.label("person_id"),
    _PERSON.c.name.label("person"),
    TASK.c.name.label("task"),
    ENTRY.c.work_date,
    ENTRY.c.month,
    ENTRY.c.bill_rate_minor.label("rate"),
)


def _with_work(statement: Any) -> Any:
    return (
        statement.join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .join(_PERSON, _PERSON.c.id == ENTRY.c.person_id)
    )


def _ties(session: Session, line_ids: Sequence[int]) -> Any:
    tie = BILLED_TIME.c
    of_tie = select(tie.line_id, tie.minutes, tie.seconds, tie.amount_minor, *_WORK).select_from(BILLED_TIME)
    return (
        _with_work(of_tie.join(ENTRY, ENTRY.c.id == tie.entry_id))
        .where(among(session, tie.line_id, line_ids), tie.released_at.is_(None))
        .order_by(tie.id)
    )


def _work(row: Any) -> dict[str, Any]:
    return {
        "project_id": row.project_id,
        "project": row.project,
        "person_id": row.person_id,
        "person": row.person,
        "work": row.task,
    }


def _discounts(session: Session, first: int, last: int) -> Iterator[Lost]:
    """Discounts as they stand on issued invoices."""
    days = (month_days(first)[0], month_days(last)[1])
    statement = (
        _on_issued(INVOICE_LINE.c.net_minor, INVOICE_LINE.c.description)
        .where(INVOICE_LINE.c.kind == "discount", INVOICE.c.issued_on.between(*days))
        .order_by(INVOICE_LINE.c.id)
    )
    for row in session.connection().execute(statement):
        bill = {"reason": row.description, "invoice_id": row.invoice_id, "invoice": row.number}
        yield _lost(Cause.discount, row.issued_on, row, -row.net_minor, **bill)


def _credited(session: Session, first: int, last: int) -> Iterator[Lost]:
    """Billed time that a credit note gave back and nobody bills again."""
    tie = BILLED_TIME.c
    of_tie = (
        select(
            tie.seconds,
            tie.amount_minor,
            *_WORK,
            INVOICE.c.account_id,
            INVOICE.c.currency,
            _ACCOUNT.c.name.label("account"),
            _CREDIT.c.id.label("credit_id"),
            _CREDIT.c.number,
            _CREDIT.c.credit_reason,
        )
        .select_from(BILLED_TIME)
        .join(ENTRY, ENTRY.c.id == tie.entry_id)
        .join(INVOICE_LINE, INVOICE_LINE.c.id == tie.line_id)
        .join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
        .join(_ACCOUNT, _ACCOUNT.c.id == INVOICE.c.account_id)
        .join(_CREDIT_LINE, _CREDIT_LINE.c.id == tie.credit_line_id)
        .join(_CREDIT, _CREDIT.c.id == _CREDIT_LINE.c.invoice_id)
    )
    statement = _with_work(of_tie).where(
        tie.released_at.is_(None), INVOICE.c.status.in_(ISSUED), ENTRY.c.month.between(first, last)
    )
    for row in session.connection().execute(statement):
        bill = {"reason": row.credit_reason, "invoice_id": row.credit_id, "invoice": row.number}
        more = {"seconds": row.seconds, **_work(row), **bill}
        yield _lost(Cause.written_off, row.work_date, row, row.amount_minor, **more)


def _not_billed(session: Session, first: int, last: int) -> Iterator[Lost]:
    """Clients' hours that came onto no invoice and will not as things stand."""
    over = over_cap_of(session, None)
    each = worked_entries([PROJECT.c.account_id.is_not(None), ENTRY.c.month.between(first, last)]).subquery()
    unpriced = and_(each.c.is_billable, ENTRY.c.bill_rate_minor.is_(None))
    covered = func.coalesce(each.c.is_covered, False)
    statement = (
        select(
            each,
            ENTRY.c.bill_rate_minor.label("rate"),
            PROJECT.c.id.label("project_id"),
            SOW_LINE.c.title,
            _ACCOUNT.c.name.label("account"),
            func.coalesce(func.nullif(ENTRY.c.bill_currency, ""), _ACCOUNT.c.currency).label("currency"),
        )
        .join(ENTRY, ENTRY.c.id == each.c.id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .outerjoin(SOW_LINE, SOW_LINE.c.id == TASK.c.sow_line_id)
        .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .join(_ACCOUNT, _ACCOUNT.c.id == PROJECT.c.account_id)
        .where(
            or_(
                ~each.c.is_billable,
                and_(unpriced, ~covered),
                each.c.absorbed > 0,
                among(session, each.c.id, list(over)),
            )
        )
    )
    for row in session.connection().execute(statement):
        cause, seconds, reason = _cause(row, over.get(row.id, 0))
        if seconds > 0:
            amount = money.divide(seconds * row.rate, _HOUR) if row.rate and row.is_billable else 0
            yield _lost(cause, row.work_date, row, amount, seconds=seconds, **_work(row), reason=reason)


def _cause(row: Any, over: int) -> tuple[Cause, int, str]:
    """Why an entry is not paid for, how many seconds of it, and what tells it."""
    if not row.is_billable:
        rest = row.seconds - row.drafted - row.invoiced - row.written_off - row.drawn - row.absorbed
        return Cause.not_billable, rest, "Logged as not billable"
    if over:
        return Cause.over_cap, over, f"Over the cap of “{row.title}”"
    if row.absorbed:
        return Cause.beyond, row.absorbed, f"Beyond the retainer “{row.title}”, at no cost"
    return Cause.unpriced, row.seconds, "No rate applies"


def _lost(cause: Cause, day: date, of: Any, amount: int, **more: Any) -> Lost:
    """`of` is a row with its client and currency."""
    return Lost(cause, day, of.account_id, of.account, of.currency, amount, **more)


def _month(day: Any) -> int:
    return int(day.year * 100 + day.month)
