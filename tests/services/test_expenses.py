"""Expenses: logged, handed in, decided on, and never changed once that is done."""

from datetime import date
from typing import Any

import pytest

from psa_app import db
from psa_app.access import ACTS, Actor
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, PsaError, Stale
from psa_app.models import Attachment, Expense, ExpenseCategory, Firm, Outbox, Project
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.contracts.files import read_file
from psa_app.services.expenses.decide import (
    approve_expense,
    recall_expense,
    reject_expense,
    set_expense_billing,
    submit_expense,
    unapprove_expense,
)
from psa_app.services.expenses.log import change_expense, delete_expense
from psa_app.services.expenses.receipts import add_receipt, remove_receipt
from psa_app.services.projects.tasks import delete_task
from psa_app.services.records import create_record
from tests.services.expense_world import category, spend, spent
from tests.services.test_record_imports import bring, outcomes, plan
from tests.support.world import MON, TUE, World, do, past, row, rows

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
OWN = ("owner", "finance", "lead", "member")
DECIDE = ("owner", "finance", "lead")
WHO = {"owner": "Olga", "finance": "Fred", "lead": "Lea", "member": "Ann", "client": "Nina"}
TABLE: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "expenses.create": (
        OWN,
        {
            "project_id": 1,
            "category_id": 1,
            "spent_on": MON,
            "amount": Money(1, "EUR"),
            "description": "Train",
        },
    ),
    "expenses.change": (OWN, {"version": 1}),
    "expenses.delete": (OWN, {}),
    "expenses.submit": (OWN, {}),
    "expenses.recall": (OWN, {}),
    "expenses.approve": (DECIDE, {}),
    "expenses.reject": (DECIDE, {"reason": "No"}),
    "expenses.unapprove": (DECIDE, {}),
    "expenses.set_billing": (DECIDE, {"is_billable": True}),
    "expenses.add_receipt": (OWN, {"name": "a.png", "content": PNG}),
    "expenses.remove_receipt": (OWN, {}),
}


@pytest.fixture
def travel(world: World) -> int:
    return category(markup_ppm=100_000)


def test_the_table_holds_every_act_of_expenses() -> None:
    assert {name for name in ACTS if name.startswith("expenses.")} == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_each_act_is_done_by_its_roles_only(world: World, name: str) -> None:
    act, (roles, inputs) = ACTS[name], TABLE[name]
    for role, who in WHO.items():
        arguments = [world[who], *([10**6] if act.needs_id else [])]
        try:
            do(act.function, *arguments, **inputs)
        except Forbidden:
            assert role not in roles, f"{role} may {name}"
        except PsaError:
            assert role in roles, f"{role} may not {name}"


def test_an_expense_takes_what_is_usual_for_its_category_and_its_price_from_the_day(world, travel):
    made = spend(world, 10_000, "USD", category_id=travel, tax=Money(1_000, "USD"))
    assert (made.status, made.is_billable, made.markup_ppm) == ("draft", True, 100_000)
    assert (made.contract_currency, made.rate_nano) == ("EUR", 900_000_000)
    assert (made.cost_minor, made.value_minor) == (8_100, 8_910)
    assert past("expense", made.id) == ["logged"]


def test_it_moves_from_draft_to_approved_and_its_value_is_frozen(world, travel):
    expense = spent(world, 10_000, "USD", category_id=travel)
    with db.unit_of_work() as session:
        create_record(
            session,
            world["Fred"],
            RESOURCES["exchange_rates"],
            {"currency": "USD", "day": MON, "rate_nano": 500_000_000},
        )
    found = row(Expense, expense)
    assert (found.status, found.value_minor, found.decided_by) == ("approved", 9_900, world["Olga"].user_id)
    assert past("expense", expense) == ["logged", "submitted", "approved"]


def test_nobody_approves_their_own_and_a_lead_decides_on_own_projects_only(world, travel):
    own = spend(world, 500, category_id=travel, who="Lea")
    do(submit_expense, world["Lea"], own.id)
    with pytest.raises(Forbidden, match="own"):
        do(approve_expense, world["Lea"], own.id)
    do(approve_expense, world["Fred"], own.id)
    anns = spend(world, 500, category_id=travel)
    do(submit_expense, world["Ann"], anns.id)
    with db.unit_of_work() as session:
        session.get_one(Project, world.projects["Checkout"]).lead_id = world.people["Ben"]
    with pytest.raises(NotFound):
        do(approve_expense, world["Lea"], anns.id)


def test_a_missing_exchange_rate_is_asked_for_by_name_when_it_is_approved(world, travel):
    made = spend(world, 9_900, "GBP", category_id=travel)
    assert (made.rate_nano, made.value_minor, made.cost_minor) == (None, None, None)
    do(submit_expense, world["Ann"], made.id)
    with pytest.raises(Conflict, match="no exchange rate for GBP on 2026-11-16"):
        do(approve_expense, world["Olga"], made.id)
    with db.unit_of_work() as session:
        values = {"currency": "GBP", "day": date(2026, 11, 1), "rate_nano": 1_100_000_000}
        create_record(session, world["Fred"], RESOURCES["exchange_rates"], values)
    assert do(approve_expense, world["Olga"], made.id).value_minor == 11_979


def test_a_reject_goes_back_with_its_reason_by_mail_and_can_be_handed_in_again(world, travel):
    made = spend(world, 500, category_id=travel)
    do(submit_expense, world["Ann"], made.id)
    with pytest.raises(Invalid):
        do(reject_expense, world["Olga"], made.id, reason=" ")
    do(reject_expense, world["Olga"], made.id, reason="The receipt is missing.")
    found = row(Expense, made.id)
    assert (found.status, found.reject_reason) == ("draft", "The receipt is missing.")
    assert any("expense_rejected" in one.payload for one in rows(Outbox, kind="mail"))
    do(submit_expense, world["Ann"], made.id)
    do(recall_expense, world["Ann"], made.id)
    with pytest.raises(Conflict, match="waits for a decision"):
        do(recall_expense, world["Ann"], made.id)


def test_what_is_handed_in_or_approved_changes_no_more_until_it_is_taken_back(world, travel):
    expense = spent(world, 500, category_id=travel)
    for act, inputs in ((change_expense, {"version": 3}), (delete_expense, {})):
        with pytest.raises(Conflict, match="approved"):
            do(act, world["Ann"], expense, **inputs)
    with pytest.raises(Conflict, match="approved"):
        do(set_expense_billing, world["Olga"], expense, is_billable=False)
    do(unapprove_expense, world["Olga"], expense)
    assert do(set_expense_billing, world["Olga"], expense, is_billable=False).value_minor == 0
    assert do(set_expense_billing, world["Olga"], expense, is_billable=True, markup_ppm=0).value_minor == 500
    do(recall_expense, world["Ann"], expense)
    do(delete_expense, world["Ann"], expense)
    assert rows(Expense) == []


def test_a_change_keeps_the_rest_and_a_stale_one_is_refused(world, travel):
    made = spend(world, 500, category_id=travel)
    changed = do(
        change_expense, world["Ann"], made.id, version=made.version, amount=Money(700, "EUR"), spent_on=TUE
    )
    assert (changed.amount_minor, changed.description, changed.value_minor) == (700, "Train", 770)
    with pytest.raises(Stale):
        do(change_expense, world["Ann"], made.id, version=made.version, description="Bus")


def test_a_locked_period_refuses_every_way_unless_finance_says_why(world, travel):
    made = spend(world, 500, category_id=travel)
    with db.unit_of_work() as session:
        session.get_one(Firm, 1).locked_through = MON
    refused = (
        lambda: spend(world, 500, category_id=travel),
        lambda: do(change_expense, world["Ann"], made.id, version=1, spent_on=TUE),
        lambda: do(delete_expense, world["Ann"], made.id),
        lambda: do(submit_expense, world["Ann"], made.id),
    )
    for act in refused:
        with pytest.raises(Conflict, match="locked up to 2026-11-16"):
            act()
    with pytest.raises(Conflict):
        spend(world, 500, category_id=travel, past_lock_reason="Late receipt")
    spend(world, 500, category_id=travel, who="Fred", person_id=world.people["Ann"], past_lock_reason="Late")


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"tax": Money(500, "EUR")}, "tax"),
        ({"tax": Money(5, "USD")}, "tax"),
        ({"day": date(2026, 12, 1)}, "spent_on"),
        ({"day": date(2025, 12, 31)}, "spent_on"),
        ({"description": " "}, "description"),
        ({"task_id": 10**6}, "task_id"),
        ({"sow_line_id": 10**6}, "sow_line_id"),
        ({"category_id": 10**6}, "category_id"),
        ({"currency": "XXX"}, "currency"),
    ],
)
def test_wrong_input_names_its_field_and_writes_nothing(world, travel, inputs, field):
    inputs = {"category_id": travel, **inputs}
    amount, currency = inputs.pop("amount", 500), inputs.pop("currency", "EUR")
    with pytest.raises(Invalid) as error:
        spend(world, amount, currency, **inputs)
    assert error.value.field == field
    assert rows(Expense) == []


def test_the_firms_own_work_is_billed_to_nobody(world, travel):
    with db.unit_of_work() as session:
        own = Project(name="Office")
        session.add(own)
        session.flush()
        world.projects["Office"] = int(own.id or 0)
    made = spend(world, 500, category_id=travel, project="Office")
    assert (made.is_billable, made.value_minor, made.cost_minor) == (False, 0, 500)
    with pytest.raises(Invalid, match="firm's own work"):
        spend(world, 500, category_id=travel, project="Office", is_billable=True)


def test_receipts_lie_beside_an_expense_for_those_who_see_it(world, travel):
    made = spend(world, 500, category_id=travel)
    file = do(add_receipt, world["Ann"], made.id, name="train.png", content=PNG)
    assert read_file(world["Ann"], file.id) == ("train.png", "image/png", PNG)
    assert read_file(world["Lea"], file.id)[0] == "train.png"
    for who in ("Ben", "Nina"):
        with pytest.raises(NotFound):
            read_file(world[who], file.id)
    with pytest.raises(Invalid, match="not what its name says"):
        do(add_receipt, world["Ann"], made.id, name="b.pdf", content=PNG)
    do(remove_receipt, world["Ann"], file.id)
    do(add_receipt, world["Ann"], made.id, name="train.png", content=PNG)
    do(delete_expense, world["Ann"], made.id)
    assert rows(Attachment) == []


def test_a_member_sees_own_expenses_a_lead_those_of_own_projects_a_client_none_unbilled(world, travel):
    for who in ("Ann", "Ben"):
        spend(world, 500, category_id=travel, who=who)
    spend(world, 500, category_id=travel, who="Fred", person_id=world.people["Ann"], project="Data")
    with db.unit_of_work() as session:
        session.get_one(Project, world.projects["Data"]).lead_id = world.people["Ben"]
    seen = {who: len(listed(world[who])) for who in ("Olga", "Fred", "Lea", "Ann", "Ben", "Nina")}
    assert seen == {"Olga": 3, "Fred": 3, "Lea": 2, "Ann": 2, "Ben": 1, "Nina": 0}


def listed(who: Actor) -> list[Expense]:
    from psa_app.access import scoped

    with db.reading() as session:
        return list(session.exec(scoped(who, Expense)).all())


def test_expenses_come_in_from_a_file_by_the_same_rules_and_never_twice(world, travel):
    text = (
        "Person,Project,Category,Day,Description,Currency,Amount,Billable\n"
        "Ann Test,Checkout,Travel,2026-11-16,Train,EUR,12.50,yes\n"
        "Ann Test,Checkout,Travel,2026-12-24,Train,EUR,12.50,yes\n"
        "Ann Test,Checkout,Travel,2026-11-16,Bus,EUR,0,yes\n"
    )
    assert outcomes(plan(world["Fred"], "expenses", text)) == ["new", "refused", "refused"]
    first = "\n".join(text.splitlines()[:2])
    assert outcomes(bring(world["Fred"], "expenses", first)) == ["new"]
    (made,) = rows(Expense)
    assert (made.amount_minor, made.value_minor, made.status) == (1_250, 1_375, "draft")
    assert outcomes(plan(world["Fred"], "expenses", first)) == ["same"]


def test_two_categories_never_have_the_same_name(world, travel):
    with pytest.raises(PsaError):
        category("travel")
    assert [one.name for one in rows(ExpenseCategory) if one.name.lower() == "travel"] == ["Travel"]


def test_a_task_with_expenses_is_closed_rather_than_deleted(world, travel):
    spend(world, 500, category_id=travel, task_id=world.tasks["Travel"])
    with pytest.raises(Conflict, match="expenses on this task"):
        do(delete_task, world["Lea"], world.tasks["Travel"])
