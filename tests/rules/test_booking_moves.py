"""Where a booking goes when the days of its project move."""

from datetime import date, timedelta

import pytest

from psa_app.rules.booking_moves import (
    Window,
    booked_after,
    moved_days,
    planned_after,
    shift_of,
    window_after,
)
from psa_app.rules.deltas import CapTo, EndOn, StartOn
from psa_app.rules.templates.dates import Days

TODAY = date(2026, 11, 23)
EPIPHANY = Days(frozenset({date(2027, 1, 6)}))  # a Wednesday; 4 January is a Monday


def day(number: int) -> date:
    """A day of January 2027."""
    return date(2027, 1, number)


Pair = tuple[int, int]
Plan = tuple[int | None, int | None]


@pytest.mark.parametrize(
    ("what", "booked", "before", "after", "left"),
    [
        ("a later end leaves it", (5, 9), (4, 20), (4, 30), (5, 9)),
        ("an earlier start leaves it", (5, 9), (4, 20), (1, 20), (5, 9)),
        ("both outward leave it", (5, 9), (4, 20), (2, 30), (5, 9)),
        ("the whole window moves later", (5, 9), (4, 20), (11, 27), (12, 16)),
        ("the whole window moves earlier", (8, 12), (8, 20), (4, 16), (4, 6)),
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
        ("what ended with the project does not outlast it", (11, 15), (4, 15), (7, 18), (14, 18)),
        ("what outlasted it does", (11, 15), (4, 14), (7, 17), (14, 20)),
        ("the end on a weekend: the last working day before", (8, 8), (4, 8), (5, 9), (8, 8)),
    ],
)
def test_a_booking_follows_the_window(
    what: str, booked: Pair, before: Pair, after: Pair, left: Pair | None
) -> None:
    found = booked_after(*_days(booked), Window(*_days(before)), Window(*_days(after)), TODAY, Days())
    assert found == (_days(left) if left else None), what


def test_what_is_over_is_not_moved_along() -> None:
    before, after = Window(day(4), day(20)), Window(day(11), day(27))
    assert booked_after(day(12), day(14), before, after, day(14), Days()) == (day(19), day(21))
    assert booked_after(day(12), day(14), before, after, day(15), Days()) == (day(12), day(14))
    assert booked_after(day(5), day(9), before, after, day(15), Days()) is None


def test_a_first_end_cuts_and_an_open_window_does_not_shift() -> None:
    before, after = Window(None, None), Window(None, day(7))
    assert booked_after(day(5), day(9), before, after, TODAY, Days()) == (day(5), day(7))
    assert shift_of(before, Window(day(1), day(7))).days == 0


def test_the_deltas_make_the_window() -> None:
    before = Window(day(4), None)
    assert window_after(before, [CapTo(1, 5), EndOn(day(9)), StartOn(day(2))]) == Window(day(2), day(9))
    assert window_after(before, [CapTo(1, 5)]) == before


@pytest.mark.parametrize(
    ("what", "span", "by", "moved"),
    [
        ("whole weeks keep the weekdays", (11, 15), 7, (18, 22)),
        ("three days later: five working days are still five", (11, 15), 3, (14, 20)),
        ("three days earlier, before a weekend", (18, 19), -3, (15, 18)),
        ("a start on Saturday moves to Monday", (14, 15), 2, (18, 19)),
        ("an end on Sunday moves on, as the days of work stay as many", (11, 13), 4, (15, 19)),
        ("a day that falls on a holiday is the next one", (5, 5), 1, (7, 7)),
        ("a holiday within takes a day more", (18, 22), -14, (4, 11)),
        ("work meant for a weekend stays there", (9, 10), 7, (16, 17)),
        ("Saturdays booked on purpose stay with whole weeks", (11, 16), 7, (18, 23)),
    ],
)
def test_a_booking_that_moves_keeps_its_working_days(what: str, span: Pair, by: int, moved: Pair) -> None:
    assert moved_days(*_days(span), timedelta(days=by), EPIPHANY) == _days(moved), what


@pytest.mark.parametrize(
    ("what", "span", "by", "moved"),
    [
        ("both ahead", (18, 22), 7, (25, 29)),
        ("under way: the end moves", (11, 22), 7, (11, 29)),
        ("over: it stays", (7, 12), 7, (7, 12)),
        ("only due, ahead", (None, 22), 7, (None, 29)),
        ("only due, on a Saturday", (None, 22), 1, (None, 25)),
        ("only due, past", (None, 12), 7, (None, 12)),
        ("only begun, ahead", (18, None), 7, (25, None)),
        ("no day", (None, None), 7, (None, None)),
        ("under way: never due before it began", (12, 15), -7, (12, 12)),
    ],
)
def test_a_phase_or_task_moves_with_what_is_ahead_of_it(what: str, span: Plan, by: int, moved: Plan) -> None:
    found = planned_after(_plan(span), timedelta(days=by), day(13), Days())
    assert found == _plan(moved), what


def _plan(pair: Plan) -> tuple[date | None, date | None]:
    first, last = pair
    return day(first) if first else None, day(last) if last else None


def _days(pair: Pair) -> tuple[date, date]:
    return day(pair[0]), day(pair[1])
