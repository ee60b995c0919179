"""What an expense costs, and what the client pays for it."""

import pytest

from psa_app.errors import Invalid
from psa_app.rules import expenses
from psa_app.rules.money import NANO

TEN_PERCENT = 100_000


@pytest.mark.parametrize(
    ("net", "markup", "rate", "pair", "value"),
    [
        (10_000, 0, NANO, "EUR EUR", 10_000),
        (10_000, TEN_PERCENT, NANO, "EUR EUR", 11_000),
        (10_000, TEN_PERCENT, 900_000_000, "USD EUR", 9_900),
        (5, TEN_PERCENT, NANO, "EUR EUR", 6),  # 5.5, half up
        (1_234, 125_000, NANO, "EUR EUR", 1_388),  # 1388.25
        (1_000, 0, 6_100_000, "JPY EUR", 610),  # 1000 yen at 0.0061
        (10_000, 0, 160 * NANO, "EUR JPY", 16_000),
        (10_000, 0, 330_000_000, "EUR KWD", 33_000),
    ],
)
def test_the_client_pays_the_cost_with_its_markup_rounded_once(net, markup, rate, pair, value):
    currency, contract = pair.split()
    assert expenses.value_of(net, markup, rate, currency, contract) == value


def test_tax_that_the_firm_reclaims_is_no_cost():
    assert expenses.net_of(12_000, 2_000) == 10_000


def test_a_rate_between_two_foreign_currencies_goes_by_way_of_the_base():
    assert expenses.rate_between(900_000_000, 1_200_000_000) == 750_000_000


@pytest.mark.parametrize(("amount", "tax"), [(0, 0), (-1, 0), (10**13 + 1, 0), (100, 100), (100, -1)])
def test_sums_that_no_receipt_shows_are_refused(amount, tax):
    with pytest.raises(Invalid):
        expenses.check_amount(amount, tax)


@pytest.mark.parametrize("markup", [-1, 10_000_001])
def test_a_markup_beyond_reason_is_refused(markup):
    with pytest.raises(Invalid, match="markup"):
        expenses.check_markup(markup)
