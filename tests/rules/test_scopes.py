"""Worth of a line, parts of a fee, and the days of renewal and notice."""

from datetime import date

import pytest

from psa_app.errors import Invalid
from psa_app.rules.contract_value import line_worth
from psa_app.rules.scopes import (
    agreement_state,
    fee_amounts,
    moved_on,
    notice_on,
    outlives,
    percent,
    renewal_state,
)


@pytest.mark.parametrize(
    ("model", "value", "cap", "periods", "worth"),
    [
        ("time_and_materials", 0, 6_000_000, 0, 6_000_000),
        ("time_and_materials", 0, None, 0, None),
        ("fixed", 900_000, None, 0, 900_000),
        ("milestone", 900_000, None, 0, 900_000),
        ("retainer", 100_000, None, 12, 1_200_000),
        ("subscription", 2_000, None, 0, None),
    ],
)
def test_a_line_is_worth_its_price_its_cap_or_its_periods(model, value, cap, periods, worth):
    assert line_worth(model, value, cap, periods) == worth


@pytest.mark.parametrize(
    ("fee", "parts", "amounts"),
    [
        (10_000, [(4_000, None), (6_000, None)], [4_000, 6_000]),
        (10_000, [(None, 300_000), (None, 700_000)], [3_000, 7_000]),
        (10_000, [(None, 333_333), (None, 333_333), (None, 333_334)], [3_333, 3_333, 3_334]),
        (1, [(None, 500_000), (None, 500_000)], [0, 1]),
        (0, [], []),
    ],
)
def test_the_parts_of_a_fee_sum_to_the_fee(fee, parts, amounts):
    assert fee_amounts(fee, parts) == amounts


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([(4_000, None), (5_999, None)], "do not add up to the fee"),
        ([(None, 300_000), (None, 600_000)], "add up to 90 %"),
        ([(None, 300_000), (None, 600_001)], "add up to 90.0001 %"),
        ([(None, 1_200_000), (None, -200_000)], "add up to 100 %"),
        ([(4_000, None), (None, 600_000)], "each as a percentage"),
        ([], "do not add up"),
    ],
)
def test_parts_that_do_not_make_the_fee_are_refused(parts, told):
    with pytest.raises(Invalid, match=told) as caught:
        fee_amounts(10_000, parts)
    assert caught.value.field == "fee_parts"


def test_percentages_are_written_without_needless_zeros():
    assert [percent(x) for x in (1_000_000, 250_000, 333_334, 5_000)] == [
        "100 %",
        "25 %",
        "33.3334 %",
        "0.5 %",
    ]


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 9, 1), ""),
        (date(2026, 9, 2), "soon"),
        (date(2026, 10, 2), "soon"),
        (date(2026, 10, 3), "due"),
        (date(2026, 12, 31), "due"),
        (date(2027, 1, 1), "over"),
    ],
)
def test_a_renewal_is_told_of_before_the_last_day_for_a_notice(today, state):
    assert notice_on(date(2027, 1, 1), 91) == date(2026, 10, 2)
    assert renewal_state("ask", date(2027, 1, 1), 91, today) == state


def test_a_scope_that_does_not_renew_is_never_due():
    assert renewal_state("none", date(2027, 1, 1), 0, date(2027, 1, 1)) == ""
    assert renewal_state("ask", None, 0, date(2027, 1, 1)) == ""


@pytest.mark.parametrize(
    ("day", "old", "new", "moved"),
    [
        (date(2027, 3, 31), date(2026, 12, 1), date(2027, 4, 1), date(2027, 7, 31)),
        (date(2026, 6, 30), date(2026, 1, 1), date(2026, 7, 1), date(2026, 12, 31)),
        (date(2026, 12, 30), date(2026, 1, 1), date(2027, 3, 1), date(2028, 2, 29)),
        (date(2026, 1, 20), date(2026, 1, 5), date(2026, 2, 9), date(2026, 2, 24)),
    ],
)
def test_a_day_of_a_term_moves_on_with_it(day, old, new, moved):
    assert moved_on(day, old, new) == moved


@pytest.mark.parametrize(
    ("ends_on", "notice_days", "today", "state"),
    [
        (None, 30, date(2026, 11, 23), ""),
        (date(2026, 12, 31), 0, date(2026, 11, 30), ""),
        (date(2026, 12, 31), 0, date(2026, 12, 1), "soon"),
        (date(2026, 12, 31), 0, date(2026, 12, 31), "soon"),
        (date(2026, 12, 31), 30, date(2026, 10, 31), ""),
        (date(2026, 12, 31), 30, date(2026, 11, 1), "soon"),
        (date(2026, 12, 31), 30, date(2026, 12, 1), "soon"),
        (date(2026, 12, 31), 30, date(2026, 12, 2), "due"),
        (date(2026, 12, 31), 30, date(2027, 1, 1), "over"),
    ],
)
def test_an_agreement_is_warned_of_from_thirty_days_before_its_notice(ends_on, notice_days, today, state):
    assert agreement_state(ends_on, notice_days, today) == state


@pytest.mark.parametrize(
    ("ends_on", "agreement_ends_on", "goes_on"),
    [
        (date(2027, 1, 1), None, False),
        (None, None, False),
        (date(2026, 12, 31), date(2026, 12, 31), False),
        (date(2027, 1, 1), date(2026, 12, 31), True),
        (None, date(2026, 12, 31), True),
    ],
)
def test_a_scope_outlives_the_agreement_that_ends_first(ends_on, agreement_ends_on, goes_on):
    assert outlives(ends_on, agreement_ends_on) is goes_on
