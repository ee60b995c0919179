"""Monthly recurring revenue and what moved it."""

from datetime import date

import pytest

from psa_app.rules.mrr import Move, bridge, month_ends, move


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (0, 500, Move.new),
        (500, 700, Move.expansion),
        (700, 300, Move.contraction),
        (300, 0, Move.churn),
        (300, 300, Move.same),
        (0, 0, Move.same),
    ],
)
def test_a_client_moves_in_one_way(before: int, after: int, found: Move) -> None:
    assert move(before, after) is found


def test_a_month_leads_from_its_opening_to_its_closing() -> None:
    found = bridge({1: 1000, 2: 500, 3: 300, 4: 200}, {1: 1200, 2: 400, 3: 300, 5: 50, 6: 0})
    assert (found.opening, found.new, found.expansion, found.contraction, found.churn) == (
        2000,
        50,
        200,
        -100,
        -200,
    )
    assert (found.closing, found.clients_before, found.clients, found.clients_lost) == (1950, 4, 4, 1)


def test_months_end_on_their_last_day_and_this_one_today() -> None:
    assert month_ends(date(2028, 3, 5), 2) == [date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 5)]
    assert month_ends(date(2027, 1, 31), 1) == [date(2026, 12, 31), date(2027, 1, 31)]
