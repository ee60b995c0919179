"""Cash of the next thirteen weeks: open invoices, then what will be billed by plan, tax included."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psa_app import routes
from psa_app.models import Firm, TaxRate
from psa_app.queries.exchange import Exchange
from psa_app.queries.home.cash_coming import asked_at_signature, coming, less_deposits
from psa_app.queries.home.cash_items import CashItem, Terms
from psa_app.queries.home.plan_value import Expected, plan_value
from psa_app.queries.home.receivables import OpenInvoice, expected_on
from psa_app.queries.projects.contracts import Contract, Part
from psa_app.queries.projects.earned import Earned
from psa_app.queries.projects.planned import Planned
from psa_app.queries.projects.tables import ACCOUNT, INVOICE, SOW
from psa_app.rules import weeks

WEEKS = 13


@dataclass(frozen=True, slots=True)
class CashWeek:
    """A week by its Monday: what is invoiced, and what is scheduled to be."""

    monday: date
    invoiced: int
    scheduled: int


@dataclass(frozen=True, slots=True)
class Cash:
    """Thirteen weeks from this one, what is behind them by day, and what tentative bookings would add."""

    weeks: tuple[CashWeek, ...]
    items: tuple[CashItem, ...]
    tentative: int

    @property
    def total(self) -> int:
        """All that is expected without what is tentative."""
        return sum(week.invoiced + week.scheduled for week in self.weeks)


def cash(
    session: Session,
    fx: Exchange,
    today: date,
    owed: Sequence[OpenInvoice],
    usual: dict[int, int],
    found: Sequence[Earned],
    plan: Sequence[Planned],
) -> Cash:
    """The forecast, from what was read before. Amounts without an exchange rate count as 0 (`fx.missing`)."""
    terms = _terms(session, usual)
    items = [*_invoices(owed, terms, today), *_drafts(session, fx, terms, today)]
    items += _ready(found, terms, today)
    items += _milestones(fx, found, terms, today)
    items += _planned(plan_value(session, fx, today, found, plan), terms)
    first = weeks.monday(weeks.week_of(today))
    end = first + timedelta(7 * WEEKS)
    items += coming(session, fx, terms, today, end)
    items += asked_at_signature(session, fx, terms, today)
    items = less_deposits(session, fx, today, items)
    within = sorted((one for one in items if one.amount and one.day < end), key=lambda one: one.day)
    sums: dict[tuple[int, bool], int] = defaultdict(int)
    for one in within:
        if one.kind != "tentative":
            sums[(one.day - first).days // 7, one.kind == "invoice"] += one.amount
    listed = tuple(
        CashWeek(first + timedelta(7 * number), sums[number, True], sums[number, False])
        for number in range(WEEKS)
    )
    tentative = sum(one.amount for one in within if one.kind == "tentative")
    return Cash(listed, tuple(within), tentative)


def _terms(session: Session, usual: dict[int, int]) -> Terms:
    firm: Any = Firm.__table__  # type: ignore[attr-defined]
    tax: Any = TaxRate.__table__  # type: ignore[attr-defined]
    connection = session.connection()
    usual_days = connection.execute(select(firm.c.payment_days)).scalar_one()
    rates = {row.id: row for row in connection.execute(select(tax.c.id, tax.c.rate_ppm, tax.c.is_default))}
    default = next((row.rate_ppm for row in rates.values() if row.is_default), 0)
    days: dict[int, int] = {}
    taxes: dict[tuple[int, int], int] = {}
    for row in connection.execute(select(ACCOUNT.c.id, ACCOUNT.c.payment_days, ACCOUNT.c.tax_rate_id)):
        days[row.id] = usual_days if row.payment_days is None else row.payment_days
        taxes[row.id, 0] = rates[row.tax_rate_id].rate_ppm if row.tax_rate_id else default
    for row in connection.execute(select(SOW.c.id, SOW.c.account_id, SOW.c.tax_rate_id)):
        if row.tax_rate_id:
            taxes[row.account_id, row.id] = rates[row.tax_rate_id].rate_ppm
    return Terms(days, usual, taxes)


def _invoices(owed: Iterable[OpenInvoice], terms: Terms, today: date) -> Iterable[CashItem]:
    for one in owed:
        day = expected_on(one, dict(terms.usual), today)
        why = f"overdue by {one.days_over} days" if one.is_overdue else terms.why(one.account_id)
        yield CashItem("invoice", day, one.base, one.number, one.account, why, routes.invoice(one.number))


def _drafts(session: Session, fx: Exchange, terms: Terms, today: date) -> Iterable[CashItem]:
    statement = (
        select(
            INVOICE.c.id,
            INVOICE.c.account_id,
            INVOICE.c.currency,
            INVOICE.c.total_minor,
            INVOICE.c.cutoff,
            ACCOUNT.c.name.label("account"),
        )
        .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
        .where(INVOICE.c.status == "draft")
    )
    for row in session.connection().execute(statement):
        amount = fx.to_base(row.total_minor, row.currency, row.cutoff)
        day = terms.paid_on(row.account_id, today)
        why = f"issued today, {terms.why(row.account_id)}"
        yield CashItem("draft", day, amount, f"Draft {row.id}", row.account, why, routes.invoice(row.id))


def _ready(found: Iterable[Earned], terms: Terms, today: date) -> Iterable[CashItem]:
    month_end = weeks.month_days(weeks.month_of(today))[1]
    for one in found:
        contract = one.contract
        amount = terms.gross(one.ready, contract.account_id, contract.sow_id)
        day = terms.paid_on(contract.account_id, month_end)
        why = f"billed at the end of the month, {terms.why(contract.account_id)}"
        label, of = f"{contract.name}, not billed yet", (contract.account_id, contract.sow_id)
        yield CashItem("ready", day, amount, label, contract.account, why, _href(one), of)


def _milestones(fx: Exchange, found: Iterable[Earned], terms: Terms, today: date) -> Iterable[CashItem]:
    for one in found:
        contract = one.contract
        for part, due_on in _to_come(contract, today):
            billed_on = max(due_on, today)
            value = fx.to_base(part.value, contract.currency, today)
            amount = terms.gross(value, contract.account_id, contract.sow_id)
            why = f"due {due_on.isoformat()}, {terms.why(contract.account_id)}"
            day = terms.paid_on(contract.account_id, billed_on)
            label = f"{contract.name}: {part.title or 'fee'}"
            of = contract.account_id, contract.sow_id
            yield CashItem("milestone", day, amount, label, contract.account, why, _href(one), of)


def _to_come(contract: Contract, today: date) -> Iterable[tuple[Part, date]]:
    """Milestones that are not accepted yet, and parts of fees that are not due yet, with their day."""
    for line in contract.fixed:
        for part in line.parts:
            if part.accepted_on is None and part.due_on is not None:
                yield part, part.due_on
        for part in line.fees:
            if part.status == "planned" and part.due_on is not None and part.due_on > today:
                yield part, part.due_on


def _planned(values: Iterable[Expected], terms: Terms) -> Iterable[CashItem]:
    for one in values:
        contract = one.contract
        amount = terms.gross(one.amount, contract.account_id, contract.sow_id)
        day = terms.paid_on(contract.account_id, one.billed_on)
        kind = "tentative" if one.is_tentative else "plan"
        why = f"billed {one.billed_on.isoformat()}, {terms.why(contract.account_id)}"
        label = f"{contract.name}, {one.what}"
        of = contract.account_id, contract.sow_id
        yield CashItem(kind, day, amount, label, contract.account, why, routes.project(contract.key), of)


def _href(one: Earned) -> str:
    contract = one.contract
    if contract.project_id is not None:
        return routes.project(contract.project_id)
    return routes.sow(contract.sow_id or 0)
