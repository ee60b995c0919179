"""When silence approves time, and what a request comes to."""

from datetime import UTC, date, datetime

import pytest

from psa_app.rules.client_time import last_day, outcome, silence_approves

VIENNA = "Europe/Vienna"


@pytest.mark.parametrize(
    ("accepted", "days", "zone", "last"),
    [
        (datetime(2026, 12, 1, 8, tzinfo=UTC), 5, VIENNA, date(2026, 12, 6)),
        (datetime(2026, 12, 1, 22, 30, tzinfo=UTC), 5, VIENNA, date(2026, 12, 6)),
        (datetime(2026, 12, 1, 23, 30, tzinfo=UTC), 5, VIENNA, date(2026, 12, 7)),  # the 2nd already there
        (datetime(2026, 12, 1, 23, 30, tzinfo=UTC), 5, "America/New_York", date(2026, 12, 6)),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), 1, VIENNA, date(2027, 1, 1)),
        (datetime(2026, 12, 1, 8, tzinfo=UTC), 0, VIENNA, None),
        (None, 5, VIENNA, None),
    ],
)
def test_the_last_day_is_counted_in_the_firms_zone(
    accepted: datetime | None, days: int, zone: str, last: date | None
) -> None:
    assert last_day(accepted, days, zone) == last


@pytest.mark.parametrize(
    ("now", "approves"),
    [
        (datetime(2026, 12, 6, 22, 59, tzinfo=UTC), False),  # 23:59 in Vienna
        (datetime(2026, 12, 6, 23, 0, tzinfo=UTC), True),  # the 7th begins
        (datetime(2026, 12, 2, 9, 0, tzinfo=UTC), False),
    ],
)
def test_silence_approves_once_the_last_day_is_over(now: datetime, approves: bool) -> None:
    accepted = datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert silence_approves(accepted, 5, now, VIENNA) is approves
    assert silence_approves(accepted, 0, now, VIENNA) is False
    assert silence_approves(None, 5, now, VIENNA) is False


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        (["open", "refused"], "open"),
        (["approved", "refused", "silent"], "refused"),
        (["approved", "silent", "withdrawn"], "approved"),
        (["silent", "withdrawn"], "silent"),
        (["withdrawn"], "withdrawn"),
        ([], "withdrawn"),
    ],
)
def test_a_request_follows_from_its_lines(lines: list[str], state: str) -> None:
    assert outcome(lines) == state
