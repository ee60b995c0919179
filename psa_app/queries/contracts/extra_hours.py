"""Approved hours that a contract does not cover: beyond a cap, or marked out of scope, priced."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session

from psa_app.db import among_ids, as_ids
from psa_app.models import ChangeOrder, Sow, SowLine
from psa_app.prepared import Prepared
from psa_app.queries.invoices.open_work import open_work, rounding_of
from psa_app.queries.projects.tables import LINE, PROJECT, SOW, TASK
from psa_app.queries.time.tables import ENTRY
from psa_app.rules.billing import BillableEntry, LineTerms, TimePlan, plan_time_lines
from psa_app.rules.contract_value import TIME
from psa_app.rules.proposals import OUT_OF_SCOPE, OVER_CAP, Extra, Priced

ALWAYS = date(2100, 1, 1)
ORDER: Any = ChangeOrder.__table__  # type: ignore[attr-defined]


def over_cap(session: Session, sow: Sow) -> list[Extra]:
    """A line's approved hours that its cap keeps from being billed; `cap` is what would let them all."""
    work = open_work(session, sow.account_id, ALWAYS, sow.id, include=("time",))
    by_line: dict[int, list[BillableEntry]] = defaultdict(list)
    for entry in work.time.get(sow.currency, ()):
        by_line[entry.sow_line_id].append(entry)
    found = []
    for line_id, entries in sorted(by_line.items()):
        terms = work.terms[line_id]
        within = plan_time_lines(entries, {line_id: terms}, "none")
        if terms.cap is None or not within.over_cap:
            continue
        whole = plan_time_lines(entries, {line_id: replace(terms, cap=None)}, "none")
        rows = _difference(whole, within)
        over = {entry_id for entry_id, _, _ in within.over_cap}
        mine = [entry for entry in entries if entry.id in over]
        line = session.get_one(SowLine, line_id)
        if rows:
            found.append(_extra(line, terms.billed_so_far + whole.amount, rows, mine))
    return found


def out_of_scope(session: Session, sow: Sow, order_id: int | None = None) -> list[Extra]:
    """Approved hours marked as out of scope that no change order holds yet, or that this one holds."""
    by_line: dict[int, list[BillableEntry]] = defaultdict(list)
    held = ENTRY.c.change_order_id.is_(None)
    if order_id is not None:
        held = or_(held, ENTRY.c.change_order_id == order_id)
    titles: dict[int, str] = {}
    for row in session.connection().execute(_MARKED.where(_of_sow(int(sow.id or 0)), held)):
        line_id = row.sow_line_id or 0
        titles[line_id] = row.name
        by_line[line_id].append(
            BillableEntry(
                row.id,
                row.person_id,
                row.task_id,
                row.role_id,
                line_id,
                row.work_date,
                row.seconds,
                row.bill_rate_minor,
            )
        )
    found = []
    for line_id, entries in sorted(by_line.items()):
        terms = LineTerms(line_id, rounding_of(sow), None, 0)
        rows = _rates(plan_time_lines(entries, {line_id: terms}, "none"))
        line = session.get(SowLine, line_id) if line_id else None
        if not sum(row.amount for row in rows):
            continue
        if line is None:
            nowhere = SowLine(id=0, sow_id=int(sow.id or 0), title=titles[0], model="")
            found.append(_extra(nowhere, None, rows, entries))
        else:
            amount = sum(row.amount for row in rows)
            cap = None if line.cap_minor is None else line.cap_minor + amount
            found.append(_extra(line, cap, rows, entries))
    return found


def scopes_with_limits(session: Session, project_ids: Collection[int]) -> list[int]:
    """Signed scopes of these projects that have a cap, or time out of scope: told without adding up."""
    given = {"ids": as_ids(session, sorted(project_ids))}
    return sorted({row[0] for statement in _LIMITED for row in statement.all(session, given)})


def scopes_to_look_at(session: Session, sow_ids: Collection[int] | None = None) -> list[int]:
    """Signed scopes (of these) that may need a change order drafted, brought up to date or taken away.

    A line that is far from its cap is left out by one sum over its time, rounding counted generously.
    """
    connection, found = session.connection(), set[int]()
    for statement, sow_id in (
        (_NEAR_CAP, LINE.c.sow_id),
        (_WITH_MARKS, SOW.c.id),
        (_WITH_DRAFTS, ORDER.c.sow_id),
    ):
        chosen = statement if sow_ids is None else statement.where(sow_id.in_(sow_ids))
        found |= {row[0] for row in connection.execute(chosen)}
    return sorted(found)


def _of_sow(sow_id: int) -> Any:
    return or_(LINE.c.sow_id == sow_id, and_(LINE.c.id.is_(None), PROJECT.c.sow_id == sow_id))


_MARKED = (
    select(
        ENTRY.c.id,
        ENTRY.c.person_id,
        ENTRY.c.task_id,
        ENTRY.c.role_id,
        ENTRY.c.work_date,
        ENTRY.c.seconds,
        ENTRY.c.bill_rate_minor,
        TASK.c.sow_line_id,
        TASK.c.name,
    )
    .join(TASK, TASK.c.id == ENTRY.c.task_id)
    .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
    .outerjoin(LINE, LINE.c.id == TASK.c.sow_line_id)
    .where(
        ENTRY.c.out_of_scope,
        ENTRY.c.status == "approved",
        ENTRY.c.is_billable,
        ENTRY.c.bill_rate_minor.is_not(None),
    )
    .order_by(ENTRY.c.work_date, ENTRY.c.id)
)
_ROUNDED_UP = 60 * func.coalesce(LINE.c.round_increment, SOW.c.round_increment)
_NEAR_CAP = (
    select(LINE.c.sow_id)
    .select_from(ENTRY)
    .join(TASK, TASK.c.id == ENTRY.c.task_id)
    .join(LINE, LINE.c.id == TASK.c.sow_line_id)
    .join(SOW, SOW.c.id == LINE.c.sow_id)
    .where(
        ENTRY.c.status.in_(("approved", "invoiced")),
        ENTRY.c.is_billable,
        ~ENTRY.c.out_of_scope,
        LINE.c.model == TIME,
        LINE.c.cap_minor.is_not(None),
        SOW.c.status == "signed",
    )
    .group_by(LINE.c.id, LINE.c.sow_id, LINE.c.cap_minor)
    .having(
        func.sum((ENTRY.c.seconds + _ROUNDED_UP) * func.coalesce(ENTRY.c.bill_rate_minor, 0))
        > LINE.c.cap_minor * 3600
    )
)
_WITH_MARKS = (
    select(func.coalesce(LINE.c.sow_id, PROJECT.c.sow_id))
    .select_from(ENTRY)
    .join(TASK, TASK.c.id == ENTRY.c.task_id)
    .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
    .outerjoin(LINE, LINE.c.id == TASK.c.sow_line_id)
    .join(SOW, SOW.c.id == func.coalesce(LINE.c.sow_id, PROJECT.c.sow_id))
    .where(
        ENTRY.c.out_of_scope,
        ENTRY.c.status == "approved",
        ENTRY.c.change_order_id.is_(None),
        SOW.c.status == "signed",
    )
    .distinct()
)
_CAPPED = (
    select(LINE.c.sow_id)
    .join(TASK, TASK.c.sow_line_id == LINE.c.id)
    .join(SOW, SOW.c.id == LINE.c.sow_id)
    .where(LINE.c.model == TIME, LINE.c.cap_minor.is_not(None), SOW.c.status == "signed")
    .distinct()
)
_LIMITED = (
    Prepared(lambda sqlite: _CAPPED.where(among_ids(TASK.c.project_id, "ids", sqlite=sqlite))),
    Prepared(lambda sqlite: _WITH_MARKS.where(among_ids(ENTRY.c.project_id, "ids", sqlite=sqlite))),
)
_WITH_DRAFTS = (
    select(ORDER.c.sow_id)
    .where(ORDER.c.status == "draft", ORDER.c.source.in_((OVER_CAP, OUT_OF_SCOPE)))
    .distinct()
)


def _extra(line: SowLine, cap: int | None, rows: Sequence[Priced], entries: Sequence[BillableEntry]) -> Extra:
    days = [entry.day for entry in entries]
    return Extra(
        int(line.id or 0),
        line.title,
        line.model,
        cap,
        line.estimate_minutes or 0,
        tuple(rows),
        min(days),
        max(days),
        tuple(sorted({entry.id for entry in entries})),
    )


def _rates(plan: TimePlan) -> list[Priced]:
    return [Priced(one.rate, one.minutes, one.amount) for one in plan.lines]


def _difference(whole: TimePlan, within: TimePlan) -> list[Priced]:
    """By rate: what the whole has more than what lies within the cap."""
    covered = {one.rate: one for one in _rates(within)}
    rows: Iterable[Priced] = (
        Priced(one.rate, one.minutes - covered[one.rate].minutes, one.amount - covered[one.rate].amount)
        if one.rate in covered
        else one
        for one in _rates(whole)
    )
    return [one for one in rows if one.minutes or one.amount]
