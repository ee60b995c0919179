"""Where a booking goes when the days of its project move."""

from datetime import date

import pytest

from psa_app.rules.booking_moves import Window, booked_after, shift_of, window_after
from psa_app.rules.deltas import CapTo, EndOn, StartOn

TODAY = date(2026, 11, 23)


def day(number: int) -> date:
    """A day of January 2027."""
    return date(2027, 1, number)


Days = tuple[int, int]


@pytest.mark.parametrize(
    ("what", "booked", "before", "after", "left"),
    [
        ("a later end leaves it", (5, 9), (4, 20), (4, 30), (5, 9)),
        ("an earlier start leaves it", (5, 9), (4, 20), (1, 20), (5, 9)),
        ("both outward leave it", (5, 9), (4, 20), (2, 30), (5, 9)),
        ("the whole window moves later", (5, 9), (4, 20), (11, 27), (12, 16)),
        ("the whole window moves earlier", (8, 12), (8, 20), (4, 16), (4, 8)),
        ("an earlier end cuts it", (5, 9), (4, 20), (4, 7), (5, 7)),
        ("an end on its last day leaves it", (5, 9), (4, 20), (4, 9), (5, 9)),
        ("an end before it takes it out", (5, 9), (4, 20), (4, 4), None),
        ("a later start cuts it", (5, 9), (4, 20), (7, 20), (7, 9)),
        ("a start after it takes it out", (5, 9), (4, 20), (10, 20), None),
        ("both inward cut both", (5, 18), (4, 20), (7, 15), (7, 15)),
        ("later start, much later end: cut at the start only", (5, 9), (4, 20), (7, 30), (7, 9)),
        ("what lay beyond the old end stays when the end moves out", (25, 28), (4, 20), (4, 22), (25, 28)),
        ("what lay beyond the old end goes when the end moves in", (25, 28), (4, 20), (4, 18), None),
        ("what lay beyond the old end moves along", (25, 26), (4, 20), (6, 22), (27, 28)),
    ],
)
def test_a_booking_follows_the_window(
    what: str, booked: Days, before: Days, after: Days, left: Days | None
) -> None:
    found = booked_after(*_days(booked), Window(*_days(before)), Window(*_days(after)), TODAY)
    assert found == (_days(left) if left else None), what


def test_what_is_over_is_not_moved_along() -> None:
    before, after = Window(day(4), day(20)), Window(day(11), day(27))
    assert booked_after(day(12), day(14), before, after, day(14)) == (day(19), day(21))
    assert booked_after(day(12), day(14), before, after, day(15)) == (day(12), day(14))
    assert booked_after(day(5), day(9), before, after, day(15)) is None


def test_a_first_end_cuts_and_an_open_window_does_not_shift() -> None:
    before, after = Window(None, None), Window(None, day(7))
    assert booked_after(day(5), day(9), before, after, TODAY) == (day(5), day(7))
    assert shift_of(before, Window(day(1), day(7))).days == 0


def test_the_deltas_make_the_window() -> None:
    before = Window(day(4), None)
    assert window_after(before, [CapTo(1, 5), EndOn(day(9)), StartOn(day(2))]) == Window(day(2), day(9))
    assert window_after(before, [CapTo(1, 5)]) == before


def _days(pair: Days) -> tuple[date, date]:
    return day(pair[0]), day(pair[1])
