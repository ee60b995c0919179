"""Expenses as pages show them: one's own, those that wait for a decision, those of a project."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from psa_app import clock
from psa_app.access import Actor, as_id, may, require, visible
from psa_app.models import Expense, ExpenseCategory, Firm, Project, ProjectMember
from psa_app.queries.approvers import approver
from psa_app.queries.expenses.policy import policy_of, scopes_ask, sentence
from psa_app.queries.expenses.receipts import Receipt, receipts_of
from psa_app.queries.expenses.tables import BILLED_EXPENSE, CATEGORY, EXPENSE
from psa_app.queries.invoices.tables import INVOICE, INVOICE_LINE
from psa_app.queries.time.tables import ACCOUNT, PERSON, PROJECT, TASK
from psa_app.rules.expenses import age_of, breaches
from psa_app.rules.timesheets import Decision, Line, may_decide

MOST = 500  # at once on a page
YES = (Decision.yes, Decision.own_alone)


@dataclass(frozen=True, slots=True)
class ExpenseView:
    """One expense. `value` is what the client pays in `value_currency`, None where it is not the reader's
    to see or no exchange rate is known; `look` says what of the policy it does not keep.

    `state` is draft | rejected | submitted | approved | drafted | invoiced.
    """

    id: int
    version: int
    person_id: int
    person: str
    project_id: int
    project: str
    client: str
    task_id: int | None
    task: str
    category_id: int
    category: str
    unit: str
    spent_on: date
    description: str
    amount: int
    currency: str
    tax: int
    quantity_milli: int | None
    is_billable: bool
    is_reimbursable: bool
    state: str
    by_policy: bool  # approved as it was handed in: it keeps the policy
    reason: str
    value: int | None
    value_currency: str
    invoice_id: int | None
    invoice: str
    receipts: tuple[Receipt, ...]
    look: tuple[str, ...]


def own_expenses(session: Session, actor: Actor, first: date, last: date) -> list[ExpenseView]:
    """One's own from a day to a day, the latest first."""
    require(actor, "expenses.read")
    mine = EXPENSE.c.person_id == (actor.person_id or 0)
    return _views(session, actor, mine, EXPENSE.c.spent_on.between(first, last))


def own_drafts(session: Session, actor: Actor) -> list[ExpenseView]:
    """One's own of any month that are not handed in, also those that came back."""
    require(actor, "expenses.log")
    return _views(session, actor, EXPENSE.c.person_id == (actor.person_id or 0), EXPENSE.c.status == "draft")


def one_expense(session: Session, actor: Actor, expense_id: int) -> ExpenseView | None:
    """One that the actor sees, or None."""
    require(actor, "expenses.log")
    return next(iter(_views(session, actor, EXPENSE.c.id == as_id(expense_id))), None)


def expenses_to_decide(session: Session, actor: Actor) -> list[ExpenseView]:
    """Those that wait for the actor's decision: what breaks the policy first, then the oldest."""
    require(actor, "expenses.approve")
    by = approver(session, actor)
    found = _views(session, actor, EXPENSE.c.status == "submitted")
    leads = dict(_leads(session, {one.project_id for one in found}))
    mine = [one for one in found if may_decide(by, Line(one.person_id, leads[one.project_id])) in YES]
    return sorted(mine, key=lambda one: (not one.look, one.spent_on, one.id))


def project_expenses(session: Session, actor: Actor, project_id: int) -> list[ExpenseView]:
    """Those of a project that the actor sees, the latest first."""
    require(actor, "expenses.log")
    return _views(session, actor, EXPENSE.c.project_id == as_id(project_id))


def categories(session: Session, actor: Actor, kept: int = 0) -> list[ExpenseCategory]:
    """Those in use, and the one that an expense has already, by name."""
    require(actor, "expenses.log")
    chosen = CATEGORY.c.is_active | (CATEGORY.c.id == kept)
    rows = session.scalars(select(ExpenseCategory).where(chosen).order_by(CATEGORY.c.name)).all()
    return list(rows)


def chargeable_projects(session: Session, actor: Actor) -> list[tuple[int, str, str]]:
    """Running projects on which the actor may spend: (id, name, client), by client, then name."""
    require(actor, "expenses.log")
    me = actor.person_id or 0
    joined = select(col(ProjectMember.project_id)).where(col(ProjectMember.person_id) == me)
    statement = (
        select(PROJECT.c.id, PROJECT.c.name, func.coalesce(ACCOUNT.c.name, ""))
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .where(
            PROJECT.c.status == "active",
            visible(actor, Project),
            PROJECT.c.id.in_(joined) | (PROJECT.c.lead_id == me) | PROJECT.c.account_id.is_(None),
        )
        .order_by(ACCOUNT.c.name.is_(None), ACCOUNT.c.name, PROJECT.c.name)
    )
    return [(row[0], row[1], row[2]) for row in session.connection().execute(statement)]


def _leads(session: Session, project_ids: set[int]) -> list[tuple[int, int | None]]:
    rows = session.connection().execute(
        select(PROJECT.c.id, PROJECT.c.lead_id).where(PROJECT.c.id.in_(project_ids))
    )
    return [(row[0], row[1]) for row in rows]


def _views(session: Session, actor: Actor, *where: Any) -> list[ExpenseView]:
    statement = _columns().where(*where, visible(actor, Expense))
    rows = session.connection().execute(
        statement.order_by(EXPENSE.c.spent_on.desc(), EXPENSE.c.id.desc()).limit(MOST)
    )
    found = list(rows)
    files = receipts_of(session, [row.id for row in found])
    sees_value, sees_invoices = may(actor, "expenses.approve"), may(actor, "invoices.read")
    policies = _Policies(session, {row.project_id for row in found})
    views = []
    for row in found:
        beside = files.get(row.id, ())
        views.append(_view(row, beside, policies.broken(row, beside), sees_value, sees_invoices))
    return views


def _columns() -> Any:
    invoice = (
        select(
            BILLED_EXPENSE.c.expense_id,
            func.max(INVOICE.c.id).label("invoice_id"),
            func.max(INVOICE.c.number).label("number"),
        )
        .join(INVOICE_LINE, INVOICE_LINE.c.id == BILLED_EXPENSE.c.line_id)
        .join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
        .where(BILLED_EXPENSE.c.released_at.is_(None))
        .group_by(BILLED_EXPENSE.c.expense_id)
        .subquery()
    )
    return (
        select(
            EXPENSE,
            PERSON.c.name.label("person"),
            PROJECT.c.name.label("project"),
            func.coalesce(ACCOUNT.c.name, "").label("client"),
            func.coalesce(TASK.c.name, "").label("task"),
            CATEGORY.c.name.label("category"),
            CATEGORY.c.unit,
            invoice.c.invoice_id,
            invoice.c.number,
        )
        .select_from(EXPENSE)
        .join(PERSON, PERSON.c.id == EXPENSE.c.person_id)
        .join(PROJECT, PROJECT.c.id == EXPENSE.c.project_id)
        .join(CATEGORY, CATEGORY.c.id == EXPENSE.c.category_id)
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .outerjoin(TASK, TASK.c.id == EXPENSE.c.task_id)
        .outerjoin(invoice, invoice.c.expense_id == EXPENSE.c.id)
    )


def _state(row: Any) -> str:
    if row.status == "draft":
        return "rejected" if row.reject_reason else "draft"
    if row.status == "approved" and row.invoice_id is not None:
        return "drafted"
    return str(row.status)


def _view(
    row: Any, files: tuple[Receipt, ...], look: Sequence[str], sees_value: bool, sees_invoices: bool
) -> ExpenseView:
    return ExpenseView(
        id=row.id,
        version=row.version,
        person_id=row.person_id,
        person=row.person,
        project_id=row.project_id,
        project=row.project,
        client=row.client,
        task_id=row.task_id,
        task=row.task,
        category_id=row.category_id,
        category=row.category,
        unit=row.unit,
        spent_on=row.spent_on,
        description=row.description,
        amount=row.amount_minor,
        currency=row.currency,
        tax=row.tax_minor,
        quantity_milli=row.quantity_milli,
        is_billable=row.is_billable,
        is_reimbursable=row.is_reimbursable,
        state=_state(row),
        by_policy=row.by_policy,
        reason=row.reject_reason,
        value=row.value_minor if sees_value else None,
        value_currency=row.contract_currency if sees_value else "",
        invoice_id=row.invoice_id if sees_invoices else None,
        invoice=(row.number or "Draft") if sees_invoices and row.invoice_id else "",
        receipts=files,
        look=tuple(look),
    )


class _Policies:
    """The policies of all categories, read once for a list."""

    def __init__(self, session: Session, project_ids: set[int]) -> None:
        self._of = {int(one.id or 0): one for one in session.scalars(select(ExpenseCategory))}
        self._base, self._firm_asks = session.execute(
            select(col(Firm.base_currency), col(Firm.receipt_above_minor))
        ).one()
        self._today = clock.today("UTC")
        self._scopes_ask = scopes_ask(session, project_ids, self._today)

    def broken(self, row: Any, files: tuple[Receipt, ...]) -> list[str]:
        """Sentences; what is decided needs no look any more. Cost, at the day's rate, is the measure."""
        if row.status not in ("draft", "submitted"):
            return []
        category = self._of[row.category_id]
        age = age_of(row.spent_on, row.submitted_at.date() if row.submitted_at else self._today)
        worth = row.amount_minor if row.currency == self._base else row.cost_minor
        policy = policy_of(category, self._firm_asks, self._scopes_ask.get(row.project_id))
        found = breaches(policy, worth, age, has_receipt=bool(files))
        return [sentence(one, policy, category.name, self._base) for one in found]
