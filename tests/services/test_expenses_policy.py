"""What a category asks of an expense, and who may open its receipt."""

from datetime import timedelta

import pytest

from psa_app import db
from psa_app.errors import Invalid, NotFound
from psa_app.models import ExpenseCategory
from psa_app.queries.expenses.behind import expenses_behind
from psa_app.queries.expenses.listing import expenses_to_decide, own_expenses
from psa_app.resources import RESOURCES
from psa_app.rules.expenses import Breach, Policy, breaches, counted, parse_quantity
from psa_app.rules.money import Money
from psa_app.services.contracts.files import read_file
from psa_app.services.expenses.decide import approve_expense, submit_expense
from psa_app.services.expenses.log import change_expense
from psa_app.services.expenses.receipts import add_held_receipt, add_receipt, hold_receipt
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.records import change_record
from tests.services.expense_world import category, spend
from tests.services.test_expenses import PNG
from tests.support.world import MON, World, do, rows

ASKS = Policy(limit=200_00, receipt_above=10_00, max_age_days=90)


@pytest.mark.parametrize(
    ("amount", "age", "has_receipt", "broken"),
    [
        (200_00, 90, True, ()),
        (200_01, 0, True, (Breach.limit,)),
        (10_00, 0, False, ()),
        (10_01, 91, False, (Breach.receipt, Breach.age)),
        (None, 0, False, ()),
    ],
)
def test_what_an_expense_breaks(amount, age, has_receipt, broken):
    assert breaches(ASKS, amount, age, has_receipt=has_receipt) == broken
    assert breaches(Policy(), amount, age, has_receipt=has_receipt) == ()


def test_a_quantity_is_counted_at_the_rate_and_rounded_once():
    assert counted(parse_quantity("42,5", "q"), 50) == 2_125
    assert counted(1, 500) == 1
    for wrong in ("", "-1", "1.2345", "1e3", "٣"):
        with pytest.raises(Invalid):
            parse_quantity(wrong, "q")
    with pytest.raises(Invalid, match="above zero"):
        counted(0, 50)


def test_what_is_counted_follows_its_quantity_and_a_typed_amount_drops_it(world: World) -> None:
    mileage = category("Mileage")
    made = spend(world, 0, category_id=mileage, quantity_milli=100_000)
    assert (made.amount_minor, made.currency, made.quantity_milli) == (50_00, "EUR", 100_000)
    with pytest.raises(Invalid, match="how many kilometres"):
        spend(world, 0, category_id=mileage, quantity_milli=None)
    with pytest.raises(Invalid, match="not counted"):
        spend(world, 0, category_id=category("Travel"), quantity_milli=1_000)
    made = do(change_expense, world["Ann"], made.id, version=made.version, amount=Money(9_00, "EUR"))
    assert (made.amount_minor, made.quantity_milli) == (9_00, None)


def test_a_strict_category_keeps_an_expense_from_being_handed_in_until_it_has_its_receipt(
    world: World,
) -> None:
    strict = category("Travel", receipt_above_minor=0, is_strict=True)
    made = spend(world, 500, category_id=strict)
    with pytest.raises(Invalid, match="Travel needs a receipt"):
        do(submit_expense, world["Ann"], made.id)
    held = do(hold_receipt, world["Ann"], name="image.png", content=PNG)
    do(add_held_receipt, world["Ann"], made.id, name="image.png", held=held)
    do(submit_expense, world["Ann"], made.id)
    with pytest.raises(Invalid, match="PDF, PNG or JPEG"):
        do(hold_receipt, world["Ann"], name="a.txt", content=b"text")


def test_a_lead_sees_what_waits_on_own_projects_with_what_to_look_at_first(world: World) -> None:
    usual = spend(world, 500, category_id=category("Travel"))
    odd = spend(world, 900, category_id=category("Meals", limit_minor=100), day=MON + timedelta(days=1))
    for one in (usual, odd):
        do(submit_expense, world["Ann"], one.id)
    with db.reading() as session:
        found = expenses_to_decide(session, world["Lea"])
        assert [one.id for one in found] == [odd.id, usual.id]
        assert "Meals goes up to" in found[0].look[0]
        assert own_expenses(session, world["Ben"], MON, MON + timedelta(days=7)) == []


def test_a_client_opens_a_receipt_only_where_its_category_says_so(world: World) -> None:
    travel = category("Travel")
    made = spend(world, 500, category_id=travel)
    file = do(add_receipt, world["Ann"], made.id, name="a.png", content=PNG)
    do(submit_expense, world["Ann"], made.id)
    do(approve_expense, world["Lea"], made.id)
    (until,) = {one.spent_on for one in rows(type(made))}
    invoice = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=until)
    do(issue_invoice, world["Fred"], invoice.id)

    def receipts() -> int:
        with db.reading() as session:
            (one,) = expenses_behind(session, world["Nina"], invoice.id)
            return len(one.receipts)

    assert receipts() == 0
    with pytest.raises(NotFound):
        read_file(world["Nina"], file.id)
    with db.unit_of_work() as session:
        kind = RESOURCES["expense_categories"]
        change_record(session, world["Fred"], kind, travel, {"shares_receipt": True}, version=None)
    assert receipts() == 1
    assert read_file(world["Nina"], file.id)[2] == PNG
    for other in ("Karl", "Ben"):
        with pytest.raises(NotFound):
            read_file(world[other], file.id)


def test_a_new_firm_starts_with_categories(world: World) -> None:
    names = {one.name for one in rows(ExpenseCategory)}
    assert names == {"Travel", "Accommodation", "Meals", "Software", "Mileage", "Per diem"}
