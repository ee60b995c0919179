"""What an expense does not keep of its category's policy, in sentences."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from psa_app import clock
from psa_app.formats import words
from psa_app.models import Expense, ExpenseCategory
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
    )


def told(
    session: Session,
    category: ExpenseCategory,
    amount: int,
    currency: str,
    spent_on: date,
    *,
    has_receipt: bool,
) -> list[Told]:
    """What an expense would break; the amount is measured in the firm's base currency."""
    base, rate = rates.base_currency(session), rates.to_base(session, currency, spent_on)
    worth = None if rate is None else money.convert(amount, rate, currency, base)
    policy = policy_of(category)
    age = age_of(spent_on, clock.today("UTC"))
    found = breaches(policy, worth, age, has_receipt=has_receipt)
    return [Told(FIELDS[one], sentence(one, policy, category.name, base)) for one in found]


def policy_of(category: ExpenseCategory) -> Policy:
    """What a category asks for."""
    return Policy(category.limit_minor, category.receipt_above_minor, category.max_age_days)


def sentence(one: Breach, policy: Policy, category: str, base: str) -> str:
    """What is broken, in words."""
    if one is Breach.limit:
        return f"{category} goes up to {words.money(policy.limit or 0, base)} for one expense."
    if one is Breach.age:
        return f"{category} is handed in within {policy.max_age_days} days."
    if not policy.receipt_above:
        return f"{category} needs a receipt."
    return f"{category} above {words.money(policy.receipt_above, base)} needs a receipt."
