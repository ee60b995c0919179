"""When a failed collection is tried again."""

from datetime import date, timedelta

import pytest

from psa_app.rules.dunning import HARD, may_try, next_try

D = date(2026, 11, 1)


def test_soft_declines_are_tried_after_3_5_7_and_7_days_then_never():
    failures, day, waits = [], D, []
    while True:
        failures.append((day, "insufficient_funds"))
        again = next_try(failures)
        if again is None:
            break
        waits.append((again - day).days)
        day = again
    assert waits == [3, 5, 7, 7]


@pytest.mark.parametrize("code", sorted(HARD))
def test_a_hard_decline_ends_it_at_once(code):
    assert next_try([(D, code)]) is None
    assert not may_try([(D, code)], D + timedelta(days=365))


def test_do_not_honor_is_hard_the_second_time():
    assert next_try([(D, "do_not_honor")]) == D + timedelta(days=3)
    assert next_try([(D, "do_not_honor"), (D, "insufficient_funds"), (D, "do_not_honor")]) is None


def test_nothing_failed_yet_is_collected_today_and_a_failure_waits_for_its_day():
    assert may_try([], D)
    assert not may_try([(D, "insufficient_funds")], D + timedelta(days=2))
    assert may_try([(D, "insufficient_funds")], D + timedelta(days=3))
