from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.rules import taxes
from psa_app.rules.taxes import Taxed, TaxKind, TaxLine, TaxRounding

STANDARD, REDUCED, *UNTAXED = list(TaxKind)
ZERO, EXEMPT, REVERSE = UNTAXED[:3]
VAT20, VAT10 = 200_000, 100_000

bearing = st.builds(
    Taxed,
    net=st.integers(-(10**9), 10**9),
    kind=st.sampled_from([STANDARD, REDUCED]),
    rate_ppm=st.sampled_from([190_000, VAT20, VAT10, 77_000, 1]),
)
untaxed = st.builds(
    Taxed,
    net=st.integers(-(10**9), 10**9),
    kind=st.sampled_from(UNTAXED),
    rate_ppm=st.just(0),
)
invoices = st.lists(bearing | untaxed, max_size=20)
roundings = st.sampled_from(["total", "line"])


@pytest.mark.parametrize(
    ("lines", "rounding", "inclusive", "expected"),
    [
        ([], "total", False, []),
        ([Taxed(10000, STANDARD, VAT20)], "total", False, [TaxLine(STANDARD, VAT20, 10000, 2000)]),
        ([Taxed(12000, STANDARD, VAT20)], "total", True, [TaxLine(STANDARD, VAT20, 10000, 2000)]),
        ([Taxed(33, STANDARD, VAT20)] * 3, "total", False, [TaxLine(STANDARD, VAT20, 99, 20)]),
        ([Taxed(33, STANDARD, VAT20)] * 3, "line", False, [TaxLine(STANDARD, VAT20, 99, 21)]),
        ([Taxed(99, STANDARD, VAT20)] * 3, "total", True, [TaxLine(STANDARD, VAT20, 247, 50)]),
        ([Taxed(99, STANDARD, VAT20)] * 3, "line", True, [TaxLine(STANDARD, VAT20, 246, 51)]),
        ([Taxed(10000, REVERSE, 0)], "total", False, [TaxLine(REVERSE, 0, 10000, 0)]),
        ([Taxed(-25, STANDARD, VAT10)], "total", False, [TaxLine(STANDARD, VAT10, -25, -3)]),
        (
            [
                Taxed(500, EXEMPT, 0),
                Taxed(1000, REDUCED, VAT10),
                Taxed(10000, STANDARD, 190_000),
                Taxed(10000, STANDARD, VAT20),
                Taxed(2000, REDUCED, VAT10),
            ],
            "total",
            False,
            [
                TaxLine(STANDARD, VAT20, 10000, 2000),
                TaxLine(STANDARD, 190_000, 10000, 1900),
                TaxLine(REDUCED, VAT10, 3000, 300),
                TaxLine(EXEMPT, 0, 500, 0),
            ],
        ),
    ],
)
def test_tax_is_given_per_kind_and_rate(
    lines: list[Taxed], rounding: TaxRounding, inclusive: bool, expected: list[TaxLine]
) -> None:
    assert taxes.tax_lines(lines, rounding, inclusive) == expected


@pytest.mark.parametrize("kind", [ZERO, EXEMPT, REVERSE])
def test_a_kind_without_tax_bears_no_rate(kind: TaxKind) -> None:
    taxes.check_rate(kind, 0)
    with pytest.raises(Invalid, match="bears no tax"):
        taxes.tax_lines([Taxed(100, kind, VAT20)], "total")


@pytest.mark.parametrize("rate", [-1, 1_000_001])
def test_a_rate_outside_0_to_100_percent_is_refused(rate: int) -> None:
    with pytest.raises(Invalid, match="between 0 and 100"):
        taxes.check_rate(STANDARD, rate)


@given(invoices, roundings)
def test_exclusive_totals_add_up_from_what_is_printed(lines: list[Taxed], rounding: TaxRounding) -> None:
    printed = taxes.tax_lines(lines, rounding)
    foot = taxes.totals(printed)
    assert foot.net == sum(line.net for line in lines)
    assert foot.tax == sum(line.tax for line in printed)
    assert foot.total == foot.net + foot.tax


@given(invoices, roundings)
def test_prices_that_include_tax_sum_to_the_total(lines: list[Taxed], rounding: TaxRounding) -> None:
    foot = taxes.totals(taxes.tax_lines(lines, rounding, inclusive=True))
    assert foot.total == sum(line.net for line in lines)


@given(invoices, roundings, st.booleans())
def test_a_full_credit_mirrors_its_invoice(
    lines: list[Taxed], rounding: TaxRounding, inclusive: bool
) -> None:
    invoice = taxes.totals(taxes.tax_lines(lines, rounding, inclusive))
    negated = [replace(line, net=-line.net) for line in lines]
    credit = taxes.totals(taxes.tax_lines(negated, rounding, inclusive))
    assert (credit.net, credit.tax, credit.total) == (-invoice.net, -invoice.tax, -invoice.total)


@given(st.lists(bearing, min_size=1, max_size=20))
def test_rounding_by_line_strays_at_most_half_a_unit_a_line(lines: list[Taxed]) -> None:
    by_total = taxes.totals(taxes.tax_lines(lines, "total")).tax
    by_line = taxes.totals(taxes.tax_lines(lines, "line")).tax
    groups = len({(line.kind, line.rate_ppm) for line in lines})
    assert abs(by_total - by_line) <= (len(lines) + groups) / 2


def test_a_line_discount_is_rounded_once() -> None:
    assert taxes.discounted(9999, 100_000) == 8999
    assert taxes.discounted(-9999, 100_000) == -8999
    assert taxes.discounted(9999, 0) == 9999


def test_an_invoice_discount_falls_on_its_lines_in_proportion() -> None:
    lines = [Taxed(10000, STANDARD, VAT20), Taxed(5000, REDUCED, VAT10), Taxed(-1000, ZERO, 0)]
    assert [line.net for line in taxes.less_discount(lines, 1000)] == [9333, 4667, -1000]


@pytest.mark.parametrize("discount", [-1, 15001])
def test_a_discount_above_the_invoice_is_refused(discount: int) -> None:
    with pytest.raises(Invalid) as error:
        taxes.less_discount([Taxed(15000, STANDARD, VAT20)], discount)
    assert error.value.field == "discount"


@given(
    st.lists(st.integers(0, 10**9).map(lambda net: Taxed(net, STANDARD, VAT20)), max_size=20),
    st.fractions(0, 1),
)
def test_a_discount_is_spread_without_loss(lines: list[Taxed], share: Fraction) -> None:
    net = sum(line.net for line in lines)
    discount = int(net * share)
    assert sum(line.net for line in taxes.less_discount(lines, discount)) == net - discount
