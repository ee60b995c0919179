"""What is written down about a client."""

from datetime import UTC, date, datetime, timedelta

import pytest

from psa_app.errors import Conflict, Invalid
from psa_app.rules import activities

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_text_is_kept_as_it_is_typed():
    html = "<script>alert(1)</script>"
    assert activities.check("note", html, f"{html}\r\n=1+1", None) == (html, f"{html}\n=1+1")


def test_a_subject_is_needed_and_only_a_to_do_is_due():
    with pytest.raises(Invalid) as caught:
        activities.check("note", " ", "", None)
    assert caught.value.field == "subject"
    with pytest.raises(Invalid, match="Only a to-do"):
        activities.check("call", "x", "", date(2026, 12, 1))


@pytest.mark.parametrize("days", [-365, 0, 365])
def test_a_time_near_now_is_right(days):
    activities.check_at(NOW + timedelta(days), NOW)


@pytest.mark.parametrize("at", [NOW + timedelta(400), datetime(1989, 1, 1, tzinfo=UTC)])
def test_a_time_far_away_is_a_slip(at):
    with pytest.raises(Invalid, match="Check the year"):
        activities.check_at(at, NOW)


def test_a_time_needs_its_zone():
    with pytest.raises(Invalid, match="zone"):
        activities.check_at(datetime(2026, 1, 1), NOW)  # noqa: DTZ001


def test_what_one_wrote_can_be_taken_back_for_a_day():
    activities.check_delete("note", NOW - timedelta(hours=24), NOW, is_own=True)
    with pytest.raises(Conflict, match="This note is older than a day"):
        activities.check_delete("note", NOW - timedelta(hours=25), NOW, is_own=True)
    with pytest.raises(Conflict, match="Only who wrote this"):
        activities.check_delete("note", NOW, NOW, is_own=False)


def test_kinds_are_few():
    assert activities.kind("todo") == "todo"
    with pytest.raises(Invalid):
        activities.kind("fax")
