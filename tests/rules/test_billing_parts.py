"""Entries that are billed in parts: what is open of them, and what rounding still adds."""

import pytest

from psa_app.rules.billing import Billed, Key, LineTerms, open_parts, plan_time_lines
from psa_app.rules.hours import Rounding
from tests.rules.test_billing import ANNA, BUILD, DESIGN, LINE, MONDAY, entry


def test_the_rest_of_a_cut_entry_adds_only_what_is_missing_from_the_whole() -> None:
    """7 minutes at 15 up are 15; 5 of them are billed already, so 10 are left."""
    rest = entry(1, 280 / 60, offset=140)
    line = LineTerms(LINE, Rounding(15, "up"), None, 1000, {(1,): Billed(140, 5)})
    assert plan_time_lines([rest], {LINE: line}, "none").lines[0].minutes == 10


def test_late_time_of_a_day_adds_only_what_the_day_lacks() -> None:
    """20 minutes at 30 up were billed as 30; 5 more of that day and task are still within them."""
    day: dict[Key, Billed] = {(ANNA, MONDAY, DESIGN): Billed(20 * 60, 30)}
    line = LineTerms(LINE, Rounding(30, "up", per="day_task"), None, 0, day)
    made = plan_time_lines([entry(2, 5), entry(3, 5, task=BUILD)], {LINE: line}, "task")
    assert [(share.entry_id, share.minutes) for part in made.lines for share in part.shares] == [
        (2, 0),
        (3, 30),
    ]


@pytest.mark.parametrize(
    ("billed", "parts"),
    [
        ([], [(0, 600)]),
        ([(0, 600)], []),
        ([(0, 100)], [(100, 500)]),
        ([(100, 200)], [(0, 100), (300, 300)]),
        ([(300, 300), (0, 100)], [(100, 200)]),
    ],
)
def test_what_is_open_of_an_entry_lies_between_its_billed_parts(
    billed: list[tuple[int, int]], parts: list[tuple[int, int]]
) -> None:
    assert open_parts(600, billed) == parts


@pytest.mark.parametrize("billed", [[(0, 601)], [(0, 100), (99, 2)]])
def test_a_second_that_is_billed_twice_is_found(billed: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="billed twice"):
        open_parts(600, billed)
