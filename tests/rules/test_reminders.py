"""When an open invoice is reminded of, why not, how old it is, and what a text may name."""

from datetime import date, timedelta

import pytest

from psa_app.errors import Invalid
from psa_app.rules.reminders import (
    AGES,
    Standing,
    Step,
    age,
    check_text,
    due_step,
    filled,
    held_back,
    next_step,
)

ISSUED, DUE = date(2026, 11, 1), date(2026, 11, 15)
PLAN = tuple(Step(n, days) for n, days in enumerate((-3, 7, 14, 30), 1))


@pytest.mark.parametrize(
    ("over", "sent", "days"),
    [
        (-4, (), None),
        (-3, (), -3),
        (0, (), -3),
        (1, (), None),
        (6, (-3,), None),
        (7, (-3,), 7),
        (8, (-3, 7), None),
        (40, (), 30),
        (40, (-3, 7), 30),
        (40, (30,), None),
        (20, (30,), None),
    ],
)
def test_the_last_reminder_that_is_reached_goes_out_once(over, sent, days):
    found = due_step(PLAN, ISSUED, DUE, DUE + timedelta(over), sent)
    assert (found.days if found else None) == days


def test_none_goes_out_on_the_day_of_issue():
    assert due_step(PLAN, DUE - timedelta(1), DUE, DUE, ()) is None


@pytest.mark.parametrize(
    ("sent", "over", "days"),
    [
        ((), 0, -3),
        ((-3,), 0, 7),
        ((), 3, 7),
        ((), 8, 7),
        ((), 20, 14),
        ((7,), 10, 14),
        ((7,), 40, 30),
        ((30,), 40, None),
    ],
)
def test_the_next_one_comes_after_the_last_and_none_from_before_the_due_day(sent, over, days):
    found = next_step(PLAN, sent, over)
    assert (found.days if found else None) == days


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (Standing(100), ""),
        (Standing(0), "paid"),
        (Standing(100, is_disputed=True), "disputes"),
        (Standing(100, is_on_its_way=True), "on its way"),
        (Standing(100, promised_on=DUE), "Promised for 2026-11-15"),
        (Standing(100, promised_on=DUE - timedelta(1)), ""),
        (Standing(100, is_paused=True), "invoice rest"),
        (Standing(100, client_paused=True), "client rest"),
        (Standing(100, has_reader=False), "by mail"),
    ],
)
def test_what_speaks_against_a_reminder_is_said(standing, why):
    found = held_back(standing, DUE)
    assert why in found
    assert bool(found) == bool(why)


@pytest.mark.parametrize(
    ("over", "place"), [(0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (90, 3), (91, 4), (999, 4)]
)
def test_the_age_counts_from_the_day_after_it_was_due(over, place):
    assert AGES[age(DUE, DUE + timedelta(over))] == AGES[place]


@pytest.mark.parametrize("text", ["{amount}", "{}", "{number", "number}", "{number.x}"])
def test_a_text_names_only_what_a_reminder_knows(text):
    with pytest.raises(Invalid):
        check_text(text, "body")


def test_a_value_is_never_read_for_names():
    assert filled(check_text("{client}: {open}", "body"), {"client": "{open}", "open": "5"}) == "{open}: 5"
