"""Writing the printed lines of a draft, and the ties to the work behind them."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import repeat
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, delete, func, insert, select, update
from sqlmodel import Session

from psa_app.db import among_ids, as_ids, insert_columns, insert_row
from psa_app.formats import words
from psa_app.models import Account, BilledFee, BilledMilestone, BilledPeriod, Invoice, InvoiceLine
from psa_app.prepared import Prepared
from psa_app.queries.expenses.tables import BILLED_EXPENSE, EXPENSE
from psa_app.queries.invoices.naming import LineNames
from psa_app.queries.invoices.open_parts import OpenMilestone
from psa_app.queries.invoices.tables import (
    BILLED_FEE,
    BILLED_MILESTONE,
    BILLED_PERIOD,
    BILLED_TIME,
    ENTRY,
    FEE_PART,
    INVOICE_LINE,
    MILESTONE,
    PROJECT,
    SOW_LINE,
    TIES,
)
from psa_app.rules.billing import BillableEntry, Grouping, TimePlan
from psa_app.services.invoices.taxes import TaxBook

KINDS = (
    "deposit",
    "retainer",
    "subscription",
    "time",
    "milestone",
    "fee",
    "expense",
    "reminder_fee",
    "manual",
    "discount",
    "deposit_used",
)
_SINCE = {"milestone": "accepted", "fee": "due"}


def write_time_lines(
    session: Session,
    invoice: Invoice,
    account: Account,
    plan: TimePlan,
    entries: Sequence[BillableEntry],
    grouping: Grouping,
    taxes: TaxBook,
) -> None:
    """Adds the lines of a plan, in its order, with a row for each share of an entry."""
    if not plan.lines:
        return
    names, first = LineNames(session, entries, grouping, account.locale), next_position(session, invoice)
    sows = sows_of(session, {line.sow_line_id for line in plan.lines})
    rows = []
    for position, line in enumerate(plan.lines, first):
        description, detail = names.text(line)
        rows.append(
            {
                "invoice_id": invoice.id,
                "position": position,
                "kind": "time",
                "description": description,
                "detail": detail,
                "minutes": line.minutes,
                "quantity": 1,
                "rate_minor": line.rate,
                "net_minor": line.amount,
                "sow_line_id": line.sow_line_id if line.sow_line_id > 0 else None,
                **taxes.of_sow(sows.get(line.sow_line_id)).columns(),
            }
        )
    ids = session.connection().execute(_INSERT_LINES, rows).scalars().all()
    of_line = [line_id for line_id, line in zip(ids, plan.lines, strict=True) for _ in line.shares]
    shares = [share for line in plan.lines for share in line.shares]
    columns = dict(zip(_SHARE, zip(*shares, strict=True), strict=True))
    insert_columns(session, BILLED_TIME, {**columns, "line_id": of_line, "released_at": repeat(None)})


_INSERT_LINES = insert(INVOICE_LINE).returning(INVOICE_LINE.c.id, sort_by_parameter_order=True)
_SHARE = ("entry_id", "offset_seconds", "seconds", "minutes", "amount_minor")


def sows_of(session: Session, keys: Iterable[int]) -> dict[int, int]:
    """The SOW by terms key: of a SOW line, or (negative) of a project that has one."""
    found = {}
    for statement, ids in (
        (_OF_LINES, [key for key in keys if key > 0]),
        (_OF_PROJECTS, [-key for key in keys if key < 0]),
    ):
        rows = statement.all(session, {"ids": as_ids(session, ids)}) if ids else ()
        found.update({row.key: row.sow_id for row in rows})
    return found


def _of_lines(sqlite: bool) -> Select[Any]:
    among = among_ids(SOW_LINE.c.id, "ids", sqlite=sqlite)
    return select(SOW_LINE.c.id.label("key"), SOW_LINE.c.sow_id).where(among)


def _of_projects(sqlite: bool) -> Select[Any]:
    among = among_ids(PROJECT.c.id, "ids", sqlite=sqlite)
    return select((-PROJECT.c.id).label("key"), PROJECT.c.sow_id).where(among, PROJECT.c.sow_id.is_not(None))


_OF_LINES, _OF_PROJECTS = Prepared(_of_lines), Prepared(_of_projects)


def write_milestone_lines(
    session: Session,
    invoice: Invoice,
    account: Account,
    milestones: Sequence[OpenMilestone],
    taxes: TaxBook,
) -> None:
    """Adds a line for each milestone, each part of a fee and each period's fee."""
    if not milestones:
        return
    for position, milestone in enumerate(milestones, next_position(session, invoice)):
        line_id = insert_row(
            session,
            InvoiceLine,
            invoice_id=invoice.id,
            position=position,
            kind=milestone.kind,
            **_texts(milestone, account.locale),
            minutes=None,
            quantity=1,
            rate_minor=milestone.value,
            net_minor=milestone.value,
            sow_line_id=milestone.sow_line_id,
            **taxes.of_sow(milestone.sow_id).columns(),
        )
        _tie(session, milestone, line_id)


def _texts(one: OpenMilestone, locale: str) -> dict[str, str]:
    """What stands on paper: a milestone or a part of a fee by its name, a period by its line and days."""
    if one.period is None:
        since = f"{_SINCE[one.kind]} {words.day(one.accepted_on, locale)}"
        return {"description": one.title, "detail": f"{one.line_title}, {since}"}
    period = one.period
    if one.words:
        return {"description": one.line_title, "detail": f"{one.words}, {words.day(one.accepted_on, locale)}"}
    days = words.day_range(period.starts_on, period.ends_on, locale)
    whole = (period.whole_to - period.whole_from).days + 1
    part = f", {(period.ends_on - period.starts_on).days + 1} of {whole} days" if period.is_part else ""
    return {"description": one.line_title, "detail": f"{days}{part}"}


def _tie(session: Session, one: OpenMilestone, line_id: int) -> None:
    billed = {"line_id": line_id, "amount_minor": one.value, "released_at": None}
    if one.period is not None:
        days = {"starts_on": one.period.starts_on, "ends_on": one.period.ends_on}
        of = {"sow_line_id": one.sow_line_id, "number": one.period.number, "kind": one.piece}
        insert_row(session, BilledPeriod, **of, **days, **billed)
    elif one.kind == "fee":
        insert_row(session, BilledFee, fee_part_id=one.id, **billed)
    else:
        insert_row(session, BilledMilestone, milestone_id=one.id, **billed)


def next_position(session: Session, invoice: Invoice) -> int:
    """The place after the invoice's last line."""
    return int(_LAST.first(session, {"invoice_id": invoice.id}).last or 0) + 1


_OF_INVOICE = INVOICE_LINE.c.invoice_id == bindparam("invoice_id")
_LAST = Prepared(select(func.max(INVOICE_LINE.c.position).label("last")).where(_OF_INVOICE))


def remove_lines(session: Session, line_ids: Sequence[int]) -> None:
    """Takes lines off a draft; what they billed is open again."""
    connection = session.connection()
    connection.execute(delete(BILLED_TIME).where(BILLED_TIME.c.line_id.in_(line_ids)))
    for table in TIES:
        connection.execute(delete(table).where(table.c.line_id.in_(line_ids)))
    connection.execute(delete(INVOICE_LINE).where(INVOICE_LINE.c.id.in_(line_ids)))


def line_ids(session: Session, invoice: Invoice, kind: str = "") -> list[int]:
    """The lines of an invoice in their order, all or of one kind."""
    statement = select(INVOICE_LINE.c.id).where(INVOICE_LINE.c.invoice_id == invoice.id)
    if kind:
        statement = statement.where(INVOICE_LINE.c.kind == kind)
    return list(session.connection().execute(statement.order_by(INVOICE_LINE.c.position)).scalars())


def period_of(session: Session, invoice: Invoice, zone: str) -> tuple[date, date] | None:
    """The first and last day of the work on an invoice: of a milestone the day of its acceptance, of a
    fee that when it is due, of a period's fee the period, of an expense the day the money was spent."""
    of = {"invoice_id": invoice.id}
    days = [day for statement in _DAYS for row in statement.all(session, of) for day in row]
    accepted = [row.accepted_at for row in _ACCEPTED.all(session, of)]
    days += [instant and instant.astimezone(ZoneInfo(zone)).date() for instant in accepted]
    days = [day for day in days if day is not None]
    return (min(days), max(days)) if days else None


def _days(first: Any, last: Any, thing: Any, tie: Any, thing_id: Any) -> Prepared:
    """The first and last day of the things that one kind of ties bills on an invoice."""
    return Prepared(
        select(func.min(first).label("first"), func.max(last).label("last"))
        .select_from(thing)
        .join(tie, thing_id == thing.c.id)
        .join(INVOICE_LINE, INVOICE_LINE.c.id == tie.c.line_id)
        .where(_OF_INVOICE)
    )


_DAYS = (
    _days(ENTRY.c.work_date, ENTRY.c.work_date, ENTRY, BILLED_TIME, BILLED_TIME.c.entry_id),
    _days(FEE_PART.c.due_on, FEE_PART.c.due_on, FEE_PART, BILLED_FEE, BILLED_FEE.c.fee_part_id),
    _days(EXPENSE.c.spent_on, EXPENSE.c.spent_on, EXPENSE, BILLED_EXPENSE, BILLED_EXPENSE.c.expense_id),
    Prepared(
        select(
            func.min(BILLED_PERIOD.c.starts_on).label("first"),
            func.max(BILLED_PERIOD.c.ends_on).label("last"),
        )
        .join(INVOICE_LINE, INVOICE_LINE.c.id == BILLED_PERIOD.c.line_id)
        .where(_OF_INVOICE)
    ),
)
_ACCEPTED = Prepared(
    select(MILESTONE.c.accepted_at)
    .join(BILLED_MILESTONE, BILLED_MILESTONE.c.milestone_id == MILESTONE.c.id)
    .join(INVOICE_LINE, INVOICE_LINE.c.id == BILLED_MILESTONE.c.line_id)
    .where(_OF_INVOICE)
)


def renumber(session: Session, invoice: Invoice) -> None:
    """Puts fees of periods first, then time, milestones, fees and expenses, then what was added by hand."""
    session.flush()
    ids = [line_id for kind in KINDS for line_id in line_ids(session, invoice, kind)]
    statement = (
        update(INVOICE_LINE).where(INVOICE_LINE.c.id == bindparam("line")).values(position=bindparam("place"))
    )
    places = [{"line": line_id, "place": place} for place, line_id in enumerate(ids, 1)]
    if places:
        session.connection().execute(statement, places)
