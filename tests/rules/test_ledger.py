"""Double entry: what each thing moves, in the firm's currency, always to zero."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psa_app.rules import ledger
from psa_app.rules.ledger import ACCOUNTS, Paper, Running, converter

DAY = date(2026, 10, 31)
USD = converter(900_000_000, "USD", "EUR")
EUR = converter(1_000_000_000, "EUR", "EUR")


def moved(entry: ledger.Entry) -> dict[str, int]:
    assert entry.balance == 0
    return {one.account: one.amount for one in entry.postings}


def paper(currency: str = "EUR", **more) -> Paper:
    lines = more.get("lines", [("time", 10_000), ("expense", 2_000), ("discount", -500)])
    taxes = more.get("taxes", [("20 %", 2_300)])
    total = sum(net for _, net in lines) + sum(tax for _, tax in taxes)
    return Paper(DAY, "INV-1", "Northwind", currency, lines, taxes, total)


def test_an_invoice_is_owed_and_stands_against_income_and_tax():
    entry = ledger.billed(paper(), 13_800, EUR, back=False, text="Invoice")
    assert moved(entry) == {
        "receivable": 13_800,
        "services": -10_000,
        "rebilled": -2_000,
        "discounts": 500,
        "tax": -2_300,
    }


def test_a_credit_note_takes_the_same_back():
    there = ledger.billed(paper(), 13_800, EUR, back=False, text="Invoice")
    back = ledger.billed(paper(), 13_800, EUR, back=True, text="Credit note")
    assert moved(back) == {account: -amount for account, amount in moved(there).items()}


def test_a_deposit_is_a_liability_until_it_is_drawn_down():
    billed = ledger.billed(paper(lines=[("deposit", 5_000)], taxes=[]), 5_000, EUR, back=False, text="")
    drawn = ledger.billed(
        paper(lines=[("time", 8_000), ("deposit", -5_000)], taxes=[]), 3_000, EUR, back=False, text=""
    )
    assert moved(billed) == {"receivable": 5_000, "deposits": -5_000}
    assert moved(drawn) == {"receivable": 3_000, "services": -8_000, "deposits": 5_000}


@pytest.mark.parametrize(
    ("kind", "account"),
    [
        ("transfer", "bank"),
        ("reversal", "bank"),
        ("charge", "provider"),
        ("refund", "provider"),
        ("bank_charge", "charges"),
        ("discount", "discounts"),
        ("withholding", "withholding"),
        ("something new", "suspense"),
    ],
)
def test_a_fact_of_a_payment_moves_where_its_money_is(kind, account):
    entry = ledger.came(DAY, kind, 100, 90, "USD", "Northwind", "INV-1")
    assert moved(entry) == {account: 90, "unapplied": -90}


@pytest.mark.parametrize(
    ("out", "off", "fx"), [(9_500, 9_000, -500), (8_500, 9_000, 500), (9_000, 9_000, None)]
)
def test_another_days_rate_leaves_the_difference(out, off, fx):
    found = moved(ledger.applied(DAY, 10_000, out, off, "USD", "Northwind", "INV-1"))
    assert (found["unapplied"], found["receivable"], found.get("fx")) == (out, -off, fx)


def test_what_is_written_off_is_a_loss_and_opened_again_it_is_none():
    assert moved(ledger.lost(DAY, 100, 90, "USD", "N", "I")) == {"bad_debt": 90, "receivable": -90}
    assert moved(ledger.lost(DAY, -100, -90, "USD", "N", "I")) == {"bad_debt": -90, "receivable": 90}


def test_an_expense_is_cost_and_tax_to_reclaim():
    found = moved(ledger.spent(DAY, 10_000, 2_000, 12_000, "EUR", "Northwind", "E-1"))
    assert found == {"expenses": 10_000, "input_tax": 2_000, "owed_out": -12_000}


@given(st.lists(st.integers(-10_000, 10_000), max_size=8), st.integers(1, 3_000_000_000))
@settings(max_examples=50)
def test_parts_in_the_firms_currency_sum_to_the_whole(parts, rate):
    to_base = converter(rate, "USD", "EUR")
    running = Running(to_base)
    assert sum(running.take(part) for part in parts) == to_base(sum(parts))


@given(
    st.lists(
        st.tuples(st.sampled_from(["time", "fee", "manual"]), st.integers(1, 99_999)), min_size=1, max_size=5
    )
)
@settings(max_examples=50)
def test_a_paper_in_another_currency_still_sums_to_zero(lines):
    made = paper("USD", lines=lines, taxes=[("20 %", 777)])
    assert ledger.billed(made, USD(made.total), USD, back=False, text="").balance == 0


def test_every_account_that_something_moves_is_in_the_chart():
    kinds = ("time", "milestone", "fee", "retainer", "subscription", "expense", "reminder_fee", "manual")
    assert {ledger.line_account(kind) for kind in kinds} <= set(ACCOUNTS)
    assert len({one.code for one in ACCOUNTS.values()}) == len(ACCOUNTS)
