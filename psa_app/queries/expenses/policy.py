"""What an expense does not keep of its category's policy, in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.formats import words
from psa_app.models import Expense, ExpenseCategory, Firm, Project, Sow
from psa_app.queries.expenses import rates
from psa_app.queries.expenses.receipts import receipts_of
from psa_app.rules import money
from psa_app.rules.expenses import Breach, Policy, age_of, breaches

FIELDS = {Breach.limit: "amount", Breach.receipt: "receipt", Breach.age: "spent_on"}


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence and the field beside which it stands: amount, receipt or spent_on."""

    field: str
    sentence: str


def told_of(session: Session, expense: Expense) -> list[Told]:
    """What a kept expense breaks, with the receipts that it has."""
    category = session.get_one(ExpenseCategory, expense.category_id)
    beside = receipts_of(session, [int(expense.id or 0)])
    return told(
        session,
        category,
        expense.amount_minor,
        expense.currency,
        expense.spent_on,
        has_receipt=bool(beside),
        project_id=expense.project_id,
    )


def told(
    session: Session,
    category: ExpenseCategory,
    amount: int,
    currency: str,
    spent_on: date,
    *,
    has_receipt: bool,
    project_id: int | None = None,
) -> list[Told]:
    """What an expense would break; the amount is measured in the firm's base currency."""
    base, rate = rates.base_currency(session), rates.to_base(session, currency, spent_on)
    worth = None if rate is None else money.convert(amount, rate, currency, base)
    asked = session.exec(select(Firm.receipt_above_minor)).one(), _scope_asks(session, project_id, spent_on)
    policy = policy_of(category, *asked)
    age = age_of(spent_on, clock.today("UTC"))
    found = breaches(policy, worth, age, has_receipt=has_receipt)
    return [Told(FIELDS[one], sentence(one, policy, category.name, base)) for one in found]


def policy_of(category: ExpenseCategory, *receipts: int | None) -> Policy:
    """What a category asks for; `receipts` are the amounts (base currency) above which firm and scope want
    one too. The least of all counts.
    """
    asked = [one for one in (category.receipt_above_minor, *receipts) if one is not None]
    return Policy(category.limit_minor, min(asked, default=None), category.max_age_days)


def scopes_ask(session: Session, project_ids: Iterable[int], day: date) -> dict[int, int]:
    """By project the amount (base currency) above which its scope asks for a receipt, where it does."""
    rows = session.exec(
        select(Project.id, Sow.currency, Sow.receipt_above_minor)
        .join(Sow, col(Sow.id) == Project.sow_id)
        .where(col(Sow.receipt_above_minor).is_not(None), col(Project.id).in_(sorted(project_ids)))
    )
    base = rates.base_currency(session)
    found = {}
    for project_id, currency, above in rows:
        rate = rates.to_base(session, currency, day)
        if project_id is not None and above is not None and rate is not None:
            found[project_id] = money.convert(above, rate, currency, base)
    return found


def _scope_asks(session: Session, project_id: int | None, day: date) -> int | None:
    return None if project_id is None else scopes_ask(session, [project_id], day).get(project_id)


def sentence(one: Breach, policy: Policy, category: str, base: str) -> str:
    """What is broken, in words."""
    if one is Breach.limit:
        return f"{category} goes up to {words.money(policy.limit or 0, base)} for one expense."
    if one is Breach.age:
        return f"{category} is handed in within {policy.max_age_days} days."
    if not policy.receipt_above:
        return f"{category} needs a receipt."
    return f"{category} above {words.money(policy.receipt_above, base)} needs a receipt."
