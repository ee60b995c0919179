"""What is billed, by contract: totals by invoice, and the parts worked in the last two months."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlmodel import Session

from psa_app.queries.exchange import Exchange
from psa_app.queries.expenses.tables import BILLED_EXPENSE, EXPENSE
from psa_app.queries.projects.periods import LAST, THIS, Periods
from psa_app.queries.projects.tables import BILLED_TIME, ENTRY, INVOICE, INVOICE_LINE, LINE
from psa_app.rules.deposits import KINDS as DEPOSITS

COUNTED = ("draft", "issued", "written_off")


@dataclass(slots=True)
class Billed:
    """Amounts in the base currency at each invoice's frozen rate; a draft's at its cut-off day's.

    `time` is the value of time on invoices and drafts by period worked; `manual` what was added by
    hand, by period of issue; `issued` all that has been billed; `drafted` what waits on drafts. What
    credit notes gave back is taken off: time that is written off in the period of the credit note. Deposits
    are money in advance: neither what asks for them nor what takes them off is work that was billed.
    """

    time: list[int]
    manual: list[int]
    issued: int = 0
    drafted: int = 0


def contract_key(project_id: int | None, sow_id: int | None) -> int:
    """A contract is a project, or (as a negative number) a SOW that has no project yet."""
    return project_id if project_id is not None else -(sow_id or 0)


BY_HAND = ("manual", "discount")  # lines that bill no work of their own


def billed(session: Session, at: Periods, fx: Exchange, project_of_sow: dict[int, int]) -> dict[int, Billed]:
    """What is billed by `contract_key`; lines of no contract at all stand under 0."""
    found: dict[int, Billed] = defaultdict(lambda: Billed([0, 0, 0], [0, 0, 0]))
    recent = _recent(session, at)
    for row in session.connection().execute(_TOTALS):
        key = _key(row, project_of_sow)
        if row.invoice_kind == "credit_note":
            _take_off(found[key], row, at, _base(fx, row, int(row.net)))
            continue
        book, amount = found[key], _base(fx, row, int(row.net))
        if row.status == "draft":
            book.drafted += amount
        else:
            book.issued += amount
        if row.kind == "time":
            _add_time(book, fx, row, recent.pop((row.invoice_id, key), [0, 0, 0]))
        elif row.kind in BY_HAND and row.status != "draft":
            book.manual[at.of(row.issued_on)] += amount
    return found


def _take_off(book: Billed, row: Any, at: Periods, amount: int) -> None:
    """What a credit note gives back. Released time is no longer in the parts of its period, see `_recent`."""
    book.issued -= amount
    if row.kind == "time":
        book.time[0 if row.release else at.of(row.issued_on)] -= amount
    elif row.kind in BY_HAND:
        book.manual[at.of(row.issued_on)] -= amount


def _add_time(book: Billed, fx: Exchange, row: Any, parts: list[int]) -> None:
    """The parts of the last two months as they are; what is left was worked before."""
    last, this = _base(fx, row, parts[LAST]), _base(fx, row, parts[THIS])
    book.time[LAST] += last
    book.time[THIS] += this
    book.time[0] += _base(fx, row, int(row.net)) - last - this


def _base(fx: Exchange, row: Any, amount: int) -> int:
    if row.status == "draft":
        return fx.to_base(amount, row.currency, row.cutoff)
    return fx.at(amount, row.currency, row.base_rate_nano)


def _key(row: Any, project_of_sow: dict[int, int]) -> int:
    sow_id = row.line_sow or row.invoice_sow
    if row.line_sow is None and row.project_id is not None:
        return int(row.project_id)
    return contract_key(project_of_sow.get(sow_id), sow_id)


_FIRST_ENTRY = (
    select(func.min(BILLED_TIME.c.entry_id))
    .where(BILLED_TIME.c.line_id == func.coalesce(INVOICE_LINE.c.credits_line_id, INVOICE_LINE.c.id))
    .correlate(INVOICE_LINE)
    .scalar_subquery()
)
_FIRST_EXPENSE = (
    select(func.min(BILLED_EXPENSE.c.expense_id))
    .where(BILLED_EXPENSE.c.line_id == INVOICE_LINE.c.id)
    .correlate(INVOICE_LINE)
    .scalar_subquery()
)
_PROJECT = case(
    (
        and_(INVOICE_LINE.c.sow_line_id.is_(None), INVOICE_LINE.c.kind == "time"),
        select(ENTRY.c.project_id)
        .where(ENTRY.c.id == _FIRST_ENTRY)
        .correlate(INVOICE_LINE)
        .scalar_subquery(),
    ),
    (
        and_(INVOICE_LINE.c.sow_line_id.is_(None), INVOICE_LINE.c.kind == "expense"),
        select(EXPENSE.c.project_id)
        .where(EXPENSE.c.id == _FIRST_EXPENSE)
        .correlate(INVOICE_LINE)
        .scalar_subquery(),
    ),
    else_=None,
)
"""The project of a printed line of time or expenses that bills to no SOW: it holds one project only."""
_TOTALS = (
    select(
        INVOICE.c.id.label("invoice_id"),
        INVOICE.c.status,
        INVOICE.c.currency,
        INVOICE.c.base_rate_nano,
        INVOICE.c.cutoff,
        INVOICE.c.issued_on,
        INVOICE.c.kind.label("invoice_kind"),
        INVOICE_LINE.c.kind,
        INVOICE_LINE.c.release,
        LINE.c.sow_id.label("line_sow"),
        INVOICE.c.sow_id.label("invoice_sow"),
        _PROJECT.label("project_id"),
        func.sum(INVOICE_LINE.c.net_minor).label("net"),
    )
    .select_from(INVOICE_LINE)
    .join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
    .outerjoin(LINE, LINE.c.id == INVOICE_LINE.c.sow_line_id)
    .where(INVOICE.c.status.in_(COUNTED), INVOICE_LINE.c.kind.not_in(DEPOSITS))
    .group_by(
        INVOICE.c.id,
        INVOICE.c.status,
        INVOICE.c.currency,
        INVOICE.c.base_rate_nano,
        INVOICE.c.cutoff,
        INVOICE.c.issued_on,
        INVOICE.c.kind,
        INVOICE_LINE.c.kind,
        INVOICE_LINE.c.release,
        LINE.c.sow_id,
        INVOICE.c.sow_id,
        "project_id",
    )
)


def _recent(session: Session, at: Periods) -> dict[tuple[int, int], list[int]]:
    """Billed amounts of work of the last two months by invoice and project, in each period."""
    period = case((ENTRY.c.month == at.last_month, LAST), else_=THIS)
    statement = (
        select(
            INVOICE_LINE.c.invoice_id,
            ENTRY.c.project_id,
            period.label("period"),
            func.sum(BILLED_TIME.c.amount_minor).label("amount"),
        )
        .select_from(ENTRY)
        .join(BILLED_TIME, and_(BILLED_TIME.c.entry_id == ENTRY.c.id, BILLED_TIME.c.released_at.is_(None)))
        .join(INVOICE_LINE, INVOICE_LINE.c.id == BILLED_TIME.c.line_id)
        .where(ENTRY.c.work_date >= at.first_of_last)
        .group_by(INVOICE_LINE.c.invoice_id, ENTRY.c.project_id, period)
    )
    found: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for invoice_id, project_id, number, amount in session.connection().execute(statement):
        found[invoice_id, project_id][number] += int(amount)
    return found
