"""Handing expenses in, and deciding on them, by the same rules as time: nobody approves their own."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Forbidden, Invalid
from psa_app.formats import words
from psa_app.models import BilledExpense, Expense, ExpenseCategory, Firm, Person, Project, move, touch
from psa_app.queries.approvers import approver
from psa_app.queries.expenses.policy import told_of
from psa_app.rules import fields
from psa_app.rules.expenses import check_markup
from psa_app.rules.timesheets import Decision, Line, may_decide
from psa_app.services import history
from psa_app.services.expenses import checks
from psa_app.services.expenses.log import KIND, check_own, own_draft
from psa_app.services.mails import promise_mail


@act("expenses", "submit", right="expenses.log")
def submit_expense(session: Session, actor: Actor, expense_id: int) -> Expense:
    """Hands a draft in for approval. Where the firm says so, one that keeps its category's policy is approved
    at once. Raises `Conflict` for what is handed in or in a locked period, `Invalid` for what breaks a policy
    that its category insists on.
    """
    expense = own_draft(session, actor, expense_id)
    checks.check_open(session, actor, expense.spent_on)
    _check_policy(session, expense)
    _move(session, actor, expense, "submitted", "submitted", submitted_at=clock.now())
    if _keeps_policy(session, expense):
        expense.by_policy = True
        _move(session, actor, expense, "approved", "approved by policy")
    return expense


@act("expenses", "recall", right="expenses.log")
def recall_expense(session: Session, actor: Actor, expense_id: int) -> Expense:
    """Takes one's own back before the decision."""
    expense = fetch(session, actor, Expense, expense_id, lock=True)
    check_own(actor, expense)
    if expense.status != "submitted":
        raise Conflict("Only an expense that waits for a decision can be taken back.")
    _move(session, actor, expense, "draft", "taken back")
    return expense


@act("expenses", "approve", right="expenses.approve")
def approve_expense(
    session: Session, actor: Actor, expense_id: int, *, past_lock_reason: str = ""
) -> Expense:
    """Approves an expense that waits; its rate, value and cost are frozen.

    Raises `Forbidden` for one's own (but for a sole approver) and another's project, `Conflict` when it
    does not wait, lies in a locked period, or an exchange rate is missing (named).
    """
    expense, alone = _to_decide(session, actor, expense_id, "submitted", past_lock_reason)
    checks.price(session, expense)
    checks.check_rates(session, expense)
    expense.self_approved, expense.reject_reason = alone, ""
    _move(session, actor, expense, "approved", "approved", past_lock_reason, by=actor.user_id)
    return expense


@act("expenses", "reject", right="expenses.approve")
def reject_expense(
    session: Session, actor: Actor, expense_id: int, *, reason: str, past_lock_reason: str = ""
) -> Expense:
    """Sends an expense that waits back to the person, who gets the reason by mail."""
    why = fields.text(reason, "reason", max=500, multiline=True)
    expense, _ = _to_decide(session, actor, expense_id, "submitted", past_lock_reason)
    expense.reject_reason = why
    _move(session, actor, expense, "draft", "rejected", why, by=actor.user_id)
    _tell(session, actor, expense, why)
    return expense


@act("expenses", "unapprove", right="expenses.approve")
def unapprove_expense(
    session: Session, actor: Actor, expense_id: int, *, reason: str = "", past_lock_reason: str = ""
) -> Expense:
    """Takes an approval back: the expense waits again and its value follows again.

    Raises `Conflict` for one on an invoice, also on a draft of one.
    """
    expense, _ = _to_decide(session, actor, expense_id, "approved", past_lock_reason)
    on_paper = select(BilledExpense.id).where(
        BilledExpense.expense_id == expense_id, col(BilledExpense.released_at).is_(None)
    )
    if session.exec(on_paper).first() is not None:
        raise Conflict("This expense is on a draft of an invoice. Take it off there first.")
    expense.self_approved = expense.by_policy = False
    checks.price(session, expense)
    _move(session, actor, expense, "submitted", "approval taken back", reason or past_lock_reason)
    return expense


@act("expenses", "set_billing", right="expenses.approve")
def set_expense_billing(
    session: Session, actor: Actor, expense_id: int, *, is_billable: bool, markup_ppm: int | None = None
) -> Expense:
    """Says whether the client pays an expense that is not approved yet, and with what markup."""
    expense = fetch(session, actor, Expense, expense_id, lock=True)
    if expense.status not in ("draft", "submitted"):
        raise Conflict("This expense is approved. Take the approval back to bill it otherwise.")
    checks.check_open(session, actor, expense.spent_on)
    before = history.values_of(expense, ("is_billable", "markup_ppm"))
    project = session.get_one(Project, expense.project_id)
    expense.is_billable = checks.billable(project, is_billable, usual=False)
    if markup_ppm is not None:
        check_markup(markup_ppm)
        expense.markup_ppm = markup_ppm
    checks.price(session, expense)
    old, new = history.changed(before, history.values_of(expense, tuple(before)))
    if new:
        touch(expense)
        session.flush()
        history.note(session, actor, KIND, expense_id, "billing changed", old, new)
    return expense


def _keeps_policy(session: Session, expense: Expense) -> bool:
    """Whether nobody has to look: the firm says so, its category has a limit, and it breaks nothing."""
    if not session.exec(select(Firm.approves_expenses)).one():
        return False
    if session.get_one(ExpenseCategory, expense.category_id).limit_minor is None:
        return False
    checks.price(session, expense)
    has_rates = expense.rate_nano is not None and expense.cost_minor is not None
    return has_rates and not told_of(session, expense)


def _check_policy(session: Session, expense: Expense) -> None:
    """Refuses what breaks the policy, where the category is strict."""
    if not session.get_one(ExpenseCategory, expense.category_id).is_strict:
        return
    for one in told_of(session, expense):
        raise Invalid(one.sentence, one.field)


def _to_decide(
    session: Session, actor: Actor, expense_id: int, status: str, reason: str
) -> tuple[Expense, bool]:
    """The locked expense, if it is in `status` and the actor's to decide; whether it is their own."""
    expense = fetch(session, actor, Expense, expense_id, lock=True)
    project = session.get_one(Project, expense.project_id)
    decision = may_decide(approver(session, actor), Line(expense.person_id, project.lead_id))
    if decision is Decision.own:
        raise Forbidden("Nobody decides on their own expenses. Ask a colleague who may approve them.")
    if decision is Decision.other:
        raise Forbidden("This is someone else's to decide: the project's lead, owner or finance.")
    if expense.status == "invoiced":
        raise Conflict(checks.SENT["invoiced"])
    if expense.status != status:
        what = "waiting for approval" if status == "submitted" else "approved"
        raise Conflict(f"This expense is not {what} any more. Reload to see how things stand.")
    checks.check_open(session, actor, expense.spent_on, reason)
    return expense, decision is Decision.own_alone


def _move(
    session: Session,
    actor: Actor,
    expense: Expense,
    to: str,
    verb: str,
    reason: str = "",
    *,
    by: int | None = None,
    submitted_at: datetime | None = None,
) -> None:
    old = move(expense, "expense", to)
    expense.decided_by = by
    expense.decided_at = clock.now() if by is not None else None
    expense.submitted_at = submitted_at or expense.submitted_at
    session.flush()
    after: dict[str, Any] = {"status": to}
    if to == "approved":
        after |= {"value_minor": expense.value_minor, "currency": expense.contract_currency}
    history.note(session, actor, KIND, int(expense.id or 0), verb, {"status": old}, after, reason)


def _tell(session: Session, actor: Actor, expense: Expense, why: str) -> None:
    person = session.get_one(Person, expense.person_id)
    values = {
        "firm": session.get_one(Firm, 1).name,
        "reader": person.name,
        "rejected_by": actor.name,
        "reason": why,
        "what": f"{expense.description}, {words.money(expense.amount_minor, expense.currency)}",
    }
    key = f"expense-rejected-{expense.id}-v{expense.version}"
    promise_mail(session, key, "expense_rejected", [person.email], routes.expense(expense.id or 0), values)
