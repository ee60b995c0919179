from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.rules import rates
from psa_app.rules.rates import Ladder, Level, Modifier, RateRow, Work

LINE, PROJECT, ACCOUNT, ANNA, DEV = 11, 22, 33, 44, 55
DAY = date(2026, 11, 23)

LEVEL_IDS: dict[Level, dict[str, int]] = {
    Level.sow_line: {"sow_line_id": LINE},
    Level.project_person: {"project_id": PROJECT, "person_id": ANNA},
    Level.project_role: {"project_id": PROJECT, "role_id": DEV},
    Level.project: {"project_id": PROJECT},
    Level.account_role: {"account_id": ACCOUNT, "role_id": DEV},
    Level.account: {"account_id": ACCOUNT},
    Level.firm_role: {"role_id": DEV},
    Level.person: {"person_id": ANNA},
}
# Each level's rate is its own number, so that the amount tells which level decided.
AMOUNTS = {level: 1000 * position for position, level in enumerate(Level)}


def row(level: Level, **changes: Any) -> RateRow:
    base = RateRow(
        id=AMOUNTS[level] + 1,
        level=level,
        amount=AMOUNTS[level],
        currency="EUR",
        valid_from=date(2026, 1, 1),
        valid_to=None,
        **LEVEL_IDS.get(level, {}),
    )
    return replace(base, **changes)


def work(**changes: Any) -> Work:
    return replace(Work(LINE, PROJECT, ACCOUNT, ANNA, DEV, DAY, "EUR"), **changes)


L, PP, PR, P, AR, A, FR, PE = list(Level)[1:]

# Which levels have a row | what the work is on | which level decides (None: unpriced).
LADDER: list[tuple[list[Level], dict[str, Any], Level | None]] = [
    ([L, PP, PR, P, AR, A, FR, PE], {"override": 0}, Level.override),
    ([L, PP, PR, P, AR, A, FR, PE], {}, L),
    ([PP, PR, P, AR, A, FR, PE], {}, PP),
    ([PR, P, AR, A, FR, PE], {}, PR),
    ([P, AR, A, FR, PE], {}, P),
    ([AR, A, FR, PE], {}, AR),
    ([A, FR, PE], {}, A),
    ([FR, PE], {}, FR),
    ([PE], {}, PE),
    ([], {}, None),
    ([], {"override": 9900}, Level.override),
    ([L, PE], {}, L),
    ([P, PE], {}, P),
    ([A, PE], {}, A),
    ([PP, FR], {}, PP),
    ([PR, FR], {}, PR),
    ([AR, FR], {}, AR),
    ([L, PP, PR, P], {"sow_line_id": None}, PP),
    ([L, PP, PR, P], {"sow_line_id": 99}, PP),
    ([PP, PR, P], {"person_id": 99}, PR),
    ([PP, PR, P], {"person_id": 99, "role_id": 99}, P),
    ([PP, PR, P, A], {"project_id": 99}, A),
    ([PP, PR, P, FR], {"project_id": None, "account_id": None}, FR),
    ([AR, A, FR], {"role_id": 99}, A),
    ([AR, A, FR], {"account_id": 99}, FR),
    ([FR, PE], {"role_id": None}, PE),
    ([L, PP, PR, P, AR, A, FR, PE], {"day": date(2025, 12, 31)}, None),
]


@pytest.mark.parametrize(("present", "on", "decides"), LADDER)
def test_the_most_specific_level_with_a_rate_decides(
    present: list[Level], on: dict[str, Any], decides: Level | None
) -> None:
    hit = Ladder(row(level) for level in present).pick(work(**on))
    assert (hit and hit.level) == decides
    if hit is not None and decides is not None:
        assert hit.amount == on.get("override", AMOUNTS[decides])
        assert hit.currency == "EUR"
        assert hit.row_id == (None if decides is Level.override else AMOUNTS[decides] + 1)


@pytest.mark.parametrize(("role", "amount"), [(DEV, 15000), (99, 12000), (None, 12000)])
def test_a_sow_lines_row_for_the_role_beats_its_general_row(role: int | None, amount: int) -> None:
    ladder = Ladder([row(L, amount=12000), row(L, id=2, amount=15000, role_id=DEV)])
    hit = ladder.pick(work(role_id=role))
    assert hit is not None
    assert hit.amount == amount


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), 10000),
        (date(2026, 6, 30), 10000),
        (date(2026, 7, 1), 11000),
        (date(2026, 7, 31), 11000),
        (date(2026, 8, 1), None),
        (date(2026, 9, 1), 12000),
        (date(2030, 1, 1), 12000),
    ],
)
def test_the_row_counts_whose_dates_hold_the_work_date(day: date, amount: int | None) -> None:
    ladder = Ladder(
        [
            row(FR, id=3, amount=12000, valid_from=date(2026, 9, 1)),
            row(FR, id=1, amount=10000, valid_to=date(2026, 6, 30)),
            row(FR, id=2, amount=11000, valid_from=date(2026, 7, 1), valid_to=date(2026, 7, 31)),
        ]
    )
    hit = ladder.pick(work(day=day))
    assert (hit and hit.amount) == amount


def test_a_row_in_another_currency_than_the_contracts_is_skipped() -> None:
    ladder = Ladder([row(P, currency="USD"), row(FR, currency="EUR")])
    in_eur, in_usd, in_chf = (ladder.pick(work(currency=code)) for code in ("EUR", "USD", "CHF"))
    assert in_eur is not None
    assert in_eur.level is FR
    assert in_usd is not None
    assert in_usd.level is P
    assert in_chf is None


def test_work_without_a_currency_takes_the_first_rate_in_any() -> None:
    hit = Ladder([row(P, currency="USD"), row(FR)]).pick(work(currency=None))
    assert hit is not None
    assert (hit.level, hit.currency) == (P, "USD")


def test_an_override_of_zero_is_a_price() -> None:
    hit = Ladder([row(P)]).pick(work(override=0))
    assert hit is not None
    assert (hit.amount, hit.level, hit.row_id) == (0, Level.override, None)


def test_the_derivation_names_every_level_and_one_winner() -> None:
    ladder = Ladder([row(PP, currency="USD"), row(P), row(FR)])
    steps = ladder.explain(work())
    assert [step.level for step in steps] == list(Level)
    assert [step.level for step in steps if step.won] == [P]
    by_level = {step.level: step for step in steps}
    assert by_level[PP].sentence == (
        "The project's rate for the person is in USD, the contract in EUR: skipped."
    )
    assert by_level[P].sentence == "The project's default rate, valid from 2026-01-01."
    assert by_level[FR].amount == AMOUNTS[FR]
    assert by_level[A].sentence == "No client's default rate on 2026-11-23."


def test_the_derivation_of_an_override_lets_nothing_else_win() -> None:
    steps = Ladder([row(P)]).explain(work(override=500))
    assert [step.level for step in steps if step.won] == [Level.override]


def test_the_derivation_of_unpriced_work_has_no_winner() -> None:
    assert not any(step.won for step in Ladder([]).explain(work()))


@pytest.mark.parametrize(
    ("second", "overlaps"),
    [
        ({"valid_from": date(2026, 6, 30)}, True),
        ({"valid_from": date(2026, 7, 1)}, False),
        ({"valid_from": date(2025, 1, 1), "valid_to": date(2025, 12, 31)}, False),
        ({"valid_from": date(2025, 1, 1)}, True),
        ({"currency": "USD"}, False),
        ({"role_id": 99}, False),
        ({"level": P, "project_id": PROJECT}, False),
    ],
)
def test_two_rows_that_overlap_at_one_level_are_found(second: dict[str, Any], overlaps: bool) -> None:
    first = row(FR, id=1, valid_to=date(2026, 6, 30))
    found = rates.overlap([first, replace(row(FR, id=2), **second)])
    assert (found is not None) == overlaps
    if found:
        assert {found[0].id, found[1].id} == {1, 2}


def test_a_wide_row_overlaps_a_later_one_behind_a_short_one() -> None:
    rows = [
        row(FR, id=1, valid_to=date(2026, 12, 31)),
        row(FR, id=2, valid_from=date(2027, 1, 1), valid_to=date(2027, 1, 2)),
        row(FR, id=3, valid_from=date(2027, 1, 2)),
    ]
    assert rates.overlap(rows) == (rows[1], rows[2])
    assert rates.overlap([]) is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (row(Level.override), "level"),
        (row(PP, person_id=None), "level"),
        (row(L, sow_line_id=None), "level"),
        (row(FR, amount=-1), "amount"),
        (row(FR, currency="EURO"), "currency"),
        (row(FR, valid_to=date(2025, 1, 1)), "valid_to"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused(wrong: RateRow, field: str) -> None:
    with pytest.raises(Invalid) as error:
        rates.check_row(wrong)
    assert error.value.field == field


@pytest.mark.parametrize("level", list(Level)[1:])
def test_a_whole_row_of_each_level_is_taken(level: Level) -> None:
    rates.check_row(row(level))


@pytest.mark.parametrize(
    ("modifier", "amount"),
    [
        (Modifier(), 12000),
        (Modifier(Fraction(3, 2)), 18000),
        (Modifier(plus=2000), 14000),
        (Modifier(Fraction(3, 2), 2000), 20000),
        (Modifier(Fraction(1, 7)), 1714),
    ],
)
def test_a_modifier_applies_once_after_the_base_rate(modifier: Modifier, amount: int) -> None:
    assert modifier.apply(12000) == amount


rate_rows = st.builds(
    RateRow,
    id=st.integers(1, 10**6),
    level=st.sampled_from(list(Level)[1:]),
    amount=st.integers(0, 50000),
    currency=st.sampled_from(["EUR", "USD"]),
    valid_from=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    valid_to=st.none() | st.dates(date(2027, 1, 1), date(2027, 12, 31)),
    sow_line_id=st.sampled_from([LINE, 1]),
    project_id=st.sampled_from([PROJECT, 1]),
    account_id=st.sampled_from([ACCOUNT, 1]),
    person_id=st.sampled_from([ANNA, 1]),
    role_id=st.sampled_from([DEV, 1]),
)


@given(
    st.lists(rate_rows, max_size=12).filter(lambda rows: rates.overlap(rows) is None),
    st.dates(date(2025, 6, 1), date(2028, 6, 1)),
)
def test_the_pick_is_the_explained_winner_and_never_out_of_date(rows: list[RateRow], day: date) -> None:
    ladder = Ladder(rows)
    hit = ladder.pick(work(day=day))
    winners = [step for step in ladder.explain(work(day=day)) if step.won]
    assert [step.row_id for step in winners] == ([] if hit is None else [hit.row_id])
    if hit is not None:
        of = next(row for row in rows if row.id == hit.row_id and row.level == hit.level)
        assert of.valid_from <= day <= (of.valid_to or date.max)
        assert hit.currency == "EUR"


@given(
    st.lists(rate_rows, max_size=12).filter(lambda rows: rates.overlap(rows) is None),
    st.lists(st.dates(date(2025, 6, 1), date(2028, 6, 1)), min_size=2, max_size=2),
)
def test_between_two_turns_the_same_work_has_one_rate(rows: list[RateRow], days: list[date]) -> None:
    ladder, (first, last) = Ladder(rows), sorted(days)
    if not any(first < turn <= last for turn in ladder.turns()):
        assert ladder.pick(work(day=first)) == ladder.pick(work(day=last))


def test_a_rates_first_day_and_the_day_after_its_last_are_turns() -> None:
    rows = [row(FR, valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 30)), row(PE, valid_to=date.max)]
    assert Ladder(rows).turns() == {date(2026, 1, 1), date(2026, 7, 1), row(PE).valid_from}
