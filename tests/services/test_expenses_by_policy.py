"""Expenses that keep the policy are approved as they come where the firm says so; who asks for a receipt."""

from dataclasses import fields
from typing import Any

import pytest

from psa_app import db
from psa_app.errors import Invalid
from psa_app.models import Expense, Firm, Project, Sow
from psa_app.queries.contracts.terms import read_text
from psa_app.queries.contracts.text import sow_text
from psa_app.queries.expenses.listing import own_expenses
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import Head, LineInput, RateInput
from psa_app.services.contracts.write import create_sow
from psa_app.services.expenses.decide import submit_expense, unapprove_expense
from psa_app.services.firm.profile import Profile
from psa_app.services.firm.setup import change_firm
from tests.services.expense_world import category, spend
from tests.support.prepared import prepared
from tests.support.world import MON, World, ask, do, make_world, past, row, rows

world = prepared(make_world, only_sqlite=True)


def firm_says(world: World, **values: Any) -> None:
    firm: Firm = rows(Firm)[0]
    now = {one.name: getattr(firm, one.name) for one in fields(Profile)}
    do(change_firm, world["Olga"], version=firm.version, profile=Profile(**(now | values)))


def handed_in(world: World, amount: int, category_id: int) -> tuple[str, bool]:
    made = spend(world, amount, category_id=category_id)
    do(submit_expense, world["Ann"], made.id)
    kept = row(Expense, made.id)
    return kept.status, kept.by_policy


def test_an_expense_within_the_limit_is_approved_as_it_is_handed_in_if_the_firm_says_so(
    world: World,
) -> None:
    limited = category("Travel", limit_minor=10_000)
    assert handed_in(world, 5_000, limited) == ("submitted", False)
    firm_says(world, approves_expenses=True)
    assert handed_in(world, 10_000, limited) == ("approved", True)
    made = max(int(one.id) for one in rows(Expense))
    assert past("expense", made)[-1] == "approved by policy"
    assert handed_in(world, 10_001, limited) == ("submitted", False)
    assert handed_in(world, 5_000, category("Meals", limit_minor=None)) == ("submitted", False)
    do(unapprove_expense, world["Olga"], made, reason="A private trip")
    assert (row(Expense, made).status, row(Expense, made).by_policy) == ("submitted", False)


def test_the_least_amount_from_which_anyone_asks_for_a_receipt_counts(world: World) -> None:
    travel = category("Travel", receipt_above_minor=20_000, limit_minor=50_000)
    firm_says(world, receipt_above_minor=5_000, approves_expenses=True)
    assert handed_in(world, 5_000, travel) == ("approved", True)
    assert handed_in(world, 5_001, travel) == ("submitted", False)
    (look,) = [one.look for one in ask(own_expenses, world["Ann"], MON, MON) if one.state == "submitted"]
    assert look == ("Travel above €50.00 needs a receipt.",)


def test_a_scope_asks_for_receipts_from_less_on_and_its_text_says_so(world: World) -> None:
    travel = category("Travel", limit_minor=50_000)
    firm_says(world, approves_expenses=True)
    account = world.clients["Northwind"]
    head = Head("Rebuild", MON, currency="EUR", receipt_above_minor=2_000)
    line = LineInput("Work", "time_and_materials", rates=(RateInput(Money(10_000, "EUR")),))
    sow = do(create_sow, world["Olga"], account_id=account, head=head, lines=(line,))
    with db.unit_of_work() as session:
        session.get_one(Project, world.projects["Checkout"]).sow_id = sow.id
        text = sow_text(session, session.get_one(Sow, sow.id))
    assert read_text(text).receipts_above == 2_000
    assert handed_in(world, 2_000, travel) == ("approved", True)
    assert handed_in(world, 2_001, travel) == ("submitted", False)


def test_an_amount_below_zero_is_refused_beside_its_field(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        firm_says(world, receipt_above_minor=-1)
    assert refused.value.field == "receipt_above"
