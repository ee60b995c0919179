from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.rules import quotes
from psa_app.rules.quotes import Change, Line
from psa_app.rules.taxes import TaxKind

TIME = quotes.TIME
VAT20 = (TaxKind.standard, 200_000)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (Line(1, TIME, minutes=10, rate=12000), 2000),
        (Line(1, TIME, minutes=1, rate=10001), 167),
        (Line(1, TIME, minutes=3, rate=10), 1),  # 0.5 rounds up
        (Line(1, TIME, minutes=60), 0),
        (Line(1, "fixed", value=99_900), 99_900),
        (Line(1, "milestone", value=5, periods=9), 5),
        (Line(1, "retainer", value=50_000, periods=12), 600_000),
        (Line(1, "subscription", value=999, periods=1), 999),
    ],
)
def test_each_model_has_its_own_value(line: Line, value: int) -> None:
    assert quotes.line_value(line) == value


@pytest.mark.parametrize(
    ("line", "discount", "own", "whole", "net"),
    [
        (Line(1, "fixed", value=9999, discount_ppm=100_000), 0, 1000, 0, 8999),
        (Line(1, "fixed", value=9999, discount_ppm=100_000), 50_000, 1000, 450, 8549),
        (Line(1, "fixed", value=100, discount_ppm=1_000_000), 500_000, 100, 0, 0),
        (Line(1, "retainer", value=333, periods=3, discount_ppm=100_000), 0, 99, 0, 900),
    ],
)
def test_the_lines_discount_comes_before_the_quotes(
    line: Line, discount: int, own: int, whole: int, net: int
) -> None:
    found = quotes.line_figures(line, discount)
    assert (found.line_discount, found.quote_discount, found.net) == (own, whole, net)


def test_what_is_paid_once_and_what_returns_stand_apart() -> None:
    lines = (Line(1, "fixed", value=10_000), Line(2, "subscription", value=500, periods=12))
    found = quotes.figures(lines, {1, 2}, tax=VAT20)
    assert (found.one_off, found.recurring, found.per_period) == (10_000, 6_000, 500)
    assert (found.net, found.tax, found.total) == (16_000, 3_200, 19_200)


def test_tax_is_left_open_when_it_is_not_known() -> None:
    found = quotes.figures([Line(1, "fixed", value=100)], {1})
    assert (found.tax_lines, found.total) == ((), 100)


MUST = Line(1, "fixed", value=100)
MAY = Line(2, "fixed", value=20, is_optional=True)
RED = Line(3, "fixed", value=3, alternative="Colour")
BLUE = Line(4, "fixed", value=4, alternative="Colour")
ALL = (MUST, MAY, RED, BLUE)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [((), {1, 3}), ({2}, {1, 2, 3}), ({4}, {1, 4}), ({3, 4}, {1, 3}), ({1, 2, 4}, {1, 2, 4})],
)
def test_before_anyone_chooses_one_of_each_group_counts(marked: Any, expected: set[int]) -> None:
    assert quotes.usual_choice(ALL, marked) == expected


def test_a_group_that_may_go_as_a_whole_counts_only_when_marked() -> None:
    group = (MUST, replace(RED, is_optional=True), replace(BLUE, is_optional=True))
    assert quotes.usual_choice(group, ()) == {1}
    assert quotes.check_choice(group, ()) == {1}


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({2}, "Choose one of “Colour”"),
        ({3, 4}, "only one can be chosen"),
        ({3, 99}, "lines of this quote"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(chosen: set[int], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        quotes.check_choice(ALL, chosen)


def test_an_offer_of_options_only_needs_one_of_them() -> None:
    with pytest.raises(Invalid, match="at least one line"):
        quotes.check_choice([MAY], ())


def test_what_is_fixed_counts_though_nobody_names_it() -> None:
    assert quotes.check_choice(ALL, {3}) == {1, 3}


def test_a_group_with_one_line_leaves_nothing_to_choose() -> None:
    assert quotes.lonely_groups((MUST, RED)) == ("Colour",)
    assert quotes.lonely_groups(ALL) == ()


def test_margin_takes_the_roles_standard_cost_and_names_what_it_does_not_know() -> None:
    lines = (
        Line(1, TIME, minutes=600, rate=15_000, role_id=7),
        Line(2, "fixed", value=100_000),
        Line(3, "retainer", value=60_000, periods=2, minutes=240, role_id=7),
        Line(4, TIME, minutes=60, rate=100, role_id=8),
        Line(5, TIME, minutes=60, rate=100, role_id=7, is_optional=True),
    )
    found = quotes.margin(lines, {1, 2, 3, 4}, {7: 6_000})
    assert (found.net, found.cost, found.margin) == (270_000, 60_000 + 48_000, 162_000)
    assert (found.ppm, found.unknown) == (600_000, (2, 4))


def test_no_known_cost_gives_no_margin() -> None:
    assert quotes.margin([MUST], {1}, {}).ppm is None


def row(title: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "model": "fixed", "value": 1} | more


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([row("A")], [row("A")], ()),
        ([row("A")], [row("a", value=2)], (Change("changed", "a", {"title": ("A", "a"), "value": (1, 2)}),)),
        ([row("A")], [row("A"), row("B")], (Change("added", "B", {}),)),
        ([row("A"), row("B")], [row("B")], (Change("removed", "A", {}),)),
        ([row("A")], [row("B")], (Change("changed", "B", {"title": ("A", "B")}),)),
        (
            [row("A")],
            [row("B", model=TIME)],
            (Change("added", "B", {}), Change("removed", "A", {})),
        ),
        ([row("A"), row("A", value=3)], [row("A"), row("A", value=3)], ()),
    ],
)
def test_two_versions_are_compared_line_by_line(old: Any, new: Any, expected: tuple[Change, ...]) -> None:
    assert quotes.compare(old, new) == expected


some_lines = st.lists(
    st.builds(
        Line,
        key=st.integers(1, 50),
        model=st.sampled_from(quotes.MODELS),
        minutes=st.integers(0, 10**5),
        rate=st.integers(0, 10**6),
        value=st.integers(0, 10**9),
        periods=st.integers(1, 36),
        discount_ppm=st.integers(0, 1_000_000),
        is_optional=st.booleans(),
        alternative=st.sampled_from(["", "", "A", "B"]),
    ),
    max_size=10,
    unique_by=lambda line: line.key,
)


@given(some_lines, st.integers(0, 1_000_000), st.sampled_from(["total", "line"]))
def test_what_is_printed_adds_up(lines: list[Line], discount: int, rounding: Any) -> None:
    chosen = quotes.usual_choice(lines, ())
    found = quotes.figures(lines, chosen, discount_ppm=discount, tax=VAT20, rounding=rounding)
    assert found.gross - found.discount == found.net == found.one_off + found.recurring
    assert found.net == sum(one.net for one in found.lines) == sum(one.base for one in found.tax_lines)
    assert found.total == found.net + found.tax
    for one in found.lines:
        assert 0 <= one.net <= one.gross
        assert one.gross - one.line_discount - one.quote_discount == one.net


@given(some_lines, st.sets(st.integers(1, 50)))
def test_the_usual_choice_is_always_one_that_can_be_accepted(lines: list[Line], marked: set[int]) -> None:
    usual = quotes.usual_choice(lines, marked)
    if usual:
        assert quotes.check_choice(lines, usual) == usual
