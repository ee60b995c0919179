"""Logging, changing and removing an expense while it is a draft."""

from datetime import date
from typing import Any

from sqlmodel import Session, select

from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid, Stale
from psa_app.models import BilledExpense, Expense, ExpenseCategory, Project, touch
from psa_app.rules import fields, money
from psa_app.rules.expenses import check_amount
from psa_app.rules.money import Money
from psa_app.services import history
from psa_app.services.expenses import checks
from psa_app.services.expenses.receipts import drop_receipts

KIND = "expense"
TOLD = (
    "person_id",
    "project_id",
    "task_id",
    "sow_line_id",
    "category_id",
    "spent_on",
    "description",
    "amount_minor",
    "currency",
    "tax_minor",
    "quantity_milli",
    "is_billable",
    "is_reimbursable",
    "markup_ppm",
)


@act("expenses", "create", right="expenses.log")
def log_expense(
    session: Session,
    actor: Actor,
    *,
    project_id: int,
    category_id: int,
    spent_on: date,
    description: str,
    amount: Money | None = None,
    quantity_milli: int | None = None,
    tax: Money | None = None,
    task_id: int | None = None,
    sow_line_id: int | None = None,
    is_billable: bool | None = None,
    is_reimbursable: bool = True,
    person_id: int | None = None,
    past_lock_reason: str = "",
) -> Expense:
    """Logs money spent for a project, as a draft. What is not given is as its category says.

    A category with a unit takes `quantity_milli` (thousandths) and works the amount out at its rate, in
    the firm's base currency; each other needs `amount`.
    Raises `Invalid` or `Conflict` for a sum of nothing, a day to come or in a locked period, a project
    that is not running or not the person's, and for billing the firm's own work.
    """
    owner = checks.person_of(session, checks.whose(actor, person_id))
    project = fetch(session, actor, Project, project_id)
    category = checks.category_of(session, category_id)
    amount = checks.amount_of(session, category, amount, quantity_milli)
    expense = Expense(
        person_id=int(owner.id or 0),
        project_id=project_id,
        category_id=category_id,
        spent_on=spent_on,
        description=fields.text(description, "description", max=200),
        amount_minor=amount.amount,
        currency=amount.currency,
        tax_minor=_tax(amount, tax),
        quantity_milli=quantity_milli,
        tax_kind=category.tax_kind,
        is_billable=checks.billable(project, is_billable, usual=category.is_billable),
        is_reimbursable=is_reimbursable,
        markup_ppm=category.markup_ppm,
        contract_currency="",
    )
    _settle(session, actor, expense, owner, project, task_id, sow_line_id, past_lock_reason)
    session.add(expense)
    session.flush()
    history.note(session, actor, KIND, int(expense.id or 0), "logged", {}, _told(expense), past_lock_reason)
    return expense


@act("expenses", "change", right="expenses.log")
def change_expense(
    session: Session,
    actor: Actor,
    expense_id: int,
    *,
    version: int,
    project_id: int | None = None,
    category_id: int | None = None,
    spent_on: date | None = None,
    amount: Money | None = None,
    quantity_milli: int | None = None,
    description: str | None = None,
    tax: Money | None = None,
    task_id: int | None = None,
    sow_line_id: int | None = None,
    is_billable: bool | None = None,
    is_reimbursable: bool | None = None,
    past_lock_reason: str = "",
) -> Expense:
    """Changes what is given of a draft; the rest stays, `task_id` or `sow_line_id` 0 takes it off.

    A new category brings its own markup and tax. Raises `Stale` when someone
    saved in between, `Conflict` for what is handed in.
    """
    expense = own_draft(session, actor, expense_id)
    if expense.version != version:
        raise Stale()
    checks.check_open(session, actor, expense.spent_on, past_lock_reason)
    before = _told(expense)
    moved = project_id is not None and project_id != expense.project_id
    project = fetch(session, actor, Project, expense.project_id if project_id is None else project_id)
    _choose_category(session, expense, category_id)
    amount = _count(session, expense, amount, quantity_milli)
    _write_given(expense, spent_on, amount, tax, description, is_reimbursable)
    expense.project_id = int(project.id or 0)
    usual = expense.is_billable and project.account_id is not None
    expense.is_billable = checks.billable(project, is_billable, usual=usual)
    task = task_id if task_id is not None else (None if moved else expense.task_id)
    line = sow_line_id if sow_line_id is not None else (None if moved or task_id else expense.sow_line_id)
    owner = checks.person_of(session, expense.person_id)
    _settle(session, actor, expense, owner, project, task or None, line or None, past_lock_reason)
    old, new = history.changed(before, _told(expense))
    if new:
        touch(expense)
        session.flush()
        history.note(session, actor, KIND, expense_id, "changed", old, new, past_lock_reason)
    return expense


@act("expenses", "delete", right="expenses.log")
def delete_expense(session: Session, actor: Actor, expense_id: int, *, past_lock_reason: str = "") -> None:
    """Removes a draft with its receipts; its history stays. What was billed once stays as evidence."""
    expense = own_draft(session, actor, expense_id)
    checks.check_open(session, actor, expense.spent_on, past_lock_reason)
    billed = select(BilledExpense.id).where(BilledExpense.expense_id == expense_id)
    if session.exec(billed).first() is not None:
        raise Conflict(
            "This expense once stood on an invoice and stays as evidence. Set it to not billable instead."
        )
    drop_receipts(session, expense_id)
    history.note(session, actor, KIND, expense_id, "deleted", _told(expense), {}, past_lock_reason)
    session.delete(expense)
    session.flush()


def own_draft(session: Session, actor: Actor, expense_id: int) -> Expense:
    """The locked draft, which must be the actor's to write. Raises `NotFound`, `Forbidden`, `Conflict`."""
    expense = fetch(session, actor, Expense, expense_id, lock=True)
    check_own(actor, expense)
    checks.check_draft(expense.status)
    return expense


def check_own(actor: Actor, expense: Expense) -> None:
    """Raises `Forbidden` for another's expense without the right to write it."""
    checks.whose(actor, expense.person_id)


def _choose_category(session: Session, expense: Expense, category_id: int | None) -> None:
    if category_id is None or category_id == expense.category_id:
        return
    category = checks.category_of(session, category_id, expense)
    expense.category_id, expense.tax_kind = category_id, category.tax_kind
    expense.markup_ppm = category.markup_ppm


def _count(
    session: Session, expense: Expense, amount: Money | None, quantity_milli: int | None
) -> Money | None:
    """The new amount: typed, or the quantity at the category's rate; a typed one drops the quantity."""
    category = session.get_one(ExpenseCategory, expense.category_id)
    if quantity_milli is None and amount is None:
        if category.unit and expense.quantity_milli is not None:
            return checks.amount_of(session, category, None, expense.quantity_milli)
        expense.quantity_milli = None
        return None
    expense.quantity_milli = quantity_milli
    return checks.amount_of(session, category, amount, quantity_milli)


def _write_given(
    expense: Expense,
    spent_on: date | None,
    amount: Money | None,
    tax: Money | None,
    description: str | None,
    is_reimbursable: bool | None,
) -> None:
    if spent_on is not None:
        expense.spent_on = spent_on
    if amount is not None:
        expense.amount_minor, expense.currency = amount.amount, amount.currency
    if tax is not None:
        expense.tax_minor = _tax(Money(expense.amount_minor, expense.currency), tax)
    if description is not None:
        expense.description = fields.text(description, "description", max=200)
    if is_reimbursable is not None:
        expense.is_reimbursable = is_reimbursable


def _settle(
    session: Session,
    actor: Actor,
    expense: Expense,
    owner: Any,
    project: Project,
    task_id: int | None,
    line_id: int | None,
    reason: str,
) -> None:
    """Checks the whole expense and works out what follows from it."""
    money.exponent(expense.currency)
    check_amount(expense.amount_minor, expense.tax_minor)
    checks.check_open(session, actor, expense.spent_on, reason)
    checks.check_day(owner, expense.spent_on)
    place = checks.place_of(session, project, expense.person_id, task_id, line_id)
    expense.task_id = place.task.id if place.task else None
    expense.sow_line_id = place.line.id if place.line else None
    expense.contract_currency = place.currency
    checks.price(session, expense)


def _tax(amount: Money, tax: Money | None) -> int:
    if tax is None:
        return 0
    if tax.currency != amount.currency:
        raise Invalid(f"Give the tax in {amount.currency}, as the amount.", "tax")
    return tax.amount


def _told(expense: Expense) -> dict[str, Any]:
    return history.values_of(expense, TOLD)
