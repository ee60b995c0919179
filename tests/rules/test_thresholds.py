"""When work is billed before its period ends."""

import pytest

from psa_app.rules.thresholds import Threshold, reached, threshold_of

Marks = tuple[int | None, int | None]


@pytest.mark.parametrize(
    ("own", "of_client", "expected"),
    [
        ((None, None), (None, None), None),
        ((600, None), (None, 900), Threshold(600, None)),  # not both: the scope's own word counts
        ((None, 500), (600, None), Threshold(None, 500)),
        ((None, None), (600, 900), Threshold(600, 900)),
    ],
)
def test_a_scopes_own_threshold_counts_before_its_clients(
    own: Marks, of_client: Marks, expected: Threshold | None
) -> None:
    assert threshold_of(own, of_client) == expected


@pytest.mark.parametrize(
    ("mark", "minutes", "value", "expected"),
    [
        (Threshold(600, None), 599, 99_999, False),
        (Threshold(600, None), 600, 1, True),
        (Threshold(None, 5_000), 6_000, 4_999, False),
        (Threshold(None, 5_000), 0, 5_000, True),  # expenses alone
        (Threshold(600, 5_000), 30, 5_000, True),
        (Threshold(600, None), 600, 0, False),  # all of it over the cap
    ],
)
def test_whichever_is_reached_first_counts(mark: Threshold, minutes: int, value: int, expected: bool) -> None:
    assert reached(mark, minutes, value) is expected
