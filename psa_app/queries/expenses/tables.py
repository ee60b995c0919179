"""The tables behind expenses, for statements over many rows."""

from typing import Any

from sqlmodel import SQLModel

from psa_app.models import BilledExpense, Expense, ExpenseCategory


def _table(model: type[SQLModel]) -> Any:
    return model.__table__  # type: ignore[attr-defined]


BILLED_EXPENSE = _table(BilledExpense)
CATEGORY = _table(ExpenseCategory)
EXPENSE = _table(Expense)
