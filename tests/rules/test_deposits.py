"""Deposits: what is asked, what is open, what an invoice takes off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.rules.deposits import Deposit, Work, agreed, drawn, left_to_pay, paid_net, still_open

VAT, LOW = ("standard", 200_000), ("reduced", 100_000)


@pytest.mark.parametrize(
    ("amount", "ppm", "worth", "asked"),
    [
        (0, 0, 100_000, 0),
        (25_000, 0, 100_000, 25_000),
        (25_000, 0, 0, 25_000),  # a scope without an end
        (0, 300_000, 123_455, 37_037),  # half up
        (0, 1_000_000, 999, 999),
    ],
)
def test_a_deposit_is_an_amount_or_a_share_of_the_value(
    amount: int, ppm: int, worth: int, asked: int
) -> None:
    assert agreed(amount, ppm, worth) == asked


@pytest.mark.parametrize(
    ("amount", "ppm", "worth", "field"),
    [
        (1, 1, 100, "deposit_percent"),
        (-1, 0, 100, "deposit"),
        (101, 0, 100, "deposit"),
        (0, 1_000_001, 100, "deposit_percent"),
        (0, -1, 100, "deposit_percent"),
        (0, 300_000, 0, "deposit_percent"),
    ],
)
def test_a_deposit_that_makes_no_sense_is_refused(amount: int, ppm: int, worth: int, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        agreed(amount, ppm, worth)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("net", "paid", "total", "expected"),
    [
        (10_000, 0, 11_900, 0),
        (10_000, 5_950, 11_900, 5_000),
        (10_000, 1, 11_900, 0),  # never more than came
        (10_000, 11_900, 11_900, 10_000),
        (10_000, 12_000, 11_900, 10_000),
        (0, 0, 0, 0),
    ],
)
def test_a_deposit_counts_as_far_as_it_is_paid(net: int, paid: int, total: int, expected: int) -> None:
    assert paid_net(net, paid, total) == expected


@pytest.mark.parametrize(
    ("credited", "paid", "total", "used", "expected"),
    [
        (0, 12_000, 12_000, 0, 10_000),
        (0, 12_000, 12_000, 4_000, 6_000),
        (4_000, 7_200, 7_200, 4_000, 2_000),
        (10_000, 0, 0, 0, 0),
        (0, 0, 12_000, 4_000, 0),  # its payment was taken back
    ],
)
def test_what_was_given_back_or_taken_off_is_open_no_more(
    credited: int, paid: int, total: int, used: int, expected: int
) -> None:
    assert still_open(10_000, credited, paid, total, used) == expected


@pytest.mark.parametrize(
    ("deposits", "work", "of_scope", "most", "expected"),
    [
        ([Deposit(1, 500, VAT, None)], [Work(VAT, None, 800)], None, None, [(1, 500)]),
        ([Deposit(1, 500, VAT, None)], [Work(VAT, None, 300)], None, None, [(1, 300)]),
        ([Deposit(1, 500, VAT, None)], [Work(VAT, None, 800)], None, 200, [(1, 200)]),
        ([Deposit(1, 500, VAT, None)], [Work(VAT, None, 800)], None, 0, []),
        # another tax than the deposit's
        ([Deposit(1, 500, VAT, None)], [Work(LOW, None, 800), Work(VAT, None, 100)], None, None, [(1, 100)]),
        # another scope than the deposit's
        ([Deposit(1, 500, VAT, 7)], [Work(VAT, 8, 800), Work(VAT, 7, 100)], None, None, [(1, 100)]),
        ([Deposit(1, 500, VAT, 7)], [Work(VAT, 7, 100), Work(VAT, None, 800)], 7, None, [(1, 500)]),
        # a discount on the whole counts against all
        ([Deposit(1, 500, VAT, 7)], [Work(VAT, 7, 400), Work(VAT, None, -100)], None, None, [(1, 300)]),
        # one after the other
        (
            [Deposit(1, 500, VAT, 7), Deposit(2, 500, VAT, None)],
            [Work(VAT, 7, 600), Work(VAT, 8, 100)],
            None,
            None,
            [(1, 500), (2, 200)],
        ),
        ([Deposit(1, 500, VAT, None)], [Work(VAT, None, -10)], None, None, []),
    ],
)
def test_an_invoice_takes_off_what_is_open_and_fits(
    deposits: list[Deposit],
    work: list[Work],
    of_scope: int | None,
    most: int | None,
    expected: list[tuple[int, int]],
) -> None:
    assert drawn(deposits, work, of_scope, most) == expected


_SCOPES, _TAXES = st.sampled_from([None, 7, 8]), st.sampled_from([VAT, LOW])


@given(
    st.lists(st.builds(Deposit, st.integers(1, 99), st.integers(0, 900), _TAXES, _SCOPES), max_size=4),
    st.lists(st.builds(Work, _TAXES, _SCOPES, st.integers(-300, 900)), max_size=5),
    _SCOPES,
    st.none() | st.integers(0, 900),
)
def test_no_invoice_falls_below_zero_and_no_deposit_is_used_twice(
    deposits: list[Deposit], work: list[Work], of_scope: int | None, most: int | None
) -> None:
    found = drawn(deposits, work, of_scope, most)
    tax_of = {place: one.tax for place, one in enumerate(deposits)}
    assert all(amount > 0 for _, amount in found)
    assert sum(amount for _, amount in found) <= sum(one.open for one in deposits)
    assert most is None or sum(amount for _, amount in found) <= most
    for tax in set(tax_of.values()):
        base = sum(one.net for one in work if one.tax == tax)
        ids = {one.line_id for one in deposits if one.tax == tax}
        others = {one.line_id for one in deposits if one.tax != tax}
        if not ids & others:
            assert sum(amount for line_id, amount in found if line_id in ids) <= max(base, 0)


@pytest.mark.parametrize(
    ("bills", "held", "expected"),
    [
        ([(1, 7, 300), (1, 7, 200)], {(1, 7): 400}, [0, 100]),
        ([(1, 7, 300), (1, 8, 200)], {(1, 7): 400}, [0, 200]),  # another scope's work
        ([(1, 7, 300), (1, 8, 200)], {(1, 7): 100, (1, None): 150}, [50, 200]),
        ([(1, None, 300), (2, None, 300)], {(1, None): 100, (2, 7): 50}, [200, 300]),
        ([(1, 7, -50), (1, 7, 80)], {(1, 7): 60}, [-50, 20]),
    ],
)
def test_coming_bills_bring_less_where_a_deposit_is_held(
    bills: list[tuple[int, int | None, int]], held: dict[tuple[int, int | None], int], expected: list[int]
) -> None:
    assert left_to_pay(bills, held) == expected
