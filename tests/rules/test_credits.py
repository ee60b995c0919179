import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Conflict, Invalid
from psa_app.rules.credits import (
    Credited,
    Left,
    Part,
    TaxBase,
    check_total,
    credit_taxes,
    credited,
    cut_time,
)
from psa_app.rules.money import per_hour
from psa_app.rules.taxes import Taxed, TaxKind, tax_lines

TIME = Left(8_333, 50, 10_000)
FIXED = Left(300_000)


@pytest.mark.parametrize(
    ("left", "minutes", "net", "expected"),
    [
        (TIME, None, None, Credited(8_333, 50, True)),
        (TIME, 50, None, Credited(8_333, 50, True)),
        (TIME, 25, None, Credited(4_167, 25, False)),
        (Left(4_166, 25, 10_000), 25, None, Credited(4_166, 25, True)),
        (Left(0, 10, 0), None, None, Credited(0, 10, True)),
        (FIXED, None, None, Credited(300_000, None, True)),
        (FIXED, None, 100_000, Credited(100_000, None, False)),
        (FIXED, None, 300_000, Credited(300_000, None, True)),
        (Left(-5_000), None, None, Credited(-5_000, None, True)),
        (Left(-5_000), None, -2_000, Credited(-2_000, None, False)),
    ],
)
def test_a_line_gives_back_all_or_a_part(left, minutes, net, expected):
    assert credited(left, minutes, net, "lines.0") == expected


@pytest.mark.parametrize(
    ("left", "minutes", "net"),
    [
        (TIME, 51, None),
        (TIME, 0, None),
        (TIME, -1, None),
        (TIME, None, 100),
        (FIXED, 10, None),
        (FIXED, None, 0),
        (FIXED, None, -1),
        (FIXED, None, 300_001),
        (Left(-5_000), None, -5_001),
        (Left(-5_000), None, 100),
    ],
)
def test_a_line_never_gives_back_more_than_is_left(left, minutes, net):
    with pytest.raises(Invalid) as refused:
        credited(left, minutes, net, "lines.0")
    assert refused.value.field == "lines.0"


def test_a_line_that_is_credited_whole_gives_nothing_more():
    with pytest.raises(Conflict, match="Nothing of this line is left"):
        credited(Left(0, 0, 10_000), None, None, "lines.0")


def test_the_latest_work_is_credited_first_and_cut_on_the_boundary():
    parts = [Part(1, 3_600, 60, 12_000), Part(2, 1_800, 30, 6_000)]
    first, second = cut_time(parts, 45, 9_000, "lines.0")
    assert (first.kept, first.taken) == (Part(1, 2_700, 45, 9_000), Part(1, 900, 15, 3_000))
    assert (second.kept, second.taken) == (Part(2, 0, 0, 0), Part(2, 1_800, 30, 6_000))


def test_a_single_second_is_not_cut():
    with pytest.raises(Invalid, match="cannot be cut"):
        cut_time([Part(1, 1, 15, 3_000)], 5, 1_000, "lines.0")


PARTS = st.lists(st.tuples(st.integers(1, 30_000), st.integers(0, 480)), min_size=1, max_size=8)


@given(PARTS, st.integers(0, 50_000), st.data())
def test_cutting_loses_no_second_no_minute_and_no_cent(pieces, rate, data):
    total = sum(minutes for _, minutes in pieces)
    amount = per_hour(total, rate)
    shares = [0] * (len(pieces) - 1) + [amount]
    parts = [Part(i, s, m, a) for i, ((s, m), a) in enumerate(zip(pieces, shares, strict=True), 1)]
    minutes = data.draw(st.integers(0, total))
    net = min(per_hour(minutes, rate), amount)
    if minutes in (0, total):
        return
    try:
        cuts = cut_time(parts, minutes, net, "lines.0")
    except Invalid:
        assert any(seconds == 1 for seconds, _ in pieces)
        return
    for part, cut in zip(parts, cuts, strict=True):
        assert cut.kept.seconds + cut.taken.seconds == part.seconds
        assert cut.kept.minutes + cut.taken.minutes == part.minutes
        assert min(*cut.kept, *cut.taken) >= 0
        assert (cut.taken.seconds > 0) == (cut.taken.minutes > 0)
    assert sum(cut.taken.minutes for cut in cuts) == minutes
    assert sum(cut.taken.amount for cut in cuts) == net
    assert sum(cut.kept.amount for cut in cuts) == amount - net


LINES = st.lists(
    st.tuples(
        st.sampled_from([(TaxKind.standard, 200_000), (TaxKind.reduced, 70_000), (TaxKind.zero, 0)]),
        st.integers(-2_000, 100_000),
    ),
    min_size=1,
    max_size=6,
)


@given(LINES, st.sampled_from(["total", "line"]), st.data())
def test_credits_that_take_all_mirror_the_tax_of_the_invoice(lines, rounding, data):
    """In two credit notes, with whatever part of each line on the first."""
    first = [data.draw(st.integers(min(net, 0), max(net, 0))) for _, net in lines]
    bases = zip(lines, first, strict=True)
    one = credit_taxes([TaxBase(*rate, 0, part) for (rate, _), part in bases], rounding)
    bases = zip(lines, first, strict=True)
    two = credit_taxes([TaxBase(*rate, part, net - part) for (rate, net), part in bases], rounding)
    invoice = tax_lines([Taxed(net, *rate) for rate, net in lines], rounding)
    sums: dict[tuple[TaxKind, int], list[int]] = {}
    for row in (*one, *two):
        both = sums.setdefault((row.kind, row.rate_ppm), [0, 0])
        both[0] += row.base
        both[1] += row.tax
    for row in invoice:
        assert sums.get((row.kind, row.rate_ppm), [0, 0]) == [row.base, row.tax]


def test_thirds_of_a_tax_that_does_not_divide_sum_to_it():
    taxes = [
        credit_taxes([TaxBase(TaxKind.standard, 200_000, before, 33)], "total")[0].tax
        for before in (0, 33, 66)
    ]
    assert taxes == [7, 6, 7]


@pytest.mark.parametrize(("total", "left", "sentence"), [(-1, 5, "less than nothing"), (6, 5, "more than")])
def test_a_credit_note_is_for_no_more_than_is_left(total, left, sentence):
    with pytest.raises(Invalid, match=sentence):
        check_total(total, left)
    check_total(5, 5)
    check_total(0, 5)
