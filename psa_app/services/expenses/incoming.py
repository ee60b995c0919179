"""Expenses from a file: each row made or changed by the acts that a person would use."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from psa_app.access import Actor
from psa_app.errors import Invalid
from psa_app.models import Expense, Project
from psa_app.rules.expenses import check_amount
from psa_app.rules.money import Money
from psa_app.services.expenses import checks
from psa_app.services.expenses.log import change_expense, log_expense

Values = Mapping[str, Any]
_PLAIN = (
    "project_id",
    "category_id",
    "spent_on",
    "description",
    "task_id",
    "is_billable",
    "is_reimbursable",
)


def check_expense(session: Session, values: Values, record: Expense | None) -> None:
    """What the acts on an expense would refuse of a row. Raises `Invalid`, `Conflict`."""
    if record is not None:
        checks.check_draft(record.status)
    amount = _now(values, record, "amount_minor")
    check_amount(amount or 0, _now(values, record, "tax_minor") or 0)
    checks.category_of(session, _now(values, record, "category_id"), record)
    project = session.get(Project, _now(values, record, "project_id"))
    if project is None:
        raise Invalid("Choose a project from the list.", "project_id")
    checks.billable(project, values.get("is_billable"), usual=True)
    person_id = _now(values, record, "person_id")
    if person_id is not None:
        checks.check_day(checks.person_of(session, person_id), _now(values, record, "spent_on"))
        checks.place_of(session, project, person_id, _now(values, record, "task_id"), None)


def write_expense(session: Session, actor: Actor, record: Expense | None, rows: Sequence[Values]) -> int:
    """Makes or changes an expense. Rights and errors are those of the acts."""
    (values,) = rows
    given = {name: values[name] for name in _PLAIN if values.get(name) is not None}
    currency = values.get("currency") or (record.currency if record else None)
    amount = _now(values, record, "amount_minor")
    if currency is None:
        raise Invalid("Give the currency of the amount, such as EUR.", "currency")
    given["amount"] = Money(amount, currency)
    if values.get("tax_minor"):
        given["tax"] = Money(values["tax_minor"], currency)
    if record is None:
        made = log_expense(session, actor, person_id=values.get("person_id"), **given)
    else:
        made = change_expense(session, actor, int(record.id or 0), version=record.version, **given)
    return int(made.id or 0)


def _now(values: Values, record: Any, name: str) -> Any:
    return values[name] if name in values else getattr(record, name, None)
