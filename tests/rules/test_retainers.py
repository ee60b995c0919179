"""A retainer's lots and draws: rollover, expiry, deficits, late work, warnings; nothing is lost."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.rules.retainers import (
    DEFICITS,
    ROLLOVERS,
    Draw,
    Lot,
    State,
    Terms,
    Use,
    cut,
    replay,
    warning,
)

H = 60
SEP = date(2026, 9, 1)
ALL_OVER = Terms("unlimited", deficit="carry")


def use(entry_id: int, number: int, hours: int, day: int = 0) -> Use:
    """Work of so many hours, `day` days into the period `number`."""
    return Use(entry_id, SEP + timedelta(days=30 * (number - 1) + day), number, hours * H)


def run(terms: Terms, uses: list[Use], periods: int = 3, **given):
    return replay(terms, State(), [40 * H] * periods, uses=uses, **given)[0]


def test_what_september_leaves_october_has_and_what_it_overdraws_november_lacks():
    september, october, november = run(ALL_OVER, [use(1, 1, 30), use(2, 2, 60)])
    assert (september.available, september.used, september.left) == (40 * H, 30 * H, 10 * H)
    assert (october.available, october.used, october.carried) == (50 * H, 50 * H, 10 * H)
    assert (november.available, november.used, november.left) == (30 * H, 10 * H, 30 * H)
    assert [one.granted for one in (september, october, november)] == [40 * H] * 3


@pytest.mark.parametrize(
    ("terms", "october"),
    [
        (Terms("none"), 40),
        (Terms("capped", rollover_cap=5 * H), 45),
        (Terms("capped", rollover_cap=25 * H), 50),
        (Terms("unlimited"), 50),
    ],
)
def test_what_rolls_over_is_the_unused_up_to_the_cap(terms, october):
    first, second = run(terms, [use(1, 1, 30)], periods=2)
    assert second.available == october * H
    assert first.expired == (50 - october) * H


@pytest.mark.parametrize(("lives", "left"), [(1, [40, 40, 40]), (2, [40, 80, 80]), (3, [40, 80, 120])])
def test_what_rolled_over_lives_so_many_periods_and_does_not_roll_again(lives, left):
    found = run(Terms("unlimited", rollover_periods=lives), [], periods=3)
    assert [one.left for one in found] == [hours * H for hours in left]


@pytest.mark.parametrize(
    ("deficit", "ends", "told"),
    [
        ("overage", False, (20, 0, 0)),
        ("carry", False, (0, 0, 20)),
        ("carry", True, (20, 0, 0)),
        ("absorb", False, (0, 20, 0)),
        ("absorb", True, (0, 20, 0)),
    ],
)
def test_work_beyond_is_overage_absorbed_or_carried_unless_nothing_follows(deficit, ends, told):
    (one,) = run(Terms(deficit=deficit), [use(1, 1, 60)], periods=1, is_whole=ends)
    assert (one.overage, one.absorbed, one.carried) == tuple(hours * H for hours in told)


def test_an_entry_is_split_where_a_lot_ends():
    first, second = run(Terms("unlimited"), [use(1, 1, 30), use(2, 2, 15), use(3, 2, 40, day=1)], periods=2)
    assert first.draws == (Draw(1, 0, 30 * H, "drawn", ("grant", 1, 0)),)
    assert second.draws == (
        Draw(2, 0, 10 * H, "drawn", ("rollover", 1, 0)),
        Draw(2, 10 * H, 5 * H, "drawn", ("grant", 2, 0)),
        Draw(3, 0, 35 * H, "drawn", ("grant", 2, 0)),
        Draw(3, 35 * H, 5 * H, "overage"),
    )


def test_work_draws_by_its_day_then_its_id_whatever_order_it_is_approved_in():
    early, late = use(9, 1, 40, day=1), use(2, 1, 5, day=2)
    same_day = use(3, 1, 5, day=2)
    (one,) = run(Terms(), [same_day, late, early], periods=1)
    assert [(draw.entry_id, draw.outcome) for draw in one.draws] == [
        (9, "drawn"),
        (2, "overage"),
        (3, "overage"),
    ]


def test_work_approved_late_for_a_closed_period_draws_from_the_first_open_one():
    (september,), after = replay(Terms(), State(), [40 * H], uses=[use(1, 1, 30)])
    assert september.expired == 10 * H
    (october,), _ = replay(Terms(), after, [40 * H], uses=[use(3, 2, 35), use(2, 1, 10)])
    assert [draw.entry_id for draw in october.draws] == [2, 3, 3]
    assert (october.used, october.overage) == (40 * H, 5 * H)


def test_a_top_up_is_used_after_the_grant_and_lives_as_long_as_it_says():
    bought = Lot("top_up", 1, 10 * H, last=2, id=7)
    found, _ = replay(Terms(), State(), [40 * H] * 3, [bought], [use(1, 1, 44), use(2, 2, 3)])
    assert [one.left for one in found] == [6 * H, 0, 0]
    assert found[0].draws[-1] == Draw(1, 40 * H, 4 * H, "drawn", ("top_up", 1, 7))
    assert found[1].draws == (Draw(2, 0, 3 * H, "drawn", ("top_up", 1, 7)),)
    assert found[1].expired == 3 * H + 40 * H


def test_an_adjustment_below_nothing_takes_back_only_what_is_unused():
    back = Lot("adjustment", 1, -20 * H, id=1)
    found, _ = replay(Terms("unlimited"), State(), [40 * H], [back], [use(1, 1, 30)])
    assert (found[0].used, found[0].taken_back, found[0].left) == (30 * H, 10 * H, 0)


def test_when_the_retainer_ends_what_is_left_expires():
    found = run(Terms("unlimited"), [use(1, 1, 30)], periods=2, is_whole=True)
    assert (found[1].left, found[1].expired) == (0, 50 * H)


def test_work_that_rounds_to_nothing_draws_nothing_and_is_kept():
    (one,) = run(Terms(), [use(1, 1, 0)], periods=1)
    assert [(draw.entry_id, draw.units, draw.outcome) for draw in one.draws] == [(1, 0, "drawn")]


@pytest.mark.parametrize(
    ("wanted", "available", "level"),
    [
        (0, 30, 0),
        (14, 30, 0),
        (15, 30, 50),
        (24, 30, 80),
        (29, 30, 80),
        (30, 30, 100),
        (60, 30, 100),
        (1, 0, 100),
        (1, -5, 100),
        (0, -5, 0),
    ],
)
def test_warnings_come_at_a_half_four_fifths_and_all(wanted, available, level):
    assert warning(wanted, available) == level


@pytest.mark.parametrize(
    ("seconds", "units", "parts"),
    [(3600, [20, 40], [1200, 2400]), (100, [0], [100]), (7, [5, 10], [2, 5])],
)
def test_the_seconds_of_an_entry_are_cut_like_its_units(seconds, units, parts):
    assert cut(seconds, units) == parts


TERMS = st.builds(
    Terms, st.sampled_from(ROLLOVERS), st.integers(0, 50), st.integers(1, 4), st.sampled_from(DEFICITS)
)
USES = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 29), st.integers(0, 60)), max_size=25)
ADDED = st.lists(
    st.tuples(st.integers(1, 6), st.integers(-30, 60), st.none() | st.integers(1, 8)), max_size=5
)


def uses_of(drawn) -> list[Use]:
    return [
        Use(entry_id, SEP + timedelta(days=30 * number + day), number, units)
        for entry_id, (number, day, units) in enumerate(drawn, 1)
    ]


def lots_of(drawn) -> list[Lot]:
    return [
        Lot("top_up" if units > 0 else "adjustment", number, units, last, place)
        for place, (number, units, last) in enumerate(drawn)
        if units
    ]


@given(TERMS, st.lists(st.integers(0, 50), min_size=6, max_size=6), USES, ADDED, st.booleans())
def test_what_comes_in_is_used_taken_back_expired_or_left(terms, grants, drawn, added, is_whole):
    uses, lots = uses_of(drawn), lots_of(added)
    found, after = replay(terms, State(), grants, lots, uses, is_whole=is_whole)
    opening = 0
    for one in found:
        assert one.opening == opening
        assert opening + one.granted + one.added == one.used + one.taken_back + one.expired + one.left
        opening = one.left
    pieces = [draw for one in found for draw in one.draws]
    owed = sum(rest.units for rest in after.owed)
    assert sum(draw.units for draw in pieces) + owed == sum(use.units for use in uses)
    for use_ in uses:
        mine = sorted((draw.offset, draw.units) for draw in pieces if draw.entry_id == use_.entry_id)
        reached = 0
        for offset, units in mine:
            assert offset == reached
            reached += units
        assert reached + sum(one.units for one in after.owed if one.entry_id == use_.entry_id) == use_.units
    assert not is_whole or (after.lots, after.owed) == ((), ())


@given(TERMS, st.lists(st.integers(0, 50), min_size=6, max_size=6), USES, st.randoms())
def test_the_order_of_approval_changes_nothing(terms, grants, drawn, random):
    uses = uses_of(drawn)
    first = replay(terms, State(), grants, uses=uses)
    random.shuffle(uses)
    assert replay(terms, State(), grants, uses=uses) == first


@given(TERMS, st.lists(st.integers(0, 50), min_size=6, max_size=6), USES, st.integers(1, 5))
def test_closing_periods_one_after_the_other_is_the_same_as_looking_at_all(terms, grants, drawn, closed):
    uses = uses_of(drawn)
    whole, end = replay(terms, State(), grants, uses=uses)
    first, between = replay(
        terms, State(), grants[:closed], uses=[one for one in uses if one.number <= closed]
    )
    rest, after = replay(terms, between, grants[closed:], uses=[one for one in uses if one.number > closed])
    assert (first + rest, after) == (whole, end)
