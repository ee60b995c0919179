from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.rules.cost import CostBook, CostRow, cost_of

ANNA, BEN, DEV, LEAD = 1, 2, 8, 9

BOOK = CostBook(
    [
        CostRow(2, ANNA, None, 6000, date(2026, 7, 1)),
        CostRow(1, ANNA, None, 5000, date(2026, 1, 1)),
        CostRow(3, None, DEV, 4000, date(2025, 1, 1)),
        CostRow(4, None, None, 3000, date(2024, 1, 1)),
        CostRow(5, None, LEAD, 7000, date(2026, 6, 1)),
        CostRow(6, None, LEAD, 7500, date(2026, 6, 1)),
    ]
)


@pytest.mark.parametrize(
    ("person", "role", "day", "row_id"),
    [
        (ANNA, DEV, date(2026, 11, 23), 2),
        (ANNA, DEV, date(2026, 7, 1), 2),
        (ANNA, DEV, date(2026, 6, 30), 1),
        (ANNA, DEV, date(2025, 12, 31), 3),
        (ANNA, None, date(2025, 12, 31), 4),
        (BEN, DEV, date(2026, 11, 23), 3),
        (None, DEV, date(2026, 11, 23), 3),
        (BEN, None, date(2026, 11, 23), 4),
        (BEN, LEAD, date(2026, 6, 1), 6),
        (BEN, LEAD, date(2026, 5, 31), 4),
        (ANNA, DEV, date(2023, 12, 31), None),
    ],
)
def test_the_cost_rate_is_the_one_valid_on_the_work_date(
    person: int | None, role: int | None, day: date, row_id: int | None
) -> None:
    row = BOOK.pick(person, role, day)
    assert (row and row.id) == row_id


def test_an_empty_book_has_no_cost() -> None:
    assert CostBook([]).pick(ANNA, DEV, date(2026, 11, 23)) is None


@pytest.mark.parametrize(
    ("seconds", "rate", "cost"), [(5400, 5000, 7500), (1, 3600, 1), (1, 1799, 0), (1, 1800, 1), (0, 5000, 0)]
)
def test_cost_is_actual_seconds_times_the_rate(seconds: int, rate: int, cost: int) -> None:
    assert cost_of(seconds, rate) == cost


@given(
    st.lists(st.dates(date(2025, 1, 1), date(2027, 1, 1)), min_size=1, unique=True),
    st.dates(date(2025, 1, 1), date(2027, 1, 1)),
)
def test_the_latest_row_not_after_the_day_counts(starts: list[date], day: date) -> None:
    book = CostBook(CostRow(number, ANNA, None, 1, start) for number, start in enumerate(starts))
    row = book.pick(ANNA, None, day)
    assert (row and row.valid_from) == max((start for start in starts if start <= day), default=None)


def test_the_cost_turns_where_a_row_begins() -> None:
    assert BOOK.turns() == {
        date(2024, 1, 1),
        date(2025, 1, 1),
        date(2026, 1, 1),
        date(2026, 6, 1),
        date(2026, 7, 1),
    }
