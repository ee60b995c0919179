"""Expenses on their pages: written with a receipt, handed in, approved; what is wrong beside its field."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from psa_app import db, routes
from psa_app.models import Expense, ExpenseCategory
from psa_app.state.expenses.approvals import ExpenseApprovals
from psa_app.state.expenses.expenses import ExpensesState
from tests.support.app_server import AppServer, Tab, app_server, toasts, var  # noqa: F401
from tests.support.logins import cookie, signed_in
from tests.support.world import MON, World, make_world, rows

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(sqlite_database: Engine, clock: Any) -> World:
    return make_world()


def typed(world: World, category: str, **changes: str) -> dict[str, str]:
    with db.reading() as session:
        found = session.exec(select(ExpenseCategory).where(ExpenseCategory.name == category)).one()
    return {
        "spent_on": MON.isoformat(),
        "project": str(world.projects["Checkout"]),
        "category": str(found.id),
        "description": "To the client",
        "currency": "EUR",
        "billable": "on",
        **changes,
    }


async def test_an_expense_is_written_handed_in_and_approved_on_the_pages(
    app_server: AppServer,  # noqa: F811
    world: World,
) -> None:
    page = routes.EXPENSES
    ann = await Tab(app_server).open(cookie(signed_in(world["Ann"])))
    await ann.send(ExpensesState.new, page=page)
    wrong = await ann.send(ExpensesState.save, {"data": typed(world, "Mileage", quantity="a lot")}, page=page)
    assert "42.5" in var(wrong, "ExpenseForm", "errors")["quantity"]
    assert rows(Expense) == []
    await ann.send(ExpensesState.save, {"data": typed(world, "Mileage", quantity="42,5")}, page=page)
    (made,) = rows(Expense)
    assert (made.amount_minor, made.quantity_milli, made.status) == (2_125, 42_500, "draft")
    await ann.send(ExpensesState.submit_all, page=page)

    lead = await Tab(app_server).open(cookie(signed_in(world["Lea"])))
    queue = await lead.send(ExpenseApprovals.load, page=routes.APPROVALS)
    assert [row["id"] for row in var(queue, "ExpenseApprovals", "rows")] == [str(made.id)]
    await lead.send(ExpenseApprovals.ask_reject, {"expense_id": made.id}, page=routes.APPROVALS)
    await lead.send(ExpenseApprovals.reject, {"data": {"reason": "Which car?"}}, page=routes.APPROVALS)
    shown = await ann.send(ExpensesState.load, page=f"{page}?month=2026-{MON.month}")
    assert var(shown, "ExpensesState", "rows")[0]["cells"][5]["tip"] == "Which car?"

    await ann.send(ExpensesState.submit, {"expense_id": str(made.id)}, page=page)
    told = await lead.send(ExpenseApprovals.approve, {"expense_id": made.id}, page=routes.APPROVALS)
    assert toasts(told)[-1] == "1 expense approved."
    (made,) = rows(Expense)
    assert made.status == "approved"
    await ann.close()
    await lead.close()
